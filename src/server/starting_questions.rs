//! Questions to start with, made from what the connected NetBox really holds.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::agent::driver::Agent;
use super::tools::{Asking, rows_of};
use crate::wire::deployment::StartingQuestion;

/// How long they are kept: names of sites change rarely.
const LIFETIME: Duration = Duration::from_mins(10);
/// How long it is kept that there are none: a NetBox that is down comes back, but is not asked for every page.
const LIFETIME_OF_NONE: Duration = Duration::from_secs(15);
/// How long the first page waits for them.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The questions, asked of NetBox now and then.
#[derive(Default)]
pub struct StartingQuestions {
    /// Locked while they are asked for.
    kept: Arc<Mutex<Option<Kept>>>,
}

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
    /// The questions; none where NetBox does not answer in time.
    pub async fn get(&self, agent: &Arc<Agent>) -> Vec<StartingQuestion> {
        let agent = Arc::clone(agent);
        // Boxed: the future of several tool calls at once is large.
        self.get_or_ask(Box::pin(async move { ask(&agent).await })).await
    }

    async fn get_or_ask(
        &self,
        asking: impl Future<Output = Vec<StartingQuestion>> + Send + 'static,
    ) -> Vec<StartingQuestion> {
        // However many pages are opened, NetBox is asked once: the others wait for the same answer.
        let kept = match Arc::clone(&self.kept).try_lock_owned() {
            Ok(kept) => kept,
            Err(_) => match tokio::time::timeout(PATIENCE, Arc::clone(&self.kept).lock_owned()).await {
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

async fn ask(agent: &Agent) -> Vec<StartingQuestion> {
    // The tools refuse fields and filters that a type does not have, as NetBox would ignore them.
    let list = |object_type: &'static str, fields: Value, ordering: &'static str, filters: Value| async move {
        let input = json!({"object_type": object_type, "fields": fields,
                           "ordering": ordering, "filters": filters, "limit": 5});
        // Of no conversation: nobody goes on with these results.
        let asking = Asking::new(agent.credentials(), "");
        let outcome = agent.toolbox().call(asking, "netbox_get_objects", &input).await;
        let result: Value = serde_json::from_str(&outcome.model_text).unwrap_or_default();
        rows_of(&result)
    };
    let (sites, prefixes, devices) = tokio::join!(
        list("dcim.site", json!(["name", "region"]), "-device_count", json!({})),
        list("ipam.prefix", json!(["prefix"]), "prefix", json!({"status": "active"})),
        list("dcim.device", json!(["name"]), "name", json!({"has_primary_ip": true, "interfaces": true})),
    );
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
    questions
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn however_many_pages_wait_netbox_is_asked_once_and_not_again_at_once() {
        let (questions, asked) = (StartingQuestions::default(), Arc::new(AtomicUsize::new(0)));
        let get = |wait: u64| {
            let asked = Arc::clone(&asked);
            questions.get_or_ask(async move {
                asked.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(wait)).await;
                Vec::new()
            })
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
}
