//! What the model says: events while it speaks, and the whole reply at its end.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::wire::transcript::Usage;

/// Something happened in a reply that is being streamed.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "one at a time, and the large one comes once a reply")]
pub enum ReplyEvent {
    /// The model began. Comes first, and again when the request was made again.
    Started {
        /// The message's id at the provider.
        message_id: String,
        /// The model that answers; may be more exact than the one asked for.
        model: String,
    },
    /// A piece of visible text, never empty.
    Text {
        /// The content block.
        index: usize,
        /// The piece.
        text: String,
    },
    /// A piece of summarised thinking, never empty.
    Thinking {
        /// The content block.
        index: usize,
        /// The piece.
        text: String,
    },
    /// The model begins to call a tool; its arguments come with the whole reply.
    ToolUse {
        /// The content block.
        index: usize,
        /// The call's id.
        id: String,
        /// The tool's name.
        name: String,
    },
    /// The reply is whole. The last event.
    Done(Reply),
}

impl ReplyEvent {
    /// Whether it is a piece of the answer, which nobody wants to see begin anew. Thinking and calls that have not run
    /// are withdrawn when the request is made again.
    pub fn is_content(&self) -> bool {
        matches!(self, Self::Text { .. })
    }
}

/// A whole reply: `message_stop` has been seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The message's id at the provider.
    pub message_id: String,
    /// The model that answered.
    pub model: String,
    /// The content blocks as the API wants them back: raw, with thinking blocks and their signatures. May be empty
    /// (a refusal before any output), and then must not be sent back.
    pub content: Vec<Value>,
    /// The calls among `content`, in order. To be run only when `stop_reason` is [`StopReason::ToolUse`].
    pub tool_uses: Vec<ToolUse>,
    /// Why the model stopped.
    pub stop_reason: StopReason,
    /// More about it; on a refusal `{"type":"refusal","category":...,"explanation":...}`. Null otherwise.
    pub stop_details: Value,
    /// What it cost in tokens; `calls` is 1.
    pub usage: Usage,
    /// The `request-id` header, for a support case.
    pub request_id: Option<String>,
}

impl Reply {
    /// The visible text, all text blocks together.
    pub fn text(&self) -> String {
        self.content.iter().filter(|block| block["type"] == "text").filter_map(|block| block["text"].as_str()).collect()
    }
}

/// A call of one of our tools.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolUse {
    /// The call's id: exactly one `tool_result` must name it.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, always a JSON object; or the text that was none, to be answered with an error.
    pub input: Result<Value, String>,
}

/// Why the model stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// It is done.
    EndTurn,
    /// It waits for the results of its `tool_uses`.
    ToolUse,
    /// `max_tokens` is used up: the answer is cut off, a last tool call is incomplete.
    MaxTokens,
    /// It wrote one of the `stop_sequences`.
    StopSequence,
    /// A server tool paused: send the content back unchanged and it goes on.
    PauseTurn,
    /// It declined. Text already shown is to be withdrawn and the turn dropped.
    Refusal,
    /// The context window is full: as with [`StopReason::MaxTokens`].
    ContextWindow,
    /// A reason of a newer API: treat as an end, never run tools.
    Other(String),
}

impl From<&str> for StopReason {
    fn from(name: &str) -> Self {
        match name {
            "end_turn" => Self::EndTurn,
            "tool_use" => Self::ToolUse,
            "max_tokens" => Self::MaxTokens,
            "stop_sequence" => Self::StopSequence,
            // A pause after the provider's own compaction is gone on from in the same way.
            "pause_turn" | "compaction" => Self::PauseTurn,
            "refusal" => Self::Refusal,
            "model_context_window_exceeded" => Self::ContextWindow,
            other => Self::Other(other.to_owned()),
        }
    }
}
