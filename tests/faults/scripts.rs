//! Scripts that ask and ask, and what is kept of it in the end.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use netbox_chatbox::wire::event::Event;
use netbox_chatbox::wire::id::{ConversationId, MessageId};

use crate::client::Client;
use crate::process::World;

const QUESTIONS: [&str; 4] = [
    "How many sites do we have?",
    "Which devices are in site Columbus?",
    "How many racks do we have?",
    "How many devices per site do we have?",
];

/// What a script was told is kept.
pub struct Told {
    conversation: ConversationId,
    acknowledged: Vec<MessageId>,
    connections: u32,
    /// How often a process said that it stops.
    pub drained: u32,
}

/// Asks and asks, a few questions to a conversation, until it is enough; then waits until all is answered.
pub async fn script(addresses: &[String], number: usize, enough: &AtomicBool, pause: Duration) -> Vec<Told> {
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let mut told = Vec::new();
    let mut count = 0;
    while !enough.load(Ordering::SeqCst) {
        let mut client = Client::new(&addresses);
        let mut acknowledged = Vec::new();
        for _ in 0..4 {
            let question = QUESTIONS[(number + count) % QUESTIONS.len()];
            acknowledged.push(client.ask(&format!("script-{number}-{count}"), question).await);
            count += 1;
            // Some questions wait behind an answer that is being written, some come after it.
            if count % 3 == 0 {
                client.until_rest(acknowledged.len()).await;
            } else {
                tokio::time::sleep(pause).await;
            }
            if enough.load(Ordering::SeqCst) {
                break;
            }
        }
        client.until_rest(acknowledged.len()).await;
        assert_eq!(client.transcript, client.whole().await, "what this script put together is what is kept");
        told.push(Told {
            conversation: client.transcript.conversation.clone(),
            acknowledged,
            connections: client.connections,
            drained: client.told.drained,
        });
    }
    told
}

/// What is in the database when all is over, compared with what the scripts were told.
#[derive(Default)]
pub struct Kept {
    pub acknowledged: usize,
    lost: usize,
    doubled: usize,
    runs: usize,
    without_end: usize,
    /// How many runs ended so.
    ends: BTreeMap<String, usize>,
    connections: u32,
}

impl std::fmt::Display for Kept {
    /// As columns of a table.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { acknowledged, lost, doubled, runs, without_end, ends, connections } = self;
        let done = self.share_done();
        write!(
            formatter,
            "{acknowledged} | {lost} | {doubled} | {runs} | {without_end} | {ends:?} | {done} % | {connections}"
        )
    }
}

impl Kept {
    /// Reads the logs of all conversations, and holds each against what holds for every log. Only while no process runs.
    pub async fn of(world: &World, told: &[Told]) -> Self {
        let database = world.database().await;
        let mut kept = Self::default();
        for Told { conversation, acknowledged: messages, connections, .. } in told {
            let log = database.load_conversation(conversation).await.unwrap().unwrap().log;
            let stored = log.iter().filter_map(|frame| match &frame.event {
                Event::Message { message, .. } => Some(message.to_string()),
                _ => None,
            });
            let stored: Vec<String> = stored.collect();
            let distinct: HashSet<&String> = stored.iter().collect();
            kept.acknowledged += messages.len();
            kept.lost += messages.iter().filter(|message| !distinct.contains(&message.to_string())).count();
            kept.doubled += stored.len() - distinct.len();
            // What was asked once and is there under another name would be a double too.
            kept.doubled += distinct.len().saturating_sub(messages.len());
            let mut begun = HashSet::new();
            let mut ended = HashSet::new();
            for frame in &log {
                match &frame.event {
                    Event::RunStart { run, .. } => drop(begun.insert(run.to_string())),
                    Event::RunEnd { run, why, .. } => {
                        assert!(ended.insert(run.to_string()), "a run ended twice");
                        *kept.ends.entry(format!("{why:?}").to_lowercase()).or_default() += 1;
                    }
                    _ => {}
                }
            }
            kept.runs += begun.len();
            kept.without_end += begun.difference(&ended).count();
            kept.connections += connections;
            crate::matrix::check(&log, messages.len());
        }
        database.close().await;
        kept
    }

    /// How many of a hundred runs ended with the whole answer, rounded down.
    pub fn share_done(&self) -> usize {
        100 * self.ends.get("done").copied().unwrap_or_default() / self.runs.max(1)
    }

    /// Nothing acknowledged is lost, nothing is there twice, no run is without an end.
    pub fn assert_nothing_is_lost(&self, world: &World) {
        assert_eq!((self.lost, self.doubled, self.without_end), (0, 0, 0), "{}", world.log());
        assert!(self.acknowledged > 0 && self.runs >= self.acknowledged, "{self}");
    }
}
