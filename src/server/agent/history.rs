//! What the model is sent: raw messages, append-only, always sendable.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::server::anthropic::message;
use crate::wire::id::MessageId;

/// The model's side of a conversation. Assistant content is kept as the raw JSON that came, since thinking blocks
/// are bound to it byte for byte (Anthropic, "preserved thinking").
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct History {
    messages: Vec<Value>,
    turns: Vec<TurnStart>,
    /// Where the model's memory begins: messages before it are no longer sent.
    context_start: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct TurnStart {
    message: MessageId,
    /// The index of the turn's first message.
    index: usize,
    /// Whether the answer broke off: the model takes its last message for whole unless it is told.
    #[serde(default)]
    interrupted: bool,
}

impl History {
    /// The messages to send.
    pub fn messages(&self) -> &[Value] {
        self.messages.get(self.context_start..).unwrap_or_default()
    }

    /// Begins a turn with a person's question. `context` holds what is true at this moment, like the time: it
    /// belongs into the newest message, since any change before it would break the cached prefix.
    pub fn begin_turn(&mut self, turn: &MessageId, question: &str, context: &str) {
        // Two questions in a row are one message to the API: the model is told which of them to answer.
        let note = match self.messages().last() {
            Some(last) if last["role"] == "user" => {
                "\n<note>What was asked before this got no answer; it failed or was stopped.</note>"
            }
            Some(_) if self.turns.last().is_some_and(|turn| turn.interrupted) => {
                "\n<note>Your previous reply was interrupted before its end.</note>"
            }
            _ => "",
        };
        self.turns.push(TurnStart { message: turn.clone(), index: self.messages.len(), interrupted: false });
        self.messages.push(json!({
            "role": "user",
            "content": [{"type": "text", "text": question}, {"type": "text", "text": format!("{context}{note}")}],
        }));
    }

    /// Adds the model's reply, unmodified but for blank text blocks, which the API refuses.
    pub fn push_assistant(&mut self, mut content: Vec<Value>) {
        content.retain(|block| {
            block["type"] != "text" || block["text"].as_str().is_some_and(|text| !text.trim().is_empty())
        });
        self.messages.extend(message::assistant(content));
    }

    /// Adds what was shown of a reply that broke off.
    pub fn push_shown(&mut self, text: &str) {
        self.push_assistant(vec![json!({"type": "text", "text": text})]);
        if let Some(turn) = self.turns.last_mut() {
            turn.interrupted = true;
        }
    }

    /// Takes every thinking block out, and the messages that hold nothing else. Gives whether anything changed.
    pub fn strip_thinking(&mut self) -> bool {
        let (mut kept, mut places, mut changed) = (Vec::new(), Vec::new(), false);
        for message in self.messages.drain(..) {
            places.push(kept.len());
            let mut one = vec![message];
            changed |= message::strip_thinking(&mut one);
            kept.append(&mut one);
        }
        let place = |index: usize| places.get(index).copied().unwrap_or(kept.len());
        for turn in &mut self.turns {
            turn.index = place(turn.index);
        }
        self.context_start = place(self.context_start);
        self.messages = kept;
        changed
    }

    /// Adds the results of all calls of the last reply.
    pub fn push_results(&mut self, results: Vec<Value>) {
        self.messages.push(message::tool_results(results));
    }

    /// Adds a word of ours to the model. `text` must not be blank.
    pub fn push_user(&mut self, text: &str) {
        self.messages.push(message::user(text));
    }

    /// Takes a turn and all after it back, so that it can be asked anew. Unknown turns change nothing.
    pub fn withdraw_turn(&mut self, turn: &MessageId) {
        if let Some(place) = self.turns.iter().position(|start| &start.message == turn) {
            self.messages.truncate(self.turns[place].index);
            self.turns.truncate(place);
            self.context_start = self.context_start.min(self.messages.len());
        }
    }

    /// Forgets everything so far: the next turn begins without memory.
    pub fn reset(&mut self) {
        self.context_start = self.messages.len();
    }

    /// Answers tool calls that were left open by a crash, so that the history can be sent. Gives whether there were any.
    pub fn repair(&mut self) -> bool {
        let before = self.messages.len();
        message::answer_open_calls(&mut self.messages, "Interrupted before it was done");
        self.messages.len() != before
    }

    /// Why this history could not be sent, if so: the rules of the Messages API that a loop can break.
    pub fn fault(&self) -> Option<String> {
        let messages = self.messages();
        match (messages.first(), messages.last()) {
            (Some(first), Some(last)) => {
                if first["role"] != "user" {
                    return Some("it does not begin with the user".to_owned());
                }
                if last["role"] != "user" {
                    return Some("it ends with the assistant".to_owned());
                }
            }
            _ => return Some("it is empty".to_owned()),
        }
        for (index, message) in messages.iter().enumerate() {
            if message["content"].as_array().is_none_or(Vec::is_empty) {
                return Some(format!("message {index} is empty"));
            }
            if message["role"] != "assistant" {
                continue;
            }
            let mut asked: Vec<&str> = message::tool_use_ids(message);
            let mut answered: Vec<&str> = messages.get(index + 1).into_iter().flat_map(tool_result_ids).collect();
            asked.sort_unstable();
            answered.sort_unstable();
            if asked != answered {
                return Some(format!("the tool calls of message {index} are not answered exactly once"));
            }
        }
        None
    }
}

fn blocks(message: &Value) -> impl Iterator<Item = &Value> {
    message["content"].as_array().into_iter().flatten()
}

fn tool_result_ids(message: &Value) -> impl Iterator<Item = &str> {
    blocks(message).filter(|block| block["type"] == "tool_result").filter_map(|block| block["tool_use_id"].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(question: &str) -> History {
        let mut history = History::default();
        history.begin_turn(&MessageId::from(question), question, "Current time: 2026-11-22T10:00:00Z");
        history
    }

    #[test]
    fn open_tool_calls_are_answered_on_repair() {
        let mut history = asked("sites?");
        history.push_assistant(vec![json!({"type": "tool_use", "id": "a", "name": "n", "input": {}})]);
        assert!(history.fault().is_some());
        assert!(history.repair());
        assert_eq!(history.fault(), None);
        assert!(!history.repair());
    }

    #[test]
    fn thinking_is_taken_out_and_turns_stay_where_they_are() {
        let thinking = json!({"type": "thinking", "thinking": "hm", "signature": "c2ln"});
        let mut history = asked("one");
        history.push_assistant(vec![thinking.clone()]);
        history.push_user("Please give your answer.");
        history.push_assistant(vec![thinking.clone(), json!({"type": "text", "text": "1"})]);
        history.reset();
        history.begin_turn(&MessageId::from("two"), "two", "now");
        history.push_assistant(vec![thinking]);
        history.begin_turn(&MessageId::from("three"), "three", "now");
        assert!(history.strip_thinking());
        assert!(!history.strip_thinking());
        assert_eq!(history.messages.len(), 5);
        assert_eq!(history.messages()[0]["content"][0]["text"], "two", "memory begins where it did");
        history.withdraw_turn(&MessageId::from("three"));
        assert_eq!(history.messages().len(), 1);
        history.withdraw_turn(&MessageId::from("two"));
        assert!(history.messages().is_empty());
        assert_eq!(history.messages.len(), 3);
    }

    #[test]
    fn the_model_is_told_that_its_reply_broke_off() {
        let mut history = asked("one");
        history.push_shown("The sites a");
        let note = |history: &History| history.messages().last().unwrap()["content"][1]["text"].to_string();
        for _again in 0..2 {
            history.begin_turn(&MessageId::from("two"), "two", "now");
            assert!(note(&history).contains("interrupted"), "{}", note(&history));
            history.withdraw_turn(&MessageId::from("two"));
        }
        history.begin_turn(&MessageId::from("two"), "two", "now");
        history.push_assistant(vec![json!({"type": "text", "text": "2"})]);
        history.begin_turn(&MessageId::from("three"), "three", "now");
        assert_eq!(note(&history), "\"now\"");
    }

    #[test]
    fn a_withdrawn_turn_leaves_what_was_before() {
        let mut history = asked("one");
        history.push_shown("1");
        let before = history.clone();
        history.begin_turn(&MessageId::from("two"), "two", "now");
        history.withdraw_turn(&MessageId::from("two"));
        assert_eq!(history, before);
        history.withdraw_turn(&MessageId::from("unknown"));
        assert_eq!(history, before);
    }

    #[test]
    fn a_reset_begins_without_memory_and_can_be_withdrawn_past() {
        let mut history = asked("one");
        history.push_shown("1");
        history.reset();
        assert!(history.messages().is_empty());
        history.begin_turn(&MessageId::from("two"), "two", "now");
        assert_eq!(history.messages().len(), 1);
        history.withdraw_turn(&MessageId::from("one"));
        assert!(history.messages().is_empty());
        history.begin_turn(&MessageId::from("three"), "three", "now");
        assert_eq!(history.messages().len(), 1);
    }
}
