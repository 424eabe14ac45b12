//! What of a conversation is in memory only: the state that its log adds up to, and the run.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::log::snapshot;
use crate::chat::reducer;
use crate::server::agent::history::History;
use crate::server::store::StoredConversation;
use crate::wire::event::{Event, Frame};
use crate::wire::id::{CommandId, ConversationId, MessageId, RunId};
use crate::wire::transcript::Transcript;

/// Command ids remembered to recognise repetition.
const REMEMBERED_COMMANDS: usize = 256;

pub(super) struct Live {
    pub transcript: Transcript,
    pub history: History,
    pub run: Option<RunHandle>,
    /// The next turn begins without memory.
    pub reset: bool,
    /// Events that were told to the views although the store failed; it gets them before the next one.
    pub unsaved: Vec<Arc<Frame>>,
    /// The log's last `run_end`.
    last_end: Option<Arc<Frame>>,
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

impl Live {
    pub fn load(id: &ConversationId, stored: StoredConversation) -> Self {
        let mut live = Self {
            transcript: Transcript::new(id.clone()),
            history: stored.history,
            run: None,
            reset: false,
            unsaved: Vec::new(),
            last_end: None,
            commands: VecDeque::new(),
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
            Event::Message { message, command, .. } => {
                self.reset = false;
                if let Some(command) = command {
                    self.remember(command.clone(), message.clone());
                }
            }
            Event::Queued { message, command: Some(command) } => self.remember(command.clone(), message.clone()),
            Event::RunEnd { .. } => self.last_end = Some(Arc::clone(frame)),
            _ => {}
        }
    }

    pub fn start_run(&mut self, message: MessageId) -> RunHandle {
        let handle =
            RunHandle { run: RunId(uuid::Uuid::now_v7().to_string()), message, cancel: CancellationToken::new() };
        self.run = Some(handle.clone());
        handle
    }

    pub fn is_running(&self, run: &RunId) -> bool {
        self.run.as_ref().is_some_and(|handle| &handle.run == run)
    }

    /// What a reader gets in place of events that it missed: a snapshot, and the last run's end where it is over.
    /// Readers that keep a transcript drop the end as one they have; a script waits for its `completed`.
    pub fn catch_up(&self) -> Vec<Arc<Frame>> {
        let end = self.last_end.clone().filter(|_| self.run.is_none());
        std::iter::once(snapshot(&self.transcript)).chain(end).collect()
    }

    pub fn done_before(&self, command: Option<&CommandId>) -> Option<MessageId> {
        let command = command?;
        self.commands.iter().find(|(known, _)| known == command).map(|(_, message)| message.clone())
    }

    pub fn remember(&mut self, command: CommandId, message: MessageId) {
        if self.commands.len() == REMEMBERED_COMMANDS {
            self.commands.pop_front();
        }
        self.commands.push_back((command, message));
    }
}
