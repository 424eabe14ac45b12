//! Messages about things done, with their undo.

use crate::wire::deployment::ConversationSummary;

/// A message at the edge of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toast {
    /// Tells one from another.
    pub number: u64,
    /// What happened, as a sentence.
    pub text: String,
    /// What to do about it, where something failed.
    pub hint: Option<String>,
    /// A deleted conversation that can be had back.
    pub undo: Option<ConversationSummary>,
}

impl Toast {
    /// A message without anything to press.
    pub fn saying(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}
