//! Commands that the server has not taken yet.

use crate::wire::command::Command;
use crate::wire::id::CommandId;

/// Commands in the order they were given.
#[derive(Debug, Default)]
pub(super) struct Outbox(Vec<Command>);

impl Outbox {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Keeps what must not get lost; true if it did. A command with an id is kept until the server has acknowledged
    /// it. Others are kept only while there is no connection, and only if they still mean the same later: a `stop`
    /// that names no run would stop another one, and a plan is approved as it is now.
    pub(super) fn put(&mut self, command: &Command, online: bool) -> bool {
        let keep = match command {
            Command::Stop { run: None, .. }
            | Command::Approve { .. }
            | Command::Ping
            | Command::Hello { .. }
            | Command::Subscribe(_)
            | Command::Unsubscribe { .. } => false,
            command => id(command).is_some() || !online,
        };
        if keep {
            self.0.push(command.clone());
        }
        keep
    }

    /// All commands, to be sent on a new socket; those with an id stay until they are acknowledged.
    pub(super) fn take_for_sending(&mut self) -> Vec<Command> {
        let commands = self.0.clone();
        self.0.retain(|command| id(command).is_some());
        commands
    }

    /// Commands that were sent and that the server has not answered.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = Command> {
        self.0.iter().filter(|command| id(command).is_some()).cloned()
    }

    /// Questions that were not acknowledged: command, conversation, text, and the message that one puts in another way.
    /// What else waits means nothing on a later page.
    pub(super) fn questions(&self) -> Vec<Vec<String>> {
        let question = |command: &Command| match command {
            Command::Send { id: Some(id), conversation: Some(conversation), text, .. } => {
                Some(vec![id.0.clone(), conversation.0.clone(), text.clone()])
            }
            Command::Edit { id: Some(id), conversation, message, text } => {
                Some(vec![id.0.clone(), conversation.0.clone(), text.clone(), message.0.clone()])
            }
            _ => None,
        };
        self.0.iter().filter_map(question).collect()
    }

    /// The server answered this command: true if it was here.
    pub(super) fn settle(&mut self, answered: &CommandId) -> bool {
        let before = self.0.len();
        self.0.retain(|command| id(command) != Some(answered));
        self.0.len() != before
    }
}

fn id(command: &Command) -> Option<&CommandId> {
    match command {
        Command::Send { id, .. } | Command::Edit { id, .. } | Command::Regenerate { id, .. } => id.as_ref(),
        _ => None,
    }
}
