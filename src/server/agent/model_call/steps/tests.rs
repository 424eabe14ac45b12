//! A model that goes on while nobody listens.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::routing::post;
use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::server::anthropic::{Client, Effort, Model, Profile, Request, Settings, message};

const REPLY: &str = include_str!("../../../../../tests/fixtures/sse/1-text-only.sse");
/// How long the client bears silence, and how long the server pauses between two events.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(100);

/// A model that says one event after another.
async fn model() -> Client {
    let reply = || async {
        let events: Vec<String> = REPLY.split_inclusive("\n\n").map(str::to_owned).collect();
        let events = futures::stream::iter(events).then(|event| async {
            tokio::time::sleep(PAUSE).await;
            Ok::<_, Infallible>(event)
        });
        ([("content-type", "text/event-stream")], Body::from_stream(events))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(axum::serve(listener, axum::Router::new().route("/v1/messages", post(reply))).into_future());
    Client::new(Settings { read_timeout: PATIENCE, ..Settings::new(url, None) }).unwrap()
}

#[tokio::test]
async fn a_model_is_not_silent_because_nobody_listened() {
    let client = model().await;
    let asked = vec![message::user("How many sites are there?")];
    let known = Model::known("claude-haiku-5-5");
    let request = Request::new(Profile::Anthropic, &known, Effort::Medium, "", serde_json::json!([]), asked);
    let mut steps = Steps::new(Retrying::new(&client, &request, CancellationToken::new()));
    assert!(matches!(steps.next().await, Some(Ok(Step::Reply(ReplyEvent::Started { .. })))));
    // It is listened to, and then something takes longer than silence may.
    assert!(tokio::time::timeout(PAUSE / 10, steps.next()).await.is_err());
    steps.beside(tokio::time::sleep(3 * PATIENCE)).await;
    let mut text = String::new();
    loop {
        match steps.next().await {
            Some(Ok(Step::Reply(ReplyEvent::Text { text: piece, .. }))) => text.push_str(&piece),
            Some(Ok(Step::Reply(ReplyEvent::Done(_)))) => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(!text.is_empty());
    assert!(steps.next().await.is_none());
}
