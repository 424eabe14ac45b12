//! Messages about things done, with their undo.

use crate::wire::deployment::ConversationSummary;

/// A message at the edge of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// Tells one from another.
    pub number: u64,
    /// What happened, as a sentence.
    pub text: String,
    /// A deleted conversation that can be had back.
    pub undo: Option<ConversationSummary>,
}
