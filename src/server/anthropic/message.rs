//! Messages of a conversation, as the API wants them.

use serde_json::{Value, json};

/// A person's message. `text` must not be blank.
pub fn user(text: &str) -> Value {
    json!({ "role": "user", "content": [{ "type": "text", "text": text }] })
}

/// The model's reply, unmodified. None for an empty one, which must not be sent back.
pub fn assistant(content: Vec<Value>) -> Option<Value> {
    (!content.is_empty()).then(|| json!({ "role": "assistant", "content": content }))
}

/// The result of one call, for [`tool_results`]. Empty results get a word, as the API accepts no empty text.
pub fn tool_result(tool_use_id: &str, content: &str, is_error: bool) -> Value {
    let content = if content.trim().is_empty() { "(no results)" } else { content };
    let mut result = json!({ "type": "tool_result", "tool_use_id": tool_use_id, "content": content });
    if is_error {
        result["is_error"] = Value::Bool(true);
    }
    result
}

/// The message after a reply with calls: the results of all of them, in the order of the calls, and nothing else.
pub fn tool_results(results: Vec<Value>) -> Value {
    json!({ "role": "user", "content": results })
}

/// The ids of the calls in a message.
pub fn tool_use_ids(message: &Value) -> Vec<&str> {
    let blocks = message["content"].as_array().map(Vec::as_slice).unwrap_or_default();
    blocks.iter().filter(|block| block["type"] == "tool_use").filter_map(|block| block["id"].as_str()).collect()
}

/// Takes every thinking block out of a history, for when its model, key, system prompt or tools changed, or the API
/// refused it ([`super::Error::is_about_thinking`]). All of them must go, and none may come back. Messages that held
/// nothing else go too. Gives whether anything changed.
pub fn strip_thinking(messages: &mut Vec<Value>) -> bool {
    let mut changed = false;
    messages.retain_mut(|message| {
        let Some(blocks) = message["content"].as_array_mut().filter(|blocks| !blocks.is_empty()) else { return true };
        let before = blocks.len();
        blocks.retain(|block| !matches!(block["type"].as_str(), Some("thinking" | "redacted_thinking")));
        changed |= blocks.len() != before;
        !blocks.is_empty()
    });
    changed
}

/// What [`answer_open_calls`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// How many calls were open.
    pub calls: usize,
    /// The places of the messages that were put in between, in ascending order.
    pub inserted: Vec<usize>,
}

/// Answers every call that has no result, so that a history which broke off (a crash, a stop) can be sent again:
/// `reason` becomes the error that the model reads. Results are added to the message after the calls, or a message is
/// put there.
pub fn answer_open_calls(messages: &mut Vec<Value>, reason: &str) -> Repaired {
    let (mut place, mut repaired) = (0, Repaired::default());
    while place < messages.len() {
        let ids: Vec<String> = tool_use_ids(&messages[place]).into_iter().map(str::to_owned).collect();
        place += 1;
        if ids.is_empty() {
            continue;
        }
        let next = messages.get_mut(place);
        let answered = next.as_ref().map(|next| next["content"].as_array().cloned().unwrap_or_default());
        let answered: Vec<Value> = answered.unwrap_or_default();
        let is_result = |block: &Value, id: &str| block["type"] == "tool_result" && block["tool_use_id"] == id;
        let is_answered = |id: &String| answered.iter().any(|block| is_result(block, id));
        let unanswered = ids.iter().filter(|id| !is_answered(id)).count();
        if unanswered == 0 {
            continue;
        }
        repaired.calls += unanswered;
        let results: Vec<Value> = ids
            .iter()
            .map(|id| {
                let result = answered.iter().find(|block| is_result(block, id)).cloned();
                result.unwrap_or_else(|| tool_result(id, reason, true))
            })
            .collect();
        match next {
            Some(next) if answered.iter().any(|block| block["type"] == "tool_result") => {
                let rest = answered.iter().filter(|block| block["type"] != "tool_result").cloned();
                next["content"] = results.into_iter().chain(rest).collect();
            }
            _ => {
                messages.insert(place, tool_results(results));
                repaired.inserted.push(place);
            }
        }
    }
    repaired
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(id: &str) -> Value {
        json!({ "type": "tool_use", "id": id, "name": "netbox_get_objects", "input": {} })
    }

    #[test]
    fn thinking_goes_and_takes_empty_messages_along() {
        let thinking = json!({ "type": "thinking", "thinking": "", "signature": "c2ln" });
        let mut messages = vec![
            user("hello"),
            json!({ "role": "assistant", "content": [thinking, call("a")] }),
            json!({ "role": "user", "content": "plain" }),
            json!({ "role": "assistant", "content": [thinking, { "type": "redacted_thinking", "data": "x" }] }),
        ];
        assert!(strip_thinking(&mut messages));
        assert_eq!(messages.len(), 3);
        assert_eq!(messages[1]["content"], json!([call("a")]));
        assert!(!strip_thinking(&mut messages));
    }

    #[test]
    fn every_open_call_is_answered_once_and_in_order() {
        let mut messages = vec![
            user("one"),
            assistant(vec![call("a"), call("b")]).unwrap(),
            json!({ "role": "user", "content": [tool_result("b", "2", false), { "type": "text", "text": "and?" }] }),
            assistant(vec![call("c")]).unwrap(),
            user("two"),
            assistant(vec![call("d")]).unwrap(),
        ];
        let repaired = answer_open_calls(&mut messages, "Cancelled");
        assert_eq!(repaired, Repaired { calls: 3, inserted: vec![4, 7] });
        let cancelled = |id| tool_result(id, "Cancelled", true);
        assert_eq!(messages.len(), 8);
        assert_eq!(
            messages[2]["content"],
            json!([cancelled("a"), tool_result("b", "2", false), { "type": "text", "text": "and?" }])
        );
        assert_eq!(messages[4], tool_results(vec![cancelled("c")]));
        assert_eq!(messages[5], user("two"));
        assert_eq!(messages[7], tool_results(vec![cancelled("d")]));
        let repaired = messages.clone();
        assert_eq!(answer_open_calls(&mut messages, "Cancelled"), Repaired::default());
        assert_eq!(messages, repaired);
    }
}
