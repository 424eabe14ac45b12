//! What of a conversation is in memory only: the state that its log adds up to, and the run.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::log::snapshot;
use crate::chat::reducer;
use crate::server::agent::history::History;
use crate::server::hub::Tending;
use crate::server::store::{RunChange, StoredConversation};
use crate::wire::event::{Event, Frame};
use crate::wire::id::{ConversationId, MessageId, RunId};
use crate::wire::transcript::Transcript;

pub(super) struct Live {
    pub transcript: Transcript,
    pub history: History,
    /// Another process has written: the history here is an older one.
    pub history_is_stale: bool,
    /// The run that this process writes.
    pub run: Option<RunHandle>,
    /// The next turn begins without memory.
    pub reset: bool,
    pub unsaved: Unsaved,
    /// The log's last `run_end`.
    last_end: Option<Arc<Frame>>,
}

/// What was told to the views although the database failed; it gets it before anything else.
#[derive(Default)]
pub(super) struct Unsaved {
    pub frames: Vec<Arc<Frame>>,
    pub runs: Vec<RunChange>,
    /// Whether the history is not stored as it is.
    pub history: bool,
}

/// The run that is writing.
#[derive(Clone, Debug)]
pub struct RunHandle {
    /// Which run.
    pub run: RunId,
    /// The turn that it answers.
    pub message: MessageId,
    /// Stops it.
    pub cancel: CancellationToken,
    /// It is this process's as long as a handle is there.
    _tending: Arc<Tending>,
}

impl RunHandle {
    pub(super) fn new(run: RunId, message: MessageId, tending: Arc<Tending>) -> Self {
        Self { run, message, cancel: CancellationToken::new(), _tending: tending }
    }
}

impl Unsaved {
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.runs.is_empty() && !self.history
    }

    pub fn bytes(&self) -> usize {
        self.frames.iter().map(|frame| frame.content.len() + size_of::<Frame>()).sum()
    }

    pub fn take(&mut self, frames: &[Arc<Frame>], run: Option<RunChange>) {
        self.frames.extend(frames.iter().cloned());
        // A later step of the same run takes the earlier one's place.
        if matches!(run, Some(RunChange::Step { .. })) {
            self.runs.retain(|waiting| !matches!(waiting, RunChange::Step { .. }));
        }
        self.runs.extend(run);
    }
}

impl Live {
    pub fn load(id: &ConversationId, stored: StoredConversation) -> Self {
        let mut live = Self {
            transcript: Transcript::new(id.clone()),
            history: stored.history,
            history_is_stale: false,
            run: None,
            reset: false,
            unsaved: Unsaved::default(),
            last_end: None,
        };
        for frame in &stored.log {
            live.apply(frame);
        }
        live
    }

    /// Takes the next event of the log.
    pub fn apply(&mut self, frame: &Arc<Frame>) {
        reducer::apply(&mut self.transcript, frame);
        match &frame.event {
            Event::Reset => self.reset = true,
            Event::Message { .. } => self.reset = false,
            Event::RunEnd { .. } => self.last_end = Some(Arc::clone(frame)),
            _ => {}
        }
    }

    pub fn is_running(&self, run: &RunId) -> bool {
        self.run.as_ref().is_some_and(|handle| &handle.run == run)
    }

    /// Whether an answer is being written, here or elsewhere, or is about to be.
    pub fn is_busy(&self) -> bool {
        let unanswered = self.transcript.turns.last().is_some_and(|turn| turn.answer.is_none());
        self.run.is_some() || unanswered || self.transcript.running().is_some()
    }

    /// Whether the log says that our run has ended, or that another one is written.
    pub fn run_went_on_elsewhere(&self) -> bool {
        let Some(handle) = &self.run else { return false };
        let newest = self.transcript.turns.last();
        let answer = newest.and_then(|turn| turn.answer.as_ref());
        newest.is_some_and(|turn| turn.message != handle.message)
            || answer.is_some_and(|answer| answer.run == handle.run && answer.end.is_some())
    }

    /// The run goes on elsewhere, or not at all: its task here adds nothing more.
    pub fn lose_run(&mut self) {
        if let Some(handle) = self.run.take() {
            handle.cancel.cancel();
        }
    }

    /// What a reader gets in place of events that it missed: a snapshot, and the last run's end where it is over.
    /// Readers that keep a transcript drop the end as one they have; a script waits for its `completed`.
    pub fn catch_up(&self) -> Vec<Arc<Frame>> {
        let end = self.last_end.clone().filter(|_| !self.is_busy());
        std::iter::once(snapshot(&self.transcript)).chain(end).collect()
    }
}
