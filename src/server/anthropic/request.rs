//! The request's body.

use serde::Serialize;
use serde_json::{Value, json};

use super::models::{Effort, Model};

/// A request for a streamed reply. The same values give the same bytes, so that the provider's cache recognises them:
/// keep `system`, `tools`, `thinking` and `output_config` unchanged for as long as a conversation lasts, and only
/// append to `messages`. (The model's thinking blocks are bound to all of these.)
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// The model's id.
    pub model: String,
    /// The most tokens the reply may have, thinking included.
    pub max_tokens: u64,
    stream: bool,
    /// Text, or text blocks ([`Request::system`]).
    pub system: Value,
    /// The tools, in a fixed order. Must stay while the history holds calls of them.
    pub tools: Value,
    /// How the model thinks; none leaves it to the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking: Option<Value>,
    /// The effort.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_config: Option<Value>,
    /// Automatic caching: the API marks the last block itself, and the mark moves with the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_control: Option<Value>,
    /// `{"user_id": ...}`: opaque, no name and no mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
    /// The conversation, built with [`super::message`].
    pub messages: Vec<Value>,
}

impl Request {
    /// A request as the model likes it: thinking, effort and length are taken from what it can.
    pub fn new(model: &Model, effort: Effort, system: Value, tools: Value, messages: Vec<Value>) -> Self {
        Self {
            model: model.id.clone(),
            max_tokens: model.reply_tokens(),
            stream: true,
            system,
            tools,
            thinking: model.thinking(),
            output_config: model.effort(effort).map(|effort| json!({ "effort": effort })),
            cache_control: Some(json!({ "type": "ephemeral" })),
            metadata: None,
            messages,
        }
    }

    /// The frozen system prompt as a block that is cached for an hour together with the tools before it. It is shared
    /// by everybody on this server: nothing about the person or the day may be in it.
    pub fn system(prompt: &str) -> Value {
        json!([{ "type": "text", "text": prompt, "cache_control": { "type": "ephemeral", "ttl": "1h" } }])
    }
}
