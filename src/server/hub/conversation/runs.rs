//! How runs begin, are left and taken over, and end. Each has exactly one last event, whatever becomes of its task or
//! its process.

use super::approvals::unknown_changes;
use super::live::{Live, RunHandle};
use super::log::{Draft, too_busy};
use super::{ATTEMPTS, Accepted, Conversation};
use crate::server::agent::history::History;
use crate::server::clock::now;
use crate::server::hub::title_from;
use crate::server::store::{Refused, RunChange, RunRecord, RunUsage};
use crate::wire::event::Event;
use crate::wire::id::{CommandId, MessageId, RunId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::{EndReason, QueuedMessage, Turn, Usage};

/// How often a step of a run is begun at most: one that takes its process down with it must not do so for ever.
const MOST_ATTEMPTS: u32 = 3;

/// What became of a run.
#[derive(Debug)]
pub struct Ended {
    /// How it ended, as its last event says; none where nobody is told any more.
    pub why: Option<EndReason>,
    /// The run to start for the message that waited longest.
    pub next: Option<RunHandle>,
}

/// A run of a dead process that this one has taken over.
#[derive(Debug)]
pub enum Adopted {
    /// It goes on from its last completed step.
    Continues(RunHandle),
    /// It could not go on and has ended; the next run to start, if a message waits.
    Ended(Option<RunHandle>),
}

impl Conversation {
    /// Makes a conversation usable whose run nobody knows of any more: it ends as interrupted, and tool calls left open
    /// are answered. A run that the database knows goes on, here or elsewhere. Messages that wait go on waiting.
    pub(in crate::server::hub) async fn recover(&self) -> Result<(), Problem> {
        let mut live = self.live.lock().await;
        if self.shared.database.unfinished_run(&self.id).await?.is_some() {
            return Ok(());
        }
        let calls = self.repair(&mut live);
        let run = match live.transcript.turns.last() {
            Some(turn) => match &turn.answer {
                Some(answer) if answer.end.is_some() => return Ok(()),
                Some(answer) => answer.run.clone(),
                None => new_run(),
            },
            None => return Ok(()),
        };
        tracing::info!(conversation = %self.id, %run, tool_calls = calls, "a run was left unfinished; it is ended");
        self.close(&mut live, run, EndReason::Interrupted, Some(interrupted()), None).await
    }

    /// Takes over a run whose process is dead. It goes on where that is safe: when nobody has stopped it, its person
    /// still has rights (`may_go_on`), and it was not begun too often already.
    ///
    /// # Errors
    /// The database fails.
    pub async fn adopt(&self, record: &RunRecord, may_go_on: bool, context: &str) -> Result<Adopted, Problem> {
        self.set_time_zone(record.time_zone.clone());
        let mut live = self.live.lock().await;
        self.catch_up(&mut live).await?;
        live.history_is_stale = true;
        self.refresh(&mut live).await?;
        let (run, part) = (record.run.clone(), record.next_part);
        let why = if record.stop_requested {
            Some((EndReason::Stopped, None))
        } else if record.attempts > MOST_ATTEMPTS || !may_go_on {
            Some((EndReason::Interrupted, Some(interrupted())))
        } else {
            None
        };
        live.run = Some(RunHandle::new(run.clone(), record.message.clone(), self.shared.tended.tend(&run)));
        if let Some((why, problem)) = why {
            self.repair(&mut live);
            self.close(&mut live, run.clone(), why, problem, Some(RunChange::End { run })).await?;
            let next = if may_go_on { self.begin_next(&mut live, context).await? } else { None };
            return Ok(Adopted::Ended(next));
        }
        let shown = live.transcript.turns.last().and_then(|turn| turn.answer.as_ref()).map(|answer| answer.parts.len());
        if shown.is_some_and(|parts| parts > part) {
            let draft = Draft::event(Event::StepReset { run: run.clone(), part }, String::new());
            // Nobody is to seem to work on it where it could not be begun: it is left, and taken over again.
            self.commit_regardless(&mut live, draft, &run).await.inspect_err(|_| live.lose_run())?;
        }
        match live.run.clone() {
            Some(handle) => Ok(Adopted::Continues(handle)),
            None => Ok(Adopted::Ended(None)),
        }
    }

    /// What the model is to be sent for the run.
    pub async fn history(&self) -> History {
        self.live.lock().await.history.clone()
    }

    /// Whether the log says that this run has begun.
    pub async fn has_begun(&self, run: &RunId) -> bool {
        let live = self.live.lock().await;
        live.transcript.turns.last().and_then(|turn| turn.answer.as_ref()).is_some_and(|answer| &answer.run == run)
    }

    /// Adds an event of this run to the log. A run that was ended from elsewhere adds nothing more.
    pub async fn publish(&self, run: &RunId, event: Event, content: String) -> Result<(), Problem> {
        let mut live = self.live.lock().await;
        if live.is_running(run) {
            self.commit_regardless(&mut live, Draft::event(event, content), run).await?;
        }
        Ok(())
    }

    /// Whether everything that this run said is in the database, and the run still this process's.
    pub async fn is_kept(&self, run: &RunId) -> bool {
        let live = self.live.lock().await;
        live.is_running(run) && live.unsaved.is_empty()
    }

    /// Keeps what the run used more of this model.
    pub async fn keep_usage(&self, run: &RunId, model: &str, usage: Usage) {
        let (run, person, conversation, model) = (run.clone(), self.owner.clone(), self.id.clone(), model.to_owned());
        self.shared.keep_usage(RunUsage { run, person, conversation, model, usage }).await;
    }

    /// A step of the run is complete: should this process die, another goes on from here. `machine` is what is to be
    /// done next, and `next_part` the part with which that begins. `events` happen with it or not at all.
    pub async fn checkpoint(
        &self,
        run: &RunId,
        history: &mut History,
        machine: String,
        next_part: usize,
        events: Vec<(Event, String)>,
    ) -> Result<(), Problem> {
        let mut live = self.live.lock().await;
        if !live.is_running(run) {
            return Ok(());
        }
        let step = RunChange::Step { run: run.clone(), machine, next_part };
        let draft = Draft { events, history: Some(history.clone()), run: Some(step), ..Draft::default() };
        if self.commit_regardless(&mut live, draft, run).await? && live.unsaved.is_empty() {
            history.was_written();
        }
        Ok(())
    }

    /// As [`Self::checkpoint`], for a step that has to be in the database before the next is begun. Whether it is, and
    /// the run still this process's.
    ///
    /// # Errors
    /// The database fails.
    pub async fn checkpoint_for_sure(
        &self,
        run: &RunId,
        history: &mut History,
        machine: String,
        next_part: usize,
    ) -> Result<bool, Problem> {
        let mut live = self.live.lock().await;
        let step = RunChange::Step { run: run.clone(), machine, next_part };
        let mut draft = Draft { history: Some(history.clone()), run: Some(step), ..Draft::default() };
        for _ in 0..ATTEMPTS {
            if !live.is_running(run) {
                return Ok(false);
            }
            match self.commit(&mut live, &mut draft).await {
                Ok(()) => {
                    history.was_written();
                    return Ok(true);
                }
                Err(Refused::Behind) => {}
                Err(Refused::NotOurs | Refused::Gone) => {
                    live.lose_run();
                    return Ok(false);
                }
                Err(Refused::Failed(problem)) => return Err(problem),
            }
        }
        Err(too_busy())
    }

    /// Ends this run with its last event, and begins the next waiting message. Gives how the run ended for those who
    /// look: one that was ended from elsewhere stays ended as it was. Also gives the run to start for the next message.
    pub async fn end_run(
        &self,
        run: &RunId,
        history: History,
        (event, content): (Event, String),
        context: &str,
    ) -> Result<Ended, Problem> {
        let mut live = self.live.lock().await;
        let told = |live: &Live| {
            let mut answers = live.transcript.turns.iter().rev().filter_map(|turn| turn.answer.as_ref());
            answers.find(|answer| &answer.run == run).and_then(|answer| answer.end.as_ref()).map(|end| end.why)
        };
        if !live.is_running(run) {
            return Ok(Ended { why: told(&live), next: None });
        }
        let end = RunChange::End { run: run.clone() };
        let draft = Draft { history: Some(history), run: Some(end), ..Draft::event(event, content) };
        let ours = self.commit_regardless(&mut live, draft, run).await?;
        live.run = None;
        let next = if ours { self.begin_next_if_possible(&mut live, context).await } else { None };
        Ok(Ended { why: told(&live), next })
    }

    /// Ends this run, whose task broke off, as failed, and begins the next waiting message. Returns the run to start
    /// for it. Whoever looks hears of it even if the database is what failed.
    pub async fn abandon_run(&self, run: &RunId, context: &str) -> Option<RunHandle> {
        let mut live = self.live.lock().await;
        if live.is_running(run) {
            self.repair(&mut live);
            let problem = Problem::new(ProblemCode::Internal, "The answer broke off through a fault of this program")
                .hint("ask again; the server's log says what happened");
            let end = RunChange::End { run: run.clone() };
            if let Err(problem) = self.close(&mut live, run.clone(), EndReason::Failed, Some(problem), Some(end)).await
            {
                tracing::error!(conversation = %self.id, %run, problem = %problem.message, "the end of a run could not be kept");
            }
        }
        if live.run.is_some() || self.deleted.is_cancelled() {
            return None;
        }
        self.begin_next_if_possible(&mut live, context).await
    }

    /// Begins the message that has waited longest, once the database answers again. Returns the run to start for it.
    pub async fn begin_waiting(&self, context: &str) -> Option<RunHandle> {
        let mut live = self.live.lock().await;
        self.begin_next_if_possible(&mut live, context).await
    }

    async fn begin_next_if_possible(&self, live: &mut Live, context: &str) -> Option<RunHandle> {
        self.begin_next(live, context).await.unwrap_or_else(|problem| {
            tracing::error!(conversation = %self.id, problem = %problem.message, "a waiting message goes on waiting");
            None
        })
    }

    /// Leaves the run, if there is one, since this process stops: another goes on with it. Where none can, it ends as
    /// interrupted and can be asked anew.
    pub(in crate::server::hub) async fn leave(&self) {
        let mut live = self.live.lock().await;
        let Some(handle) = live.run.clone() else { return };
        handle.cancel.cancel();
        let outlives = self.shared.database.outlives_the_process() && live.unsaved.is_empty();
        let left = if outlives {
            self.shared.database.release_run(&self.shared.process, &handle.run).await
        } else {
            self.repair(&mut live);
            let end = RunChange::End { run: handle.run.clone() };
            self.close(&mut live, handle.run, EndReason::Interrupted, Some(interrupted()), Some(end)).await
        };
        live.run = None;
        if let Err(problem) = left {
            tracing::error!(conversation = %self.id, problem = %problem.message, "a run could not be left in order");
        }
    }

    /// Begins the message that has waited longest, unless the server stops or an answer is being written.
    pub(super) async fn begin_next(&self, live: &mut Live, context: &str) -> Result<Option<RunHandle>, Problem> {
        loop {
            if self.shared.stopping.is_cancelled() || self.deleted.is_cancelled() || live.is_busy() {
                return Ok(None);
            }
            let Some(QueuedMessage { message, text }) = live.transcript.queue.first().cloned() else { return Ok(None) };
            match self.begin_turn(live, message, None, &text, context, None).await {
                Ok(handle) => return Ok(Some(handle)),
                Err(Refused::Behind) => {}
                Err(Refused::Gone | Refused::NotOurs) => return Ok(None),
                Err(Refused::Failed(problem)) => return Err(problem),
            }
        }
    }

    /// Begins a turn under the newest one, or in the place of `instead_of`, which is put aside with all that follows it.
    pub(super) async fn begin_turn(
        &self,
        live: &mut Live,
        message: MessageId,
        command: Option<CommandId>,
        text: &str,
        context: &str,
        instead_of: Option<&Turn>,
    ) -> Result<RunHandle, Refused> {
        self.refresh(live).await?;
        let mut history = live.history.clone();
        let fresh_context = instead_of.map_or(live.reset, |turn| turn.fresh_context);
        match instead_of {
            Some(turn) => history.put_aside(&turn.message),
            None if fresh_context => history.reset(),
            None => {}
        }
        history.begin_turn(&message, text, context);
        let mut events = Vec::new();
        if live.transcript.title.is_empty() {
            events.push((Event::Title, title_from(text)));
        }
        let event = Event::Message {
            message: message.clone(),
            instead_of: instead_of.map(|turn| turn.message.clone()),
            command: command.clone(),
            asked_at: now(),
            fresh_context,
        };
        events.push((event, text.to_owned()));
        let command = command.map(|command| (command, message.clone()));
        self.begin(live, message, Draft { events, command, history: Some(history), run: None }).await
    }

    /// Begins another answer to the last turn, in the place of the one that it has.
    pub(super) async fn begin_again(
        &self,
        live: &mut Live,
        turn: &Turn,
        command: Option<CommandId>,
        context: &str,
    ) -> Result<Accepted, Refused> {
        self.refresh(live).await?;
        let message = turn.message.clone();
        let mut history = live.history.clone();
        history.withdraw_turn(&message);
        history.begin_turn(&message, &turn.question, context);
        let command = command.map(|command| (command, message.clone()));
        let start =
            self.begin(live, message.clone(), Draft { history: Some(history), command, ..Draft::default() }).await?;
        Ok(Accepted { message, duplicate: false, start: Some(start) })
    }

    /// Begins a run for this turn, in one piece with what the draft says.
    pub(super) async fn begin(
        &self,
        live: &mut Live,
        message: MessageId,
        mut draft: Draft,
    ) -> Result<RunHandle, Refused> {
        let run = new_run();
        let tending = self.shared.tended.tend(&run);
        let handle = RunHandle::new(run, message.clone(), tending);
        draft.run = Some(RunChange::Begin { run: handle.run.clone(), message, time_zone: self.time_zone() });
        self.commit(live, &mut draft).await?;
        live.run = Some(handle.clone());
        Ok(handle)
    }

    /// Reads the history again where another process has written it.
    pub(super) async fn refresh(&self, live: &mut Live) -> Result<(), Problem> {
        if live.history_is_stale && live.unsaved.is_empty() {
            let Some(stored) = self.shared.database.load_conversation(&self.id).await? else { return Ok(()) };
            live.history = stored.history;
            live.history_is_stale = false;
        }
        Ok(())
    }

    /// Answers the tool calls that were left open. Gives how many there were.
    fn repair(&self, live: &mut Live) -> usize {
        let calls = live.history.repair();
        if calls > 0 {
            live.unsaved.history = true;
            tracing::warn!(conversation = %self.id, tool_calls = calls, "tool calls had no result; they are answered as interrupted");
        }
        calls
    }

    /// Logs the last event of a run that cannot do so itself. Where it had not begun, its beginning comes first, so
    /// that the question does not seem to be on its way for ever.
    async fn close(
        &self,
        live: &mut Live,
        run: RunId,
        why: EndReason,
        problem: Option<Problem>,
        change: Option<RunChange>,
    ) -> Result<(), Problem> {
        let now = now();
        let mut draft = Draft { run: change, ..Draft::default() };
        if let Some(turn) = live.transcript.turns.last().filter(|turn| turn.answer.is_none()) {
            let known = live.transcript.turns.iter().rev().find_map(|turn| turn.answer.as_ref());
            let start = Event::RunStart {
                run: run.clone(),
                message: turn.message.clone(),
                model: known.map(|answer| answer.model.clone()).unwrap_or_default(),
                stand_in: known.is_some_and(|answer| answer.stand_in),
                started_at: now,
            };
            draft.events.push((start, String::new()));
        }
        draft.events.extend(unknown_changes(&live.transcript, &run));
        let started =
            live.transcript.turns.last().and_then(|turn| turn.answer.as_ref()).map(|answer| answer.started_at);
        let content = problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default();
        let event = Event::RunEnd {
            run: run.clone(),
            why,
            problem,
            milliseconds: u64::try_from(now - started.unwrap_or(now)).unwrap_or_default(),
            usage: Usage::default(),
            ungrounded: Vec::new(),
        };
        draft.events.push((event, content));
        let closed = self.commit_regardless(live, draft, &run).await;
        live.run = None;
        closed.map(|_ours| ())
    }
}

pub(super) fn new_message() -> MessageId {
    MessageId(uuid::Uuid::now_v7().to_string())
}

pub(super) fn new_run() -> RunId {
    RunId(uuid::Uuid::now_v7().to_string())
}

fn interrupted() -> Problem {
    Problem::new(ProblemCode::Internal, "The server stopped while this was being written")
        .hint("ask again to get the whole answer")
}
