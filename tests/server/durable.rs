//! What outlives the program: everything that was acknowledged, and the answers that were being written. With the real
//! program, killed, over both databases.

use std::sync::Arc;

use netbox_chatbox::server::store::Change;
use netbox_chatbox::wire::event::{Event, Frame};
use netbox_chatbox::wire::id::ConversationId;
use netbox_chatbox::wire::transcript::{EndReason, Transcript};
use serde_json::{Value, json};

use crate::program::{Program, without_addresses};
use crate::scratch::{Scratch, both};

/// Takes a query and a text, to be interrupted in.
const QUESTION: &str = "How many sites do we have?";

fn end_of(transcript: &Transcript) -> EndReason {
    transcript.turns.last().unwrap().answer.as_ref().unwrap().end.as_ref().unwrap().why
}

/// The whole log over the socket, event by event.
async fn events(scratch: &Scratch, conversation: &ConversationId) -> Vec<Event> {
    let database = scratch.open().await;
    let log = database.load_conversation(conversation).await.unwrap().unwrap().log;
    let places: Vec<u64> = log.iter().map(|frame| frame.seq).collect();
    assert_eq!(places, (1..=log.len() as u64).collect::<Vec<_>>(), "the log has gaps or duplicates");
    database.close().await;
    log.iter().map(|frame| frame.event.clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_is_there_after_the_program_was_killed() {
    for scratch in both().await {
        let program = Program::start(scratch.location()).await;
        let mut socket = program.script().await;
        let conversation = socket.ask_as("first", "How many sites do we have?").await;
        socket.until_over(1).await;
        let before = socket.transcript.clone();
        program.kill();

        let program = Program::start(scratch.location()).await;
        let mut socket = program.look_at(&conversation).await;
        assert_eq!(socket.transcript, before);
        // The model remembers too, and the same command is not carried out again.
        assert_eq!(socket.ask_as("first", "How many sites do we have?").await, conversation);
        assert!(!socket.ask("And how many racks?").await.is_empty());
        assert_eq!(socket.transcript.turns.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_on_after_the_program_was_killed_in_the_middle_of_it() {
    for scratch in both().await {
        let program = Program::start(scratch.location()).await;
        let mut socket = program.script().await;
        socket.ask_as("whole", QUESTION).await;
        socket.until_over(1).await;
        let expected = without_addresses(&socket.answer());
        program.kill();
        for (moment, kind) in ["run_start", "tool_use", "tool_result", "text"].iter().enumerate() {
            let program = Program::start(scratch.location()).await;
            let mut socket = program.script().await;
            let conversation = socket.ask_as(&moment.to_string(), QUESTION).await;
            if socket.transcript.turns.last().is_none_or(|turn| turn.answer.is_none()) || *kind != "run_start" {
                socket.until(kind).await;
            }
            program.kill();

            let program = Program::start(scratch.location()).await;
            let mut socket = program.look_at(&conversation).await;
            socket.until_over(1).await;
            assert_eq!(end_of(&socket.transcript), EndReason::Done, "killed at {kind}");
            assert_eq!(without_addresses(&socket.answer()), expected, "killed at {kind}");
            let events = events(&scratch, &conversation).await;
            assert_eq!(events.iter().filter(|event| matches!(event, Event::RunEnd { .. })).count(), 1);
            assert_eq!(events.iter().filter(|event| matches!(event, Event::Message { .. })).count(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_on_after_the_program_was_told_to_stop() {
    for scratch in both().await {
        let program = Program::start_with(scratch.location(), &[("DRAIN_SECONDS", "0")]).await;
        let mut socket = program.script().await;
        let conversation = socket.ask_as("first", QUESTION).await;
        socket.send(json!({"type": "send", "text": "How many racks do we have?"})).await;
        socket.until("tool_use").await;
        program.stop().await;
        let mut last = Value::Null;
        while let Some(frame) = socket.next_frame().await {
            last = frame;
        }
        assert_eq!((last["type"].as_str(), socket.close_code), (Some("bye"), Some(1012)));

        let program = Program::start(scratch.location()).await;
        let mut socket = program.look_at(&conversation).await;
        while socket.transcript.turns.len() < 2 {
            socket.next().await;
        }
        socket.until_over(2).await;
        let ends: Vec<EndReason> = socket
            .transcript
            .turns
            .iter()
            .map(|turn| turn.answer.as_ref().unwrap().end.as_ref().unwrap().why)
            .collect();
        assert_eq!(ends, [EndReason::Done, EndReason::Done]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_waited_when_the_program_died_between_two_answers_is_asked() {
    for scratch in both().await {
        let program = Program::start(scratch.location()).await;
        let mut socket = program.script().await;
        let conversation = socket.ask_as("first", QUESTION).await;
        socket.until_over(1).await;
        let last = socket.transcript.seq;
        program.kill();
        // What is there when it dies after one answer has ended and before the next begins.
        let database = scratch.open().await;
        let owner = database.load_conversation(&conversation).await.unwrap().unwrap().owner;
        let waits = Frame {
            event: Event::Queued { message: "waits".into(), command: None },
            seq: last + 1,
            conversation: Some(conversation.clone()),
            content: "How many racks do we have?".to_owned(),
            completed: false,
        };
        let change = Change { frames: vec![Arc::new(waits)], waiting: Some(1), ..Change::default() };
        database.commit("dead", &owner, &conversation, &change).await.unwrap();
        database.close().await;

        let program = Program::start(scratch.location()).await;
        let mut socket = program.look_at(&conversation).await;
        socket.until_over(2).await;
        assert_eq!(end_of(&socket.transcript), EndReason::Done);
        assert!(socket.transcript.queue.is_empty());
    }
}
