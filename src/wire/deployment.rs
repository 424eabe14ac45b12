//! What this server is connected to, as the page may know it.

use serde::{Deserialize, Serialize};

use super::id::ConversationId;

/// What is connected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The program's version.
    pub version: String,
    /// The NetBox that is asked.
    pub netbox: NetboxDeployment,
    /// The model that answers.
    pub model: ModelDeployment,
    /// Whether conversations can be shared.
    #[serde(default)]
    pub sharing: bool,
}

/// The NetBox that is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetboxDeployment {
    /// Its address, for links.
    pub url: String,
    /// Whether it is the embedded demo.
    pub demo: bool,
}

/// The model that answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelDeployment {
    /// The model's id.
    pub id: String,
    /// Whether it is the embedded stand-in.
    pub stand_in: bool,
}

/// A line in the list of conversations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationSummary {
    /// Which conversation.
    pub id: ConversationId,
    /// Its title.
    pub title: String,
    /// The last message or answer, in milliseconds since 1970 (UTC).
    pub updated_at: i64,
    /// Whether an answer is being written.
    pub running: bool,
    /// Whether a plan of changes waits for its person's word.
    #[serde(default)]
    pub undecided: bool,
}

/// A question to start with, made from what the connected NetBox holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartingQuestion {
    /// What it is about: `Sites`, `Cabling`.
    pub topic: String,
    /// The question.
    pub text: String,
}
