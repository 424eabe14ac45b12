//! What the loop itself costs: reading the model's stream, and a round of the whole machinery when neither the model
//! nor NetBox takes any time.
//!
//! `make bench` runs it. The round is measured over HTTP against a server on loopback that answers at once, with a tool
//! that does not exist, so that NetBox is not asked: what is left is the client, the reader, the machine, the log and
//! the growing history, and the test server's own share.
#![allow(missing_docs, reason = "Criterion's macros make public functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::collections::HashSet;
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::response::IntoResponse;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use netbox_chatbox::server::anthropic::Profile;
use netbox_chatbox::server::anthropic::assemble::Assembler;
use netbox_chatbox::server::anthropic::sse::Reader;
use netbox_chatbox::server::config::{AnswerConfig, ConnectionConfig, ModelSource, NetboxSource, RemoteModel};
use netbox_chatbox::server::connections::Connections;
use netbox_chatbox::server::demo::model::Pace;
use netbox_chatbox::server::hub::Hub;
use netbox_chatbox::server::person::PersonId;
use netbox_chatbox::server::store::Database;
use netbox_chatbox::wire::command::SendMode;
use netbox_chatbox::wire::event::Event;
use netbox_chatbox::wire::id::ConversationId;
use serde_json::{Value, json};

/// Rounds of tools in one answer.
const ROUNDS: usize = 20;

fn event(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
}

fn delta(text: &str) -> String {
    event(&json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}))
}

/// A long reply in pieces of some words, about a megabyte.
fn long_stream() -> String {
    let mut stream = event(&json!({"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": {}}}));
    stream +=
        &event(&json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}));
    stream += &delta("There are 14 sites in the whole estate, ").repeat(8_000);
    stream += &event(&json!({"type": "content_block_stop", "index": 0}));
    stream += &event(&json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}}));
    stream + &event(&json!({"type": "message_stop"}))
}

fn streams(criterion: &mut Criterion) {
    let stream = long_stream();
    let mut group = criterion.benchmark_group("stream");
    group.throughput(Throughput::Bytes(stream.len() as u64));
    group.bench_function("events read, in pieces of 16 KiB", |bencher| {
        bencher.iter(|| {
            let (mut reader, mut events) = (Reader::default(), Vec::new());
            for piece in stream.as_bytes().chunks(16 * 1024) {
                reader.push(black_box(piece), &mut events).unwrap();
                events.clear();
            }
        });
    });
    group.bench_function("events read and put together to a reply", |bencher| {
        bencher.iter(|| {
            let (mut reader, mut events) = (Reader::default(), Vec::new());
            let mut assembler = Assembler::new(Profile::Anthropic, HashSet::new());
            for piece in stream.as_bytes().chunks(16 * 1024) {
                reader.push(black_box(piece), &mut events).unwrap();
                for event in events.drain(..) {
                    black_box(assembler.push(&event.data).unwrap());
                }
            }
        });
    });
    group.finish();
}

/// A model that calls a tool in every round but the last.
async fn model() -> url::Url {
    let asked = Arc::new(AtomicUsize::new(0));
    let answer = move |body: axum::body::Bytes| {
        black_box(body);
        let number = asked.fetch_add(1, Ordering::Relaxed);
        let last = number % (ROUNDS + 1) == ROUNDS;
        let block = if last {
            json!({"type": "text", "text": "14 sites"})
        } else {
            json!({"type": "tool_use", "id": format!("toolu_{number}"), "name": "none", "input": {"number": number}})
        };
        let reason = if last { "end_turn" } else { "tool_use" };
        let events = [
            json!({"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": {"input_tokens": 9}}}),
            json!({"type": "content_block_start", "index": 0, "content_block": block}),
            json!({"type": "content_block_stop", "index": 0}),
            json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 9}}),
            json!({"type": "message_stop"}),
        ];
        let body: String = events.iter().map(event).collect();
        std::future::ready(([("content-type", "text/event-stream")], body).into_response())
    };
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let missing = || std::future::ready(http::StatusCode::NOT_FOUND);
    let router = Router::new()
        .route("/v1/messages", axum::routing::post(answer))
        .route("/v1/models/{id}", axum::routing::get(missing));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn rounds(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (agent, hub, rights) = runtime.block_on(async {
        let model = ModelSource::Remote(RemoteModel::new(model().await, None, "claude-haiku-5-5"));
        let config = ConnectionConfig { netbox: NetboxSource::Demo, model, answers: AnswerConfig::default() };
        let connections = Connections::open(config, Pace::Instant).await.unwrap();
        (Arc::new(connections.agent()), Hub::new(Database::memory().await.unwrap()), connections.service)
    });
    let person = PersonId::new();
    let mut group = criterion.benchmark_group("loop");
    group.throughput(Throughput::Elements(ROUNDS as u64 + 1));
    group.sample_size(20);
    group.bench_function("an answer with 20 rounds (an element is one call of the model)", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let id = ConversationId(uuid::Uuid::now_v7().to_string());
                let conversation = hub.open_or_create(&person, &id).await.unwrap();
                let mut view = conversation.lossless_view(0).await.unwrap();
                let accepted = conversation.send(None, "How many sites?", "now", SendMode::Queue).await.unwrap();
                agent.start(Arc::clone(&conversation), accepted.start.unwrap(), rights.clone());
                loop {
                    if matches!(view.next().await.unwrap().event, Event::RunEnd { .. }) {
                        break;
                    }
                }
            });
        });
    });
    group.finish();
}

criterion_group!(agent_loop, streams, rounds);
criterion_main!(agent_loop);
