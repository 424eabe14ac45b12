//! How events get into the log: to the database first, in one piece with all that belongs to them, then to the state,
//! then to every view. Where the database fails, what a run writes is told all the same, and kept until it can be
//! stored.

use std::sync::Arc;

use super::Conversation;
use super::live::Live;
use crate::chat::text::without_nul;
use crate::server::agent::history::History;
use crate::server::clock::now;
use crate::server::store::{Change, Refused, RunChange};
use crate::wire::event::{Event, Frame};
use crate::wire::id::{CommandId, MessageId, RunId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::{Part, Transcript};

/// What may wait for the database in one conversation, in bytes of text; a run that would exceed it ends.
const MOST_UNSAVED_BYTES: usize = 8 * 1024 * 1024;

/// What is to happen, in one piece.
#[derive(Default)]
pub(super) struct Draft {
    /// Events with their texts.
    pub events: Vec<(Event, String)>,
    /// The model's history as it is then.
    pub history: Option<History>,
    /// The command that makes a message.
    pub command: Option<(CommandId, MessageId)>,
    /// What becomes of the run.
    pub run: Option<RunChange>,
}

impl Draft {
    /// One event and nothing else.
    pub fn event(event: Event, content: String) -> Self {
        Self { events: vec![(event, content)], ..Self::default() }
    }
}

impl Conversation {
    /// The events after `seq`.
    pub(super) async fn log_after(&self, live: &Live, seq: u64) -> Result<Vec<Arc<Frame>>, Problem> {
        let mut frames = self.shared.database.events_after(&self.id, seq).await?;
        let stored = frames.last().map_or(seq, |frame| frame.seq);
        frames.extend(live.unsaved.frames.iter().filter(|frame| frame.seq > stored).cloned());
        Ok(frames)
    }

    /// Does what the draft says, or nothing of it. Refused as [`Refused::Behind`] when another process was faster: what
    /// it wrote is known then, and the caller decides anew.
    pub(super) async fn commit(&self, live: &mut Live, draft: &mut Draft) -> Result<(), Refused> {
        let frames = self.frames_of(live, draft);
        match self.write(live, &frames, draft).await {
            Ok(()) => {
                self.stored(live, draft.history.take());
                self.tell_all(live, &frames);
                Ok(())
            }
            Err(refused) => {
                match &refused {
                    Refused::Behind => self.catch_up(live).await?,
                    Refused::Failed(problem) => {
                        self.shared.storage_fails(problem);
                        // It may be written all the same: the answer to what was sent may be all that was lost.
                        self.shared.remember_unsaved(self);
                    }
                    Refused::Gone | Refused::NotOurs => {}
                }
                Err(refused)
            }
        }
    }

    /// Does what a run's draft says even if the database fails: whoever looks hears of it, and the database gets it
    /// when it answers again. Whether the run is still ours.
    pub(super) async fn commit_regardless(
        &self,
        live: &mut Live,
        mut draft: Draft,
        run: &RunId,
    ) -> Result<bool, Problem> {
        loop {
            match self.commit(live, &mut draft).await {
                Ok(()) => return Ok(true),
                Err(Refused::Behind) if self.still_writes(live, run).await? => {}
                Err(Refused::Behind | Refused::NotOurs | Refused::Gone) => {
                    live.lose_run();
                    return Ok(false);
                }
                Err(Refused::Failed(problem)) => {
                    let frames = self.frames_of(live, &draft);
                    if live.unsaved.bytes() > MOST_UNSAVED_BYTES {
                        return Err(problem);
                    }
                    // Once, not with every word.
                    if live.unsaved.is_empty() {
                        tracing::warn!(conversation = %self.id, problem = %problem.message, "what a run writes waits for the database");
                    }
                    live.unsaved.take(&frames, draft.run.take());
                    if let Some(history) = draft.history.take() {
                        live.history = history;
                        live.unsaved.history = true;
                    }
                    self.tell_all(live, &frames);
                    return Ok(true);
                }
            }
        }
    }

    /// Stores what waits for the database, and learns what it has got without saying so. Whether nothing waits any more.
    pub(in crate::server::hub) async fn save_unsaved(&self) -> bool {
        let mut live = self.live.lock().await;
        if live.unsaved.is_empty() {
            return self.catch_up(&mut live).await.is_ok();
        }
        match self.commit(&mut live, &mut Draft::default()).await {
            Ok(()) => true,
            Err(Refused::Failed(_)) => false,
            Err(Refused::Gone) => {
                live.unsaved = super::live::Unsaved::default();
                true
            }
            // Another process took the run over while the database could not be reached from here: its log counts.
            Err(Refused::Behind | Refused::NotOurs) => self.start_over(&mut live).await.is_ok(),
        }
    }

    /// Learns what another process wrote, and tells those who look.
    pub(in crate::server::hub) async fn follow_elsewhere(&self) -> Result<(), Problem> {
        let mut live = self.live.lock().await;
        if !self.shared.database.has_conversation(&self.id).await? {
            self.end_everything(&mut live);
            return Ok(());
        }
        self.catch_up(&mut live).await
    }

    pub(super) async fn catch_up(&self, live: &mut Live) -> Result<(), Problem> {
        if !live.unsaved.is_empty() {
            return self.start_over(live).await;
        }
        for frame in self.shared.database.events_after(&self.id, live.transcript.seq).await? {
            live.history_is_stale = true;
            self.tell(live, &frame);
        }
        if live.run_went_on_elsewhere() {
            live.lose_run();
        }
        Ok(())
    }

    /// What was told here is not what was stored elsewhere: begins anew from the database.
    async fn start_over(&self, live: &mut Live) -> Result<(), Problem> {
        tracing::warn!(conversation = %self.id, "another process went on with this conversation; its log counts");
        let Some(stored) = self.shared.database.load_conversation(&self.id).await? else {
            self.end_everything(live);
            return Ok(());
        };
        live.lose_run();
        *live = Live::load(&self.id, stored);
        let _ = self.frames.send(snapshot(&live.transcript));
        Ok(())
    }

    /// Whether this process still writes the run.
    async fn still_writes(&self, live: &Live, run: &RunId) -> Result<bool, Problem> {
        if !live.is_running(run) {
            return Ok(false);
        }
        let unfinished = self.shared.database.unfinished_run(&self.id).await?;
        Ok(unfinished.is_some_and(|(unfinished, process)| &unfinished == run && *process == *self.shared.process))
    }

    async fn write(&self, live: &Live, frames: &[Arc<Frame>], draft: &Draft) -> Result<(), Refused> {
        let history = draft.history.as_ref().or_else(|| live.unsaved.history.then_some(&live.history));
        let change = Change {
            frames: live.unsaved.frames.iter().chain(frames).cloned().collect(),
            history,
            summary: summary(&live.transcript, live.unsaved.frames.iter().chain(frames)),
            waiting: waiting(&live.transcript, live.unsaved.frames.iter().chain(frames)),
            undecided: undecided(&live.transcript, live.unsaved.frames.iter().chain(frames)),
            command: draft.command.clone(),
            runs: live.unsaved.runs.iter().chain(&draft.run).collect(),
        };
        self.shared.database.commit(&self.shared.process, &self.owner, &self.id, &change).await
    }

    /// Everything is in the database, and `history` with it.
    fn stored(&self, live: &mut Live, history: Option<History>) {
        self.shared.storage_works();
        if let Some(history) = history {
            live.history = history;
            live.unsaved.history = true;
        }
        if live.unsaved.history {
            live.history.was_written();
        }
        live.unsaved = super::live::Unsaved::default();
    }

    fn frames_of(&self, live: &Live, draft: &Draft) -> Vec<Arc<Frame>> {
        let frame = |(event, content): &(Event, String), seq| {
            let completed = matches!(event, Event::RunEnd { .. });
            let content = without_nul(content).into_owned();
            Arc::new(Frame { event: event.clone(), seq, conversation: Some(self.id.clone()), content, completed })
        };
        draft.events.iter().zip(live.transcript.seq + 1..).map(|(event, seq)| frame(event, seq)).collect()
    }

    fn tell_all(&self, live: &mut Live, frames: &[Arc<Frame>]) {
        for frame in frames {
            self.tell(live, frame);
        }
    }

    fn tell(&self, live: &mut Live, frame: &Arc<Frame>) {
        live.apply(frame);
        // Nobody looking is fine.
        let _ = self.frames.send(Arc::clone(frame));
        if is_news(&frame.event) || is_of_a_plan(&frame.event) {
            let _ = self.shared.list_changes.send(self.owner.clone());
        }
    }
}

/// Decides again as long as other processes are faster, which cannot go on for long: each time one of them was served.
pub(super) fn too_busy() -> Problem {
    Problem::new(ProblemCode::RateLimited, "This conversation is being written from too many places at once")
        .hint("send it again in a moment; nothing of it was taken")
}

/// Whether it changes the title of a conversation, or when something was said in it last.
fn is_news(event: &Event) -> bool {
    matches!(event, Event::Title | Event::Message { .. } | Event::RunStart { .. } | Event::RunEnd { .. })
}

/// Whether it may change how many plans wait for a word.
fn is_of_a_plan(event: &Event) -> bool {
    matches!(event, Event::Approval { .. } | Event::Decided { .. } | Event::RunEnd { .. })
}

/// The title and when something was last asked or answered, once these frames are part of the log. None where they
/// change neither.
fn summary<'frames>(
    transcript: &Transcript,
    frames: impl Iterator<Item = &'frames Arc<Frame>>,
) -> Option<(String, i64)> {
    let mut title = transcript.title.as_str();
    let mut updated_at = updated_at(transcript);
    let answer = transcript.turns.last().and_then(|turn| turn.answer.as_ref());
    let mut began = answer.map(|answer| answer.started_at);
    let mut changed = false;
    for frame in frames.filter(|frame| is_news(&frame.event)) {
        changed = true;
        match &frame.event {
            Event::Title => title = &frame.content,
            Event::Message { asked_at, .. } => updated_at = Some(*asked_at),
            Event::RunStart { started_at, .. } => began = Some(*started_at),
            Event::RunEnd { milliseconds, .. } => {
                updated_at = began.map(|began| began.saturating_add_unsigned(*milliseconds)).or(updated_at);
            }
            _ => {}
        }
    }
    changed.then(|| (title.to_owned(), updated_at.unwrap_or_else(now)))
}

/// How many messages wait once these frames are part of the log. None where they change nothing of it.
fn waiting<'frames>(transcript: &Transcript, frames: impl Iterator<Item = &'frames Arc<Frame>>) -> Option<usize> {
    let mut queue: Vec<&MessageId> = transcript.queue.iter().map(|queued| &queued.message).collect();
    let mut changed = false;
    for frame in frames {
        match &frame.event {
            Event::Queued { message, .. } => {
                changed = true;
                if !queue.contains(&message) {
                    queue.push(message);
                }
            }
            Event::Unqueued { message } | Event::Message { message, .. } => {
                changed = true;
                queue.retain(|queued| *queued != message);
            }
            _ => {}
        }
    }
    changed.then_some(queue.len())
}

/// How many plans wait for their person's word once these frames are part of the log. None where they change nothing of it.
fn undecided<'frames>(
    transcript: &Transcript,
    frames: impl Iterator<Item = &'frames Arc<Frame>> + Clone,
) -> Option<usize> {
    // Most frames are words: they cost no look at the answer.
    if !frames.clone().any(|frame| is_of_a_plan(&frame.event)) {
        return None;
    }
    let answer = transcript.turns.last().and_then(|turn| turn.answer.as_ref());
    let plans = answer.into_iter().flat_map(|answer| &answer.parts).filter_map(|part| match part {
        Part::Tool(tool) => tool.approval.as_ref().map(|plan| (&tool.call, plan)),
        _ => None,
    });
    let mut open: Vec<_> =
        plans.filter(|(_, plan)| plan.decision.is_none()).map(|(call, plan)| (call, &plan.approval)).collect();
    let before = open.len();
    for frame in frames {
        match &frame.event {
            // A call that is begun anew makes its plan anew.
            Event::Approval { call, approval, .. } => {
                open.retain(|(other, _)| *other != call);
                open.push((call, approval));
            }
            Event::Decided { approval, .. } => open.retain(|(_, other)| *other != approval),
            Event::RunEnd { .. } => open.clear(),
            _ => {}
        }
    }
    ((before, open.len()) != (0, 0)).then_some(open.len())
}

/// When something was last asked or answered; another title is neither.
fn updated_at(transcript: &Transcript) -> Option<i64> {
    let turn = transcript.turns.last()?;
    let answered = turn.answer.as_ref().map(|answer| {
        let milliseconds = answer.end.as_ref().map_or(0, |end| end.milliseconds);
        answer.started_at.saturating_add_unsigned(milliseconds)
    });
    Some(answered.unwrap_or(turn.asked_at))
}

pub(super) fn snapshot(transcript: &Transcript) -> Arc<Frame> {
    Arc::new(Frame {
        event: Event::Snapshot { transcript: transcript.clone() },
        seq: 0,
        conversation: Some(transcript.conversation.clone()),
        content: String::new(),
        completed: false,
    })
}
