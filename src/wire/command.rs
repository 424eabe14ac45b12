//! What a client says on the socket: one JSON object a frame.

use serde::{Deserialize, Serialize};

use super::id::{ApprovalId, CommandId, ConversationId, MessageId, RunId};

/// The largest frame that a client may send, in bytes. What the server sends may be larger: a snapshot holds a whole
/// conversation.
pub const MAXIMUM_FRAME_BYTES: usize = 256 * 1024;
/// The longest question, in characters.
pub const MAXIMUM_QUESTION_CHARACTERS: usize = 32_000;
/// The version of this protocol, told in `connected`.
pub const PROTOCOL_VERSION: u32 = 1;

/// A command. A ten-line script needs only `{"type":"send","text":"..."}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Opens views after a connection was lost: each conversation from the last event the client has.
    Hello {
        /// Which conversations, from where.
        #[serde(default)]
        resume: Vec<Resume>,
    },
    /// Opens a view of a conversation: what is missing follows, or a `snapshot`.
    Subscribe(Resume),
    /// Closes a view. The run goes on.
    Unsubscribe {
        /// Which conversation.
        conversation: ConversationId,
    },
    /// Asks. Without `conversation` it goes to the one this socket is in, or opens a new one.
    Send {
        /// Made by the client; the same one again is acknowledged again but does nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<CommandId>,
        /// Where to ask. One that does not exist yet is created under this id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
        /// The question.
        text: String,
        /// What to do while an answer is being written.
        #[serde(default)]
        mode: SendMode,
    },
    /// Asks a turn's question in another way: what was asked and answered from there on is put aside, as another branch.
    Edit {
        /// As in `send`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<CommandId>,
        /// Which conversation.
        conversation: ConversationId,
        /// Which turn, of the branch that is shown.
        message: MessageId,
        /// The question as it is now.
        text: String,
    },
    /// Shows another branch: the one with this turn, and with what was asked last under it.
    Branch {
        /// Which conversation.
        conversation: ConversationId,
        /// A turn that was put aside.
        message: MessageId,
    },
    /// Answers a turn's question again. Where the last answer failed, the new one takes its place; any other is kept, and
    /// the question is asked again beside it as with `edit`.
    Regenerate {
        /// As in `send`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<CommandId>,
        /// Which conversation.
        conversation: ConversationId,
        /// Which turn.
        message: MessageId,
    },
    /// Stops a run; what was shown stays.
    Stop {
        /// Which run; without it, the one that is writing in this socket's conversation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<RunId>,
        /// Which conversation; without it, the socket's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
    },
    /// Decides about a plan that waits for its person's word. It counts once; NetBox is written to from nothing else.
    Approve {
        /// Which conversation.
        conversation: ConversationId,
        /// Which plan.
        approval: ApprovalId,
        /// Its digest: what was shown to whoever decides.
        digest: String,
        /// The word.
        decision: Word,
    },
    /// Takes a queued message back.
    Unqueue {
        /// Which conversation.
        conversation: ConversationId,
        /// Which message.
        message: MessageId,
    },
    /// The next message starts without memory of those before it, in the same conversation.
    Reset {
        /// Which conversation; without it, the socket's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversation: Option<ConversationId>,
    },
    /// Asks for a `pong`.
    Ping,
}

/// Where a view continues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The last event that the client has; 0 for none.
    #[serde(default)]
    pub after: u64,
}

/// What a `send` does while an answer is being written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendMode {
    /// Waits until the answer is done.
    #[default]
    Queue,
    /// Stops the answer and asks at once.
    Interrupt,
}

/// What a person says to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    /// Carry it out.
    Approve,
    /// Do nothing of it.
    Reject,
}
