//! Questions to start with, made from what the connected NetBox really holds.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use indexmap::IndexMap;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::agent::driver::Agent;
use super::audit::Entry;
use super::client_address::Origin;
use super::netbox::Credentials;
use super::person::Person;
use super::state::AppState;
use super::tools::{Asking, rows_of};
use crate::wire::deployment::StartingQuestion;
use crate::wire::tool::NetboxRequest;

/// How long they are kept: names of sites change rarely.
const LIFETIME: Duration = Duration::from_mins(10);
/// How long it is kept that there are none: a NetBox that is down comes back, but is not asked for every page.
const LIFETIME_OF_NONE: Duration = Duration::from_secs(15);
/// How long the first page waits for them.
const PATIENCE: Duration = Duration::from_millis(1500);

/// For how many people they are kept at most.
const PEOPLE: usize = 500;

/// The questions, asked of NetBox now and then: each person's own, since not everybody sees the same.
#[derive(Default)]
pub struct StartingQuestions {
    /// By whose rights they are; the one who came first goes first.
    people: std::sync::Mutex<IndexMap<[u8; 32], Place>>,
}

/// One person's. Locked while they are asked for.
type Place = Arc<Mutex<Option<Kept>>>;

struct Kept {
    asked: Instant,
    questions: Vec<StartingQuestion>,
}

impl Kept {
    fn is_fresh(&self) -> bool {
        self.asked.elapsed() < if self.questions.is_empty() { LIFETIME_OF_NONE } else { LIFETIME }
    }
}

impl StartingQuestions {
    /// The questions for a person; none where NetBox does not answer in time. What is asked of it is noted.
    pub async fn get(&self, state: &AppState, person: &Person, origin: Origin) -> Vec<StartingQuestion> {
        let (agent, audit) = (Arc::clone(state.agent()), state.audit().clone());
        let (rights, id) = (person.credentials.clone(), person.id.clone());
        // Boxed: the future of several tool calls at once is large.
        let asking = Box::pin(async move {
            let (questions, requests) = ask(&agent, &rights).await;
            audit.record(Entry::starting_questions(&id, &requests).from(origin.address));
            questions
        });
        self.get_or_ask(&person.credentials, asking).await
    }

    fn place(&self, credentials: &Credentials) -> Place {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        let whose = credentials.fingerprint();
        if let Some(place) = people.get(&whose) {
            return Arc::clone(place);
        }
        if people.len() >= PEOPLE {
            people.shift_remove_index(0);
        }
        Arc::clone(people.entry(whose).or_default())
    }

    async fn get_or_ask(
        &self,
        credentials: &Credentials,
        asking: impl Future<Output = Vec<StartingQuestion>> + Send + 'static,
    ) -> Vec<StartingQuestion> {
        // However many pages are opened, NetBox is asked once: the others wait for the same answer.
        let place = self.place(credentials);
        let kept = match Arc::clone(&place).try_lock_owned() {
            Ok(kept) => kept,
            Err(_) => match tokio::time::timeout(PATIENCE, place.lock_owned()).await {
                Ok(kept) => kept,
                Err(_elapsed) => return Vec::new(),
            },
        };
        if let Some(kept) = kept.as_ref().filter(|kept| kept.is_fresh()) {
            return kept.questions.clone();
        }
        // A task of its own: should the page not wait, the next one finds them.
        let task = tokio::spawn(async move {
            let mut kept = kept;
            let questions = asking.await;
            *kept = Some(Kept { asked: Instant::now(), questions: questions.clone() });
            questions
        });
        tokio::time::timeout(PATIENCE, task).await.ok().and_then(Result::ok).unwrap_or_default()
    }
}

/// The questions, and the requests that were made for them.
async fn ask(agent: &Agent, credentials: &Credentials) -> (Vec<StartingQuestion>, Vec<NetboxRequest>) {
    // The tools refuse fields and filters that a type does not have, as NetBox would ignore them.
    let list = |object_type: &'static str, fields: Value, ordering: &'static str, filters: Value| async move {
        let input = json!({"object_type": object_type, "fields": fields,
                           "ordering": ordering, "filters": filters, "limit": 5});
        // Of no conversation: nobody goes on with these results.
        let asking = Asking::new(credentials, "");
        let outcome = agent.toolbox().call(asking, "netbox_get_objects", &input).await;
        let result: Value = serde_json::from_str(&outcome.model_text).unwrap_or_default();
        (rows_of(&result), outcome.evidence.requests)
    };
    let ((sites, mut requests), (prefixes, for_prefixes), (devices, for_devices)) = tokio::join!(
        list("dcim.site", json!(["name", "region"]), "-device_count", json!({})),
        list("ipam.prefix", json!(["prefix"]), "prefix", json!({"status": "active"})),
        list("dcim.device", json!(["name"]), "name", json!({"has_primary_ip": true, "interfaces": true})),
    );
    requests.extend(for_prefixes.into_iter().chain(for_devices));
    let text = |row: Option<&Value>, field: &str| row.and_then(|row| row[field].as_str()).map(str::to_owned);
    let mut questions = Vec::new();
    let mut question = |topic: &str, text: String| {
        questions.push(StartingQuestion { topic: topic.to_owned(), text });
    };
    if let Some(region) = sites.iter().find_map(|site| text(Some(site), "region")) {
        question("Sites", format!("Which sites do we have in {region}?"));
    } else if !sites.is_empty() {
        question("Sites", "Which sites do we have?".to_owned());
    }
    if let Some(site) = text(sites.first(), "name") {
        question("Devices", format!("How many devices are there at {site}, by role?"));
    }
    if let Some(device) = text(devices.first(), "name") {
        question("Cabling", format!("What is connected to {device}?"));
    }
    if let Some(prefix) = text(prefixes.last(), "prefix") {
        question("Addresses", format!("Which addresses are used in {prefix}?"));
    }
    if let Some(site) = text(sites.get(1), "name") {
        question("Circuits", format!("Which circuits serve {site}?"));
    }
    if !sites.is_empty() {
        question("Changes", "What changed in the last week?".to_owned());
    }
    (questions, requests)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn however_many_pages_wait_netbox_is_asked_once_and_not_again_at_once() {
        let (questions, asked) = (StartingQuestions::default(), Arc::new(AtomicUsize::new(0)));
        let alice = Credentials::new(&"nbt_alice.token".into());
        let get = |wait: u64| {
            let asked = Arc::clone(&asked);
            let asking = async move {
                asked.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(wait)).await;
                Vec::new()
            };
            questions.get_or_ask(&alice, asking)
        };
        // NetBox is down: every page waits for a moment, and for the same answer.
        futures::future::join_all((0..20).map(|_| get(10))).await;
        get(10).await;
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        tokio::time::sleep(Duration::from_secs(30)).await;
        get(1).await;
        get(1).await;
        assert_eq!(asked.load(Ordering::SeqCst), 2, "that there are none is kept for a moment");
        tokio::time::sleep(LIFETIME_OF_NONE).await;
        get(1).await;
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn nobody_is_given_what_somebody_else_sees() {
        let questions = StartingQuestions::default();
        let of = |token: &str| Credentials::new(&token.into());
        let asks = |text: &str| vec![StartingQuestion { topic: "Sites".into(), text: text.into() }];
        for (token, text) in [("nbt_alice.token", "of alice"), ("nbt_bob.token", "of bob")] {
            let asked = asks(text);
            questions.get_or_ask(&of(token), async move { asked }).await;
        }
        let again = questions.get_or_ask(&of("nbt_alice.token"), async { Vec::new() }).await;
        assert_eq!(again, asks("of alice"));
        for number in 0..PEOPLE {
            questions.get_or_ask(&of(&format!("nbt_{number}.token")), async { Vec::new() }).await;
        }
        assert_eq!(questions.people.lock().unwrap().len(), PEOPLE, "what is kept has a bound");
    }
}
