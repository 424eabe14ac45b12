//! An answer as server-sent events, in pieces and at a pace.

use std::time::Duration;

use axum::body::{Body, Bytes};
use futures::StreamExt;
use serde_json::{Value, json};

use super::cache::InputTokens;
use super::error::ApiError;
use super::identifier;
use super::prefix::Prefix;
use super::reply::{Block, Reply};
use super::request::{Request, Thinking};
use super::{MODEL, Pace};

/// How the stream ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Ending {
    /// As it should, with `message_stop`.
    #[default]
    Complete,
    /// The connection breaks halfway.
    Cut,
    /// An `error` event halfway.
    Error(ApiError),
}

/// How the answer is sent.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub pace: Pace,
    /// Slows the natural pace, for tests of long answers.
    pub slowness: u32,
    pub ending: Ending,
}

/// One frame and how long to wait before it.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    wait: Duration,
    data: Value,
}

/// Time to the first piece at the natural pace.
const FIRST: Duration = Duration::from_millis(300);
/// One token at the natural pace, about 75 a second.
const TOKEN_MICROSECONDS: u64 = 13_300;

/// Between the last piece and a cut that a test asked for.
const BEFORE_THE_CUT: Duration = Duration::from_millis(50);

/// The body of a streamed answer.
pub(super) fn body(reply: &Reply, request: &Request, prefix: &Prefix, input: InputTokens, delivery: Delivery) -> Body {
    let mut steps = steps(reply, request, prefix, input);
    let cut = match &delivery.ending {
        Ending::Complete => false,
        Ending::Cut => {
            steps.truncate(halfway(&steps));
            true
        }
        Ending::Error(error) => {
            steps.truncate(halfway(&steps));
            steps.push(Step { wait: Duration::ZERO, data: error.body(&identifier::fresh("req")) });
            false
        }
    };
    let instant = delivery.pace == Pace::Instant && delivery.slowness <= 1;
    let frames = futures::stream::iter(steps).then(move |step| async move {
        if !instant && !step.wait.is_zero() {
            tokio::time::sleep(step.wait * delivery.slowness.max(1)).await;
        }
        Ok::<Bytes, std::io::Error>(frame(&step.data))
    });
    // A body that ends with an error makes the server break the connection, as a proxy's restart would; what was said
    // before has left by then.
    let end = futures::stream::iter(cut.then_some(())).then(|()| async {
        tokio::time::sleep(BEFORE_THE_CUT).await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionAborted))
    });
    Body::from_stream(frames.chain(end))
}

/// Halfway through the pieces, but after the first of them.
fn halfway(steps: &[Step]) -> usize {
    let first = steps.iter().position(|step| step.data["type"] == "content_block_delta").unwrap_or(0);
    (steps.len() / 2).max(first + 1)
}

fn frame(data: &Value) -> Bytes {
    Bytes::from(format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default()))
}

fn steps(reply: &Reply, request: &Request, prefix: &Prefix, input: InputTokens) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |wait: Duration, data: Value| steps.push(Step { wait, data });
    let none = Duration::ZERO;
    add(
        FIRST,
        json!({"type": "message_start", "message": {
            "id": identifier::fresh("msg"), "type": "message", "role": "assistant", "model": MODEL, "content": [],
            "stop_reason": null, "stop_sequence": null, "stop_details": null, "usage": input.usage(1, 0),
        }}),
    );
    let mut scatter = Scatter::new(prefix.whole);
    for (index, block) in reply.blocks.iter().enumerate() {
        let delta = |delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
        let start = |block: Value| json!({"type": "content_block_start", "index": index, "content_block": block});
        match block {
            Block::Thinking(text) => {
                add(none, start(json!({"type": "thinking", "thinking": "", "signature": ""})));
                let shown = if request.thinking == Thinking::Summarized { text.as_str() } else { "" };
                for piece in scatter.pieces(shown, 3) {
                    add(pause(piece), delta(json!({"type": "thinking_delta", "thinking": piece})));
                }
                add(none, delta(json!({"type": "signature_delta", "signature": prefix.sign(shown)})));
            }
            Block::Text(text) => {
                add(none, start(json!({"type": "text", "text": ""})));
                for piece in scatter.pieces(text, 2) {
                    add(pause(piece), delta(json!({"type": "text_delta", "text": piece})));
                }
            }
            Block::Call { id, name, input } => {
                let block =
                    json!({"type": "tool_use", "id": id, "name": name, "input": {}, "caller": {"type": "direct"}});
                add(none, start(block));
                add(none, delta(json!({"type": "input_json_delta", "partial_json": ""})));
                for piece in scatter.pieces(input, 3) {
                    add(pause(piece), delta(json!({"type": "input_json_delta", "partial_json": piece})));
                }
            }
        }
        add(none, json!({"type": "content_block_stop", "index": index}));
        if index == 0 {
            add(none, json!({"type": "ping"}));
        }
    }
    let (output, thinking) = reply.output_tokens();
    let (stop_reason, stop_sequence, stop_details) = reply.stop_reason.fields();
    let delta = json!({
        "stop_reason": stop_reason, "stop_sequence": stop_sequence, "stop_details": stop_details, "container": null,
    });
    add(none, json!({"type": "message_delta", "delta": delta, "usage": input.usage(output, thinking)}));
    add(none, json!({"type": "message_stop"}));
    steps
}

fn pause(piece: &str) -> Duration {
    Duration::from_micros(piece.len().div_ceil(4) as u64 * TOKEN_MICROSECONDS)
}

/// Cuts a text into pieces of uneven length, the same for the same request.
struct Scatter {
    state: u64,
}

impl Scatter {
    fn new(seed: [u8; 32]) -> Self {
        Self { state: seed.iter().fold(1, |state, byte| state.wrapping_mul(257).wrapping_add(u64::from(*byte))) }
    }

    /// A number below `bound`, by the multiplier of Knuth's MMIX.
    fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap_or(0) % bound.max(1)
    }

    /// Pieces of about `tokens` tokens. A backslash always ends its piece: a reader must bear an escape that is cut.
    fn pieces<'a>(&mut self, text: &'a str, tokens: usize) -> Vec<&'a str> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let wanted = 1 + tokens * 2 + self.below(tokens * 5);
            let mut end = rest.ceil_char_boundary(wanted.min(rest.len()));
            if let Some(slash) = rest[..end].find('\\') {
                end = slash + 1;
            }
            let (piece, after) = rest.split_at(end);
            pieces.push(piece);
            rest = after;
        }
        pieces
    }
}
