//! Runs whose task breaks off, or whose database does.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::server::config::{AnswerConfig, ConnectionConfig, ModelSource, NetboxSource};
use crate::server::connections::Connections;
use crate::server::demo::model::Pace;
use crate::server::hub::Hub;
use crate::server::person::PersonId;
use crate::server::store::Database;
use crate::wire::command::SendMode;
use crate::wire::id::ConversationId;
use crate::wire::problem::ProblemCode;

#[tokio::test]
async fn a_run_that_panics_ends_as_failed_and_the_next_begins_and_one_that_cannot_be_kept_goes_on() {
    for panics in [true, false] {
        let config = ConnectionConfig {
            netbox: NetboxSource::Demo,
            model: ModelSource::StandIn,
            answers: AnswerConfig::default(),
        };
        let agent = Arc::new(Connections::open(config, Pace::Instant).await.unwrap().agent());
        // The database breaks at the first piece of text.
        let broken = Arc::new(AtomicBool::new(true));
        let database = {
            let broken = Arc::clone(&broken);
            Database::refusing(move |event| {
                let breaks = matches!(event, Event::Text { .. }) && broken.load(Ordering::SeqCst);
                assert!(!(breaks && panics), "the database breaks");
                breaks
            })
        };
        let hub = Hub::new(database.await);
        let conversation = hub.open_or_create(&PersonId::new(), &ConversationId::from("conversation-1")).await.unwrap();
        let mut view = conversation.lossless_view(0).await.unwrap();
        let first = conversation.send(None, "How many sites?", "now", SendMode::Queue).await.unwrap();
        conversation.send(None, "How many racks?", "now", SendMode::Queue).await.unwrap();
        agent.start(Arc::clone(&conversation), first.start.unwrap(), Credentials::anonymous());
        let mut ends = Vec::new();
        while ends.len() < 2 {
            let frame = view.next().await.unwrap();
            if let Event::RunEnd { why, problem, .. } = &frame.event {
                ends.push((*why, problem.as_ref().map(|problem| problem.code)));
                if !panics && ends.len() == 1 {
                    // What waits begins once all is stored, and not before.
                    assert!(!hub.save_unsaved().await.unwrap());
                    broken.store(false, Ordering::SeqCst);
                    assert!(hub.save_unsaved().await.unwrap());
                    let next = conversation.begin_waiting("now").await.unwrap();
                    agent.start(Arc::clone(&conversation), next, Credentials::anonymous());
                }
            }
        }
        let expected = if panics { (EndReason::Failed, Some(ProblemCode::Internal)) } else { (EndReason::Done, None) };
        assert_eq!(ends, [expected; 2]);
        assert!(conversation.transcript().await.running().is_none());
    }
}

#[tokio::test]
async fn an_answer_goes_on_after_the_database_wrote_a_piece_of_it_without_saying_so() {
    let config =
        ConnectionConfig { netbox: NetboxSource::Demo, model: ModelSource::StandIn, answers: AnswerConfig::default() };
    let agent = Arc::new(Connections::open(config, Pace::Natural).await.unwrap().agent());
    let database = Database::memory().await.unwrap();
    let hub = Hub::new(database.clone());
    let id = ConversationId::from("conversation-1");
    let conversation = hub.open_or_create(&PersonId::new(), &id).await.unwrap();
    let mut view = conversation.view(0).await.unwrap();
    let first = conversation.send(None, "How many sites?", "now", SendMode::Queue).await.unwrap();
    agent.start(Arc::clone(&conversation), first.start.unwrap(), Credentials::anonymous());
    let (mut pieces, mut is_over) = (0, false);
    while !is_over {
        tokio::select! {
            frame = view.next() => {
                let frame = frame.unwrap();
                pieces += u32::from(matches!(frame.event, Event::Text { .. }));
                // The second piece is the one of which nothing is heard.
                database.lose_answers(pieces == 1);
                is_over = matches!(frame.event, Event::RunEnd { .. });
            }
            // As every beat does.
            () = tokio::time::sleep(Duration::from_millis(20)) => {
                if hub.save_unsaved().await.unwrap() {
                    hub.heartbeat().await.unwrap();
                    for left in hub.take_over(false).await.unwrap() {
                        agent.resume(left, Some(Credentials::anonymous()));
                    }
                }
            }
        }
    }
    let log = database.load_conversation(&id).await.unwrap().unwrap().log;
    let ends: Vec<_> = log
        .iter()
        .filter_map(|frame| match &frame.event {
            Event::RunEnd { why, .. } => Some(*why),
            _ => None,
        })
        .collect();
    assert_eq!(ends, [EndReason::Done]);
    assert!(log.iter().any(|frame| matches!(frame.event, Event::StepReset { .. })), "it was withdrawn and made again");
    let transcript = conversation.transcript().await;
    assert_eq!((transcript.turns.len(), transcript.seq), (1, log.len() as u64));
}
