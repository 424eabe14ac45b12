//! The `messages` of a request and the rules that a history must keep.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::ApiError;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Role {
    User,
    Assistant,
    System,
}

/// One message with its content as blocks.
#[derive(Clone, Debug)]
pub(in super::super) struct Message {
    pub role: Role,
    pub content: Vec<Value>,
}

/// Reads the history, merges neighbours of one role and checks the whole.
pub(super) fn read(value: Option<&Value>, has_tools: bool) -> Result<Vec<Message>, ApiError> {
    let list = value.ok_or_else(|| ApiError::invalid("messages: Field required"))?;
    let list = list.as_array().ok_or_else(|| ApiError::invalid("messages: Input should be a valid list"))?;
    let mut messages: Vec<Message> = Vec::with_capacity(list.len());
    for (index, entry) in list.iter().enumerate() {
        let next = message(index, entry)?;
        match messages.last_mut() {
            Some(same) if same.role == next.role => same.content.extend(next.content),
            _ => messages.push(next),
        }
    }
    check_roles(&messages)?;
    check_tool_blocks(&messages, has_tools)?;
    Ok(messages)
}

fn message(index: usize, entry: &Value) -> Result<Message, ApiError> {
    let role = match entry["role"].as_str() {
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        Some("system") => Role::System,
        _ => {
            return Err(ApiError::invalid(format!(
                "messages.{index}.role: Input should be 'user', 'assistant' or 'system'"
            )));
        }
    };
    let content = match &entry["content"] {
        Value::String(text) => vec![json!({"type": "text", "text": text})],
        Value::Array(blocks) => blocks.clone(),
        _ => return Err(ApiError::invalid(format!("messages.{index}.content: Field required"))),
    };
    if content.is_empty() {
        return Err(ApiError::invalid(format!("messages.{index}: all messages must have non-empty content")));
    }
    for (position, block) in content.iter().enumerate() {
        check_block(index, position, role, block)?;
    }
    Ok(Message { role, content })
}

fn check_block(index: usize, position: usize, role: Role, block: &Value) -> Result<(), ApiError> {
    let place = format!("messages.{index}.content.{position}");
    let kind = block["type"].as_str().unwrap_or_default();
    let allowed: &[&str] = match role {
        Role::User => &["text", "tool_result", "image", "document", "search_result"],
        Role::Assistant => &["text", "thinking", "redacted_thinking", "tool_use"],
        Role::System => &["text"],
    };
    if !allowed.contains(&kind) {
        return Err(ApiError::invalid(format!("{place}.type: '{kind}' is not permitted in this position")));
    }
    let text = |field: &str| block[field].as_str();
    match kind {
        "text" => match text("text") {
            None => Err(ApiError::invalid(format!("{place}.text.text: Field required"))),
            Some("") => Err(ApiError::invalid("messages: text content blocks must be non-empty")),
            Some(words) if words.trim().is_empty() => {
                Err(ApiError::invalid("messages: text content blocks must contain non-whitespace text"))
            }
            Some(_) => Ok(()),
        },
        "thinking" if text("thinking").is_none() || text("signature").is_none() => {
            Err(ApiError::invalid(format!("{place}.thinking.signature: Field required")))
        }
        "tool_use" if !block["input"].is_object() => {
            Err(ApiError::invalid(format!("{place}.tool_use.input: Input should be a valid dictionary")))
        }
        "tool_use" if text("id").is_none_or(str::is_empty) || text("name").is_none_or(str::is_empty) => {
            Err(ApiError::invalid(format!("{place}.tool_use: `id` and `name` are required")))
        }
        "tool_result" => check_result(&place, block),
        _ => Ok(()),
    }
}

fn check_result(place: &str, block: &Value) -> Result<(), ApiError> {
    if block["tool_use_id"].as_str().is_none() {
        return Err(ApiError::invalid(format!("{place}.tool_result.tool_use_id: Field required")));
    }
    match block.get("content") {
        None | Some(Value::Null | Value::String(_)) => Ok(()),
        Some(Value::Array(blocks)) => {
            let empty = |block: &Value| block["type"] == "text" && block["text"].as_str().is_none_or(str::is_empty);
            if blocks.iter().any(empty) {
                return Err(ApiError::invalid("messages: text content blocks must be non-empty"));
            }
            Ok(())
        }
        Some(_) => Err(ApiError::invalid(format!("{place}.tool_result.content: Input should be a string or a list"))),
    }
}

fn check_roles(messages: &[Message]) -> Result<(), ApiError> {
    match messages.first() {
        None => return Err(ApiError::invalid("messages: at least one message is required")),
        Some(first) if first.role != Role::User => {
            return Err(ApiError::invalid("messages: first message must use the \"user\" role"));
        }
        Some(_) => {}
    }
    if messages.last().is_some_and(|last| last.role == Role::Assistant) {
        return Err(ApiError::invalid(
            "This model does not support assistant message prefill. The conversation must end with a user message.",
        ));
    }
    for pair in messages.windows(2) {
        if pair[0].role == Role::System && pair[1].role == Role::User {
            return Err(ApiError::invalid(
                "messages: a system message must be last or be followed by an assistant message",
            ));
        }
        if pair[0].role == Role::Assistant && pair[1].role == Role::System {
            return Err(ApiError::invalid("messages: a system message must follow a user message"));
        }
    }
    Ok(())
}

/// Each `tool_use` has exactly one `tool_result`, in the very next message and before any other block of it.
fn check_tool_blocks(messages: &[Message], has_tools: bool) -> Result<(), ApiError> {
    let mut seen = HashSet::new();
    let mut open: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let results: Vec<&str> = identifiers(message, "tool_result", "tool_use_id");
        let calls: Vec<&str> = identifiers(message, "tool_use", "id");
        if !has_tools && (!results.is_empty() || !calls.is_empty()) {
            return Err(ApiError::invalid(
                "Requests which include `tool_use` or `tool_result` blocks must define tools",
            ));
        }
        let missing: Vec<&str> = open.iter().copied().filter(|id| !results.contains(id)).collect();
        if !missing.is_empty() {
            return Err(ApiError::invalid(format!(
                "messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each \
                 `tool_use` block must have a corresponding `tool_result` block in the next message.",
                missing.join(", ")
            )));
        }
        let mut answered = HashSet::new();
        for id in &results {
            if !open.contains(id) {
                return Err(ApiError::invalid(format!(
                    "messages.{index}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` \
                     block must have a corresponding `tool_use` block in the previous message."
                )));
            }
            if !answered.insert(*id) {
                return Err(ApiError::invalid(format!(
                    "messages.{index}: each tool_use must have a single result. Found multiple `tool_result` blocks \
                     with id: {id}"
                )));
            }
        }
        if message.content.iter().take(results.len()).any(|block| block["type"] != "tool_result") {
            return Err(ApiError::invalid(format!(
                "messages.{index}: `tool_result` blocks must come first in the content of a user message"
            )));
        }
        for id in &calls {
            if !seen.insert(*id) {
                return Err(ApiError::invalid(format!("messages.{index}: `tool_use` ids must be unique: {id}")));
            }
        }
        open = calls;
    }
    Ok(())
}

fn identifiers<'a>(message: &'a Message, kind: &str, field: &str) -> Vec<&'a str> {
    message.content.iter().filter(|block| block["type"] == kind).filter_map(|block| block[field].as_str()).collect()
}
