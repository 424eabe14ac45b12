//! A conversation as people see it. `chat::reducer` builds it from events; a snapshot carries it whole.

use serde::{Deserialize, Serialize};

use super::change::Approval;
use super::id::{CallId, ConversationId, MessageId, RunId};
use super::json::tagged_enum;
use super::problem::Problem;
use super::tool::ToolOutcome;

/// One conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// Which conversation this is.
    pub conversation: ConversationId,
    /// Its title; empty until the first message.
    pub title: String,
    /// The last event that is contained.
    pub seq: u64,
    /// Questions with their answers, oldest first: the branch that is shown.
    pub turns: Vec<Turn>,
    /// What was put aside when a question was asked in another way, or again: the turns of all other branches. Each
    /// names the one under which it was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aside: Vec<Turn>,
    /// Messages sent while an answer was being written; each is asked when the one before it is done.
    #[serde(default)]
    pub queue: Vec<QueuedMessage>,
}

impl Transcript {
    /// An empty conversation.
    pub fn new(conversation: ConversationId) -> Self {
        Self { conversation, ..Self::default() }
    }

    /// The run that is writing now, if any.
    pub fn running(&self) -> Option<&RunId> {
        self.turns.last()?.answer.as_ref().filter(|answer| answer.end.is_none()).map(|answer| &answer.run)
    }
}

/// A message that waits for its turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuedMessage {
    /// The message that it will be.
    pub message: MessageId,
    /// What was asked.
    pub text: String,
}

/// A person's message and the answer to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// The person's message.
    pub message: MessageId,
    /// The turn under which it was asked; none for one with which the conversation begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<MessageId>,
    /// What was asked.
    pub question: String,
    /// When, in milliseconds since 1970 (UTC).
    pub asked_at: i64,
    /// Whether the model begins here without memory of what is above (`reset`).
    #[serde(default)]
    pub fresh_context: bool,
    /// The answer, as far as it goes; none before its run started.
    pub answer: Option<Answer>,
}

/// An answer, running or ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The run that writes it.
    pub run: RunId,
    /// The model asked.
    pub model: String,
    /// Whether the embedded stand-in, not a language model, writes it.
    pub stand_in: bool,
    /// When the run started, in milliseconds since 1970 (UTC).
    pub started_at: i64,
    /// Text, thinking and tool calls in the order they came. A part's place is its number in events.
    pub parts: Vec<Part>,
    /// A passing state worth showing, like `overloaded, trying again`; gone with the next part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Problem>,
    /// How it ended; none while it runs.
    pub end: Option<AnswerEnd>,
}

tagged_enum! {
/// A piece of an answer.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "an answer has a handful of parts, and most of them are tool calls")]
pub enum Part as "Part" by "kind" {
    /// Markdown for the person.
    Text {
        /// The Markdown source.
        text: String,
    },
    /// The model's summarised thinking.
    Thinking {
        /// Plain text.
        text: String,
    },
    /// A tool call.
    Tool(ToolCall),
}
}

/// A tool call, running or done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The call.
    pub call: CallId,
    /// The tool's name, like `netbox_get_objects`.
    pub name: String,
    /// What it does for a person: `devices where site is cle-01`.
    pub title: String,
    /// The arguments as the model gave them.
    pub input: serde_json::Value,
    /// How it ended; none while it runs.
    pub outcome: Option<ToolOutcome>,
    /// What it would change in NetBox, where it would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerEnd {
    /// Why.
    pub why: EndReason,
    /// What failed, when something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// From the run's start, in milliseconds.
    pub milliseconds: u64,
    /// Tokens of all calls together.
    pub usage: Usage,
    /// Names, addresses and numbers of the answer that are in no tool's result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ungrounded: Vec<String>,
}

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The answer is whole.
    Done,
    /// A person stopped it.
    Stopped,
    /// Cut off at the model's length limit; it can be continued.
    Length,
    /// The model declined; what it had shown is withdrawn.
    Refused,
    /// It failed; `problem` says how.
    Failed,
    /// The server stopped while it was being written.
    Interrupted,
}

/// Tokens, as the provider counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Model calls.
    pub calls: u64,
    /// Input tokens that no cache served.
    pub input_tokens: u64,
    /// Input tokens written to the cache.
    pub cache_creation_input_tokens: u64,
    /// Input tokens read from the cache.
    pub cache_read_input_tokens: u64,
    /// Output tokens, thinking included.
    pub output_tokens: u64,
    /// Of the tokens written to the cache, those that are kept for an hour: they cost more.
    pub cache_creation_1h_input_tokens: u64,
    /// What the calls cost by the server's list of prices, in millionths of a US dollar, rounded up: an estimate.
    /// 0 where the list has no price for the model.
    pub cost_micro_dollars: u64,
}

impl Usage {
    /// All input tokens, whether a cache served them or not.
    pub fn all_input_tokens(&self) -> u64 {
        self.input_tokens + self.cache_creation_input_tokens + self.cache_read_input_tokens
    }

    /// What was used beyond `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            calls: self.calls.saturating_sub(before.calls),
            input_tokens: self.input_tokens.saturating_sub(before.input_tokens),
            cache_creation_input_tokens: self
                .cache_creation_input_tokens
                .saturating_sub(before.cache_creation_input_tokens),
            cache_read_input_tokens: self.cache_read_input_tokens.saturating_sub(before.cache_read_input_tokens),
            output_tokens: self.output_tokens.saturating_sub(before.output_tokens),
            cache_creation_1h_input_tokens: self
                .cache_creation_1h_input_tokens
                .saturating_sub(before.cache_creation_1h_input_tokens),
            cost_micro_dollars: self.cost_micro_dollars.saturating_sub(before.cost_micro_dollars),
        }
    }

    /// Adds what another call used.
    pub fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.input_tokens += other.input_tokens;
        self.cache_creation_input_tokens += other.cache_creation_input_tokens;
        self.cache_read_input_tokens += other.cache_read_input_tokens;
        self.output_tokens += other.output_tokens;
        self.cache_creation_1h_input_tokens += other.cache_creation_1h_input_tokens;
        self.cost_micro_dollars += other.cost_micro_dollars;
    }
}
