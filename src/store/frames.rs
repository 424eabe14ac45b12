//! What frames from the socket do to the store. Pure: what has to be sent or fetched because of them is returned.

use leptos::prelude::*;

use crate::chat::approval::{self, Standing};
use crate::chat::markdown::{self, Block};
use crate::wire::event::{Event, Frame};
use crate::wire::id::{CommandId, ConversationId, MessageId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::EndReason;

use super::conversation::ConversationView;
use super::outbox;
use super::{OpenedView, Store};

/// What frames ask of the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowUp {
    /// Frames are missing: subscribe to this conversation again after this event.
    pub subscribe: Option<(ConversationId, u64)>,
    /// The list of conversations has to be fetched again.
    pub refresh_conversations: bool,
    /// An answer in the open conversation ended.
    pub ended: Option<EndReason>,
    /// Whoever is here has to sign in again.
    pub sign_in: bool,
}

impl Store {
    /// Takes the frames that came since the last drawing, in their order.
    pub fn receive(&self, frames: Vec<Frame>) -> FollowUp {
        let mut follow_up = FollowUp::default();
        let current = self.current();
        let mut of_conversation = Vec::new();
        for frame in frames {
            match &frame.event {
                Event::Connected { deployment, .. } => {
                    // While there was no connection nobody said what became of the list: a run may have ended, and
                    // after a restart of the server all have.
                    self.storage.set(None);
                    follow_up.refresh_conversations |= self.connection.with_untracked(|one| one.came_back);
                    if self.deployment.with_untracked(|known| known != deployment) {
                        self.deployment.set(deployment.clone());
                    }
                }
                Event::Storage { problem } => self.storage.set(problem.clone()),
                Event::ConversationsChanged => follow_up.refresh_conversations = true,
                Event::Ack { id: Some(command), message, .. } => {
                    if let Some(view) = &current {
                        view.pending.update(|pending| outbox::acknowledge(pending, command, message.as_ref()));
                    }
                }
                Event::Bye { code, .. } if code == "reauth" => follow_up.sign_in = true,
                Event::Error { problem, .. } if problem.code == ProblemCode::SignIn => follow_up.sign_in = true,
                Event::Error { id, problem } => self.take_error(id.as_ref(), frame.conversation.as_ref(), problem),
                // All that was sent before the ping is answered by now, or lost.
                Event::Pong { .. } => self.deciding.set(false),
                Event::Ack { .. } | Event::Bye { .. } | Event::Unknown if frame.seq == 0 => {}
                _ => {
                    // What became of it is shown; the next plan is decided about anew.
                    if matches!(frame.event, Event::Decided { .. } | Event::Snapshot { .. }) {
                        self.deciding.set(false);
                    }
                    if let (Event::Title, Some(conversation)) = (&frame.event, &frame.conversation) {
                        self.retitle(conversation, &frame.content);
                    }
                    if let (Some(view), Some((command, message))) = (&current, message_of(&frame.event)) {
                        view.pending.update(|pending| outbox::acknowledge(pending, command, Some(message)));
                    }
                    of_conversation.push(frame);
                }
            }
        }
        if let Some(view) = current {
            self.take_conversation_frames(&view, &of_conversation, &mut follow_up);
        }
        follow_up
    }

    fn take_conversation_frames(&self, view: &ConversationView, frames: &[Frame], follow_up: &mut FollowUp) {
        let received = view.receive(frames);
        view.settle();
        if received.gap {
            follow_up.subscribe = Some((view.id.clone(), view.seq()));
        }
        let is_answered = received.changed || frames.iter().any(|frame| frame.conversation.as_ref() == Some(&view.id));
        if is_answered && self.opened.with_untracked(|opened| matches!(opened, OpenedView::Loading(_))) {
            self.opened.set(OpenedView::Ready(view.clone()));
        }
        if received.changed {
            self.announce(view, frames, received.ended);
        }
        follow_up.ended = received.ended;
    }

    fn take_error(&self, command: Option<&CommandId>, conversation: Option<&ConversationId>, problem: &Problem) {
        let current = self.current();
        if command.is_none() {
            self.deciding.set(false);
        }
        if problem.code == ProblemCode::Restarting && command.is_some() {
            // The question stays on its way; the line about the connection says why it waits.
            return;
        }
        if let (Some(command), Some(view)) = (command, &current) {
            let mut is_ours = false;
            view.pending.update(|pending| {
                if let Some(found) = pending.iter_mut().find(|one| one.command == *command) {
                    found.problem = Some(problem.clone());
                    is_ours = true;
                }
            });
            if is_ours {
                return;
            }
        }
        // Looking at a conversation that only the question on its way will make.
        let is_not_yet = current.as_ref().is_some_and(|view| !view.pending.with_untracked(Vec::is_empty));
        if problem.code == ProblemCode::NotFound && command.is_none() && is_not_yet {
            return;
        }
        let is_of_open = |view: &ConversationView| conversation.is_none_or(|conversation| *conversation == view.id);
        let is_loading = self.opened.with_untracked(|opened| matches!(opened, OpenedView::Loading(_)));
        let lost = current.as_ref().filter(|view| problem.code == ProblemCode::NotFound && is_of_open(view));
        if lost.is_some() && is_loading {
            self.opened.set(OpenedView::Missing(problem.clone()));
        } else {
            // What is shown stays; what is being written there will never be.
            if let Some(view) = lost.filter(|_| command.is_none()) {
                view.interrupt(problem);
            }
            self.toast_problem("", problem.clone());
        }
    }

    fn retitle(&self, conversation: &ConversationId, title: &str) {
        self.conversations.update(|conversations| {
            if let Some(found) = conversations.iter_mut().find(|one| one.id == *conversation) {
                title.clone_into(&mut found.title);
            }
        });
    }

    /// Tells a screen reader what is going on: steps while it runs, the text once it is whole.
    fn announce(&self, view: &ConversationView, frames: &[Frame], ended: Option<EndReason>) {
        let step = frames.iter().rev().find_map(|frame| match &frame.event {
            Event::RunStart { .. } => Some("Answering".to_owned()),
            Event::ToolUse { .. } => Some(format!("Asking NetBox: {}", frame.content)),
            Event::Notice { problem, .. } => Some(problem.message.clone()),
            Event::Approval { .. } | Event::Decided { .. } | Event::Applied { .. } => plan_said(view),
            _ => None,
        });
        let said = match ended {
            Some(EndReason::Done) => {
                let last = view.turns.with_untracked(|turns| turns.last()?.answer.get_untracked());
                last.map(|answer| spoken(&answer.markdown()))
            }
            Some(EndReason::Stopped) => Some("Answer stopped".to_owned()),
            Some(EndReason::Length) => Some("The answer is cut off at its length limit".to_owned()),
            // Drawn as an alert, which is read anyway.
            Some(EndReason::Failed | EndReason::Refused | EndReason::Interrupted) => None,
            None => step,
        };
        if let Some(said) = said {
            self.announcement.set(said);
        }
    }
}

/// A plan as a screen reader says it: that it waits, and what became of it; not each step.
fn plan_said(view: &ConversationView) -> Option<String> {
    view.with_transcript(|transcript| {
        let plan = approval::newest(transcript)?;
        let count = plan.plan.changes.len();
        match Standing::of(plan.decision, &plan.applied, count, false) {
            Standing::Waiting => {
                Some(format!("Approval needed: {}. {}", approval::heading(&plan.plan), plan.plan.reason))
            }
            Standing::Working if !plan.applied.is_empty() => None,
            standing => Some(standing.sentence(&plan.applied, count)),
        }
    })
}

/// An answer as a screen reader says it: how many tables there are to look at, then its words without their marks.
fn spoken(answer: &str) -> String {
    let blocks = markdown::parse(answer);
    let tables = blocks.iter().filter(|block| matches!(block, Block::Table { .. } | Block::Result { .. })).count();
    let lead = match tables {
        0 => "Answer ready".to_owned(),
        1 => "Answer ready, 1 table".to_owned(),
        tables => format!("Answer ready, {tables} tables"),
    };
    format!("{lead}. {}", markdown::words(&blocks))
}

/// The message that a command became, where the log says so: it may say so before the command is acknowledged.
fn message_of(event: &Event) -> Option<(&CommandId, &MessageId)> {
    match event {
        Event::Message { command: Some(command), message, .. } | Event::Queued { command: Some(command), message } => {
            Some((command, message))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
