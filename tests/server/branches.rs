//! A question asked in another way, or again, stands beside the one it was: both can be shown, and the model remembers
//! the branch that is shown and nothing of the others.

use netbox_chatbox::wire::id::MessageId;
use netbox_chatbox::wire::transcript::Transcript;
use serde_json::{Value, json};

use crate::program::{Program, without_addresses};
use crate::scratch::both;
use crate::scripted_model::{Reply, Script, call, events, said, text, thinking};
use crate::stack::{Socket, Stack};

fn questions(transcript: &Transcript) -> Vec<&str> {
    transcript.turns.iter().map(|turn| turn.question.as_str()).collect()
}

fn message(transcript: &Transcript, question: &str) -> MessageId {
    let mut turns = transcript.turns.iter().chain(&transcript.aside);
    turns.find(|turn| turn.question == question).unwrap_or_else(|| panic!("no {question}")).message.clone()
}

async fn edit(socket: &mut Socket, question: &str, text: &str) -> Vec<Value> {
    let message = message(&socket.transcript, question);
    let conversation = socket.conversation();
    socket.send(json!({"type": "edit", "conversation": conversation, "message": message, "text": text})).await;
    socket.until_completed().await
}

async fn show(socket: &mut Socket, question: &str) {
    let message = message(&socket.transcript, question);
    let conversation = socket.conversation();
    socket.send(json!({"type": "branch", "conversation": conversation, "message": message})).await;
    socket.until("branch").await;
}

/// What the model was sent, without what was added to the newest message.
fn said_to_model(request: &Value) -> Vec<&str> {
    let messages = request.as_array().unwrap().iter();
    messages.filter_map(|message| message["content"][0]["text"].as_str()).collect()
}

#[tokio::test]
async fn the_model_remembers_the_branch_that_is_shown() {
    let replies = ["a one", "a two", "a other", "a three"];
    let mut replies: Vec<Reply> = replies.iter().map(|reply| said(&[thinking(reply), text(reply)])).collect();
    replies.insert(1, Reply::Events(events(&[call("t")], "tool_use")));
    let (script, stack) = Script::play(replies).await;
    let mut socket = stack.script().await;
    socket.ask("one").await;
    socket.ask("two").await;
    let before = script.requests()[2].clone();

    edit(&mut socket, "one", "other").await;
    assert_eq!(questions(&socket.transcript), ["other"]);
    assert_eq!(socket.transcript.aside.len(), 2);
    assert_eq!(said_to_model(&script.requests()[3]), ["other"]);

    show(&mut socket, "two").await;
    assert_eq!(questions(&socket.transcript), ["one", "two"]);
    socket.ask("three").await;
    assert_eq!(questions(&socket.transcript), ["one", "two", "three"]);
    let after = script.requests()[4].clone();
    let prefix = before.as_array().unwrap().len();
    assert_eq!(after.as_array().unwrap()[..prefix], before.as_array().unwrap()[..], "to the byte, thinking included");
    assert_eq!(said_to_model(&after).last(), Some(&"three"));
}

#[tokio::test(flavor = "multi_thread")]
async fn branches_outlive_the_program() {
    for scratch in both().await {
        let program = Program::start(scratch.location()).await;
        let mut socket = program.script().await;
        let conversation = socket.ask_as("first", "How many sites do we have?").await;
        socket.until_over(1).await;
        socket.ask("And how many racks?").await;
        let racks = without_addresses(&socket.answer());
        edit(&mut socket, "How many sites do we have?", "How many regions do we have?").await;
        let before = socket.transcript.clone();
        assert_eq!((before.turns.len(), before.aside.len()), (1, 2));
        program.kill();

        let program = Program::start(scratch.location()).await;
        let mut socket = program.look_at(&conversation).await;
        assert_eq!(socket.transcript, before);
        show(&mut socket, "How many sites do we have?").await;
        assert_eq!(questions(&socket.transcript), ["How many sites do we have?", "And how many racks?"]);
        // A follow-up that is understood only by who remembers the racks.
        edit(&mut socket, "And how many racks?", "And how many racks?").await;
        assert_eq!(without_addresses(&socket.answer()), racks, "asked again on the same branch");
        program.kill();

        let program = Program::start(scratch.location()).await;
        let socket = program.look_at(&conversation).await;
        assert_eq!((socket.transcript.turns.len(), socket.transcript.aside.len()), (2, 2));
    }
}

#[tokio::test]
async fn a_whole_answer_is_kept_when_the_question_is_asked_again_and_a_failed_one_is_replaced() {
    let refused = Reply::Refused(400, "no such thing");
    let (_script, stack) = Script::play(vec![refused, said(&[text("first")]), said(&[text("second")])]).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": "one"})).await;
    socket.until_completed().await;
    for (answer, aside) in [("first", 0), ("second", 1)] {
        let message = message(&socket.transcript, "one");
        let shown = socket.transcript.turns.last().map_or(message, |turn| turn.message.clone());
        let conversation = socket.conversation();
        socket.send(json!({"type": "regenerate", "conversation": conversation, "message": shown})).await;
        socket.until_completed().await;
        assert_eq!((socket.answer().as_str(), socket.transcript.turns.len()), (answer, 1));
        assert_eq!(socket.transcript.aside.len(), aside);
    }
}

#[tokio::test]
async fn the_same_edit_twice_is_one_and_what_cannot_be_done_says_why() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut socket = browser.socket().await;
    socket.ask("How many sites do we have?").await;
    let conversation = socket.conversation();
    let first = message(&socket.transcript, "How many sites do we have?");
    let edit =
        json!({"type": "edit", "id": "e1", "conversation": conversation, "message": first, "text": "How many racks?"});
    socket.send(edit.clone()).await;
    socket.until_completed().await;
    socket.send(edit).await;
    assert_eq!(socket.until("ack").await["duplicate"], true);
    assert_eq!((socket.transcript.turns.len(), socket.transcript.aside.len()), (1, 1));

    for (command, code) in [
        (json!({"type": "edit", "conversation": conversation, "message": first, "text": "Which?"}), "not_found"),
        (json!({"type": "edit", "conversation": conversation, "message": "nothing", "text": "Which?"}), "not_found"),
        (json!({"type": "edit", "conversation": conversation, "message": first, "text": "  "}), "bad_request"),
        (json!({"type": "branch", "conversation": conversation, "message": "nothing"}), "not_found"),
    ] {
        socket.send(command.clone()).await;
        let error = socket.until("error").await;
        assert_eq!(error["problem"]["code"], code, "{command}: {error}");
        assert!(error["problem"]["hint"].is_string(), "{error}");
    }
    // While an answer is being written, the branch stays.
    socket.send(json!({"type": "send", "conversation": conversation, "text": "Which sites do we have?"})).await;
    socket.until("run_start").await;
    socket.send(json!({"type": "branch", "conversation": conversation, "message": first})).await;
    assert_eq!(socket.until("error").await["problem"]["code"], "bad_request");
    socket.until_over(2).await;
    socket.send(json!({"type": "branch", "conversation": conversation, "message": first})).await;
    socket.until("branch").await;
    assert_eq!(questions(&socket.transcript), ["How many sites do we have?"]);
    // The one that is shown is shown.
    socket.send(json!({"type": "branch", "conversation": conversation, "message": first})).await;
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.next().await["type"], "pong");

    // What stands on another branch is found, and is not shared with the one that is shown.
    let (_, found) = browser.call("search_conversations", json!({"query": "racks"})).await;
    assert!(found.to_string().contains(conversation.as_str()), "{found}");
    let (_, seen) = browser.call("conversation", json!({"id": conversation})).await;
    assert_eq!(seen["aside"].as_array().unwrap().len(), 2);
}
