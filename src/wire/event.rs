//! What the server says on the socket: one JSON object a frame, and the log that a conversation is.

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::change::{Applied, Decision, Plan};
use super::command::Resume;
use super::deployment::Deployment;
use super::id::{ApprovalId, CallId, CommandId, ConversationId, MessageId, RunId};
use super::json::{read_value, tagged_enum};
use super::person::SignedIn;
use super::problem::Problem;
use super::tool::ToolOutcome;
use super::transcript::{EndReason, Transcript, Usage};

/// An event with its envelope. `type`, `seq`, `content` and `completed` are on every frame, so that a short script
/// can print `content` of `text` frames until `completed`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Frame {
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
    /// The place in the conversation's log, from 1 without gaps; 0 for frames outside any log.
    pub seq: u64,
    /// Whose log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// What a person could read; for `text` and `thinking`, the piece itself. May be empty.
    pub content: String,
    /// True only on the frame that ends a run.
    pub completed: bool,
}

impl<'de> Deserialize<'de> for Frame {
    /// Reads the envelope and the event from the same object. (What serde makes of `flatten` is many times as much
    /// code.) Of the envelope everything may be missing.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut frame = Value::deserialize(deserializer)?;
        let Value::Object(object) = &mut frame else { return Err(D::Error::custom("a frame is a JSON object")) };
        let seq = object.get("seq").and_then(Value::as_u64).unwrap_or_default();
        let completed = object.get("completed").and_then(Value::as_bool).unwrap_or_default();
        let mut text = |name: &str| match object.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let conversation = text("conversation").map(ConversationId);
        let content = text("content").unwrap_or_default();
        let event = read_value(frame).map_err(D::Error::custom)?;
        Ok(Self { event, seq, conversation, content, completed })
    }
}

tagged_enum! {
/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event as "Event" by "type" {
    // Outside any log (`seq` is 0).
    /// The first frame on a socket or a stream.
    Connected {
        /// The protocol's version.
        protocol: u32,
        /// The largest frame that is accepted from a client, in bytes.
        maximum_frame_bytes: usize,
        /// What is connected.
        deployment: Deployment,
        /// Who is connected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<SignedIn>,
        /// The stream's id, to which commands are sent; none on a socket, where they are frames.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        connection: Option<String>,
    },
    /// Replaces everything the client knows of this conversation.
    Snapshot {
        /// The whole conversation up to its `seq`.
        transcript: Transcript,
    },
    /// A command was accepted.
    Ack {
        /// The command, where it had an id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<CommandId>,
        /// The message that it made, where it made one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<MessageId>,
        /// Whether it had been done before.
        duplicate: bool,
    },
    /// A command failed; `content` is the sentence. The socket stays usable.
    Error {
        /// The command, where it had an id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<CommandId>,
        /// The problem with its hint.
        problem: Problem,
    },
    /// The list of conversations changed: one was made, renamed, removed, or its run began or ended.
    ConversationsChanged,
    /// Whether what happens can be stored. While it cannot, answers go on and are stored later, and new questions are
    /// refused.
    Storage {
        /// Why it cannot; none once it can again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<Problem>,
    },
    /// The answer to `ping`. Commands that came before the ping were answered before this.
    Pong {
        /// The views of this socket, each with the last event that was sent before this.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        views: Vec<Resume>,
    },
    /// The server closes this socket.
    Bye {
        /// Why: `drain`; `reauth` where the session is over; `renew` where only the socket is too old.
        code: String,
        /// When to come back, in milliseconds.
        retry_milliseconds: u64,
    },

    // In the conversation's log.
    /// A person's message waits until the running answer is done.
    Queued {
        /// The message; `content` is its text.
        message: MessageId,
        /// The command that sent it, where it had an id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<CommandId>,
    },
    /// A queued message was taken back.
    Unqueued {
        /// The message.
        message: MessageId,
    },
    /// A person's message became the newest turn; `content` is its text. It belongs under the turn that was the newest
    /// before, or where `instead_of` says.
    Message {
        /// The message.
        message: MessageId,
        /// The message whose place it takes: that turn and all after it are put aside, as another branch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead_of: Option<MessageId>,
        /// The command that sent it, where it had an id and did not wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<CommandId>,
        /// When, in milliseconds since 1970 (UTC).
        asked_at: i64,
        /// Whether the model begins here without memory.
        fresh_context: bool,
    },
    /// Another branch is shown: the one with this turn, which was put aside, and with what was asked last under it. What
    /// stood in its place is put aside.
    Branch {
        /// A turn of the branch.
        message: MessageId,
    },
    /// A run began to answer the newest turn. An earlier answer to it is replaced.
    RunStart {
        /// The run.
        run: RunId,
        /// The turn.
        message: MessageId,
        /// The model asked.
        model: String,
        /// Whether it is the embedded stand-in.
        stand_in: bool,
        /// When, in milliseconds since 1970 (UTC).
        started_at: i64,
    },
    /// A piece of the answer's Markdown, in `content`.
    Text {
        /// The run.
        run: RunId,
        /// The part it belongs to; the next free number begins a part.
        part: usize,
        /// Where in the part, in bytes of UTF-8: applies only there.
        offset: usize,
    },
    /// A piece of summarised thinking, in `content`.
    Thinking {
        /// The run.
        run: RunId,
        /// As in `text`.
        part: usize,
        /// As in `text`.
        offset: usize,
    },
    /// The model calls a tool; `content` is the title.
    ToolUse {
        /// The run.
        run: RunId,
        /// The part that it is.
        part: usize,
        /// The call.
        call: CallId,
        /// The tool.
        name: String,
        /// The arguments.
        input: serde_json::Value,
    },
    /// A tool call ended; `content` is the summary.
    ToolResult {
        /// The run.
        run: RunId,
        /// The call.
        call: CallId,
        /// How it ended.
        outcome: ToolOutcome,
    },
    /// A call would change NetBox and waits for its person's word (`approve`); `content` says what it would do.
    Approval {
        /// The run.
        run: RunId,
        /// The call that would do it.
        call: CallId,
        /// Which one.
        approval: ApprovalId,
        /// What `approve` has to name with it.
        digest: String,
        /// What would be done.
        plan: Plan,
        /// Until when it waits, in milliseconds since 1970 (UTC).
        expires_at: i64,
    },
    /// What became of a plan; `content` says it.
    Decided {
        /// The run.
        run: RunId,
        /// Which one.
        approval: ApprovalId,
        /// The word.
        decision: Decision,
    },
    /// One change of an approved plan was carried out, or failed; `content` says it. They come in the plan's order.
    Applied {
        /// The run.
        run: RunId,
        /// The plan.
        approval: ApprovalId,
        /// What became of it.
        applied: Applied,
    },
    /// Withdraws all parts from this number on: the attempt that showed them failed and is made again.
    StepReset {
        /// The run.
        run: RunId,
        /// The first part that is withdrawn.
        part: usize,
    },
    /// A passing state of the run worth showing, like `overloaded, trying again`; `content` is the sentence.
    Notice {
        /// The run.
        run: RunId,
        /// What it is.
        problem: Problem,
    },
    /// The conversation's title, in `content`.
    Title,
    /// What is above stays readable, but the model forgets it.
    Reset,
    /// The run ended. `content` is the problem's sentence, if there is one. `completed` is true.
    RunEnd {
        /// The run.
        run: RunId,
        /// Why.
        why: EndReason,
        /// What failed, when something did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<Problem>,
        /// From the run's start, in milliseconds.
        milliseconds: u64,
        /// Tokens of all calls together.
        usage: Usage,
        /// Names, addresses and numbers of the answer that are in no tool's result.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ungrounded: Vec<String>,
    },
    /// An event of a newer version: skip it, but count its `seq`.
    #[serde(other)]
    Unknown,
}
}
