//! What a search in a person's conversations finds.

use serde::{Deserialize, Serialize};

use super::id::{ConversationId, MessageId};

/// A place in a conversation that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Its title.
    pub title: String,
    /// The turn; none for the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// What of it was found.
    pub place: SearchPlace,
    /// A piece of the text: what was not searched for and what was, in turns. The first was not, and may be empty.
    pub snippet: Vec<String>,
}

/// What of a conversation was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchPlace {
    /// Its title.
    Title,
    /// What was asked.
    Question,
    /// What was answered.
    Answer,
    /// What tools were asked for and what they found.
    Evidence,
}
