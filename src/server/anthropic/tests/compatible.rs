//! Servers that only look like Anthropic's: what is read from them in their profile, and what they are sent.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::assemble::Assembler;
use super::super::error::FailureType;
use super::super::models::{Effort, Model};
use super::super::profile::{Features, Profile};
use super::super::reply::{Reply, ReplyEvent, StopReason};
use super::super::request::Request;
use super::super::sse::Reader;
use super::server::{Server, client};

const COMPATIBLE: Profile = Profile::Compatible(Features { thinking: false, effort: false, cache_control: false });

/// As Ollama streams a call: the arguments in one piece, no cache figures.
const OLLAMA: &str = include_str!("../../../../tests/fixtures/compatible/ollama-tool-use.sse");
/// As llama.cpp does: thinking without a signature, ids counted anew in every reply.
const LLAMA_CPP: &str = include_str!("../../../../tests/fixtures/compatible/llama-cpp-thinking-tool-use.sse");
/// As vLLM does: frames with data only, usage with nulls.
const VLLM: &str = include_str!("../../../../tests/fixtures/compatible/vllm-text.sse");

fn request(messages: Vec<Value>) -> Request {
    let tools = json!([{"name": "netbox_get_objects", "description": "d", "input_schema": {"type": "object"}}]);
    Request::new(COMPATIBLE, &Model::known("qwen3"), Effort::Medium, "Answer.", tools, messages)
}

async fn reply(stream: &str, messages: Vec<Value>) -> Reply {
    let (_, client) = Server::with_client(vec![super::server::events(stream)]).await;
    let mut stream = client.stream(&request(messages)).await.unwrap();
    loop {
        if let ReplyEvent::Done(reply) = stream.next().await.unwrap().unwrap() {
            return reply;
        }
    }
}

#[tokio::test]
async fn ollama() {
    let reply = reply(OLLAMA, vec![super::super::message::user("How many sites?")]).await;
    assert_eq!(reply.stop_reason, StopReason::ToolUse);
    assert_eq!(reply.tool_uses[0].input, Ok(json!({"object_type": "dcim.site", "limit": 1})));
    assert_eq!((reply.usage.input_tokens, reply.usage.cache_read_input_tokens), (612, 0));
}

#[tokio::test]
async fn llama_cpp() {
    // The conversation has had a call of this id already.
    let earlier =
        json!({"role": "assistant", "content": [{"type": "tool_use", "id": "call_0", "name": "n", "input": {}}]});
    let reply = reply(LLAMA_CPP, vec![super::super::message::user("How many sites?"), earlier]).await;
    assert_eq!(reply.stop_reason, StopReason::ToolUse, "it left the reason out, but the call is whole");
    let ids: HashSet<_> = reply.tool_uses.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids.len(), 2);
    assert!(!ids.contains("call_0") && !ids.contains(""), "{ids:?}");
    assert_eq!(reply.usage.input_tokens, 0, "what is not counted is nothing");
}

#[tokio::test]
async fn vllm() {
    let reply = reply(VLLM, vec![super::super::message::user("How many sites?")]).await;
    assert_eq!((reply.text().as_str(), reply.stop_reason), ("There are 14 sites.", StopReason::EndTurn));
    assert_eq!((reply.usage.input_tokens, reply.usage.output_tokens), (598, 9));
}

#[tokio::test]
async fn what_is_sent_is_what_all_of_them_understand() {
    let (server, client) = Server::with_client(vec![super::server::events(VLLM)]).await;
    client.stream(&request(vec![super::super::message::user("q")])).await.unwrap();
    let body = server.arrived().remove(0).body;
    let mut fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    fields.sort();
    assert_eq!(fields, ["max_tokens", "messages", "model", "stream", "system", "tools"]);
    assert!(body["system"].is_string());
}

#[tokio::test]
async fn errors_in_the_shape_of_another_api_are_understood() {
    let body = json!({"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}});
    let busy = (http::StatusCode::SERVICE_UNAVAILABLE, axum::Json(body));
    let body = json!({"error": {"code": 400, "type": "exceed_context_size_error",
        "message": "the request exceeds the available context size, try increasing it"}});
    let long = (http::StatusCode::BAD_REQUEST, axum::Json(body));
    let (_, url) = Server::start(vec![
        axum::response::IntoResponse::into_response(busy),
        axum::response::IntoResponse::into_response(long),
    ])
    .await;
    let client = client(url);
    let messages = vec![super::super::message::user("q")];
    let error = client.stream(&request(messages.clone())).await.unwrap_err();
    assert_eq!(error.api().unwrap().failure, FailureType::Overloaded);
    assert!(error.retry(0).is_some(), "it is loading its model");
    let error = client.stream(&request(messages)).await.unwrap_err();
    assert!(error.is_about_length());
}

proptest! {
    #[test]
    fn any_split_gives_the_same_reply(
        fixture in prop::sample::select(&[OLLAMA, LLAMA_CPP, VLLM][..]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
        ending in prop::sample::select(&["\n", "\r\n", "\r"][..]),
    ) {
        let framed = fixture.replace('\n', ending);
        let bytes = framed.as_bytes();
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let split = read(places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]));
        prop_assert!(split.is_some());
        prop_assert_eq!(without_made_ids(split), without_made_ids(read([fixture.as_bytes()])));
    }

    #[test]
    fn a_call_runs_only_when_it_is_whole(
        pieces in prop::collection::vec("[{}\":a,1]{0,5}", 0..4),
        reason in prop::sample::select(&[None, Some("tool_use"), Some("end_turn")][..]),
    ) {
        let mut assembler = Assembler::new(COMPATIBLE, HashSet::new());
        let mut events = vec![
            json!({"type": "message_start", "message": {}}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "name": "t"}}),
        ];
        events.extend(pieces.iter().map(|piece| json!({"type": "content_block_delta", "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": piece}})));
        events.push(json!({"type": "message_delta", "delta": {"stop_reason": reason}}));
        events.push(json!({"type": "message_stop"}));
        let last = events.iter().map(|event| assembler.push(&event.to_string())).last().unwrap();
        if let Ok(Some(ReplyEvent::Done(reply))) = last {
            let whole = reply.tool_uses[0].input.is_ok();
            prop_assert!(!reply.tool_uses[0].id.is_empty());
            prop_assert!(reason.is_some() || !(reply.stop_reason == StopReason::ToolUse) || whole);
        } else {
            prop_assert_eq!(reason, None);
        }
    }
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Option<Reply> {
    let (mut reader, mut assembler) = (Reader::default(), Assembler::new(COMPATIBLE, HashSet::new()));
    let mut events = Vec::new();
    for piece in pieces {
        reader.push(piece, &mut events).ok()?;
    }
    events.extend(reader.finish().ok()?);
    events.iter().find_map(|event| match assembler.push(&event.data) {
        Ok(Some(ReplyEvent::Done(reply))) => Some(reply),
        _ => None,
    })
}

fn without_made_ids(reply: Option<Reply>) -> String {
    let made = regex::Regex::new("toolu_[0-9a-f]{32}").unwrap();
    made.replace_all(&format!("{reply:?}"), "made").into_owned()
}
