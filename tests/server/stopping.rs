//! Stopping a run wherever it is, and stopping the server.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::stack::{Socket, Stack, http_client};

/// Far less than the waits that are cut short here.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_run_is_stopped_while_the_model_does_not_even_say_what_it_can() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let stack = Stack::with_model_at(&format!("http://{}/", listener.local_addr().unwrap())).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": "How many sites do we have?"})).await;
    socket.until("run_start").await;
    // The connection is open, and nothing comes.
    let _open = listener.accept().await.unwrap();
    let begin = Instant::now();
    socket.send(json!({"type": "stop"})).await;
    assert_eq!(socket.until("run_end").await["why"], "stopped");
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
}

/// What is not done in time ends as interrupted where nothing outlives the process; elsewhere it is left to be continued,
/// and nobody is told that it has ended. Then the server says goodbye.
pub async fn late_answer_ends(stack: &Stack, socket: &mut Socket) {
    let mut ends = Vec::new();
    loop {
        let frame = socket.next().await;
        match frame["type"].as_str() {
            Some("run_end") => ends.push((frame["why"].clone(), frame["completed"].clone())),
            Some("bye") => {
                assert_eq!(frame["code"], "drain");
                assert!(frame["retry_milliseconds"].as_u64().unwrap() > 0);
                break;
            }
            _ => {}
        }
    }
    if stack.database().outlives_the_process() {
        assert!(ends.is_empty() && socket.transcript.running().is_some(), "{ends:?}");
    } else {
        assert_eq!(ends, [(json!("interrupted"), json!(true))]);
    }
}

#[tokio::test]
async fn a_server_that_stops_begins_nothing_and_ends_late_answers_honestly() {
    let stack = Stack::draining(Duration::from_secs(2)).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": "[[slow]] List all devices"})).await;
    socket.until("run_start").await;
    socket.send(json!({"type": "send", "text": "How many sites do we have?"})).await;
    socket.until("queued").await;
    stack.tell_to_stop();
    let ready = loop {
        let ready = http_client().get(format!("http://{}/ready", stack.address)).send().await.unwrap();
        if ready.status() == 503 {
            break ready.json::<Value>().await.unwrap();
        }
    };
    assert_eq!(ready["status"], "draining");
    socket.send(json!({"type": "send", "id": "late", "text": "How many racks do we have?"})).await;
    let refused = socket.until("error").await;
    assert_eq!((refused["problem"]["code"].as_str(), refused["id"].as_str()), (Some("restarting"), Some("late")));
    assert!(refused["problem"]["hint"].is_string());
    late_answer_ends(&stack, &mut socket).await;
    assert!(socket.next_frame().await.is_none());
    assert_eq!(socket.close_code, Some(1012));
    assert_eq!(socket.transcript.queue.len(), 1);
    stack.stopped().await;
}

#[tokio::test]
async fn a_second_signal_does_not_wait_for_answers() {
    let stack = Stack::draining(Duration::from_mins(10)).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": "[[slow]] List all devices"})).await;
    socket.until("run_start").await;
    let begin = Instant::now();
    stack.tell_to_stop();
    stack.tell_to_stop();
    late_answer_ends(&stack, &mut socket).await;
    stack.stopped().await;
    assert!(begin.elapsed() < 2 * SOON, "{:?}", begin.elapsed());
}
