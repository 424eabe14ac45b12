//! Where conversations are kept. The only module that will know SQL; today it knows memory.
//!
//! The unit is the log of events: what people see is the reduction of it, and a view that comes back asks for what
//! follows the last event it has. The model's own history is kept beside it, since it must be sent back unmodified.

mod database;
mod error;
#[cfg(test)]
mod failing;
mod memory;
mod migrations;
#[cfg(test)]
pub(crate) mod scratch;

use std::sync::Arc;

use async_trait::async_trait;

pub use database::{Database, Kind, Location};
#[cfg(test)]
pub use failing::FailingStore;
pub use memory::MemoryStore;
pub use migrations::newest as newest_schema;

use crate::server::agent::history::History;
use crate::server::person::PersonId;
use crate::wire::deployment::ConversationSummary;
use crate::wire::event::Frame;
use crate::wire::id::ConversationId;
use crate::wire::problem::Problem;

/// A conversation as it is kept.
#[derive(Clone, Debug)]
pub struct StoredConversation {
    /// Whose it is.
    pub owner: PersonId,
    /// Every event, in order, from `seq` 1.
    pub log: Vec<Arc<Frame>>,
    /// What the model is sent.
    pub history: History,
}

/// Keeps conversations. Every call names the conversation; who may ask is decided before (`server::hub`).
#[async_trait]
pub trait Store: Send + Sync {
    /// Makes an empty conversation. Making it again changes nothing.
    async fn create(&self, conversation: &ConversationId, owner: &PersonId) -> Result<(), Problem>;

    /// The whole conversation, or none.
    async fn load(&self, conversation: &ConversationId) -> Result<Option<StoredConversation>, Problem>;

    /// Adds the next event. `frame.seq` is one more than the last.
    async fn append(&self, conversation: &ConversationId, frame: Arc<Frame>) -> Result<(), Problem>;

    /// The events after `seq`, in order.
    async fn after(&self, conversation: &ConversationId, seq: u64) -> Result<Vec<Arc<Frame>>, Problem>;

    /// Replaces the model's history.
    async fn keep_history(&self, conversation: &ConversationId, history: &History) -> Result<(), Problem>;

    /// Notes what the list shows.
    async fn summarise(&self, summary: &ConversationSummary) -> Result<(), Problem>;

    /// A person's conversations, newest first.
    async fn list(&self, owner: &PersonId) -> Result<Vec<ConversationSummary>, Problem>;

    /// Removes a conversation. Removing one that is not there changes nothing.
    async fn delete(&self, conversation: &ConversationId) -> Result<(), Problem>;
}
