//! Several programs over one PostgreSQL are one service.

use netbox_chatbox::wire::transcript::EndReason;
use serde_json::json;

use crate::program::Program;
use crate::scratch::{Scratch, both};

/// Scripts that ask while processes are replaced: no more than one person may have answers written at once.
const SCRIPTS: usize = 4;
const QUESTION: &str = "How many sites do we have?";

/// A PostgreSQL database, where there is one here.
async fn postgres() -> Option<Scratch> {
    both().await.into_iter().find(|scratch| matches!(scratch, Scratch::Postgres { .. }))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_on_one_is_seen_stopped_and_continued_on_another() {
    let Some(scratch) = postgres().await else { return };
    let (here, there) = tokio::join!(Program::start(scratch.location()), Program::start(scratch.location()));
    let mut asking = here.script().await;
    let conversation = asking.ask_as("one", QUESTION).await;
    let mut watching = there.look_at(&conversation).await;
    // A message from there waits behind the answer that is written here.
    watching.send(json!({"type": "send", "conversation": conversation, "text": "How many racks do we have?"})).await;
    watching.until_over(2).await;
    asking.until_over(2).await;
    assert_eq!(asking.transcript, watching.transcript);
    assert_eq!(asking.transcript.turns[1].question, "How many racks do we have?");

    // The same command sent to both makes one message.
    let again =
        json!({"type": "send", "id": "twice", "conversation": conversation, "text": "How many VLANs do we have?"});
    tokio::join!(asking.send(again.clone()), watching.send(again));
    watching.until_over(3).await;
    asking.until_over(3).await;
    assert_eq!(asking.transcript, watching.transcript);
    assert_eq!((asking.transcript.turns.len(), asking.transcript.queue.len()), (3, 0));

    asking.send(json!({"type": "send", "conversation": conversation, "text": QUESTION})).await;
    while watching.transcript.running().is_none() {
        watching.next().await;
    }
    watching.send(json!({"type": "stop", "conversation": conversation})).await;
    watching.until_over(4).await;
    let end = watching.transcript.turns[3].answer.as_ref().unwrap().end.as_ref().unwrap().why;
    assert_eq!(end, EndReason::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_a_killed_process_is_taken_over_once_and_whoever_watches_sees_its_end() {
    let Some(scratch) = postgres().await else { return };
    let (writing, one, other) = tokio::join!(
        Program::start(scratch.location()),
        Program::start(scratch.location()),
        Program::start(scratch.location())
    );
    let mut asking = writing.script().await;
    let conversation = asking.ask_as("one", QUESTION).await;
    let mut watching = one.look_at(&conversation).await;
    let mut also = other.look_at(&conversation).await;
    while watching
        .transcript
        .turns
        .last()
        .and_then(|turn| turn.answer.as_ref())
        .is_none_or(|answer| answer.parts.is_empty())
    {
        watching.next().await;
    }
    writing.kill();
    watching.until_over(1).await;
    also.until_over(1).await;
    assert_eq!(watching.transcript, also.transcript);
    let answer = watching.transcript.turns[0].answer.clone().unwrap();
    assert_eq!(answer.end.unwrap().why, EndReason::Done);
    let log = scratch.open().await.load_conversation(&conversation).await.unwrap().unwrap().log;
    assert_eq!(log.iter().filter(|frame| frame.completed).count(), 1);
}

/// What a process leaves that does not wait for its answers is gone on with by another. (Processes that are replaced under
/// load: `tests/faults/rolling.rs`.)
#[tokio::test(flavor = "multi_thread")]
async fn what_a_stopped_process_leaves_is_answered_by_another_once() {
    let Some(scratch) = postgres().await else { return };
    let drain = [("DRAIN_SECONDS", "0")];
    let (first, second) =
        tokio::join!(Program::start_with(scratch.location(), &drain), Program::start_with(scratch.location(), &drain));
    let mut conversations = Vec::new();
    for number in 0..SCRIPTS {
        let program = if number % 2 == 0 { &first } else { &second };
        let mut socket = program.script().await;
        conversations.push(socket.ask_as(&format!("load-{number}"), QUESTION).await);
    }
    first.stop().await;
    let third = Program::start_with(scratch.location(), &drain).await;
    second.stop().await;
    for conversation in &conversations {
        let mut socket = third.look_at(conversation).await;
        socket.until_over(1).await;
        assert_eq!(socket.transcript.turns.len(), 1);
        assert_eq!(socket.transcript.turns[0].answer.as_ref().unwrap().end.as_ref().unwrap().why, EndReason::Done);
    }
    let database = scratch.open().await;
    for conversation in &conversations {
        let log = database.load_conversation(conversation).await.unwrap().unwrap().log;
        assert_eq!(log.iter().filter(|frame| frame.completed).count(), 1);
    }
}
