//! One reader's view of a conversation.

use std::sync::Arc;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::Conversation;
use crate::wire::event::{Event, Frame};

/// Yields what the reader misses: first what it asked for, then what happens. A reader that falls too far behind
/// gets a snapshot instead of the backlog, so it never costs memory without bound.
pub struct View {
    conversation: Arc<Conversation>,
    first: std::collections::VecDeque<Arc<Frame>>,
    receiver: Receiver<Arc<Frame>>,
    /// The last event handed out.
    seq: u64,
}

impl View {
    pub(super) fn new(conversation: Arc<Conversation>, first: Vec<Arc<Frame>>, receiver: Receiver<Arc<Frame>>) -> Self {
        Self { conversation, first: first.into(), receiver, seq: 0 }
    }

    /// The next frame, or none when the conversation was removed.
    pub async fn next(&mut self) -> Option<Arc<Frame>> {
        if let Some(frame) = self.first.pop_front() {
            self.seq = seq_of(&frame);
            return Some(frame);
        }
        loop {
            match self.receiver.recv().await {
                Ok(frame) if frame.seq <= self.seq => {}
                Ok(frame) => {
                    self.seq = frame.seq;
                    return Some(frame);
                }
                Err(RecvError::Lagged(_)) => {
                    let (snapshot, receiver) = self.conversation.snapshot_and_follow().await;
                    self.receiver = receiver;
                    self.seq = seq_of(&snapshot);
                    return Some(snapshot);
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

fn seq_of(frame: &Frame) -> u64 {
    match &frame.event {
        Event::Snapshot { transcript } => transcript.seq,
        _ => frame.seq,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::chat::reducer;
    use crate::server::hub::{Accepted, Hub};
    use crate::server::person::PersonId;
    use crate::server::store::MemoryStore;
    use crate::wire::command::SendMode;
    use crate::wire::event::Event;
    use crate::wire::id::ConversationId;
    use crate::wire::transcript::Transcript;

    /// More events than a view may fall behind.
    const PIECES: usize = 5000;

    #[tokio::test]
    async fn a_reader_that_falls_behind_gets_a_snapshot_and_then_what_follows() {
        let hub = Hub::new(Arc::new(MemoryStore::default()));
        let (person, id) = (PersonId::new(), ConversationId::from("conversation-1"));
        let conversation = hub.open_or_create(&person, &id).await.unwrap();
        let mut slow = conversation.view(0).await.unwrap();
        let Ok(Accepted::Start(handle)) = conversation.send(None, "hello", "now", SendMode::Queue).await else {
            panic!("not accepted")
        };
        let run = handle.run.clone();
        let start = Event::RunStart {
            run: run.clone(),
            message: handle.message,
            model: "m".to_owned(),
            stand_in: true,
            started_at: 0,
        };
        conversation.publish(start, String::new()).await.unwrap();
        for offset in 0..PIECES {
            conversation.publish(Event::Text { run: run.clone(), part: 0, offset }, "x".to_owned()).await.unwrap();
        }

        let mut transcript = Transcript::new(id);
        let mut frames = 0;
        while transcript.seq < conversation.transcript().await.seq {
            reducer::apply(&mut transcript, &slow.next().await.unwrap());
            frames += 1;
        }
        assert_eq!(transcript, conversation.transcript().await);
        assert!(frames < PIECES, "{frames} frames were kept for a reader that did not read");

        conversation.publish(Event::Text { run, part: 0, offset: PIECES }, "y".to_owned()).await.unwrap();
        reducer::apply(&mut transcript, &slow.next().await.unwrap());
        assert_eq!(transcript, conversation.transcript().await);
    }
}
