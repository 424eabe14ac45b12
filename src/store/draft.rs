//! Drafts, kept by the browser for each conversation.

#[cfg(feature = "hydrate")]
pub use crate::client::storage::{read_draft as read, write_draft as write};

/// Only a browser keeps drafts; the server draws an empty field.
#[cfg(not(feature = "hydrate"))]
pub fn read(_: &str) -> Option<String> {
    None
}

/// Only a browser keeps drafts.
#[cfg(not(feature = "hydrate"))]
pub fn write(_: &str, _: &str) {}
