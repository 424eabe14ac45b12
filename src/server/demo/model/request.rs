//! A request as it came in, checked by the API's rules before anything is made of it.

mod messages;
mod tools;

use serde_json::{Map, Value};

use super::MODEL;
use super::error::ApiError;
pub(super) use messages::{Message, Role};
pub(super) use tools::Tool;

/// The most that one answer may hold, as `/v1/models` says.
pub(super) const MOST_OUTPUT_TOKENS: u64 = 128_000;

/// Every top-level field of version 2026-10-21; another one is refused, as the real API does.
const FIELDS: &[&str] = &[
    "model",
    "max_tokens",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "cache_control",
    "metadata",
    "stop_sequences",
    "stream",
    "service_tier",
    "speed",
    "inference_geo",
    "container",
    "diagnostics",
];

/// What becomes of the thinking in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thinking {
    /// No thinking blocks at all.
    Disabled,
    /// Blocks with a signature and no text: the API's default.
    Omitted,
    /// Blocks with a summary of the thinking.
    Summarized,
}

/// A request that keeps all rules.
#[derive(Debug)]
pub(super) struct Request {
    pub max_tokens: u64,
    pub stream: bool,
    /// The text blocks of `system`.
    pub system: Vec<Value>,
    pub tools: Vec<Tool>,
    /// Neighbours of one role are one message here, as the API merges them.
    pub messages: Vec<Message>,
    pub thinking: Thinking,
    /// `tool_choice` allows calls.
    pub may_call: bool,
    /// `tool_choice` allows several calls at once.
    pub parallel: bool,
    pub stop_sequences: Vec<String>,
    /// The top-level `cache_control`: the API marks the last block by itself.
    pub automatic_cache: Option<Value>,
}

/// Which endpoint reads the request: counting needs no `max_tokens`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Answer,
    Count,
}

/// Reads and checks a body.
pub(super) fn read(body: &[u8], purpose: Purpose) -> Result<Request, ApiError> {
    let value: Value =
        serde_json::from_slice(body).map_err(|_| ApiError::invalid("The request body is not valid JSON"))?;
    let Value::Object(fields) = value else {
        return Err(ApiError::invalid("The request body must be a JSON object"));
    };
    check_fields(&fields)?;
    let model = fields.get("model").ok_or_else(|| ApiError::invalid("model: Field required"))?;
    let model = model.as_str().ok_or_else(|| ApiError::invalid("model: Input should be a valid string"))?;
    if model != MODEL {
        return Err(ApiError::not_found(format!("model: {model}")));
    }
    let stream = boolean(&fields, "stream")?;
    let max_tokens = match purpose {
        Purpose::Answer => max_tokens(&fields, stream)?,
        Purpose::Count => 0,
    };
    let system = system(fields.get("system"))?;
    let tools = tools::read(fields.get("tools"))?;
    let (may_call, parallel) = tools::choice(fields.get("tool_choice"), &tools)?;
    let messages = messages::read(fields.get("messages"), !tools.is_empty())?;
    let stop_sequences = stop_sequences(&fields)?;
    check_output_config(fields.get("output_config"))?;
    Ok(Request {
        max_tokens,
        stream,
        system,
        tools,
        messages,
        thinking: thinking(fields.get("thinking"))?,
        may_call,
        parallel,
        stop_sequences,
        automatic_cache: fields.get("cache_control").filter(|value| !value.is_null()).cloned(),
    })
}

fn check_fields(fields: &Map<String, Value>) -> Result<(), ApiError> {
    for sampling in ["temperature", "top_p", "top_k"] {
        if fields.contains_key(sampling) {
            return Err(ApiError::invalid(format!("{sampling}: Sampling parameters are not supported by this model")));
        }
    }
    match fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        Some(unknown) => Err(ApiError::invalid(format!("{unknown}: Extra inputs are not permitted"))),
        None => Ok(()),
    }
}

fn boolean(fields: &Map<String, Value>, name: &str) -> Result<bool, ApiError> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(ApiError::invalid(format!("{name}: Input should be a valid boolean"))),
    }
}

fn max_tokens(fields: &Map<String, Value>, stream: bool) -> Result<u64, ApiError> {
    let value = fields.get("max_tokens").ok_or_else(|| ApiError::invalid("max_tokens: Field required"))?;
    let value = value
        .as_u64()
        .ok_or_else(|| ApiError::invalid("max_tokens: Input should be a valid integer greater than or equal to 0"))?;
    if value > MOST_OUTPUT_TOKENS {
        return Err(ApiError::invalid(format!(
            "max_tokens: {value} > {MOST_OUTPUT_TOKENS}, which is the maximum allowed number of output tokens for {MODEL}"
        )));
    }
    if value == 0 && stream {
        return Err(ApiError::invalid("max_tokens: 0 (cache pre-warming) cannot be combined with `stream`"));
    }
    Ok(value)
}

fn system(value: Option<&Value>) -> Result<Vec<Value>, ApiError> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) if text.is_empty() => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![serde_json::json!({"type": "text", "text": text})]),
        Some(Value::Array(blocks)) => {
            for (index, block) in blocks.iter().enumerate() {
                if block["type"] != "text" {
                    return Err(ApiError::invalid(format!("system.{index}.type: Input should be 'text'")));
                }
                if block["text"].as_str().is_none_or(str::is_empty) {
                    return Err(ApiError::invalid("system: text content blocks must be non-empty"));
                }
            }
            Ok(blocks.clone())
        }
        Some(_) => Err(ApiError::invalid("system: Input should be a valid string or list of text blocks")),
    }
}

fn thinking(value: Option<&Value>) -> Result<Thinking, ApiError> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(Thinking::Omitted) };
    match value["type"].as_str() {
        Some("disabled") => Ok(Thinking::Disabled),
        Some("adaptive") => match value.get("display").and_then(Value::as_str) {
            None | Some("omitted") => Ok(Thinking::Omitted),
            Some("summarized") => Ok(Thinking::Summarized),
            Some(_) => Err(ApiError::invalid("thinking.display: Input should be 'summarized' or 'omitted'")),
        },
        Some(kind @ ("enabled" | "between_tools")) => {
            Err(ApiError::invalid(format!("thinking.type: '{kind}' is not supported by {MODEL}; use 'adaptive'")))
        }
        _ => Err(ApiError::invalid("thinking.type: Input should be 'adaptive' or 'disabled'")),
    }
}

fn stop_sequences(fields: &Map<String, Value>) -> Result<Vec<String>, ApiError> {
    let Some(value) = fields.get("stop_sequences").filter(|value| !value.is_null()) else { return Ok(Vec::new()) };
    let list = value.as_array().ok_or_else(|| ApiError::invalid("stop_sequences: Input should be a valid list"))?;
    list.iter()
        .map(|entry| match entry.as_str() {
            Some(text) if !text.trim().is_empty() => Ok(text.to_owned()),
            _ => Err(ApiError::invalid("stop_sequences: each stop sequence must contain non-whitespace")),
        })
        .collect()
}

fn check_output_config(value: Option<&Value>) -> Result<(), ApiError> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(()) };
    if value.get("format").is_some_and(|format| !format.is_null()) {
        return Err(ApiError::invalid(format!(
            "output_config.format: structured outputs are not supported by {MODEL}"
        )));
    }
    match value.get("effort") {
        None | Some(Value::Null) => Ok(()),
        Some(effort) if ["low", "medium", "high", "xhigh", "max"].iter().any(|known| effort == known) => Ok(()),
        Some(_) => {
            Err(ApiError::invalid("output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"))
        }
    }
}
