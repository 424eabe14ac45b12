//! Whatever a client sends, it gets a clear answer and the socket stays usable.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

use crate::stack::Stack;

#[tokio::test]
async fn bad_frames_get_a_hint_and_the_socket_stays_usable() {
    let stack = Stack::demo().await;
    let mut socket = stack.script().await;
    let large = json!({"type": "send", "text": "x".repeat(300 * 1024)}).to_string();
    let long = json!({"type": "send", "text": "x ".repeat(40_000)}).to_string();
    for (frame, code) in [
        (Message::text("{not json"), "bad_request"),
        (Message::text("[1,2]"), "bad_request"),
        (Message::text(r#"{"type":"fly"}"#), "bad_request"),
        (Message::text(r#"{"type":"send","text":"   "}"#), "bad_request"),
        (Message::text(r#"{"type":"stop"}"#), "bad_request"),
        (Message::text(r#"{"type":"subscribe","conversation":"nobody-knows-it"}"#), "not_found"),
        (Message::text(r#"{"type":"send","text":"hello","conversation":"../../etc"}"#), "bad_request"),
        (Message::binary(vec![0, 159, 146, 150]), "bad_request"),
        (Message::text(large), "too_large"),
        (Message::text(long), "too_large"),
    ] {
        socket.send_raw(frame).await;
        let error = socket.until("error").await;
        assert_eq!(error["problem"]["code"], code, "{error}");
        assert!(error["problem"]["hint"].is_string(), "{error}");
        assert!(!error["content"].as_str().unwrap().is_empty());
    }
    assert!(!socket.ask("How many sites do we have?").await.is_empty());
}

#[tokio::test]
async fn a_frame_of_ten_megabytes_is_refused_and_the_socket_stays_usable() {
    let stack = Stack::demo().await;
    let mut socket = stack.script().await;
    socket.ask("How many sites do we have?").await;
    socket.send_raw(Message::text("x".repeat(10 * 1024 * 1024))).await;
    assert_eq!(socket.until("error").await["problem"]["code"], "too_large");
    assert!(!socket.ask("How many racks do we have?").await.is_empty());
    assert_eq!(socket.transcript.turns.len(), 2);
}

#[tokio::test]
async fn a_frame_beyond_everything_closes_the_socket_with_its_code() {
    let stack = Stack::demo().await;
    let mut socket = stack.script().await;
    // The server may have closed before all of it was sent.
    let _ = socket.try_send(Message::text("x".repeat(17 * 1024 * 1024))).await;
    while socket.next_frame().await.is_some() {}
    assert_eq!(socket.close_code, Some(1009));
}

#[tokio::test]
async fn views_that_are_gone_do_not_take_the_others_along_and_errors_say_whose_they_are() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut first = browser.socket().await;
    first.ask("How many sites do we have?").await;
    let mut second = browser.socket().await;
    let resume = json!([{"conversation": "nobody-knows-it"}, {"conversation": first.conversation()}]);
    second.send(json!({"type": "hello", "resume": resume})).await;
    let error = second.until("error").await;
    assert_eq!(
        (error["problem"]["code"].as_str(), error["conversation"].as_str()),
        (Some("not_found"), Some("nobody-knows-it"))
    );
    second.until("snapshot").await;
    assert_eq!(second.transcript, first.transcript);
    for command in ["subscribe", "reset", "stop"] {
        second.send(json!({"type": command, "conversation": "nobody-knows-it"})).await;
        assert_eq!(second.until("error").await["conversation"], "nobody-knows-it", "{command}");
    }
}

#[tokio::test]
async fn ping_is_answered() {
    let stack = Stack::demo().await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "ping"})).await;
    assert_eq!(socket.until("pong").await["seq"], 0);
}

#[tokio::test]
async fn a_pong_tells_what_was_sent_so_that_a_loss_at_the_end_is_seen() {
    let stack = Stack::demo().await;
    let mut socket = stack.script().await;
    socket.ask("How many sites do we have?").await;
    // The number is noted when the event has gone, which may be a moment after it was read here.
    loop {
        socket.send(json!({"type": "ping"})).await;
        let pong = socket.until("pong").await;
        let [view] = pong["views"].as_array().unwrap().as_slice() else { panic!("{pong}") };
        assert_eq!(view["conversation"], json!(socket.conversation()));
        if view["after"] == json!(socket.transcript.seq) {
            break;
        }
    }
    socket.send(json!({"type": "unsubscribe", "conversation": socket.conversation()})).await;
    socket.send(json!({"type": "ping"})).await;
    assert!(socket.until("pong").await["views"].is_null());
}

#[tokio::test]
async fn a_socket_that_its_client_leaves_is_closed_by_the_server_too() {
    let stack = Stack::alone().await;
    let mut raw = tokio::net::TcpStream::connect(&stack.address).await.unwrap();
    let upgrade = format!(
        "GET /ws/chat HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        stack.address
    );
    raw.write_all(upgrade.as_bytes()).await.unwrap();
    let mut head = [0; 64];
    raw.read_exact(&mut head).await.unwrap();
    raw.shutdown().await.unwrap();
    // Whatever was on its way, and then the end: nothing of it stays behind in the server.
    tokio::time::timeout(std::time::Duration::from_secs(20), raw.read_to_end(&mut Vec::new()))
        .await
        .expect("it stays open")
        .unwrap();
}
