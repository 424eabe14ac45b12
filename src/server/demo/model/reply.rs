//! What the model answers, before it is put on the wire.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::identifier;
use super::prefix::{Prefix, tokens};
use super::request::{Request, Thinking};

/// A block of the answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    /// What was considered, in a few sentences.
    Thinking(String),
    /// Markdown.
    Text(String),
    /// A call; `input` is the JSON text as it is streamed, which a fault may have broken.
    Call { id: String, name: String, input: String },
}

/// Why the answer ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum StopReason {
    #[default]
    EndTurn,
    ToolUse,
    MaxTokens,
    StopSequence(String),
    Refusal,
}

/// An answer that is ready to be sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Reply {
    pub blocks: Vec<Block>,
    pub stop_reason: StopReason,
}

impl Reply {
    /// An answer in words, after some thinking.
    pub fn text(thinking: String, text: String) -> Self {
        let mut blocks = Vec::new();
        if !thinking.is_empty() {
            blocks.push(Block::Thinking(thinking));
        }
        blocks.push(Block::Text(text));
        Self { blocks, stop_reason: StopReason::EndTurn }
    }

    /// An answer that calls tools, after some thinking.
    pub fn calls(thinking: String, calls: impl IntoIterator<Item = (String, Value)>) -> Self {
        let mut blocks = Vec::new();
        if !thinking.is_empty() {
            blocks.push(Block::Thinking(thinking));
        }
        blocks.extend(calls.into_iter().map(|(name, input)| Block::Call {
            id: identifier::fresh("toolu"),
            name,
            input: escaped(&input),
        }));
        Self { blocks, stop_reason: StopReason::ToolUse }
    }

    /// Applies what the request says about the answer: thinking, stop sequences and the limit.
    pub fn fit(mut self, request: &Request) -> Self {
        if request.thinking == Thinking::Disabled {
            self.blocks.retain(|block| !matches!(block, Block::Thinking(_)));
        }
        self.stop_at_sequences(&request.stop_sequences);
        self.stop_at_limit(request.max_tokens);
        self
    }

    fn stop_at_sequences(&mut self, sequences: &[String]) {
        for (index, block) in self.blocks.iter_mut().enumerate() {
            let Block::Text(text) = block else { continue };
            let first = sequences.iter().filter_map(|stop| text.find(stop.as_str()).map(|at| (at, stop))).min();
            if let Some((at, stop)) = first {
                text.truncate(at);
                self.stop_reason = StopReason::StopSequence(stop.clone());
                self.blocks.truncate(index + 1);
                return;
            }
        }
    }

    fn stop_at_limit(&mut self, limit: u64) {
        let mut left = usize::try_from(limit).unwrap_or(usize::MAX).saturating_mul(4);
        for index in 0..self.blocks.len() {
            let text = match &mut self.blocks[index] {
                Block::Thinking(text) | Block::Text(text) | Block::Call { input: text, .. } => text,
            };
            if text.len() > left {
                text.truncate(text.floor_char_boundary(left));
                self.stop_reason = StopReason::MaxTokens;
                self.blocks.truncate(index + 1);
                return;
            }
            left -= text.len();
        }
    }

    /// All tokens of the answer, and those of its thinking.
    pub fn output_tokens(&self) -> (u64, u64) {
        let mut all = 0;
        let mut thinking = 0;
        for block in &self.blocks {
            match block {
                Block::Thinking(text) => {
                    thinking += tokens(text.len());
                    all += tokens(text.len());
                }
                Block::Text(text) => all += tokens(text.len()),
                Block::Call { name, input, .. } => all += tokens(name.len() + input.len()) + 8,
            }
        }
        (all.max(1), thinking)
    }

    /// The answer's `content`, as a request without `stream` gets it.
    pub fn content(&self, request: &Request, prefix: &Prefix) -> Vec<Value> {
        let block = |block: &Block| match block {
            Block::Thinking(text) => {
                let shown = if request.thinking == Thinking::Summarized { text.as_str() } else { "" };
                Some(json!({"type": "thinking", "thinking": shown, "signature": prefix.sign(shown)}))
            }
            Block::Text(text) if text.is_empty() => None,
            Block::Text(text) => Some(json!({"type": "text", "text": text})),
            Block::Call { id, name, input } => {
                let input: Value = serde_json::from_str(input).ok()?;
                Some(json!({"type": "tool_use", "id": id, "name": name, "input": input, "caller": {"type": "direct"}}))
            }
        };
        self.blocks.iter().filter_map(block).collect()
    }
}

impl StopReason {
    /// The fields `stop_reason`, `stop_sequence` and `stop_details`.
    pub fn fields(&self) -> (Value, Value, Value) {
        match self {
            Self::EndTurn => (json!("end_turn"), Value::Null, Value::Null),
            Self::ToolUse => (json!("tool_use"), Value::Null, Value::Null),
            Self::MaxTokens => (json!("max_tokens"), Value::Null, Value::Null),
            Self::StopSequence(stop) => (json!("stop_sequence"), json!(stop), Value::Null),
            Self::Refusal => {
                let details =
                    json!({"type": "refusal", "category": null, "explanation": "Refused on request of a test"});
                (json!("refusal"), Value::Null, details)
            }
        }
    }
}

/// JSON text with everything outside ASCII escaped, as the API streams it: readers must not compare strings.
fn escaped(input: &Value) -> String {
    let mut text = String::new();
    for character in input.to_string().chars() {
        if character.is_ascii() {
            text.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}
