//! A run goes on whoever looks; whoever comes back sees all of it, once.

use serde_json::json;

use crate::stack::{Model, Stack};

#[tokio::test]
async fn a_cut_socket_loses_nothing_and_repeats_nothing() {
    let stack = Stack::with_model(Model { natural: true, ..Model::default() }).await;
    let browser = stack.browser().await;
    // At every kind of event, also between the rounds of tools.
    for kind in ["run_start", "thinking", "tool_use", "tool_result", "text"] {
        let mut first = browser.socket().await;
        first.send(json!({"type": "send", "text": "Which sites do we have in Ohio?"})).await;
        first.until(kind).await;
        let before = first.cut();
        let mut second = browser.socket().await;
        second.transcript = before.clone();
        let resume = json!([{"conversation": before.conversation, "after": before.seq}]);
        second.send(json!({"type": "hello", "resume": resume})).await;
        second.until("run_end").await;

        let mut whole = browser.socket().await;
        whole.send(json!({"type": "subscribe", "conversation": before.conversation})).await;
        whole.until("snapshot").await;
        assert_eq!(second.transcript, whole.transcript, "after a cut at {kind}");
        assert!(!second.answer().is_empty());
    }
}

#[tokio::test]
async fn two_tabs_show_the_same() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let (mut left, mut right) = (browser.socket().await, browser.socket().await);
    left.ask("How many sites do we have?").await;
    right.send(json!({"type": "subscribe", "conversation": left.conversation()})).await;
    right.until("snapshot").await;
    right
        .send(json!({"type": "send", "conversation": left.conversation(), "text": "How many racks do we have?"}))
        .await;
    left.until_completed().await;
    right.until_completed().await;
    assert_eq!(left.transcript, right.transcript);
    assert_eq!(left.transcript.turns.len(), 2);
}

#[tokio::test]
async fn telling_the_server_to_stop_says_goodbye() {
    let stack = Stack::demo().await;
    let mut socket = stack.script().await;
    socket.ask("How many sites do we have?").await;
    stack.tell_to_stop();
    let bye = socket.until("bye").await;
    assert_eq!(bye["code"], "drain");
    assert!(bye["retry_milliseconds"].as_u64().unwrap() > 0);
    assert!(socket.next_frame().await.is_none());
    assert_eq!(socket.close_code, Some(1012));
    stack.stopped().await;
}
