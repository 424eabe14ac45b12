//! Questions to start with, made from what the connected NetBox really holds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::agent::driver::Agent;
use crate::wire::deployment::StartingQuestion;

/// How long they are kept: names of sites change rarely.
const LIFETIME: Duration = Duration::from_mins(10);
/// How long the first page waits for them.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The questions, asked of NetBox now and then.
#[derive(Default)]
pub struct StartingQuestions {
    kept: Arc<Mutex<Option<Kept>>>,
}

/// When they were asked for, and what came.
type Kept = (Instant, Vec<StartingQuestion>);

impl StartingQuestions {
    /// The questions; none where NetBox does not answer in time.
    pub async fn get(&self, agent: &Arc<Agent>) -> Vec<StartingQuestion> {
        if let Ok(kept) = self.kept.try_lock()
            && let Some((at, questions)) = kept.as_ref()
            && at.elapsed() < LIFETIME
        {
            return questions.clone();
        }
        let (kept, agent) = (Arc::clone(&self.kept), Arc::clone(agent));
        // A task of its own: should the page not wait, the next one finds them.
        let asking = tokio::spawn(async move {
            let mut kept = kept.lock().await;
            match kept.as_ref() {
                Some((at, questions)) if at.elapsed() < LIFETIME => questions.clone(),
                _ => {
                    let questions = ask(&agent).await;
                    if !questions.is_empty() {
                        *kept = Some((Instant::now(), questions.clone()));
                    }
                    questions
                }
            }
        });
        tokio::time::timeout(PATIENCE, asking).await.ok().and_then(Result::ok).unwrap_or_default()
    }
}

async fn ask(agent: &Agent) -> Vec<StartingQuestion> {
    // The tools refuse fields and filters that a type does not have, as NetBox would ignore them.
    let list = |object_type: &'static str, fields: Value, ordering: &'static str, filters: Value| async move {
        let input = json!({"object_type": object_type, "fields": fields,
                           "ordering": ordering, "filters": filters, "limit": 5});
        let outcome = agent.toolbox().call(agent.credentials(), "netbox_get_objects", &input).await;
        let result: Value = serde_json::from_str(&outcome.model_text).unwrap_or_default();
        result["results"].as_array().cloned().unwrap_or_default()
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
