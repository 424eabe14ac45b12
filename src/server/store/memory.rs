//! Conversations in this process's memory, gone when it ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Store, StoredConversation};
use crate::server::agent::history::History;
use crate::server::person::PersonId;
use crate::wire::deployment::ConversationSummary;
use crate::wire::event::Frame;
use crate::wire::id::ConversationId;
use crate::wire::problem::Problem;

/// The embedded default.
#[derive(Default)]
pub struct MemoryStore {
    conversations: Mutex<HashMap<ConversationId, Kept>>,
}

struct Kept {
    stored: StoredConversation,
    summary: ConversationSummary,
}

impl MemoryStore {
    fn lock(&self) -> MutexGuard<'_, HashMap<ConversationId, Kept>> {
        // A panic elsewhere leaves the map itself whole: every change to it is one call.
        self.conversations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn create(&self, conversation: &ConversationId, owner: &PersonId) -> Result<(), Problem> {
        self.lock().entry(conversation.clone()).or_insert_with(|| Kept {
            stored: StoredConversation { owner: owner.clone(), log: Vec::new(), history: History::default() },
            summary: ConversationSummary { id: conversation.clone(), ..ConversationSummary::default() },
        });
        Ok(())
    }

    async fn load(&self, conversation: &ConversationId) -> Result<Option<StoredConversation>, Problem> {
        Ok(self.lock().get(conversation).map(|kept| kept.stored.clone()))
    }

    async fn append(&self, conversation: &ConversationId, frame: Arc<Frame>) -> Result<(), Problem> {
        if let Some(kept) = self.lock().get_mut(conversation) {
            kept.stored.log.push(frame);
        }
        Ok(())
    }

    async fn after(&self, conversation: &ConversationId, seq: u64) -> Result<Vec<Arc<Frame>>, Problem> {
        let kept = self.lock();
        let log = kept.get(conversation).map(|kept| kept.stored.log.as_slice()).unwrap_or_default();
        let begin = log.partition_point(|frame| frame.seq <= seq);
        Ok(log[begin..].to_vec())
    }

    async fn keep_history(&self, conversation: &ConversationId, history: &History) -> Result<(), Problem> {
        if let Some(kept) = self.lock().get_mut(conversation) {
            kept.stored.history.clone_from(history);
        }
        Ok(())
    }

    async fn summarise(&self, summary: &ConversationSummary) -> Result<(), Problem> {
        if let Some(kept) = self.lock().get_mut(&summary.id) {
            kept.summary.clone_from(summary);
        }
        Ok(())
    }

    async fn list(&self, owner: &PersonId) -> Result<Vec<ConversationSummary>, Problem> {
        let mut summaries: Vec<_> = self
            .lock()
            .values()
            .filter(|kept| &kept.stored.owner == owner && !kept.stored.log.is_empty())
            .map(|kept| kept.summary.clone())
            .collect();
        summaries.sort_by(|left, right| right.updated_at.cmp(&left.updated_at).then_with(|| left.id.cmp(&right.id)));
        Ok(summaries)
    }

    async fn delete(&self, conversation: &ConversationId) -> Result<(), Problem> {
        self.lock().remove(conversation);
        Ok(())
    }
}
