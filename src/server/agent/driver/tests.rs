//! A run whose task breaks off still ends.

use super::*;
use crate::server::config::{AnswerConfig, ConnectionConfig, ModelSource, NetboxSource};
use crate::server::connections::Connections;
use crate::server::demo::model::Pace;
use crate::server::hub::Hub;
use crate::server::person::PersonId;
use crate::server::store::FailingStore;
use crate::wire::command::SendMode;
use crate::wire::id::ConversationId;
use crate::wire::problem::ProblemCode;

#[tokio::test]
async fn a_run_that_panics_or_cannot_be_kept_ends_as_failed_and_the_next_begins() {
    for panics in [true, false] {
        let config = ConnectionConfig {
            netbox: NetboxSource::Demo,
            model: ModelSource::StandIn,
            answers: AnswerConfig::default(),
        };
        let agent = Arc::new(Connections::open(config, Pace::Instant).await.unwrap().agent());
        // The store breaks at the first piece of text.
        let store = FailingStore::new(move |event| {
            let breaks = matches!(event, Event::Text { .. });
            assert!(!(breaks && panics), "the store breaks");
            breaks
        });
        let hub = Hub::new(Arc::new(store));
        let conversation = hub.open_or_create(&PersonId::new(), &ConversationId::from("conversation-1")).await.unwrap();
        let mut view = conversation.lossless_view(0).await.unwrap();
        let first = conversation.send(None, "How many sites?", "now", SendMode::Queue).await.unwrap();
        conversation.send(None, "How many racks?", "now", SendMode::Queue).await.unwrap();
        agent.start(Arc::clone(&conversation), first.start.unwrap(), Credentials::anonymous());
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
