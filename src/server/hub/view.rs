//! One reader's view of a conversation.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Conversation;
use crate::wire::event::{Event, Frame};

/// What a reader gets that fell too far behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lagging {
    /// A snapshot instead of the backlog, so that a slow socket never costs memory without bound.
    Snapshot,
    /// Every event, from the log.
    Log,
}

/// Yields what the reader misses: first what it asked for, then what happens.
pub struct View {
    conversation: Arc<Conversation>,
    lagging: Lagging,
    first: VecDeque<Arc<Frame>>,
    receiver: Receiver<Arc<Frame>>,
    /// The last event handed out, or about to be with what is in `first`.
    seq: u64,
}

impl View {
    pub(super) fn new(
        conversation: Arc<Conversation>,
        lagging: Lagging,
        first: Vec<Arc<Frame>>,
        receiver: Receiver<Arc<Frame>>,
        seq: u64,
    ) -> Self {
        Self { conversation, lagging, first: first.into(), receiver, seq }
    }

    /// The last event that was handed out; none while some of what comes first was not.
    pub fn handed_out(&self) -> Option<u64> {
        self.first.is_empty().then_some(self.seq)
    }

    /// The next frame, or none when the conversation was removed.
    pub async fn next(&mut self) -> Option<Arc<Frame>> {
        loop {
            if let Some(frame) = self.first.pop_front() {
                return Some(frame);
            }
            let received = tokio::select! {
                biased;
                () = self.conversation.deleted().cancelled() => return None,
                received = self.receiver.recv() => received,
            };
            match received {
                Ok(frame) if matches!(frame.event, Event::Snapshot { .. }) => {
                    // Everything begins anew, since another process went on with it.
                    if let Event::Snapshot { transcript } = &frame.event {
                        self.seq = transcript.seq;
                    }
                    return Some(frame);
                }
                Ok(frame) if frame.seq <= self.seq => {}
                Ok(frame) => {
                    self.seq = frame.seq;
                    return Some(frame);
                }
                Err(RecvError::Lagged(_)) => match self.conversation.follow_again(self.lagging, self.seq).await {
                    Ok((missed, seq, receiver)) => {
                        self.first = missed.into();
                        self.seq = seq;
                        self.receiver = receiver;
                    }
                    Err(problem) => {
                        tracing::error!(conversation = %self.conversation.id(), problem = %problem.message, "a view ends: what it missed cannot be read");
                        return None;
                    }
                },
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::chat::reducer;
    use crate::server::agent::history::History;
    use crate::server::hub::{Conversation, Hub};
    use crate::server::person::PersonId;
    use crate::server::store::Database;
    use crate::wire::command::SendMode;
    use crate::wire::event::Event;
    use crate::wire::id::{ConversationId, RunId};
    use crate::wire::transcript::{EndReason, Transcript, Usage};

    /// More events than a view may fall behind.
    const PIECES: usize = 5000;

    /// A conversation whose run has begun.
    async fn running() -> (Arc<Conversation>, RunId) {
        let hub = Hub::new(Database::memory().await.unwrap());
        let (person, id) = (PersonId::new(), ConversationId::from("conversation-1"));
        let conversation = hub.open_or_create(&person, &id).await.unwrap();
        let handle = conversation.send(None, "hello", "now", SendMode::Queue).await.unwrap().start.unwrap();
        let run = handle.run.clone();
        let start = Event::RunStart {
            run: run.clone(),
            message: handle.message,
            model: "m".to_owned(),
            stand_in: true,
            started_at: 0,
        };
        conversation.publish(&run, start, String::new()).await.unwrap();
        (conversation, run)
    }

    async fn write(conversation: &Conversation, run: &RunId, pieces: std::ops::Range<usize>) {
        for offset in pieces {
            let event = Event::Text { run: run.clone(), part: 0, offset };
            conversation.publish(run, event, "x".to_owned()).await.unwrap();
        }
    }

    async fn end(conversation: &Conversation, run: &RunId) {
        let (problem, usage) = (None, Usage::default());
        let event = Event::RunEnd {
            run: run.clone(),
            why: EndReason::Done,
            problem,
            milliseconds: 1,
            usage,
            ungrounded: Vec::new(),
        };
        conversation.end_run(run, History::default(), (event, String::new()), "now").await.unwrap();
    }

    #[tokio::test]
    async fn a_reader_that_falls_behind_gets_a_snapshot_and_then_what_follows() {
        let (conversation, run) = running().await;
        let mut slow = conversation.view(0).await.unwrap();
        write(&conversation, &run, 0..PIECES).await;

        let mut transcript = Transcript::new(conversation.id().clone());
        let mut frames = 0;
        while transcript.seq < conversation.transcript().await.seq {
            reducer::apply(&mut transcript, &slow.next().await.unwrap());
            frames += 1;
        }
        assert_eq!(transcript, conversation.transcript().await);
        assert!(frames < PIECES, "{frames} frames were kept for a reader that did not read");

        write(&conversation, &run, PIECES..PIECES + 1).await;
        reducer::apply(&mut transcript, &slow.next().await.unwrap());
        assert_eq!(transcript, conversation.transcript().await);
    }

    #[tokio::test]
    async fn a_script_that_fell_behind_still_sees_the_end() {
        let (conversation, run) = running().await;
        let mut slow = conversation.view(1).await.unwrap();
        write(&conversation, &run, 0..PIECES).await;
        end(&conversation, &run).await;
        let mut transcript = Transcript::new(conversation.id().clone());
        loop {
            let frame = slow.next().await.unwrap();
            let applied = reducer::apply(&mut transcript, &frame);
            if frame.completed {
                assert_eq!(applied, reducer::Applied::Duplicate);
                break;
            }
        }
        assert_eq!(transcript, conversation.transcript().await);
        // So does one that comes back after a long time; one that is new wants no end of what it never saw begin.
        let mut late = conversation.view(2).await.unwrap();
        assert!(matches!(late.next().await.unwrap().event, Event::Snapshot { .. }));
        assert!(late.next().await.unwrap().completed);
        let mut new = conversation.view(0).await.unwrap();
        assert!(matches!(new.next().await.unwrap().event, Event::Snapshot { .. }));
        assert!(new.first.is_empty());
    }

    #[tokio::test]
    async fn a_lossless_view_yields_every_event_however_slowly_it_is_read() {
        let (conversation, run) = running().await;
        let mut slow = conversation.lossless_view(0).await.unwrap();
        assert_eq!(slow.next().await.unwrap().seq, 1);
        write(&conversation, &run, 0..PIECES).await;
        end(&conversation, &run).await;
        let last = conversation.transcript().await.seq;
        for seq in 2..=last {
            assert_eq!(slow.next().await.unwrap().seq, seq);
        }
    }
}
