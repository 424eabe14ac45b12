//! The program is killed, again and again, while scripts ask. `FAULT_KILLS` says how often (8, and 300 in `make soak`).

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use netbox_chatbox::server::demo::model::Pace;
use netbox_chatbox::wire::event::Event;
use netbox_chatbox::wire::id::{ConversationId, MessageId};

use crate::client::Client;
use crate::process::World;
use crate::scratch::{Scratch, both};
use crate::seed::Seed;

/// How many scripts ask at once.
const SCRIPTS: usize = 6;
const QUESTIONS: [&str; 4] = [
    "How many sites do we have?",
    "Which devices are in site Columbus? List them with their roles",
    "How many racks do we have?",
    "How many devices per site do we have?",
];

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_it_loses_and_doubles_nothing() {
    let kills = std::env::var("FAULT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    for scratch in both().await {
        soak(scratch, kills).await;
    }
}

/// What a script was told is kept.
struct Told {
    conversation: ConversationId,
    acknowledged: Vec<MessageId>,
    connections: u32,
}

async fn soak(scratch: Scratch, kills: u64) {
    let world = World::new(scratch, Pace::Natural).await;
    let mut seed = Seed::new(&format!("{kills} kills, {}", world.database_name()));
    let started = Instant::now();
    let enough = Arc::new(AtomicBool::new(false));
    let mut process = world.start().await;
    let scripts: Vec<_> = (0..SCRIPTS)
        .map(|number| {
            let (address, enough, pause) = (world.front.address.clone(), Arc::clone(&enough), seed.between(100, 900));
            tokio::spawn(async move { script(&address, number, &enough, Duration::from_millis(pause)).await })
        })
        .collect();
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(seed.between(150, 2_500))).await;
        process.kill().await;
        process = world.start().await;
    }
    enough.store(true, Ordering::SeqCst);
    let mut told = Vec::new();
    for script in scripts {
        told.extend(script.await.unwrap());
    }
    let memory = process.memory();
    process.tell_to_stop();
    process.stopped().await;

    let database = world.database().await;
    let (mut acknowledged, mut lost, mut doubled, mut runs, mut without_end, mut ends) =
        (0, 0, 0, 0, 0, BTreeMap::new());
    for Told { conversation, acknowledged: messages, .. } in &told {
        let log = database.load_conversation(conversation).await.unwrap().unwrap().log;
        let kept: Vec<&MessageId> = log
            .iter()
            .filter_map(|frame| match &frame.event {
                Event::Message { message, .. } => Some(message),
                _ => None,
            })
            .collect();
        let distinct: HashSet<String> = kept.iter().map(ToString::to_string).collect();
        acknowledged += messages.len();
        lost += messages.iter().filter(|message| !distinct.contains(&message.to_string())).count();
        doubled += kept.len() - distinct.len();
        // What was asked once and is there under another name would be a double too.
        doubled += distinct.len().saturating_sub(messages.len());
        let mut begun = HashSet::new();
        let mut ended = HashSet::new();
        for frame in &log {
            match &frame.event {
                Event::RunStart { run, .. } => drop(begun.insert(run.to_string())),
                Event::RunEnd { run, why, .. } => {
                    assert!(ended.insert(run.to_string()), "a run ended twice");
                    *ends.entry(format!("{why:?}").to_lowercase()).or_insert(0) += 1;
                }
                _ => {}
            }
        }
        runs += begun.len();
        without_end += begun.difference(&ended).count();
        crate::matrix::check(&log, messages.len());
    }
    database.close().await;
    let connections: u32 = told.iter().map(|told| told.connections).sum();
    println!(
        "| {} | {kills} | {acknowledged} | {lost} | {doubled} | {runs} | {without_end} | {ends:?} | {connections} | {} | {} |",
        world.database_name(),
        memory / 1024 / 1024,
        started.elapsed().as_secs(),
    );
    assert_eq!((lost, doubled, without_end), (0, 0, 0), "{}", world.log());
    assert!(acknowledged > 0 && runs >= acknowledged);
}

/// Asks and asks, a few questions to a conversation, until it is enough; then waits until all is answered.
async fn script(address: &str, number: usize, enough: &AtomicBool, pause: Duration) -> Vec<Told> {
    let mut told = Vec::new();
    let mut count = 0;
    while !enough.load(Ordering::SeqCst) {
        let mut client = Client::new(address);
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
        });
    }
    told
}
