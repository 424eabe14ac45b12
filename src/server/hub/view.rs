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
