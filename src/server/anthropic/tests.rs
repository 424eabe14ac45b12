//! Tests of the parts together: recorded streams cut everywhere, and failures of a real server.

mod assembling;
mod compatible;
mod failures;
mod framing;
mod retrying;
mod server;

use std::collections::HashSet;

use super::assemble::{Assembler, Fault};
use super::profile::Profile;
use super::reply::{Reply, ReplyEvent};
use super::sse::Reader;

/// A whole stream: text only.
pub const TEXT: &str = include_str!("../../../tests/fixtures/sse/1-text-only.sse");
/// Thinking, text and one call.
pub const TOOL_USE: &str = include_str!("../../../tests/fixtures/sse/2-thinking-tool-use.sse");
/// Two calls, the second without arguments.
pub const PARALLEL: &str = include_str!("../../../tests/fixtures/sse/3-two-parallel-tool-use.sse");
/// An error event in mid-stream.
pub const ERROR: &str = include_str!("../../../tests/fixtures/sse/4-error-mid-stream.sse");
/// Cut off at the length limit.
pub const MAX_TOKENS: &str = include_str!("../../../tests/fixtures/sse/5-max-tokens.sse");
/// Declined in mid-text.
pub const REFUSAL: &str = include_str!("../../../tests/fixtures/sse/6-refusal.sse");
/// All of them.
pub const FIXTURES: [&str; 6] = [TEXT, TOOL_USE, PARALLEL, ERROR, MAX_TOKENS, REFUSAL];

/// Reads pieces of a stream without a network, to its end or its first fault.
pub fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<ReplyEvent>, Option<Fault>) {
    let (mut reader, mut assembler) = (Reader::default(), Assembler::new(Profile::Anthropic, HashSet::new()));
    let (mut events, mut replies) = (Vec::new(), Vec::new());
    let run = || -> Result<(), Fault> {
        for piece in pieces {
            reader.push(piece, &mut events)?;
            for event in events.drain(..) {
                replies.extend(assembler.push(&event.data)?);
            }
        }
        if let Some(event) = reader.finish()? {
            replies.extend(assembler.push(&event.data)?);
        }
        Ok(())
    };
    let fault = run().err();
    (replies, fault)
}

/// The reply at the end of a whole stream.
pub fn reply(stream: &str) -> Reply {
    match read([stream.as_bytes()]) {
        (mut events, None) => match events.pop() {
            Some(ReplyEvent::Done(reply)) => reply,
            other => panic!("the stream ends with {other:?}"),
        },
        (_, fault) => panic!("the stream fails: {fault:?}"),
    }
}
