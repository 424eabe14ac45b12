//! A run whose task breaks off still ends.

use async_trait::async_trait;

use super::*;
use crate::server::config::{ConnectionConfig, ModelSource, NetboxSource};
use crate::server::connections::Connections;
use crate::server::demo::model::Pace;
use crate::server::hub::Hub;
use crate::server::person::PersonId;
use crate::server::store::{MemoryStore, Store, StoredConversation};
use crate::wire::command::SendMode;
use crate::wire::deployment::ConversationSummary;
use crate::wire::event::Frame;
use crate::wire::id::ConversationId;
use crate::wire::problem::ProblemCode;

/// A store that breaks at the first piece of text.
struct Breaking {
    inner: MemoryStore,
    panics: bool,
}

#[async_trait]
impl Store for Breaking {
    async fn create(&self, conversation: &ConversationId, owner: &PersonId) -> Result<(), Problem> {
        self.inner.create(conversation, owner).await
    }
    async fn load(&self, conversation: &ConversationId) -> Result<Option<StoredConversation>, Problem> {
        self.inner.load(conversation).await
    }
    async fn append(&self, conversation: &ConversationId, frame: Arc<Frame>) -> Result<(), Problem> {
        if matches!(frame.event, Event::Text { .. }) {
            assert!(!self.panics, "the store breaks");
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

#[tokio::test]
async fn a_run_that_panics_or_cannot_be_kept_ends_as_failed_and_the_next_begins() {
    for panics in [true, false] {
        let config = ConnectionConfig { netbox: NetboxSource::Demo, model: ModelSource::StandIn, maximum_rounds: 25 };
        let agent = Arc::new(Connections::open(config, Pace::Instant).await.unwrap().agent());
        let hub = Hub::new(Arc::new(Breaking { inner: MemoryStore::default(), panics }));
        let conversation = hub.open_or_create(&PersonId::new(), &ConversationId::from("conversation-1")).await.unwrap();
        let mut view = conversation.lossless_view(0).await.unwrap();
        let first = conversation.send(None, "How many sites?", "now", SendMode::Queue).await.unwrap();
        conversation.send(None, "How many racks?", "now", SendMode::Queue).await.unwrap();
        agent.start(Arc::clone(&conversation), first.start.unwrap());
        let mut ends = Vec::new();
        while ends.len() < 2 {
            let frame = view.next().await.unwrap();
            if let Event::RunEnd { why, problem, .. } = &frame.event {
                ends.push((*why, problem.as_ref().unwrap().code));
            }
        }
        assert_eq!(ends, [(EndReason::Failed, ProblemCode::Internal); 2]);
        assert!(conversation.transcript().await.running().is_none());
    }
}
