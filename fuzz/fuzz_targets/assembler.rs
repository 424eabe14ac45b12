//! Whatever a stream says, a reply comes out of it at most once, and one that could be sent back.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use netbox_chatbox::server::anthropic::assemble::Assembler;
use netbox_chatbox::server::anthropic::sse::Reader;
use netbox_chatbox::server::anthropic::{Profile, ReplyEvent};

fuzz_target!(|bytes: &[u8]| {
    let (mut reader, mut events) = (Reader::default(), Vec::new());
    if reader.push(bytes, &mut events).is_err() {
        return;
    }
    events.extend(reader.finish().ok().flatten());
    let mut assembler = Assembler::new(Profile::Anthropic, HashSet::new());
    let mut done = 0;
    for event in &events {
        match assembler.push(&event.data) {
            Ok(Some(ReplyEvent::Done(reply))) => {
                done += 1;
                let ids: HashSet<&str> = reply.tool_uses.iter().map(|call| call.id.as_str()).collect();
                assert_eq!(ids.len(), reply.tool_uses.len(), "ids repeat");
                assert!(!ids.contains(""));
                for block in &reply.content {
                    assert!(block["type"] != "tool_use" || block["input"].is_object());
                    assert!(block["type"] != "text" || block["text"].as_str().is_some_and(|text| !text.is_empty()));
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    assert!(done <= 1);
});
