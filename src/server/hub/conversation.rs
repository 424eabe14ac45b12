//! One live conversation: its log, its state, its queue and the run that is writing.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::{Mutex, broadcast};
use tokio_util::sync::CancellationToken;

use super::{View, title_from};
use crate::chat::reducer;
use crate::server::agent::history::History;
use crate::server::person::PersonId;
use crate::server::store::{Store, StoredConversation};
use crate::wire::command::SendMode;
use crate::wire::deployment::ConversationSummary;
use crate::wire::event::{Event, Frame};
use crate::wire::id::{CommandId, ConversationId, MessageId, RunId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::{EndReason, QueuedMessage, Transcript, Usage};

/// Events that a reader may fall behind before it gets a snapshot instead.
const BACKLOG: usize = 512;
/// The most messages that may wait.
const MAXIMUM_QUEUE: usize = 20;
/// Command ids remembered to recognise repetition.
const REMEMBERED_COMMANDS: usize = 256;

/// A conversation.
pub struct Conversation {
    id: ConversationId,
    owner: PersonId,
    store: Arc<dyn Store>,
    live: Mutex<Live>,
    frames: broadcast::Sender<Arc<Frame>>,
    list_changes: broadcast::Sender<PersonId>,
}

struct Live {
    transcript: Transcript,
    history: History,
    run: Option<RunHandle>,
    /// The next turn begins without memory.
    reset: bool,
    /// Commands that made messages, to recognise repetition.
    commands: VecDeque<(CommandId, MessageId)>,
}

/// The run that is writing.
#[derive(Clone)]
pub struct RunHandle {
    /// Which run.
    pub run: RunId,
    /// The turn that it answers.
    pub message: MessageId,
    /// Stops it.
    pub cancel: CancellationToken,
}

/// What became of a message.
pub enum Accepted {
    /// It is the newest turn; a run has to be started for it.
    Start(RunHandle),
    /// It waits.
    Queued(MessageId),
    /// It had been accepted before.
    Duplicate(MessageId),
}

impl Conversation {
    pub(super) fn new(
        id: ConversationId,
        stored: StoredConversation,
        store: Arc<dyn Store>,
        list_changes: broadcast::Sender<PersonId>,
    ) -> Self {
        let mut live = Live {
            transcript: Transcript::new(id.clone()),
            history: stored.history,
            run: None,
            reset: false,
            commands: VecDeque::new(),
        };
        for frame in &stored.log {
            reducer::apply(&mut live.transcript, frame);
            live.note(&frame.event);
        }
        let frames = broadcast::channel(BACKLOG).0;
        Self { id, owner: stored.owner, store, live: Mutex::new(live), frames, list_changes }
    }

    /// Makes a conversation whose process died usable: an answer that was being written ends as interrupted, and
    /// tool calls left open are answered.
    pub(super) async fn recover(&self) -> Result<(), Problem> {
        let mut live = self.live.lock().await;
        let Some(run) = live.transcript.running().cloned() else { return Ok(()) };
        let answered = live.history.repair();
        self.store.keep_history(&self.id, &live.history).await?;
        tracing::info!(conversation = %self.id, %run, tool_calls = answered, "a run was left unfinished; it is ended");
        let problem = Problem::new(ProblemCode::Internal, "The server stopped while this was being written")
            .hint("ask again to get the whole answer");
        let content = problem.message.clone();
        let event = Event::RunEnd {
            run,
            why: EndReason::Interrupted,
            problem: Some(problem),
            milliseconds: 0,
            usage: Usage::default(),
        };
        self.append(&mut live, event, content).await
    }

    /// Which conversation this is.
    pub fn id(&self) -> &ConversationId {
        &self.id
    }

    /// Whose it is.
    pub fn owner(&self) -> &PersonId {
        &self.owner
    }

    /// The conversation as people see it now.
    pub async fn transcript(&self) -> Transcript {
        self.live.lock().await.transcript.clone()
    }

    /// Opens a view from the event after `after`: the missing events where the log has them, else a snapshot.
    pub async fn view(self: &Arc<Self>, after: u64) -> Result<View, Problem> {
        let live = self.live.lock().await;
        let receiver = self.frames.subscribe();
        let last = live.transcript.seq;
        let first = if after == 0 || after > last || last - after > BACKLOG as u64 {
            vec![snapshot(&live.transcript)]
        } else {
            self.store.after(&self.id, after).await?
        };
        drop(live);
        Ok(View::new(Arc::clone(self), first, receiver))
    }

    pub(super) async fn snapshot_and_follow(&self) -> (Arc<Frame>, broadcast::Receiver<Arc<Frame>>) {
        let live = self.live.lock().await;
        (snapshot(&live.transcript), self.frames.subscribe())
    }

    /// Takes a question. `context` goes to the model with it.
    pub async fn send(
        &self,
        command: Option<CommandId>,
        text: &str,
        context: &str,
        mode: SendMode,
    ) -> Result<Accepted, Problem> {
        let mut live = self.live.lock().await;
        if let Some(message) = live.done_before(command.as_ref()) {
            return Ok(Accepted::Duplicate(message));
        }
        let message = MessageId(uuid::Uuid::now_v7().to_string());
        if let Some(run) = live.run.clone() {
            if live.transcript.queue.len() >= MAXIMUM_QUEUE {
                return Err(Problem::new(
                    ProblemCode::RateLimited,
                    format!("{MAXIMUM_QUEUE} messages are waiting already"),
                )
                .hint("wait for the answer, stop it, or take a waiting message back"));
            }
            self.append(&mut live, Event::Queued { message: message.clone(), command }, text.to_owned()).await?;
            if mode == SendMode::Interrupt {
                run.cancel.cancel();
            }
            return Ok(Accepted::Queued(message));
        }
        self.begin_turn(&mut live, message, command, text, context).await.map(Accepted::Start)
    }

    /// Prepares the last turn to be answered anew. None if it is a repeated command.
    pub async fn regenerate(
        &self,
        command: Option<CommandId>,
        message: &MessageId,
        context: &str,
    ) -> Result<Accepted, Problem> {
        let mut live = self.live.lock().await;
        if let Some(message) = live.done_before(command.as_ref()) {
            return Ok(Accepted::Duplicate(message));
        }
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
        self.store.keep_history(&self.id, &live.history).await?;
        if let Some(command) = command {
            live.remember(command, message.clone());
        }
        Ok(Accepted::Start(live.start_run(message.clone())))
    }

    /// Takes a waiting message back. Whether it was still waiting.
    pub async fn unqueue(&self, message: &MessageId) -> Result<bool, Problem> {
        let mut live = self.live.lock().await;
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
        let mut live = self.live.lock().await;
        self.append(&mut live, Event::Reset, "The next question starts without memory of those above".to_owned()).await
    }

    /// What the model is to be sent for the run.
    pub async fn history(&self) -> History {
        self.live.lock().await.history.clone()
    }

    /// Adds an event of the run to the log.
    pub async fn publish(&self, event: Event, content: String) -> Result<(), Problem> {
        let mut live = self.live.lock().await;
        self.append(&mut live, event, content).await
    }

    /// Ends the run with its last event, and begins the next waiting message. Returns the run to start for it.
    pub async fn end_run(
        &self,
        history: History,
        event: Event,
        content: String,
        context: &str,
    ) -> Result<Option<RunHandle>, Problem> {
        let mut live = self.live.lock().await;
        live.history = history;
        live.run = None;
        self.store.keep_history(&self.id, &live.history).await?;
        self.append(&mut live, event, content).await?;
        match live.transcript.queue.first().cloned() {
            Some(QueuedMessage { message, text }) => {
                self.begin_turn(&mut live, message, None, &text, context).await.map(Some)
            }
            None => Ok(None),
        }
    }

    pub(super) async fn rename(&self, title: String) -> Result<(), Problem> {
        let mut live = self.live.lock().await;
        self.append(&mut live, Event::Title, title).await
    }

    async fn begin_turn(
        &self,
        live: &mut Live,
        message: MessageId,
        command: Option<CommandId>,
        text: &str,
        context: &str,
    ) -> Result<RunHandle, Problem> {
        let fresh_context = live.reset;
        if fresh_context {
            live.history.reset();
        }
        live.history.begin_turn(&message, text, context);
        self.store.keep_history(&self.id, &live.history).await?;
        let asked_at = jiff::Timestamp::now().as_millisecond();
        if live.transcript.title.is_empty() {
            self.append(live, Event::Title, title_from(text)).await?;
        }
        let event = Event::Message { message: message.clone(), command, asked_at, fresh_context };
        self.append(live, event, text.to_owned()).await?;
        Ok(live.start_run(message))
    }

    /// Adds the next event: to the store first, then to the state, then to every view.
    async fn append(&self, live: &mut Live, event: Event, content: String) -> Result<(), Problem> {
        let changes_list =
            matches!(event, Event::Title | Event::Message { .. } | Event::RunStart { .. } | Event::RunEnd { .. });
        let completed = matches!(event, Event::RunEnd { .. });
        let seq = live.transcript.seq + 1;
        let frame = Arc::new(Frame { event, seq, conversation: Some(self.id.clone()), content, completed });
        self.store.append(&self.id, Arc::clone(&frame)).await?;
        reducer::apply(&mut live.transcript, &frame);
        live.note(&frame.event);
        // Nobody looking is fine.
        let _ = self.frames.send(frame);
        if changes_list {
            self.store
                .summarise(&ConversationSummary {
                    id: self.id.clone(),
                    title: live.transcript.title.clone(),
                    updated_at: jiff::Timestamp::now().as_millisecond(),
                    running: live.run.is_some() && !completed,
                })
                .await?;
            let _ = self.list_changes.send(self.owner.clone());
        }
        Ok(())
    }
}

impl Live {
    fn start_run(&mut self, message: MessageId) -> RunHandle {
        let handle =
            RunHandle { run: RunId(uuid::Uuid::now_v7().to_string()), message, cancel: CancellationToken::new() };
        self.run = Some(handle.clone());
        handle
    }

    /// What of an event matters here beside the transcript.
    fn note(&mut self, event: &Event) {
        match event {
            Event::Reset => self.reset = true,
            Event::Message { message, command, .. } => {
                self.reset = false;
                if let Some(command) = command {
                    self.remember(command.clone(), message.clone());
                }
            }
            Event::Queued { message, command: Some(command) } => self.remember(command.clone(), message.clone()),
            _ => {}
        }
    }

    fn done_before(&self, command: Option<&CommandId>) -> Option<MessageId> {
        let command = command?;
        self.commands.iter().find(|(known, _)| known == command).map(|(_, message)| message.clone())
    }

    fn remember(&mut self, command: CommandId, message: MessageId) {
        if self.commands.len() == REMEMBERED_COMMANDS {
            self.commands.pop_front();
        }
        self.commands.push_back((command, message));
    }
}

fn snapshot(transcript: &Transcript) -> Arc<Frame> {
    Arc::new(Frame {
        event: Event::Snapshot { transcript: transcript.clone() },
        seq: 0,
        conversation: Some(transcript.conversation.clone()),
        content: String::new(),
        completed: false,
    })
}
