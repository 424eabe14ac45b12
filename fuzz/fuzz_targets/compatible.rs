//! A server that only looks like Anthropic's: its calls run only when they are whole, and under ids of their own.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use netbox_chatbox::server::anthropic::assemble::Assembler;
use netbox_chatbox::server::anthropic::{Features, Profile, ReplyEvent, StopReason};
use serde_json::{Value, json};

// Arguments as they come in pieces, ids as they come, and whether the server says why it stopped.
fuzz_target!(|input: (Vec<(String, Vec<String>)>, Option<bool>)| {
    let (calls, says_why) = input;
    let taken = HashSet::from(["call_0".to_owned()]);
    let mut assembler = Assembler::new(Profile::Compatible(Features::default()), taken.clone());
    let mut events: Vec<Value> = vec![json!({"type": "message_start", "message": {}})];
    for (index, (id, pieces)) in calls.iter().enumerate() {
        let block = json!({"type": "tool_use", "id": id, "name": "t", "input": {}});
        events.push(json!({"type": "content_block_start", "index": index, "content_block": block}));
        for piece in pieces {
            let delta = json!({"type": "input_json_delta", "partial_json": piece});
            events.push(json!({"type": "content_block_delta", "index": index, "delta": delta}));
        }
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    let reason = says_why.map(|calls| if calls { "tool_use" } else { "end_turn" });
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": reason}}));
    events.push(json!({"type": "message_stop"}));
    let mut reply = None;
    for event in &events {
        match assembler.push(&event.to_string()) {
            Ok(Some(ReplyEvent::Done(done))) => reply = Some(done),
            Ok(_) => {}
            Err(_) => return,
        }
    }
    let Some(reply) = reply else { return };
    assert_eq!(reply.tool_uses.len(), calls.len());
    let ids: HashSet<&str> = reply.tool_uses.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids.len(), calls.len());
    assert!(ids.iter().all(|id| !id.is_empty() && !taken.contains(*id)));
    if says_why.is_none() && reply.stop_reason == StopReason::ToolUse {
        assert!(reply.tool_uses.iter().all(|call| call.input.is_ok()));
    }
});
