//! One live conversation: its log, its state, its queue and the run that is writing.

mod live;
mod log;
mod runs;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard, broadcast};
use tokio_util::sync::CancellationToken;

use live::Live;
pub use live::RunHandle;

use super::view::Lagging;
use super::{View, not_found};
use crate::server::person::PersonId;
use crate::server::store::{Store, StoredConversation};
use crate::wire::command::SendMode;
use crate::wire::event::{Event, Frame};
use crate::wire::id::{CommandId, ConversationId, MessageId, RunId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::Transcript;

/// Events that a reader may fall behind before it gets a snapshot instead.
const BACKLOG: usize = 512;
/// The most messages that may wait.
const MAXIMUM_QUEUE: usize = 20;
/// What all conversations of a hub share.
#[derive(Clone)]
pub(super) struct Shared {
    pub store: Arc<dyn Store>,
    pub list_changes: broadcast::Sender<PersonId>,
    /// Cancelled when the server begins to stop: nothing new is begun.
    pub stopping: CancellationToken,
}

/// A conversation.
pub struct Conversation {
    id: ConversationId,
    owner: PersonId,
    shared: Shared,
    live: Mutex<Live>,
    frames: broadcast::Sender<Arc<Frame>>,
    /// Cancelled when it is deleted.
    deleted: CancellationToken,
    /// Where the person is who asked last.
    time_zone: std::sync::Mutex<Option<String>>,
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
    pub(super) fn new(id: ConversationId, stored: StoredConversation, shared: Shared) -> Self {
        let owner = stored.owner.clone();
        let live = Mutex::new(Live::load(&id, stored));
        let (frames, deleted) = (broadcast::channel(BACKLOG).0, CancellationToken::new());
        Self { id, owner, shared, live, frames, deleted, time_zone: std::sync::Mutex::default() }
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

    /// Takes a question. `context` goes to the model with it.
    pub async fn send(
        &self,
        command: Option<CommandId>,
        text: &str,
        context: &str,
        mode: SendMode,
    ) -> Result<Accepted, Problem> {
        let mut live = self.lock().await?;
        if let Some(message) = live.done_before(command.as_ref()) {
            return Ok(Accepted::before(message));
        }
        self.refuse_while_stopping()?;
        let message = MessageId(uuid::Uuid::now_v7().to_string());
        // Messages may wait without a run after a restart; they come first.
        if live.run.is_none() && live.transcript.queue.is_empty() {
            let start = self.begin_turn(&mut live, message.clone(), command, text, context).await?;
            return Ok(Accepted { message, duplicate: false, start: Some(start) });
        }
        if live.transcript.queue.len() >= MAXIMUM_QUEUE {
            return Err(Problem::new(
                ProblemCode::RateLimited,
                format!("{MAXIMUM_QUEUE} messages are waiting already"),
            )
            .hint("wait for the answer, stop it, or take a waiting message back"));
        }
        self.append(&mut live, Event::Queued { message: message.clone(), command }, text.to_owned()).await?;
        let start = match &live.run {
            Some(run) => {
                if mode == SendMode::Interrupt {
                    run.cancel.cancel();
                }
                None
            }
            None => self.begin_next(&mut live, context).await?,
        };
        Ok(Accepted { message, duplicate: false, start })
    }

    /// Prepares the last turn to be answered anew.
    pub async fn regenerate(
        &self,
        command: Option<CommandId>,
        message: &MessageId,
        context: &str,
    ) -> Result<Accepted, Problem> {
        let mut live = self.lock().await?;
        if let Some(message) = live.done_before(command.as_ref()) {
            return Ok(Accepted::before(message));
        }
        self.refuse_while_stopping()?;
        if live.run.is_some() {
            return Err(Problem::new(ProblemCode::BadRequest, "An answer is being written")
                .hint("stop it first, then ask for another"));
        }
        let Some(turn) = live.transcript.turns.last().filter(|turn| &turn.message == message) else {
            return Err(Problem::new(ProblemCode::BadRequest, "Only the last question can be answered again")
                .hint("ask it again as a new message"));
        };
        let question = turn.question.clone();
        live.history.withdraw_turn(message);
        live.history.begin_turn(message, &question, context);
        self.shared.store.keep_history(&self.id, &live.history).await?;
        if let Some(command) = command {
            live.remember(command, message.clone());
        }
        let start = live.start_run(message.clone());
        Ok(Accepted { message: message.clone(), duplicate: false, start: Some(start) })
    }

    /// Whether an answer is being written.
    pub async fn is_answering(&self) -> bool {
        self.live.lock().await.run.is_some()
    }

    /// Whether this command has made a message, as far as is remembered.
    pub async fn has_taken(&self, command: &CommandId) -> bool {
        self.live.lock().await.done_before(Some(command)).is_some()
    }

    /// Takes a waiting message back. Whether it was still waiting.
    pub async fn unqueue(&self, message: &MessageId) -> Result<bool, Problem> {
        let mut live = self.lock().await?;
        let waiting = live.transcript.queue.iter().any(|queued| &queued.message == message);
        if waiting {
            self.append(&mut live, Event::Unqueued { message: message.clone() }, String::new()).await?;
        }
        Ok(waiting)
    }

    /// Stops the run (this one, if named). Whether there was one.
    pub async fn stop(&self, run: Option<&RunId>) -> bool {
        let live = self.live.lock().await;
        match &live.run {
            Some(handle) if run.is_none_or(|run| run == &handle.run) => {
                handle.cancel.cancel();
                true
            }
            _ => false,
        }
    }

    /// The next turn begins without memory of those before.
    pub async fn reset(&self) -> Result<(), Problem> {
        let mut live = self.lock().await?;
        self.append(&mut live, Event::Reset, "The next question starts without memory of those above".to_owned()).await
    }

    pub(super) async fn rename(&self, title: String) -> Result<(), Problem> {
        let mut live = self.lock().await?;
        self.append(&mut live, Event::Title, title).await
    }

    /// Ends everything here: the run, what waits, and every view. Whoever still holds it can do nothing with it.
    pub(super) async fn delete(&self) {
        let mut live = self.live.lock().await;
        if let Some(run) = live.run.take() {
            run.cancel.cancel();
        }
        live.transcript.queue.clear();
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
