//! A conversation as signals. The reducer keeps the plain [`Transcript`]; `ConversationView::show` carries over what
//! differs, so that a piece of text touches the one part it belongs to and nothing above it.

pub mod answer;
pub mod approval;
pub mod text;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;

use crate::chat::reducer::{self, Applied};
use crate::wire::event::Frame;
use crate::wire::id::{ConversationId, MessageId, RunId};
use crate::wire::problem::Problem;
use crate::wire::transcript::{AnswerEnd, EndReason, QueuedMessage, Transcript, Turn, Usage};

use self::answer::AnswerView;
use super::outbox::{self, Pending};

/// A conversation. Clones are the same one.
#[derive(Clone)]
pub struct ConversationView {
    /// Which conversation.
    pub id: ConversationId,
    /// Its title.
    pub title: ArcRwSignal<String>,
    /// Questions with their answers, oldest first.
    pub turns: ArcRwSignal<Vec<TurnView>>,
    /// Messages that wait until the running answer is done.
    pub queue: ArcRwSignal<Vec<QueuedMessage>>,
    /// Questions on their way to the server.
    pub pending: ArcRwSignal<Vec<Pending>>,
    /// The run that is writing now.
    pub running: ArcRwSignal<Option<RunId>>,
    transcript: Arc<Mutex<Transcript>>,
    /// How many turns of other branches there were when it was shown last.
    put_aside: Arc<AtomicUsize>,
}

/// A question with its answer.
#[derive(Clone)]
pub struct TurnView {
    /// The person's message.
    pub message: MessageId,
    /// What was asked.
    pub question: String,
    /// When, in milliseconds since 1970 (UTC).
    pub asked_at: i64,
    /// Whether the model begins here without memory of what is above.
    pub fresh_context: bool,
    /// The other versions of the question; none where it was asked in one way.
    pub versions: ArcRwSignal<Option<Versions>>,
    /// The answer, as far as it goes.
    pub answer: ArcRwSignal<Option<AnswerView>>,
}

/// A question among those that were asked in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Which one it is, from 1.
    pub place: usize,
    /// How many there are.
    pub count: usize,
    /// The one before.
    pub before: Option<MessageId>,
    /// The one after.
    pub after: Option<MessageId>,
}

impl Versions {
    fn of(transcript: &Transcript, turn: usize) -> Option<Self> {
        let versions = reducer::versions(transcript, turn);
        let count = versions.len();
        let index = versions.iter().position(|message| **message == transcript.turns[turn].message)?;
        let at = |index: usize| versions.get(index).map(|message| (*message).clone());
        let before = index.checked_sub(1).and_then(at);
        (count > 1).then(|| Self { place: index + 1, count, before, after: at(index + 1) })
    }
}

impl TurnView {
    fn of_turn(transcript: &Transcript, index: usize) -> Self {
        let turn = &transcript.turns[index];
        Self {
            versions: ArcRwSignal::new(Versions::of(transcript, index)),
            message: turn.message.clone(),
            question: turn.question.clone(),
            asked_at: turn.asked_at,
            fresh_context: turn.fresh_context,
            answer: ArcRwSignal::new(turn.answer.as_ref().map(AnswerView::of_answer)),
        }
    }

    /// Carries over what differs.
    fn show(&self, turn: &Turn) {
        let same_run = self.answer.with_untracked(|view| match (view, &turn.answer) {
            (Some(view), Some(answer)) => view.run == answer.run,
            (None, None) => true,
            _ => false,
        });
        match (self.answer.get_untracked(), &turn.answer) {
            (Some(view), Some(answer)) if same_run => view.show(answer),
            (_, answer) if !same_run => self.answer.set(answer.as_ref().map(AnswerView::of_answer)),
            _ => {}
        }
    }
}

/// What came of applying frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Whether something changed.
    pub changed: bool,
    /// Whether frames are missing: subscribe again from [`ConversationView::seq`].
    pub gap: bool,
    /// How the answer ended that was being written before.
    pub ended: Option<EndReason>,
}

impl ConversationView {
    /// An empty conversation under an id.
    pub fn empty(id: ConversationId) -> Self {
        Self::of_transcript(Transcript::new(id))
    }

    /// A conversation as a transcript has it.
    pub fn of_transcript(transcript: Transcript) -> Self {
        Self {
            id: transcript.conversation.clone(),
            title: ArcRwSignal::new(transcript.title.clone()),
            turns: ArcRwSignal::new(turns_from(&transcript, 0)),
            put_aside: Arc::new(AtomicUsize::new(transcript.aside.len())),
            queue: ArcRwSignal::new(transcript.queue.clone()),
            pending: ArcRwSignal::new(Vec::new()),
            running: ArcRwSignal::new(transcript.running().cloned()),
            transcript: Arc::new(Mutex::new(transcript)),
        }
    }

    /// The last event that is contained.
    pub fn seq(&self) -> u64 {
        self.with_transcript(|transcript| transcript.seq)
    }

    /// Whether nothing was asked yet.
    pub fn is_empty(&self) -> bool {
        self.turns.with(Vec::is_empty) && self.pending.with(Vec::is_empty)
    }

    /// Reads the plain transcript.
    pub fn with_transcript<R>(&self, read: impl FnOnce(&Transcript) -> R) -> R {
        read(&self.transcript.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Applies frames in their order and shows the result once.
    pub fn receive(&self, frames: &[Frame]) -> Received {
        let mut received = Received::default();
        let before = self.running.get_untracked();
        let mut transcript = self.transcript.lock().unwrap_or_else(PoisonError::into_inner);
        for frame in frames {
            match reducer::apply(&mut transcript, frame) {
                Applied::Changed(_) => received.changed = true,
                Applied::Gap => received.gap = true,
                Applied::Duplicate | Applied::Ignored => {}
            }
        }
        if received.changed {
            self.show(&transcript);
            received.ended = before.and_then(|run| {
                let answers = transcript.turns.iter().rev().filter_map(|turn| turn.answer.as_ref());
                answers.into_iter().find(|answer| answer.run == run)?.end.as_ref().map(|end| end.why)
            });
        }
        received
    }

    /// The conversation is no longer there (a server that kept it in memory was started anew): an answer that was
    /// being written has ended.
    pub fn interrupt(&self, problem: &Problem) {
        let mut transcript = self.transcript.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = transcript.turns.last_mut().and_then(|turn| turn.answer.as_mut());
        if let Some(answer) = answer.filter(|answer| answer.end.is_none()) {
            answer.end = Some(AnswerEnd {
                ungrounded: Vec::new(),
                why: EndReason::Interrupted,
                problem: Some(problem.clone()),
                milliseconds: 0,
                usage: Usage::default(),
            });
            self.show(&transcript);
        }
    }

    /// Forgets the questions that the log shows.
    pub fn settle(&self) {
        let settled = self.with_transcript(|transcript| {
            let mut pending = self.pending.get_untracked();
            let before = pending.len();
            outbox::settle(&mut pending, |message| {
                transcript.turns.iter().chain(&transcript.aside).any(|turn| turn.message == *message)
                    || transcript.queue.iter().any(|queued| queued.message == *message)
            });
            (pending.len() != before).then_some(pending)
        });
        if let Some(pending) = settled {
            self.pending.set(pending);
        }
    }

    /// Carries over what differs from `transcript`.
    fn show(&self, transcript: &Transcript) {
        set_if_changed(&self.title, &transcript.title);
        set_if_changed(&self.queue, &transcript.queue);
        let (same, kept) = self.turns.with_untracked(|views| {
            let pairs = views.iter().zip(&transcript.turns);
            let kept = pairs.take_while(|(view, turn)| is_same_turn(view, turn)).count();
            (kept == views.len() && kept == transcript.turns.len(), kept)
        });
        self.turns.with_untracked(|views| {
            for (view, turn) in views.iter().zip(&transcript.turns).take(kept) {
                view.show(turn);
            }
        });
        if !same {
            self.turns.update(|views| {
                views.truncate(kept);
                views.extend(turns_from(transcript, kept));
            });
        }
        if self.put_aside.swap(transcript.aside.len(), Ordering::Relaxed) != transcript.aside.len() {
            self.turns.with_untracked(|views| {
                for (index, view) in views.iter().enumerate() {
                    set_if_changed(&view.versions, &Versions::of(transcript, index));
                }
            });
        }
        set_if_changed(&self.running, &transcript.running().cloned());
    }
}

fn turns_from(transcript: &Transcript, first: usize) -> Vec<TurnView> {
    (first..transcript.turns.len()).map(|index| TurnView::of_turn(transcript, index)).collect()
}

fn is_same_turn(view: &TurnView, turn: &Turn) -> bool {
    view.message == turn.message && view.fresh_context == turn.fresh_context && view.question == turn.question
}

/// Sets a signal only to something else, so that nothing is drawn again for nothing.
pub(super) fn set_if_changed<T: Clone + PartialEq + Send + Sync + 'static>(signal: &ArcRwSignal<T>, value: &T) {
    if signal.with_untracked(|current| current != value) {
        signal.set(value.clone());
    }
}

#[cfg(test)]
mod tests;
