//! What each command does. Every one that names a conversation opens it as this person first.

use std::sync::Arc;

use super::connection::{Connection, outside};
use crate::server::agent::context_now;
use crate::server::audit::Entry;
use crate::server::hub::{Accepted, Conversation};
use crate::wire::command::{Command, MAXIMUM_QUESTION_CHARACTERS, Resume, SendMode, Word};
use crate::wire::event::Event;
use crate::wire::id::{ApprovalId, CommandId, ConversationId, MessageId};
use crate::wire::problem::{Problem, ProblemCode};

impl Connection {
    pub(super) async fn obey(&mut self, command: Command) {
        let (id, conversation) = names(&command);
        let done = match self.authorise(&command).await {
            Ok(()) => self.carry_out(command).await,
            Err(problem) => Err(problem),
        };
        if let Err(problem) = done {
            // Everybody is told, not only whoever happened to notice.
            if problem.code == ProblemCode::Storage {
                self.state.hub().storage_fails(&problem);
            }
            self.complain(id, conversation, problem).await;
        }
    }

    async fn carry_out(&mut self, command: Command) -> Result<(), Problem> {
        match command {
            Command::Ping => {
                let pong = Event::Pong { views: self.sent() };
                self.say_if_there_is_room(outside(pong, String::new()));
            }
            Command::Hello { resume } => {
                // One that is gone is no reason to leave the others out.
                for one in resume {
                    self.state.limits().request(&self.person.id).await?;
                    let conversation = one.conversation.clone();
                    if let Err(problem) = self.subscribe(one).await {
                        self.complain(None, Some(conversation), problem).await;
                    }
                }
            }
            Command::Subscribe(resume) => {
                self.state.limits().request(&self.person.id).await?;
                self.subscribe(resume).await?;
            }
            Command::Unsubscribe { conversation } => self.look_away(&conversation),
            Command::Send { id, conversation, text, mode } => self.send(id, conversation, &text, mode).await?,
            Command::Edit { id, conversation, message, text } => {
                check_question(&text)?;
                self.ask_instead(id, &conversation, &message, Some(&text)).await?;
            }
            Command::Regenerate { id, conversation, message } => {
                self.ask_instead(id, &conversation, &message, None).await?;
            }
            Command::Branch { conversation, message } => {
                self.state.limits().request(&self.person.id).await?;
                self.open(Some(&conversation)).await?.branch(&message).await?;
            }
            Command::Stop { run, conversation } => {
                self.open(conversation.as_ref()).await?.stop(run.as_ref()).await?;
            }
            Command::Approve { conversation, approval, digest, decision } => {
                self.state.limits().request(&self.person.id).await?;
                self.decide(&conversation, &approval, &digest, decision).await?;
            }
            Command::Unqueue { conversation, message } => {
                self.open(Some(&conversation)).await?.unqueue(&message).await?;
            }
            Command::Reset { conversation } => {
                // A script that resets before it asked anything has nothing to forget.
                if conversation.is_some() || self.current.is_some() {
                    self.state.limits().request(&self.person.id).await?;
                    self.open(conversation.as_ref()).await?.reset().await?;
                }
            }
        }
        Ok(())
    }

    async fn subscribe(&mut self, resume: Resume) -> Result<(), Problem> {
        let conversation = self.open(Some(&resume.conversation)).await?;
        self.look_at(&conversation, resume.after).await
    }

    async fn send(
        &mut self,
        id: Option<CommandId>,
        conversation: Option<ConversationId>,
        text: &str,
        mode: SendMode,
    ) -> Result<(), Problem> {
        check_question(text)?;
        let before = self.count_message(id.as_ref()).await?;
        let again = before.is_some();
        let conversation = conversation.or(before).unwrap_or_else(|| {
            // One that was deleted under this socket's feet is no place to ask; a new one is.
            let current = self.current.as_ref().filter(|current| !current.deleted().is_cancelled());
            self.state.hub().conversation_for(&self.person.id, id.as_ref(), current.map(|current| current.id()))
        });
        let conversation = self.state.hub().open_or_create(&self.person.id, &conversation).await?;
        self.current = Some(Arc::clone(&conversation));
        // Whoever asks wants to see the answer: the view begins before the question is in the log. Of one that was taken
        // before, over a connection that is lost, the answer may be half written.
        if !self.looks_at(&conversation) {
            let after = if again { 0 } else { conversation.transcript().await.seq };
            self.look_at(&conversation, after).await?;
        }
        conversation.set_time_zone(self.time_zone.clone());
        let context = context_now(self.time_zone.as_deref());
        let starts = !conversation.is_answering().await;
        let admission = if again { None } else { Some(self.state.limits().admit(&self.person.id, starts).await?) };
        let accepted = conversation.send(id.clone(), text, &context, mode).await;
        if let Some(admission) = admission {
            admission.leave().await;
        }
        let accepted = accepted?;
        if !accepted.duplicate {
            let entry = Entry::question(&self.person.id, conversation.id(), &accepted.message, text);
            self.state.audit().record(entry.from(self.address));
        }
        self.accepted(&conversation, id, accepted).await;
        Ok(())
    }

    /// Asks a turn's question in another way, or has it answered again where there is no `text`.
    async fn ask_instead(
        &mut self,
        id: Option<CommandId>,
        conversation: &ConversationId,
        message: &MessageId,
        text: Option<&str>,
    ) -> Result<(), Problem> {
        let conversation = self.open(Some(conversation)).await?;
        let again = self.count_message(id.as_ref()).await?.is_some();
        let admission = if again { None } else { Some(self.state.limits().admit(&self.person.id, true).await?) };
        let context = context_now(self.time_zone.as_deref());
        let accepted = conversation.ask_instead(id.clone(), message, text, &context).await;
        if let Some(admission) = admission {
            admission.leave().await;
        }
        let accepted = accepted?;
        if !accepted.duplicate {
            let entry = match text {
                Some(text) => Entry::question(&self.person.id, conversation.id(), &accepted.message, text),
                None => Entry::asked_again(&self.person.id, conversation.id(), &accepted.message),
            };
            self.state.audit().record(entry.from(self.address));
        }
        self.accepted(&conversation, id, accepted).await;
        Ok(())
    }

    /// Takes this person's word about a plan.
    async fn decide(
        &mut self,
        conversation: &ConversationId,
        approval: &ApprovalId,
        digest: &str,
        word: Word,
    ) -> Result<(), Problem> {
        let conversation = self.open(Some(conversation)).await?;
        // Also where it counted before: the first time its entry may have been lost with the connection.
        conversation.decide(approval, digest, word).await?;
        let entry = Entry::decision(&self.person.id, conversation.id(), approval, digest, word);
        self.state.audit().record(entry.from(self.address));
        Ok(())
    }

    /// Counts a message. One that was taken before is only acknowledged again, however often it comes: then this is the
    /// conversation that it went to.
    async fn count_message(&self, command: Option<&CommandId>) -> Result<Option<ConversationId>, Problem> {
        if let Some(command) = command
            && let Some((conversation, _)) = self.state.database().command(&self.person.id, command).await?
        {
            return Ok(Some(conversation));
        }
        self.state.limits().message(&self.person.id).await.map(|()| None)
    }

    async fn accepted(&mut self, conversation: &Arc<Conversation>, id: Option<CommandId>, accepted: Accepted) {
        let Accepted { message, duplicate, start } = accepted;
        if let Some(handle) = start {
            // The person may have changed their NetBox token since this socket was opened.
            let rights = self.state.auth().rights_now(&self.person).await;
            let rights = rights.unwrap_or_else(|_| self.person.credentials.clone());
            self.state.agent().start(Arc::clone(conversation), handle, rights);
        }
        let mut frame = outside(Event::Ack { id, message: Some(message), duplicate }, String::new());
        frame.conversation = Some(conversation.id().clone());
        self.say(frame).await;
    }

    /// The named conversation, or the one this socket is in.
    async fn open(&self, conversation: Option<&ConversationId>) -> Result<Arc<Conversation>, Problem> {
        match (conversation, &self.current) {
            (Some(id), _) => self.state.hub().open(&self.person.id, id).await,
            (None, Some(current)) => Ok(Arc::clone(current)),
            (None, None) => Err(Problem::new(ProblemCode::BadRequest, "This connection is in no conversation yet")
                .hint("name one with `conversation`, or send a message first")),
        }
    }
}

/// The command's id and the conversation that it names: its failure tells of both.
fn names(command: &Command) -> (Option<CommandId>, Option<ConversationId>) {
    match command {
        Command::Send { id, conversation, .. } => (id.clone(), conversation.clone()),
        Command::Edit { id, conversation, .. } | Command::Regenerate { id, conversation, .. } => {
            (id.clone(), Some(conversation.clone()))
        }
        Command::Subscribe(resume) => (None, Some(resume.conversation.clone())),
        Command::Unsubscribe { conversation }
        | Command::Approve { conversation, .. }
        | Command::Unqueue { conversation, .. }
        | Command::Branch { conversation, .. } => (None, Some(conversation.clone())),
        Command::Stop { conversation, .. } | Command::Reset { conversation } => (None, conversation.clone()),
        Command::Hello { .. } | Command::Ping => (None, None),
    }
}

fn check_question(text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(Problem::new(ProblemCode::BadRequest, "The message is empty").hint("type a question"));
    }
    let characters = text.chars().count();
    if characters > MAXIMUM_QUESTION_CHARACTERS {
        return Err(Problem::new(
            ProblemCode::TooLarge,
            format!("The message has {characters} characters, more than {MAXIMUM_QUESTION_CHARACTERS}"),
        )
        .hint("shorten it, or send it in parts"));
    }
    Ok(())
}
