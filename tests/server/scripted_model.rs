//! A model whose replies a test writes itself, and runs that go wrong with it.

use std::collections::VecDeque;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::stack::Stack;

/// One reply, or what comes instead.
#[derive(Clone)]
pub enum Reply {
    /// These events.
    Events(Vec<Value>),
    /// These events, and then nothing more.
    Cut(Vec<Value>),
    /// This status with this sentence.
    Refused(u16, &'static str),
    /// This status with this error, and this header.
    Failed(u16, Value, Option<(&'static str, &'static str)>),
    /// These events, after a while.
    Late(Duration, Vec<Value>),
    /// These events, and then silence.
    Silent(Vec<Value>),
    /// A page of something in between.
    Page,
}

/// What arrived, and what is answered.
#[derive(Clone, Default)]
pub struct Script {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    requests: Arc<Mutex<Vec<Value>>>,
}

impl Script {
    /// A server that plays these replies, and a stack that asks it.
    pub async fn play(replies: Vec<Reply>) -> (Self, Stack) {
        let (script, url) = Self::serve(replies).await;
        (script, Stack::with_model_at(url.as_str()).await)
    }

    /// A server that plays these replies, and its address.
    pub async fn serve(replies: Vec<Reply>) -> (Self, url::Url) {
        let script = Self { replies: Arc::new(Mutex::new(replies.into())), requests: Arc::default() };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let router = Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (script, url)
    }

    /// The messages of each request.
    pub fn requests(&self) -> Vec<Value> {
        self.bodies().into_iter().map(|mut body| body["messages"].take()).collect()
    }

    /// Each request.
    pub fn bodies(&self) -> Vec<Value> {
        self.requests.lock().unwrap().clone()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Whole,
    Cut,
    Silence,
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    if request.uri().path() != "/v1/messages" {
        return StatusCode::NOT_FOUND.into_response();
    }
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    script.requests.lock().unwrap().push(body);
    let reply = script.replies.lock().unwrap().pop_front();
    let (events, end) = match reply {
        Some(Reply::Events(events)) => (events, End::Whole),
        Some(Reply::Cut(events)) => (events, End::Cut),
        Some(Reply::Silent(events)) => (events, End::Silence),
        Some(Reply::Late(wait, events)) => {
            tokio::time::sleep(wait).await;
            (events, End::Whole)
        }
        Some(Reply::Page) => return axum::response::Html("<h1>Sign in</h1>").into_response(),
        Some(Reply::Failed(status, error, header)) => {
            let body = axum::Json(json!({"type": "error", "error": error}));
            let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
            if let Some((name, value)) = header {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            return response;
        }
        Some(Reply::Refused(status, sentence)) => {
            let error = json!({"type": "error", "error": {"type": "invalid_request_error", "message": sentence}});
            return (StatusCode::from_u16(status).unwrap(), axum::Json(error)).into_response();
        }
        None => return StatusCode::BAD_REQUEST.into_response(),
    };
    let frames = stream::iter(events).map(|event| Ok::<_, std::io::Error>(format!("data: {event}\n\n")));
    let end = stream::iter((end != End::Whole).then_some(end)).then(|end| async move {
        if end == End::Silence {
            return std::future::pending().await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(std::io::Error::other("cut"))
    });
    ([("content-type", "text/event-stream")], Body::from_stream(frames.chain(end))).into_response()
}

/// The events of a reply with these blocks, each whole in one piece.
pub fn events(blocks: &[Value], stop_reason: &str) -> Vec<Value> {
    let mut events = begun(blocks);
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": stop_reason}, "usage": {"output_tokens": 1}}));
    events.push(json!({"type": "message_stop"}));
    events
}

/// The same without its end.
pub fn begun(blocks: &[Value]) -> Vec<Value> {
    let mut events = vec![json!({"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": {}}})];
    for (index, block) in blocks.iter().enumerate() {
        events.push(json!({"type": "content_block_start", "index": index, "content_block": block}));
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    events
}

pub fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

pub fn thinking(text: &str) -> Value {
    json!({"type": "thinking", "thinking": text, "signature": "c2ln"})
}

pub fn call(id: &str) -> Value {
    json!({"type": "tool_use", "id": id, "name": "netbox_get_objects",
           "input": {"object_type": "dcim.site", "fields": ["name"], "limit": 1}})
}

pub fn said(replies: &[Value]) -> Reply {
    Reply::Events(events(replies, "end_turn"))
}

#[tokio::test]
async fn a_reply_that_broke_off_before_its_text_is_made_again_and_shown_once() {
    let (script, stack) = Script::play(vec![
        Reply::Cut(begun(&[thinking("first try"), call("a")])),
        said(&[thinking("second try"), text("14 sites")]),
    ])
    .await;
    let mut socket = stack.script().await;
    assert_eq!(socket.ask("How many sites?").await, "14 sites");
    let answer = socket.transcript.turns[0].answer.clone().unwrap();
    assert_eq!(answer.parts.len(), 2, "{:?}", answer.parts);
    assert_eq!(answer.end.unwrap().why, netbox_chatbox::wire::transcript::EndReason::Done);
    assert_eq!(script.requests().len(), 2);
}

#[tokio::test]
async fn thinking_that_is_refused_is_taken_out_once() {
    let refused = Reply::Refused(400, "messages.1.content.0: Invalid `signature` in `thinking` block");
    let (script, stack) = Script::play(vec![
        said(&[thinking("hm"), text("one")]),
        refused.clone(),
        said(&[text("two")]),
        refused.clone(),
        said(&[text("unreachable")]),
    ])
    .await;
    let mut socket = stack.script().await;
    socket.ask("One?").await;
    assert_eq!(socket.ask("Two?").await, "two");
    let requests = script.requests();
    assert!(requests[1].to_string().contains("signature") && !requests[2].to_string().contains("signature"));
    assert_eq!(requests[1].as_array().unwrap().len(), requests[2].as_array().unwrap().len());
    // Nothing to take out any more: it is a failure like another.
    socket.send(json!({"type": "send", "text": "Three?"})).await;
    let frames = socket.until_completed().await;
    assert_eq!(frames.last().unwrap()["problem"]["code"], "model_request");
}

#[tokio::test]
async fn the_model_is_told_what_broke_off() {
    let (script, stack) = Script::play(vec![Reply::Cut(begun(&[text("There are")])), said(&[text("14")])]).await;
    let mut socket = stack.script().await;
    socket.ask("How many sites?").await;
    socket.ask("Go on").await;
    let last = script.requests()[1].clone();
    assert_eq!(last[1]["content"][0]["text"], "There are");
    assert!(last[2].to_string().contains("interrupted"), "{last}");
}

#[tokio::test]
async fn calls_that_end_together_do_not_wait_for_each_other() {
    const ROUNDS: usize = 6;
    // Some keep what they find, and others end meanwhile because there is nothing to keep.
    let one = |round: usize, number: usize| {
        let name = if number.is_multiple_of(2) { "netbox_get_objects" } else { "netbox_unknown" };
        let input = json!({"object_type": "dcim.site", "fields": ["name"], "limit": 1 + number, "offset": round});
        json!({"type": "tool_use", "id": format!("{round}-{number}"), "name": name, "input": input})
    };
    let calls = |round: usize| -> Vec<Value> { (0..12).map(|number| one(round, number)).collect() };
    let mut replies: Vec<Reply> = (0..ROUNDS).map(|round| Reply::Events(events(&calls(round), "tool_use"))).collect();
    replies.push(said(&[text("done")]));
    let (_script, stack) = Script::play(replies).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": "How many sites?"})).await;
    let frames = socket.until_completed().await;
    let stalled: Vec<&Value> = frames.iter().filter(|frame| frame["type"] == "storage").collect();
    assert!(stalled.is_empty(), "the database was held by a call that nobody went on with: {stalled:?}");
    assert_eq!(socket.answer(), "done");
}
