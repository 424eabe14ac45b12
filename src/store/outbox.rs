//! Questions that were sent but are not yet in the conversation's log, so that one is seen the moment it is sent.

use crate::wire::id::{CommandId, MessageId};
use crate::wire::problem::Problem;

/// A question on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The command that carries it.
    pub command: CommandId,
    /// What was asked.
    pub text: String,
    /// The message that it became, once the server said so.
    pub message: Option<MessageId>,
    /// Why the server did not take it.
    pub problem: Option<Problem>,
}

impl Pending {
    /// A question that was just handed to the socket.
    pub fn new(command: CommandId, text: String) -> Self {
        Self { command, text, message: None, problem: None }
    }
}

/// Notes which message a command made.
pub fn acknowledge(pending: &mut [Pending], command: &CommandId, message: Option<&MessageId>) {
    if let Some(found) = pending.iter_mut().find(|one| one.command == *command)
        && message.is_some()
    {
        found.message = message.cloned();
    }
}

/// Removes the questions that the log shows now.
pub fn settle(pending: &mut Vec<Pending>, is_in_log: impl Fn(&MessageId) -> bool) {
    pending.retain(|one| !one.message.as_ref().is_some_and(&is_in_log));
}
