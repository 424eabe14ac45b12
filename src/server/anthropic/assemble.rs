//! Puts the events of one stream together into a reply.
//!
//! Stricter than the official SDKs on purpose: they complete cut tool arguments with a partial JSON parser and take a
//! stream that just ends for a message. Here a reply exists only after `message_stop`, and arguments are whole JSON
//! objects or marked as broken.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value, json};

use super::error::ApiFailure;
use super::profile::Profile;
use super::reply::{Reply, ReplyEvent, StopReason, ToolUse};
use super::sse::ReadError;
use crate::wire::transcript::Usage;

/// The largest reply accepted, in bytes of events: the API's limit for a request body, so nothing larger could ever
/// be sent back.
pub const MAXIMUM_REPLY_BYTES: usize = 32 * 1024 * 1024;

/// Why a stream is no reply.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The provider sent an `error` event.
    #[error("the stream carried an error event")]
    Api(Box<ApiFailure>),
    /// What came is not what the API sends.
    #[error("{0}")]
    Malformed(String),
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Self::Malformed(error.to_string())
    }
}

/// The reply as far as it has come.
#[derive(Debug)]
pub struct Assembler {
    profile: Profile,
    started: Option<(String, String)>,
    blocks: BTreeMap<usize, Block>,
    /// The ids of calls that are taken, here and in what was said before.
    tool_ids: HashSet<String>,
    stop_reason: Option<StopReason>,
    stop_details: Value,
    usage: Usage,
    bytes: usize,
    /// Events other than pings.
    progress: u64,
    done: bool,
}

/// A content block: its raw JSON, and its tool arguments as far as they have come.
#[derive(Debug)]
struct Block {
    raw: Value,
    input: Option<String>,
    open: bool,
    /// Whether its type is one of this version's, so that it is known what its deltas mean.
    known: bool,
}

/// The types of blocks that come in pieces.
const STREAMED: [&str; 7] =
    ["text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "mcp_tool_use", "compaction"];

impl Assembler {
    /// Puts a reply together by the rules of `profile`. Calls are given other ids than `tool_ids`, those of the
    /// conversation so far: a server that counts its calls anew in each reply repeats them.
    pub fn new(profile: Profile, tool_ids: HashSet<String>) -> Self {
        Self {
            profile,
            started: None,
            blocks: BTreeMap::new(),
            tool_ids,
            stop_reason: None,
            stop_details: Value::Null,
            usage: Usage::default(),
            bytes: 0,
            progress: 0,
            done: false,
        }
    }

    /// Takes the data of one event. The event's own name is not needed: the JSON has a `type`.
    pub fn push(&mut self, data: &str) -> Result<Option<ReplyEvent>, Fault> {
        if self.done {
            return Ok(None);
        }
        self.bytes += data.len();
        if self.bytes > MAXIMUM_REPLY_BYTES {
            return Err(malformed(format!("the reply is larger than {MAXIMUM_REPLY_BYTES} bytes")));
        }
        let mut event: Value =
            serde_json::from_str(data).map_err(|error| malformed(format!("an event is not JSON: {error}")))?;
        let kind = event["type"].as_str().unwrap_or_default().to_owned();
        if kind == "error" || (kind.is_empty() && event["error"].is_object()) {
            return Err(Fault::Api(Box::new(ApiFailure::in_stream(&event))));
        }
        self.progress += u64::from(kind != "ping");
        match kind.as_str() {
            "message_start" => self.start(&event["message"]).map(Some),
            "content_block_start" => self.start_block(index(&event)?, event["content_block"].take()),
            "content_block_delta" => self.delta(index(&event)?, &mut event["delta"]),
            "content_block_stop" => {
                self.open_block(index(&event)?)?.open = false;
                Ok(None)
            }
            "message_delta" => {
                self.begun()?;
                if let Some(reason) = event["delta"]["stop_reason"].as_str() {
                    self.stop_reason = Some(reason.into());
                    self.stop_details = event["delta"]["stop_details"].take();
                }
                self.count(&event["usage"]);
                Ok(None)
            }
            "message_stop" => self.finish().map(|reply| Some(ReplyEvent::Done(reply))),
            // `ping` and events of a newer API.
            _ => Ok(None),
        }
    }

    /// How many events have come that were more than a sign of life.
    pub fn progress(&self) -> u64 {
        self.progress
    }

    /// What was used so far. `calls` is 1 as soon as the model began.
    pub fn usage(&self) -> Usage {
        Usage { calls: u64::from(self.started.is_some() || self.done), ..self.usage }
    }

    fn begun(&self) -> Result<(), Fault> {
        self.started.is_some().then_some(()).ok_or_else(|| malformed("the stream does not begin with message_start"))
    }

    fn start(&mut self, message: &Value) -> Result<ReplyEvent, Fault> {
        if self.started.is_some() {
            return Err(malformed("a second message_start in one stream"));
        }
        let text = |field: &str| message[field].as_str().unwrap_or_default().to_owned();
        let (message_id, model) = (text("id"), text("model"));
        self.started = Some((message_id.clone(), model.clone()));
        self.count(&message["usage"]);
        Ok(ReplyEvent::Started { message_id, model })
    }

    fn start_block(&mut self, index: usize, mut raw: Value) -> Result<Option<ReplyEvent>, Fault> {
        self.begun()?;
        if !raw.is_object() || self.blocks.contains_key(&index) {
            return Err(malformed("a content block begins twice or without a body"));
        }
        let text = |field: &str| raw[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let (mut input, mut shown) = (None, None);
        match raw["type"].as_str().unwrap_or_default() {
            "text" => shown = text("text").map(|text| ReplyEvent::Text { index, text }),
            "thinking" => shown = text("thinking").map(|text| ReplyEvent::Thinking { index, text }),
            "tool_use" => {
                let name = text("name").ok_or_else(|| malformed("a tool_use without a name"))?;
                // Some compatible servers leave ids out or repeat them; results could not be told apart.
                let id = text("id").filter(|id| !self.tool_ids.contains(id));
                let id = id.unwrap_or_else(|| format!("toolu_{}", uuid::Uuid::new_v4().simple()));
                self.tool_ids.insert(id.clone());
                raw["id"] = Value::String(id.clone());
                input = Some(String::new());
                shown = Some(ReplyEvent::ToolUse { index, id, name });
            }
            // Runs at the provider; only its arguments are streamed like ours.
            "server_tool_use" | "mcp_tool_use" => input = Some(String::new()),
            _ => {}
        }
        let known = raw["type"].as_str().is_some_and(|kind| STREAMED.contains(&kind));
        self.blocks.insert(index, Block { raw, input, open: true, known });
        Ok(shown)
    }

    fn open_block(&mut self, index: usize) -> Result<&mut Block, Fault> {
        let block = self.blocks.get_mut(&index).filter(|block| block.open);
        block.ok_or_else(|| malformed(format!("content block {index} is not open")))
    }

    fn delta(&mut self, index: usize, delta: &mut Value) -> Result<Option<ReplyEvent>, Fault> {
        let block = self.open_block(index)?;
        if !block.known {
            return Ok(None);
        }
        let piece = |field: &str| delta[field].as_str().unwrap_or_default().to_owned();
        match delta["type"].as_str().unwrap_or_default() {
            "text_delta" => {
                let text = piece("text");
                append(&mut block.raw, "text", &text)?;
                Ok((!text.is_empty()).then_some(ReplyEvent::Text { index, text }))
            }
            "thinking_delta" => {
                let text = piece("thinking");
                append(&mut block.raw, "thinking", &text)?;
                Ok((!text.is_empty()).then_some(ReplyEvent::Thinking { index, text }))
            }
            // Comes once and whole.
            "signature_delta" => {
                block.raw["signature"] = delta["signature"].take();
                Ok(None)
            }
            "citations_delta" => {
                match &mut block.raw["citations"] {
                    Value::Array(citations) => citations.push(delta["citation"].take()),
                    missing => *missing = json!([delta["citation"].take()]),
                }
                Ok(None)
            }
            "input_json_delta" => {
                let Some(input) = &mut block.input else {
                    return Err(malformed("tool arguments in a block that is no tool call"));
                };
                input.push_str(delta["partial_json"].as_str().unwrap_or_default());
                Ok(None)
            }
            "compaction_delta" => {
                block.raw["content"] = delta["content"].take();
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// Usage is cumulative: each number that is there replaces the one before.
    fn count(&mut self, usage: &Value) {
        let replace = |field: &mut u64, name: &str| *field = usage[name].as_u64().unwrap_or(*field);
        replace(&mut self.usage.input_tokens, "input_tokens");
        replace(&mut self.usage.cache_creation_input_tokens, "cache_creation_input_tokens");
        replace(&mut self.usage.cache_read_input_tokens, "cache_read_input_tokens");
        replace(&mut self.usage.output_tokens, "output_tokens");
        // The last event may leave the division out; then the first one's holds.
        let kept_1h = usage["cache_creation"]["ephemeral_1h_input_tokens"].as_u64();
        self.usage.cache_creation_1h_input_tokens = kept_1h.unwrap_or(self.usage.cache_creation_1h_input_tokens);
    }

    fn finish(&mut self) -> Result<Reply, Fault> {
        let Some((message_id, model)) = self.started.take() else {
            return Err(malformed("the stream ends before message_start"));
        };
        self.done = true;
        let (mut content, mut tool_uses) = (Vec::new(), Vec::new());
        for block in std::mem::take(&mut self.blocks).into_values() {
            let Block { mut raw, input, .. } = block;
            if let Some(text) = input {
                let input = parse_input(&text, &raw["input"]);
                // What is sent back must hold an object even where the model wrote none.
                raw["input"] = input.clone().unwrap_or_else(|_| json!({}));
                if raw["type"] == "tool_use" {
                    let field = |name: &str| raw[name].as_str().unwrap_or_default().to_owned();
                    tool_uses.push(ToolUse { id: field("id"), name: field("name"), input });
                }
            }
            // The API refuses empty text blocks when they come back.
            if raw["type"] != "text" || raw["text"].as_str().is_some_and(|text| !text.is_empty()) {
                content.push(raw);
            }
        }
        let stop_reason = match self.stop_reason.take() {
            Some(reason) => reason,
            // Some compatible servers leave it out.
            None if tool_uses.is_empty() => StopReason::EndTurn,
            None if self.profile.forgives_missing_stop_reason() && tool_uses.iter().all(|call| call.input.is_ok()) => {
                StopReason::ToolUse
            }
            // Elsewhere tools run only on an explicit word.
            None => return Err(malformed("a reply with tool calls has no stop_reason")),
        };
        let usage = Usage { calls: 1, ..self.usage };
        let stop_details = self.stop_details.take();
        Ok(Reply { message_id, model, content, tool_uses, stop_reason, stop_details, usage, request_id: None })
    }
}

/// Parses tool arguments strictly; without any streamed text, those that the block began with.
fn parse_input(text: &str, begun_with: &Value) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Object(begun_with.as_object().cloned().unwrap_or_default()));
    }
    serde_json::from_str::<Map<String, Value>>(text).map(Value::Object).map_err(|_| text.to_owned())
}

fn append(raw: &mut Value, field: &str, piece: &str) -> Result<(), Fault> {
    if raw["type"] != field {
        return Err(malformed(format!("a piece of {field} in a block of another kind")));
    }
    match &mut raw[field] {
        Value::String(text) => text.push_str(piece),
        missing => *missing = Value::String(piece.to_owned()),
    }
    Ok(())
}

fn index(event: &Value) -> Result<usize, Fault> {
    let index = event["index"].as_u64().and_then(|index| usize::try_from(index).ok());
    index.ok_or_else(|| malformed("a content block event without an index"))
}

fn malformed(what: impl Into<String>) -> Fault {
    Fault::Malformed(what.into())
}
