//! One live conversation: its log, its state, its queue and the run that is writing.

mod approvals;
mod live;
mod log;
mod runs;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, broadcast};
use tokio_util::sync::CancellationToken;

use live::Live;
pub use live::RunHandle;
use log::{Draft, too_busy};
use runs::new_message;
pub use runs::{Adopted, Ended};

use super::view::Lagging;
use super::{View, not_found};
use crate::chat::reducer;
use crate::server::hub::shared::Shared;
use crate::server::person::PersonId;
use crate::server::store::{Refused, StoredConversation};
use crate::wire::command::SendMode;
use crate::wire::event::{Event, Frame};
use crate::wire::id::{CommandId, ConversationId, MessageId, RunId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::{EndReason, Transcript, Turn};

/// Events that a reader may fall behind before it gets a snapshot instead.
const BACKLOG: usize = 512;
/// The most messages that may wait.
const MAXIMUM_QUEUE: usize = 20;
/// How often a command is decided anew because other processes were faster.
const ATTEMPTS: usize = 20;
const PAUSE: Duration = Duration::from_millis(20);

/// A conversation.
pub struct Conversation {
    id: ConversationId,
    owner: PersonId,
    shared: Arc<Shared>,
    live: Mutex<Live>,
    frames: broadcast::Sender<Arc<Frame>>,
    /// Cancelled when it is deleted.
    deleted: CancellationToken,
    /// Where the person is who asked last.
    time_zone: std::sync::Mutex<Option<String>>,
    this: Weak<Self>,
}

/// What became of a message.
pub struct Accepted {
    /// The message.
    pub message: MessageId,
    /// Whether it had been accepted before.
    pub duplicate: bool,
    /// The run to be started; of another message where others wait in front of this one.
    pub start: Option<RunHandle>,
}

impl Accepted {
    fn before(message: MessageId) -> Self {
        Self { message, duplicate: true, start: None }
    }
}

impl Conversation {
    pub(super) fn new(id: ConversationId, stored: StoredConversation, shared: Arc<Shared>) -> Arc<Self> {
        let owner = stored.owner.clone();
        let live = Mutex::new(Live::load(&id, stored));
        let (frames, deleted) = (broadcast::channel(BACKLOG).0, CancellationToken::new());
        let time_zone = std::sync::Mutex::default();
        Arc::new_cyclic(|this| Self { id, owner, shared, live, frames, deleted, time_zone, this: this.clone() })
    }

    /// This conversation, to be held for longer.
    pub(super) fn this(&self) -> Option<Arc<Self>> {
        self.this.upgrade()
    }

    /// Which conversation this is.
    pub fn id(&self) -> &ConversationId {
        &self.id
    }

    /// Whose it is.
    pub fn owner(&self) -> &PersonId {
        &self.owner
    }

    /// The time zone of the person who asked last, where they told it.
    pub fn time_zone(&self) -> Option<String> {
        self.time_zone.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Remembers where the person is who asks.
    pub fn set_time_zone(&self, time_zone: Option<String>) {
        *self.time_zone.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = time_zone;
    }

    /// Cancelled when it is deleted.
    pub fn deleted(&self) -> &CancellationToken {
        &self.deleted
    }

    /// The conversation as people see it now.
    pub async fn transcript(&self) -> Transcript {
        self.live.lock().await.transcript.clone()
    }

    /// Opens a view from the event after `after`: the missing events where the log has them, else a snapshot. So it
    /// is when the reader falls too far behind.
    pub async fn view(self: &Arc<Self>, after: u64) -> Result<View, Problem> {
        let live = self.live.lock().await;
        let receiver = self.frames.subscribe();
        let last = live.transcript.seq;
        let first = if after == 0 {
            vec![log::snapshot(&live.transcript)]
        } else if after > last || last - after > BACKLOG as u64 {
            live.catch_up()
        } else {
            self.log_after(&live, after).await?
        };
        drop(live);
        Ok(View::new(Arc::clone(self), Lagging::Snapshot, first, receiver, last))
    }

    /// Opens a view that yields every event after `after`, however slowly it is read, and never a snapshot.
    pub async fn lossless_view(self: &Arc<Self>, after: u64) -> Result<View, Problem> {
        let live = self.live.lock().await;
        let receiver = self.frames.subscribe();
        let first = self.log_after(&live, after).await?;
        let last = live.transcript.seq.max(after);
        drop(live);
        Ok(View::new(Arc::clone(self), Lagging::Log, first, receiver, last))
    }

    /// What a view that fell behind after event `seq` is given instead, the last event contained in it, and what follows.
    pub(super) async fn follow_again(
        &self,
        lagging: Lagging,
        seq: u64,
    ) -> Result<(Vec<Arc<Frame>>, u64, broadcast::Receiver<Arc<Frame>>), Problem> {
        let live = self.live.lock().await;
        let missed = match lagging {
            Lagging::Snapshot => live.catch_up(),
            Lagging::Log => self.log_after(&live, seq).await?,
        };
        Ok((missed, live.transcript.seq, self.frames.subscribe()))
    }

    /// Takes a question. `context` goes to the model with it. When this gives a message, it is in the database.
    pub async fn send(
        &self,
        command: Option<CommandId>,
        text: &str,
        context: &str,
        mode: SendMode,
    ) -> Result<Accepted, Problem> {
        let mut live = self.lock().await?;
        let message = new_message();
        for _ in 0..ATTEMPTS {
            if let Some(message) = self.done_before(command.as_ref()).await? {
                return Ok(Accepted::before(message));
            }
            self.refuse_while_stopping()?;
            // Messages may wait without a run after a restart; they come first.
            let outcome = if !live.is_busy() && live.transcript.queue.is_empty() {
                self.begin_turn(&mut live, message.clone(), command.clone(), text, context, None).await.map(Some)
            } else {
                self.queue(&mut live, &message, command.as_ref(), text, mode).await.map(|()| None)
            };
            match outcome {
                Ok(Some(start)) => return Ok(Accepted { message, duplicate: false, start: Some(start) }),
                Ok(None) => {
                    let start = self.begin_next(&mut live, context).await?;
                    return Ok(Accepted { message, duplicate: false, start });
                }
                Err(refused) => self.decide_again(refused).await?,
            }
        }
        Err(too_busy())
    }

    /// Puts a message behind the answer that is being written, and those that wait.
    async fn queue(
        &self,
        live: &mut Live,
        message: &MessageId,
        command: Option<&CommandId>,
        text: &str,
        mode: SendMode,
    ) -> Result<(), Refused> {
        if live.transcript.queue.len() >= MAXIMUM_QUEUE {
            let problem =
                Problem::new(ProblemCode::RateLimited, format!("{MAXIMUM_QUEUE} messages are waiting already"));
            return Err(Refused::Failed(problem.hint("wait for the answer, stop it, or take a waiting message back")));
        }
        let event = Event::Queued { message: message.clone(), command: command.cloned() };
        let command = command.map(|command| (command.clone(), message.clone()));
        let mut draft = Draft { command, ..Draft::event(event, text.to_owned()) };
        self.commit(live, &mut draft).await?;
        if mode == SendMode::Interrupt {
            self.stop_run(live).await?;
        }
        Ok(())
    }

    /// Asks a turn's question in another way (`text`), or again: what was asked and answered from there on is put aside. A
    /// last answer that failed is replaced where its question is asked again.
    pub async fn ask_instead(
        &self,
        command: Option<CommandId>,
        message: &MessageId,
        text: Option<&str>,
        context: &str,
    ) -> Result<Accepted, Problem> {
        let mut live = self.lock().await?;
        for _ in 0..ATTEMPTS {
            if let Some(message) = self.done_before(command.as_ref()).await? {
                return Ok(Accepted::before(message));
            }
            self.refuse_while_stopping()?;
            refuse_while_busy(&live)?;
            let turn = shown_turn(&live, message)?.clone();
            let is_last = live.transcript.turns.last().is_some_and(|last| last.message == turn.message);
            let begun = if text.is_none() && is_last && has_failed(&turn) {
                self.begin_again(&mut live, &turn, command.clone(), context).await
            } else {
                let text = text.unwrap_or(&turn.question);
                let message = new_message();
                let begun = self.begin_turn(&mut live, message.clone(), command.clone(), text, context, Some(&turn));
                begun.await.map(|start| Accepted { message, duplicate: false, start: Some(start) })
            };
            match begun {
                Ok(accepted) => return Ok(accepted),
                Err(refused) => self.decide_again(refused).await?,
            }
        }
        Err(too_busy())
    }

    /// Shows another branch: the one with this turn.
    pub async fn branch(&self, message: &MessageId) -> Result<(), Problem> {
        let mut live = self.lock().await?;
        for _ in 0..ATTEMPTS {
            refuse_while_busy(&live)?;
            if live.transcript.turns.iter().any(|turn| &turn.message == message) {
                return Ok(());
            }
            if !live.transcript.aside.iter().any(|turn| &turn.message == message) {
                return Err(no_such_turn());
            }
            self.refresh(&mut live).await?;
            let mut history = live.history.clone();
            history.follow(&reducer::branch(&live.transcript, message));
            let event = Event::Branch { message: message.clone() };
            let mut draft = Draft { history: Some(history), ..Draft::event(event, String::new()) };
            match self.commit(&mut live, &mut draft).await {
                Ok(()) => return Ok(()),
                Err(refused) => self.decide_again(refused).await?,
            }
        }
        Err(too_busy())
    }

    /// Whether an answer is being written.
    pub async fn is_answering(&self) -> bool {
        self.live.lock().await.is_busy()
    }

    /// Takes a waiting message back. Whether it was still waiting.
    pub async fn unqueue(&self, message: &MessageId) -> Result<bool, Problem> {
        let mut live = self.lock().await?;
        for _ in 0..ATTEMPTS {
            if !live.transcript.queue.iter().any(|queued| &queued.message == message) {
                return Ok(false);
            }
            let mut draft = Draft::event(Event::Unqueued { message: message.clone() }, String::new());
            match self.commit(&mut live, &mut draft).await {
                Ok(()) => return Ok(true),
                Err(refused) => self.decide_again(refused).await?,
            }
        }
        Err(too_busy())
    }

    /// Stops the run (this one, if named). Whether there was one.
    pub async fn stop(&self, run: Option<&RunId>) -> Result<bool, Problem> {
        let live = self.live.lock().await;
        let running = live.run.as_ref().map(|handle| &handle.run).or_else(|| live.transcript.running());
        match running {
            Some(running) if run.is_none_or(|run| run == running) => self.stop_run(&live).await,
            _ => Ok(false),
        }
    }

    /// Stops the run that is being written, here or by another process.
    async fn stop_run(&self, live: &Live) -> Result<bool, Problem> {
        if let Some(handle) = &live.run {
            handle.cancel.cancel();
            return Ok(true);
        }
        let Some(run) = live.transcript.running() else { return Ok(false) };
        self.shared.database.request_stop(&self.shared.process, &self.owner, run, &self.id).await
    }

    /// Stops this run, which a person stopped on another process.
    pub(super) async fn stop_requested(&self, run: &RunId) {
        let live = self.live.lock().await;
        if let Some(handle) = live.run.as_ref().filter(|handle| &handle.run == run) {
            handle.cancel.cancel();
        }
    }

    /// The next turn begins without memory of those before.
    pub async fn reset(&self) -> Result<(), Problem> {
        let text = "The next question starts without memory of those above";
        self.note(Event::Reset, text.to_owned()).await
    }

    pub(super) async fn rename(&self, title: String) -> Result<(), Problem> {
        self.note(Event::Title, title).await
    }

    /// Adds an event that depends on nothing.
    async fn note(&self, event: Event, content: String) -> Result<(), Problem> {
        let mut live = self.lock().await?;
        let mut draft = Draft::event(event, content);
        for _ in 0..ATTEMPTS {
            match self.commit(&mut live, &mut draft).await {
                Ok(()) => return Ok(()),
                Err(refused) => self.decide_again(refused).await?,
            }
        }
        Err(too_busy())
    }

    /// What this command made before, if it was carried out already, here or elsewhere.
    async fn done_before(&self, command: Option<&CommandId>) -> Result<Option<MessageId>, Problem> {
        let Some(command) = command else { return Ok(None) };
        let done = self.shared.database.command(&self.owner, command).await?;
        Ok(done.map(|(_, message)| message))
    }

    /// Nothing, when another process was faster and it is to be decided anew; else what is wrong.
    #[allow(clippy::unused_self, reason = "reads as what the conversation does")]
    async fn decide_again(&self, refused: Refused) -> Result<(), Problem> {
        match refused {
            Refused::Behind => {
                // What the other one is about to say may be a moment away.
                tokio::time::sleep(PAUSE).await;
                Ok(())
            }
            Refused::Gone | Refused::NotOurs => Err(not_found()),
            Refused::Failed(problem) => Err(problem),
        }
    }

    /// Ends everything here: the run, what waits, and every view. Whoever still holds it can do nothing with it.
    pub(super) async fn delete(&self) {
        let mut live = self.live.lock().await;
        self.end_everything(&mut live);
    }

    fn end_everything(&self, live: &mut Live) {
        live.lose_run();
        live.transcript.queue.clear();
        live.unsaved = live::Unsaved::default();
        self.deleted.cancel();
    }

    /// The state, as long as the conversation is there.
    async fn lock(&self) -> Result<MutexGuard<'_, Live>, Problem> {
        let live = self.live.lock().await;
        if self.deleted.is_cancelled() { Err(not_found()) } else { Ok(live) }
    }

    fn refuse_while_stopping(&self) -> Result<(), Problem> {
        if !self.shared.stopping.is_cancelled() {
            return Ok(());
        }
        Err(Problem::new(ProblemCode::Restarting, "The server is restarting")
            .hint("send it again in a moment; nothing of it was taken"))
    }
}

fn refuse_while_busy(live: &Live) -> Result<(), Problem> {
    // Messages that wait belong under the branch under which they were asked.
    if live.is_busy() || !live.transcript.queue.is_empty() {
        return Err(Problem::new(ProblemCode::BadRequest, "An answer is being written")
            .hint("stop it or wait for it, and for the questions that wait, then try again"));
    }
    Ok(())
}

/// The turn of the branch that is shown.
fn shown_turn<'live>(live: &'live Live, message: &MessageId) -> Result<&'live Turn, Problem> {
    live.transcript.turns.iter().find(|turn| &turn.message == message).ok_or_else(no_such_turn)
}

fn no_such_turn() -> Problem {
    Problem::new(ProblemCode::NotFound, "There is no such question in what is shown of this conversation")
        .hint("load the conversation again; another branch of it may be shown now")
}

/// Whether there is nothing in the answer that should be kept.
fn has_failed(turn: &Turn) -> bool {
    let end = turn.answer.as_ref().and_then(|answer| answer.end.as_ref());
    end.is_none_or(|end| matches!(end.why, EndReason::Failed | EndReason::Refused | EndReason::Interrupted))
}
