//! Asking, following up, stopping, waiting.

use serde_json::json;

use crate::stack::{Model, Stack};

#[tokio::test]
async fn a_ten_line_script_holds_a_conversation_with_true_numbers() {
    let stack = Stack::demo().await;
    let mut socket = stack.script().await;
    let sites = stack.count("dcim/sites/?limit=1").await;
    let answer = socket.ask("How many sites do we have?").await;
    assert!(answer.contains(&sites.to_string()), "{sites} is not in {answer}");
    let devices = stack.count("dcim/devices/?limit=1").await;
    let answer = socket.ask("And how many devices?").await;
    assert!(answer.contains(&devices.to_string()), "{devices} is not in {answer}");
    assert_eq!(socket.transcript.turns.len(), 2);
}

#[tokio::test]
async fn a_script_of_the_predecessor_works_unchanged() {
    let stack = Stack::demo().await;
    let mut socket = stack.script().await;
    socket.send(json!({"message": "How many sites do we have?"})).await;
    let frames = socket.until_completed().await;
    let kinds: Vec<&str> = frames.iter().map(|frame| frame["type"].as_str().unwrap()).collect();
    for kind in ["tool_use", "tool_result", "text"] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }
    socket.send(json!({"type": "reset"})).await;
    socket.until("reset").await;
    let before = socket.conversation();
    socket.ask("How many racks do we have?").await;
    assert_eq!(socket.conversation(), before);
    assert!(socket.transcript.turns[1].fresh_context);
}

#[tokio::test]
async fn a_follow_up_is_understood_from_what_was_asked_before() {
    let stack = Stack::demo().await;
    let mut socket = stack.script().await;
    socket.ask("Which sites do we have in Ohio?").await;
    let first = socket.answer();
    socket.ask("How many of them are active?").await;
    assert!(!socket.answer().is_empty());
    assert_ne!(first, socket.answer());
}

#[tokio::test]
async fn the_same_command_twice_makes_one_message() {
    let stack = Stack::demo().await;
    let mut socket = stack.browser().await.socket().await;
    let command = json!({"type": "send", "id": "command-1", "text": "How many sites do we have?"});
    socket.send(command.clone()).await;
    let first = socket.until("ack").await;
    assert_eq!(first["duplicate"], false);
    socket.send(command).await;
    let second = socket.until("ack").await;
    assert_eq!(second["duplicate"], true);
    assert_eq!(first["message"], second["message"]);
    if socket.transcript.running().is_some() {
        socket.until_completed().await;
    }
    assert_eq!(socket.transcript.turns.len(), 1);
    assert!(socket.transcript.queue.is_empty());
}

#[tokio::test]
async fn stopping_keeps_what_was_shown_and_the_conversation_goes_on() {
    let stack = Stack::with_model(Model { natural: true, ..Model::default() }).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": "List all devices"})).await;
    socket.until("text").await;
    let shown = socket.answer();
    socket.send(json!({"type": "stop"})).await;
    let end = socket.until("run_end").await;
    assert_eq!(end["why"], "stopped");
    assert_eq!(end["completed"], true);
    assert!(socket.answer().starts_with(&shown));
    let again = socket.ask("How many sites do we have?").await;
    assert!(!again.is_empty());
}

#[tokio::test]
async fn messages_sent_meanwhile_wait_and_can_be_taken_back() {
    let stack = Stack::with_model(Model { natural: true, ..Model::default() }).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": "List all devices"})).await;
    socket.until("run_start").await;
    for text in ["How many sites do we have?", "How many racks do we have?"] {
        socket.send(json!({"type": "send", "text": text})).await;
        socket.until("queued").await;
    }
    let unwanted = socket.transcript.queue[1].message.clone();
    socket.send(json!({"type": "unqueue", "conversation": socket.conversation(), "message": unwanted})).await;
    socket.until("unqueued").await;
    // An interrupting message ends the answer, and those that wait are asked in their order.
    socket.send(json!({"type": "send", "text": "How many VLANs do we have?", "mode": "interrupt"})).await;
    for why in ["stopped", "done", "done"] {
        assert_eq!(socket.until("run_end").await["why"], why);
    }
    let questions: Vec<&str> = socket.transcript.turns.iter().map(|turn| turn.question.as_str()).collect();
    assert_eq!(questions, ["List all devices", "How many sites do we have?", "How many VLANs do we have?"]);
}

#[tokio::test]
async fn the_last_answer_can_be_written_again() {
    let stack = Stack::demo().await;
    let mut socket = stack.script().await;
    socket.ask("How many sites do we have?").await;
    let (first, turn) = (socket.answer(), socket.transcript.turns[0].clone());
    socket.send(json!({"type": "regenerate", "conversation": socket.conversation(), "message": turn.message})).await;
    socket.until_completed().await;
    assert_eq!(socket.transcript.turns.len(), 1);
    assert_ne!(socket.transcript.turns[0].answer.as_ref().unwrap().run, turn.answer.unwrap().run);
    assert_eq!(socket.answer(), first);
}

#[tokio::test]
async fn a_command_sent_again_over_a_new_connection_asks_once_wherever_it_went() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let command = json!({"type": "send", "id": "command-1", "text": "How many sites do we have?"});
    let mut first = browser.socket().await;
    first.send(command.clone()).await;
    let told = first.until("ack").await;
    let mut second = browser.socket().await;
    second.send(command).await;
    let again = second.until("ack").await;
    assert_eq!(again["duplicate"], true);
    assert_eq!((&again["conversation"], &again["message"]), (&told["conversation"], &told["message"]));
}

#[tokio::test]
async fn a_deleted_conversation_is_left_and_the_next_question_opens_a_new_one() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut socket = browser.socket().await;
    socket.ask("How many sites do we have?").await;
    let deleted = socket.conversation();
    assert_eq!(browser.call("delete_conversation", json!({"id": deleted})).await.0, 200);
    socket.send(json!({"type": "send", "conversation": deleted, "text": "How many racks do we have?"})).await;
    socket.until_completed().await;
    assert_eq!((socket.conversation(), socket.transcript.turns.len()), (deleted.clone(), 1), "one of the same name");
    assert_eq!(browser.call("delete_conversation", json!({"id": deleted})).await.0, 200);
    socket.ask("How many VLANs do we have?").await;
    assert_ne!(socket.conversation(), deleted);
}
