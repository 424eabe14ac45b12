//! What outlives the program: everything that was acknowledged, and the answers that were being written. With the real
//! program, killed, over both databases.

use netbox_chatbox::wire::event::Event;
use netbox_chatbox::wire::id::ConversationId;
use netbox_chatbox::wire::transcript::{EndReason, Transcript};
use serde_json::{Value, json};

use crate::program::{Program, without_addresses};
use crate::scratch::{Scratch, both};
use crate::stack::Socket;

/// Takes a query and a text, to be interrupted in.
const QUESTION: &str = "How many sites do we have?";

/// Asks, and gives the conversation.
async fn ask(socket: &mut Socket, id: &str, text: &str) -> ConversationId {
    socket.send(json!({"type": "send", "id": id, "text": text})).await;
    ConversationId::from(socket.until("ack").await["conversation"].as_str().unwrap())
}

/// Opens a view of the whole conversation.
async fn look_at(program: &Program, conversation: &ConversationId) -> Socket {
    let mut socket = program.script().await;
    socket.send(json!({"type": "subscribe", "conversation": conversation, "after": 0})).await;
    socket.until("snapshot").await;
    socket
}

/// Waits until the newest answer is over.
async fn until_over(socket: &mut Socket) {
    while socket.transcript.turns.last().and_then(|turn| turn.answer.as_ref()).is_none_or(|answer| answer.end.is_none())
    {
        socket.next().await;
    }
}

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
        let conversation = ask(&mut socket, "first", "How many sites do we have?").await;
        until_over(&mut socket).await;
        let before = socket.transcript.clone();
        program.kill();

        let program = Program::start(scratch.location()).await;
        let mut socket = look_at(&program, &conversation).await;
        assert_eq!(socket.transcript, before);
        // The model remembers too, and the same command is not carried out again.
        assert_eq!(ask(&mut socket, "first", "How many sites do we have?").await, conversation);
        assert!(!socket.ask("And how many racks?").await.is_empty());
        assert_eq!(socket.transcript.turns.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_on_after_the_program_was_killed_in_the_middle_of_it() {
    for scratch in both().await {
        let program = Program::start(scratch.location()).await;
        let mut socket = program.script().await;
        ask(&mut socket, "whole", QUESTION).await;
        until_over(&mut socket).await;
        let expected = without_addresses(&socket.answer());
        program.kill();
        for (moment, kind) in ["run_start", "tool_use", "tool_result", "text"].iter().enumerate() {
            let program = Program::start(scratch.location()).await;
            let mut socket = program.script().await;
            let conversation = ask(&mut socket, &moment.to_string(), QUESTION).await;
            if socket.transcript.turns.last().is_none_or(|turn| turn.answer.is_none()) || *kind != "run_start" {
                socket.until(kind).await;
            }
            program.kill();

            let program = Program::start(scratch.location()).await;
            let mut socket = look_at(&program, &conversation).await;
            until_over(&mut socket).await;
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
        let conversation = ask(&mut socket, "first", QUESTION).await;
        socket.send(json!({"type": "send", "text": "How many racks do we have?"})).await;
        socket.until("tool_use").await;
        program.stop().await;
        let mut last = Value::Null;
        while let Some(frame) = socket.next_frame().await {
            last = frame;
        }
        assert_eq!((last["type"].as_str(), socket.close_code), (Some("bye"), Some(1012)));

        let program = Program::start(scratch.location()).await;
        let mut socket = look_at(&program, &conversation).await;
        while socket.transcript.turns.len() < 2 {
            socket.next().await;
        }
        until_over(&mut socket).await;
        let ends: Vec<EndReason> = socket
            .transcript
            .turns
            .iter()
            .map(|turn| turn.answer.as_ref().unwrap().end.as_ref().unwrap().why)
            .collect();
        assert_eq!(ends, [EndReason::Done, EndReason::Done]);
    }
}
