//! A store for tests that fails where it is told to.

use std::sync::Arc;

use async_trait::async_trait;

use super::{MemoryStore, Store, StoredConversation};
use crate::server::agent::history::History;
use crate::server::person::PersonId;
use crate::wire::deployment::ConversationSummary;
use crate::wire::event::{Event, Frame};
use crate::wire::id::ConversationId;
use crate::wire::problem::{Problem, ProblemCode};

/// Keeps everything in memory, but for the events that it refuses as a full disk would.
pub struct FailingStore {
    inner: MemoryStore,
    refuses: Box<dyn Fn(&Event) -> bool + Send + Sync>,
}

impl FailingStore {
    /// Refuses the events for which `refuses` is true; it may panic instead.
    pub fn new(refuses: impl Fn(&Event) -> bool + Send + Sync + 'static) -> Self {
        Self { inner: MemoryStore::default(), refuses: Box::new(refuses) }
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn create(&self, conversation: &ConversationId, owner: &PersonId) -> Result<(), Problem> {
        self.inner.create(conversation, owner).await
    }

    async fn load(&self, conversation: &ConversationId) -> Result<Option<StoredConversation>, Problem> {
        self.inner.load(conversation).await
    }

    async fn append(&self, conversation: &ConversationId, frame: Arc<Frame>) -> Result<(), Problem> {
        if (self.refuses)(&frame.event) {
            return Err(Problem::new(ProblemCode::Internal, "The disk is full"));
        }
        self.inner.append(conversation, frame).await
    }

    async fn after(&self, conversation: &ConversationId, seq: u64) -> Result<Vec<Arc<Frame>>, Problem> {
        self.inner.after(conversation, seq).await
    }

    async fn keep_history(&self, conversation: &ConversationId, history: &History) -> Result<(), Problem> {
        self.inner.keep_history(conversation, history).await
    }

    async fn summarise(&self, summary: &ConversationSummary) -> Result<(), Problem> {
        self.inner.summarise(summary).await
    }

    async fn list(&self, owner: &PersonId) -> Result<Vec<ConversationSummary>, Problem> {
        self.inner.list(owner).await
    }

    async fn delete(&self, conversation: &ConversationId) -> Result<(), Problem> {
        self.inner.delete(conversation).await
    }
}
