//! What comes out of recorded streams, and of streams that nobody should send.

use std::collections::HashSet;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::assemble::{Assembler, Fault};
use super::super::error::FailureType;
use super::super::profile::Profile;
use super::super::reply::{ReplyEvent, StopReason, ToolUse};
use super::{ERROR, MAX_TOKENS, PARALLEL, REFUSAL, TEXT, TOOL_USE, read, reply};
use crate::wire::transcript::Usage;

#[test]
fn text() {
    let reply = reply(TEXT);
    assert_eq!(reply.text(), "Site **Zürich** has 42 devices — 40 active ✅,\n2 planned.");
    assert_eq!(reply.stop_reason, StopReason::EndTurn);
    let usage =
        Usage { calls: 1, input_tokens: 41, cache_read_input_tokens: 6144, output_tokens: 23, ..Usage::default() };
    assert_eq!(reply.usage, usage);
}

#[test]
fn a_call_keeps_thinking_as_it_came() {
    let reply = reply(TOOL_USE);
    let input = json!({ "path": "dcim/devices", "filters": { "site": "zürich" }, "limit": 50 });
    assert_eq!(
        reply.content,
        [
            json!({ "type": "thinking",
                "thinking": "The user wants the devices at one site. I will look the site up by slug first.",
                "signature": "RklYVFVSRS1TSUdOQVRVUkUtTk9ULUEtUkVBTC1PTkUrLz0=" }),
            json!({ "type": "text", "text": "Let me look that up." }),
            json!({ "type": "tool_use", "id": "toolu_01FixtureListDevices0001", "name": "netbox_list",
                "input": input, "caller": { "type": "direct" } }),
        ]
    );
    let call = ToolUse { id: "toolu_01FixtureListDevices0001".into(), name: "netbox_list".into(), input: Ok(input) };
    assert_eq!(reply.tool_uses, [call]);
    assert_eq!(reply.stop_reason, StopReason::ToolUse);
}

#[test]
fn parallel_calls_and_empty_thinking() {
    let reply = reply(PARALLEL);
    assert_eq!(
        reply.content[0],
        json!({ "type": "thinking", "thinking": "", "signature": "T01JVFRFRC1ESVNQTEFZLUZJWFRVUkU=" })
    );
    let inputs: Vec<_> = reply.tool_uses.iter().map(|call| call.input.clone()).collect();
    assert_eq!(inputs, [Ok(json!({ "path": "dcim/devices/17" })), Ok(json!({}))]);
}

#[test]
fn length_and_refusal() {
    assert_eq!(reply(MAX_TOKENS).stop_reason, StopReason::MaxTokens);
    let refusal = reply(REFUSAL);
    assert_eq!(refusal.stop_reason, StopReason::Refusal);
    assert_eq!(refusal.stop_details["category"], "cyber");
}

#[test]
fn an_error_event_ends_the_stream() {
    let (events, fault) = read([ERROR.as_bytes()]);
    assert!(matches!(events.last(), Some(ReplyEvent::Text { .. })));
    let Some(Fault::Api(failure)) = fault else { panic!("{fault:?}") };
    assert_eq!(failure.failure, FailureType::Overloaded);
    assert_eq!(failure.request_id.as_deref(), Some("req_011FixtureOverloaded0001"));
}

/// Assembles events in order; the result of the last one.
fn assemble(events: &[Value]) -> Result<Option<ReplyEvent>, Fault> {
    let mut assembler = Assembler::new(Profile::Anthropic, HashSet::new());
    let mut last = Ok(None);
    for event in events {
        last = assembler.push(&event.to_string());
        if last.is_err() {
            break;
        }
    }
    last
}

fn start() -> Value {
    json!({ "type": "message_start", "message": { "id": "msg_1", "model": "m" } })
}

fn call(index: usize, id: &str) -> Value {
    json!({ "type": "content_block_start", "index": index,
        "content_block": { "type": "tool_use", "id": id, "name": "t", "input": {} } })
}

fn arguments(index: usize, piece: &str) -> Value {
    json!({ "type": "content_block_delta", "index": index, "delta": { "type": "input_json_delta", "partial_json": piece } })
}

fn end(reason: Option<&str>) -> [Value; 2] {
    [json!({ "type": "message_delta", "delta": { "stop_reason": reason } }), json!({ "type": "message_stop" })]
}

#[test]
fn arguments_must_be_a_whole_object() {
    for broken in ["{\"a\": 1", "[1]", "7", "{} {}", "nope"] {
        let events = [vec![start(), call(0, "a"), arguments(0, broken)], end(Some("tool_use")).to_vec()].concat();
        let Ok(Some(ReplyEvent::Done(reply))) = assemble(&events) else { panic!("{broken}") };
        assert_eq!(reply.tool_uses[0].input, Err(broken.to_owned()));
        assert_eq!(reply.content[0]["input"], json!({}), "what goes back must be an object");
    }
}

#[test]
fn arguments_keep_the_order_of_their_keys() {
    let text = r#"{"z":1,"a":{"y":2.5,"b":null}}"#;
    let events = [vec![start(), call(0, "a"), arguments(0, text)], end(Some("tool_use")).to_vec()].concat();
    let Ok(Some(ReplyEvent::Done(reply))) = assemble(&events) else { panic!() };
    assert_eq!(reply.content[0]["input"].to_string(), text);
}

#[test]
fn missing_and_repeated_ids_are_made_distinct() {
    let events =
        [vec![start(), call(0, "same"), call(1, "same"), call(2, "")], end(Some("tool_use")).to_vec()].concat();
    let Ok(Some(ReplyEvent::Done(reply))) = assemble(&events) else { panic!() };
    let ids: std::collections::BTreeSet<_> = reply.tool_uses.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids.len(), 3);
    assert!(!ids.contains(""));
    let echoed: std::collections::BTreeSet<_> = reply.content.iter().filter_map(|block| block["id"].as_str()).collect();
    assert_eq!(echoed, ids);
}

#[test]
fn tools_need_an_explicit_stop_reason() {
    let events = [vec![start(), call(0, "a")], end(None).to_vec()].concat();
    assert!(matches!(assemble(&events), Err(Fault::Malformed(_))));
    let events = [vec![start()], end(None).to_vec()].concat();
    assert!(matches!(assemble(&events), Ok(Some(ReplyEvent::Done(reply))) if reply.stop_reason == StopReason::EndTurn));
}

#[test]
fn usage_is_replaced_not_added() {
    let count = |tokens: Value| json!({ "type": "message_delta", "delta": {}, "usage": { "output_tokens": tokens } });
    let events = [vec![start(), count(json!(5)), count(json!(9)), count(Value::Null)], end(Some("end_turn")).to_vec()];
    let Ok(Some(ReplyEvent::Done(reply))) = assemble(&events.concat()) else { panic!() };
    assert_eq!(reply.usage.output_tokens, 9);
}

#[test]
fn unknown_blocks_are_kept_and_empty_text_is_not() {
    let block =
        |index: usize, block: Value| json!({ "type": "content_block_start", "index": index, "content_block": block });
    let novel = json!({ "type": "novel", "data": [1, { "x": null }] });
    let delta = json!({ "type": "content_block_delta", "index": 0, "delta": { "type": "novel_delta", "x": 1 } });
    let events = [
        vec![start(), json!({ "type": "novel_event" }), block(0, novel.clone()), delta],
        vec![block(1, json!({ "type": "text", "text": "" }))],
        end(Some("novel_reason")).to_vec(),
    ];
    let Ok(Some(ReplyEvent::Done(reply))) = assemble(&events.concat()) else { panic!() };
    assert_eq!(reply.content, [novel]);
    assert_eq!(reply.stop_reason, StopReason::Other("novel_reason".into()));
}

#[test]
fn what_the_api_never_sends_is_refused() {
    let text = json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } });
    let cases = [
        vec![text.clone()],
        vec![start(), start()],
        vec![start(), text.clone(), text.clone()],
        vec![start(), text, arguments(0, "{}")],
        vec![start(), arguments(3, "{}")],
        vec![start(), json!({ "type": "content_block_stop" })],
        vec![json!({ "type": "message_stop" })],
    ];
    for events in cases {
        assert!(matches!(assemble(&events), Err(Fault::Malformed(_))), "{events:?}");
    }
}

/// Events that are nearly right: real types and fields with any values in any order.
fn event() -> impl Strategy<Value = Value> {
    let names = |names: &'static [&'static str]| prop::sample::select(names);
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z{}\":]{0,6}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({ "supported": true })),
    ];
    let kind = names(&[
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "ping",
        "error",
        "novel",
        "",
    ]);
    let inner = names(&[
        "text",
        "thinking",
        "tool_use",
        "server_tool_use",
        "text_delta",
        "thinking_delta",
        "signature_delta",
        "input_json_delta",
        "citations_delta",
        "compaction_delta",
        "novel",
    ]);
    let fields = prop::collection::btree_map(
        names(&[
            "text",
            "thinking",
            "signature",
            "partial_json",
            "citation",
            "citations",
            "id",
            "name",
            "input",
            "stop_reason",
            "content",
        ]),
        value.clone(),
        0..6,
    );
    (kind, inner, fields, 0..3_usize, value, 0..6_u8).prop_map(|(kind, inner, fields, index, odd, place)| {
        let mut body = json!(fields);
        body["type"] = Value::from(inner);
        let mut event = json!({ "type": kind, "index": index, "content_block": body, "delta": body, "message": body });
        match place {
            0 => event["content_block"] = odd,
            1 => event["delta"] = odd,
            2 => event["index"] = odd,
            3 => event = odd,
            _ => {}
        }
        event
    })
}

proptest! {
    #[test]
    fn any_order_of_events_is_survived(events in prop::collection::vec(event(), 0..40)) {
        let mut assembler = Assembler::new(Profile::Anthropic, HashSet::new());
        // A start first, or hardly a sequence would get anywhere.
        let mut done = 0;
        for event in std::iter::once(start()).chain(events) {
            match assembler.push(&event.to_string()) {
                Ok(Some(ReplyEvent::Done(reply))) => {
                    done += 1;
                    for call in &reply.tool_uses {
                        prop_assert!(!call.id.is_empty());
                    }
                    for block in &reply.content {
                        prop_assert!(block["type"] != "tool_use" || block["input"].is_object());
                    }
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
        prop_assert!(done <= 1);
    }
}

#[test]
fn a_newer_kind_of_block_may_use_the_known_pieces() {
    let stream = [
        json!({"type": "message_start", "message": {"id": "msg_1", "model": "m", "usage": {}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "hologram", "depth": 3}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x"}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": "14"}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}}),
        json!({"type": "message_stop"}),
    ];
    let stream: String =
        stream.iter().flat_map(|event| ["data: ".to_owned(), event.to_string(), "\n\n".to_owned()]).collect();
    let reply = reply(&stream);
    assert_eq!(reply.text(), "14");
    assert_eq!(reply.content[0], json!({"type": "hologram", "depth": 3}));
}
