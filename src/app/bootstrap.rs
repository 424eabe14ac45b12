//! What the first page is drawn from.

use serde::{Deserialize, Serialize};

use crate::wire::deployment::{ConversationSummary, Deployment, StartingQuestion};
use crate::wire::json::tagged_enum;
use crate::wire::person::SignedIn;
use crate::wire::problem::Problem;
use crate::wire::transcript::Transcript;

/// Everything that the first page shows. The server's page handler gathers it and provides it as a context before
/// rendering [`crate::app::App`]; it travels inside the page to the browser, whose first drawing is therefore the
/// same. (A plain value instead of resources under `<Suspense>`: the page is drawn in one piece, and a conversation
/// that does not exist can be answered with 404 before anything is rendered.)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// What is connected.
    pub deployment: Deployment,
    /// This browser's conversations, newest first.
    pub conversations: Vec<ConversationSummary>,
    /// What to ask first, made from the connected NetBox.
    pub starting_questions: Vec<StartingQuestion>,
    /// What the page's address opens.
    pub opened: Opened,
    /// Who is signed in.
    #[serde(default)]
    pub person: SignedIn,
    /// The server's clock, in milliseconds since 1970 (UTC): days in the list are counted from it.
    pub now: i64,
}

tagged_enum! {
/// What the page's address opens.
#[derive(Clone, Debug, PartialEq)]
pub enum Opened as "Opened" by "kind" {
    /// `/`: a new conversation.
    New,
    /// `/c/{id}`: a conversation.
    Conversation {
        /// All of it, as far as it goes.
        transcript: Transcript,
    },
    /// `/c/{id}` of a conversation that is not there, or not this browser's.
    Missing {
        /// What to say about it.
        problem: Problem,
    },
}
}

#[allow(clippy::derivable_impls, reason = "the macro repeats the variants for their reader, which has no default")]
impl Default for Opened {
    fn default() -> Self {
        Self::New
    }
}
