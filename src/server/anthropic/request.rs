//! The request's body.

use serde::Serialize;
use serde_json::{Value, json};

use super::message;
use super::models::{Effort, Model};
use super::profile::Profile;

/// Blocks that a round may add before the provider's search for an earlier cache entry, which looks at 20 places, no
/// longer finds the last one.
const LOOK_BACK: usize = 18;

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
    /// Text, or text blocks.
    pub system: Value,
    /// The tools, in a fixed order. Must stay while the history holds calls of them.
    #[serde(skip_serializing_if = "is_empty")]
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
    /// The dialect that it is written in, and its reply is read in.
    #[serde(skip)]
    pub profile: Profile,
}

impl Request {
    /// A request as the model and its server like it: thinking, effort and length are taken from what the model can,
    /// and nothing is sent that the profile does not know.
    ///
    /// `system` is the frozen prompt. It is shared by everybody on this server, and cached for an hour together with
    /// the tools before it: nothing about the person or the day may be in it.
    pub fn new(
        profile: Profile,
        model: &Model,
        effort: Effort,
        system: &str,
        tools: Value,
        mut messages: Vec<Value>,
    ) -> Self {
        let cached = profile.caches();
        if !profile.thinks() {
            message::strip_thinking(&mut messages);
        }
        if cached {
            mark_before_a_large_round(&mut messages);
        }
        let system = if cached {
            json!([{ "type": "text", "text": system, "cache_control": { "type": "ephemeral", "ttl": "1h" } }])
        } else {
            Value::from(system)
        };
        let effort = profile.takes_effort().then(|| model.effort(effort)).flatten();
        Self {
            model: model.id.clone(),
            max_tokens: model.reply_tokens(),
            stream: true,
            system,
            tools,
            thinking: profile.thinks().then(|| model.thinking()).flatten(),
            output_config: effort.map(|effort| json!({ "effort": effort })),
            cache_control: cached.then(|| json!({ "type": "ephemeral" })),
            metadata: None,
            messages,
            profile,
        }
    }
}

/// A round with many parallel calls adds more blocks than the provider looks back: the end of the request before it,
/// which was written to the cache, is marked once more. Only here, never in the stored history.
fn mark_before_a_large_round(messages: &mut [Value]) {
    let Some(reply) = messages.iter().rposition(|message| message["role"] == "assistant") else { return };
    let blocks = |message: &Value| message["content"].as_array().map_or(1, Vec::len);
    let added: usize = messages.iter().skip(reply).map(blocks).sum();
    if added < LOOK_BACK {
        return;
    }
    let before = messages.get_mut(..reply).and_then(<[Value]>::last_mut);
    let last = before.and_then(|message| message["content"].as_array_mut()).and_then(|blocks| blocks.last_mut());
    if let Some(block) = last.filter(|block| matches!(block["type"].as_str(), Some("text" | "tool_result"))) {
        block["cache_control"] = json!({ "type": "ephemeral" });
    }
}

fn is_empty(tools: &Value) -> bool {
    tools.as_array().is_none_or(Vec::is_empty)
}

#[cfg(test)]
mod tests {
    use super::super::profile::Features;
    use super::*;

    fn round(calls: usize) -> Vec<Value> {
        let ids: Vec<String> = (0..calls).map(|number| format!("call{number}")).collect();
        let uses = ids.iter().map(|id| json!({"type": "tool_use", "id": id, "name": "n", "input": {}})).collect();
        let results = ids.iter().map(|id| message::tool_result(id, "1", false)).collect();
        [message::assistant(uses), Some(message::tool_results(results))].into_iter().flatten().collect()
    }

    fn request(profile: Profile, messages: Vec<Value>) -> Value {
        let tools = json!([{"name": "n", "description": "d", "input_schema": {"type": "object"}}]);
        let model = Model::known("claude-haiku-5-5");
        serde_json::to_value(Request::new(profile, &model, Effort::Medium, "Answer.", tools, messages)).unwrap()
    }

    #[test]
    fn the_frozen_prompt_is_kept_for_an_hour_and_the_moving_end_is_marked_by_the_api() {
        let request = request(Profile::Anthropic, [vec![message::user("q")], round(3)].concat());
        assert_eq!(request["system"][0]["cache_control"], json!({"type": "ephemeral", "ttl": "1h"}));
        assert_eq!(request["cache_control"], json!({"type": "ephemeral"}));
        assert!(!request["messages"].to_string().contains("cache_control"));
        assert!(!request["tools"].to_string().contains("cache_control"));
    }

    #[test]
    fn before_a_round_of_many_blocks_there_is_one_mark_more() {
        let messages = [vec![message::user("q")], round(1), round(9)].concat();
        let request = request(Profile::Anthropic, messages.clone());
        assert_eq!(request["messages"].to_string().matches("cache_control").count(), 1);
        assert_eq!(request["messages"][2]["content"][0]["cache_control"], json!({"type": "ephemeral"}));
        assert!(!messages.iter().any(|message| message.to_string().contains("cache_control")));
    }

    #[test]
    fn a_compatible_server_gets_nothing_that_was_not_asked_for() {
        let thinking = json!({"type": "thinking", "thinking": "hm", "signature": ""});
        let reply = json!({"role": "assistant", "content": [thinking, {"type": "text", "text": "a"}]});
        let messages = [vec![message::user("q"), reply], round(9)].concat();
        let plain = request(Profile::Compatible(Features::default()), messages.clone());
        assert_eq!(plain["system"], "Answer.");
        for word in ["thinking", "output_config", "cache_control", "metadata"] {
            assert!(!plain.to_string().contains(word), "{word} in {plain}");
        }
        let features = Features { thinking: true, effort: true, cache_control: true };
        let asked = request(Profile::Compatible(features), messages.clone());
        assert_eq!(asked, request(Profile::Anthropic, messages));
    }
}
