//! What each command does. Every one that names a conversation opens it as this person first.

use std::sync::Arc;

use super::connection::{Connection, outside};
use crate::server::agent::context_now;
use crate::server::hub::{Accepted, Conversation};
use crate::wire::command::{Command, MAXIMUM_QUESTION_CHARACTERS, Resume, SendMode};
use crate::wire::event::Event;
use crate::wire::id::{CommandId, ConversationId, MessageId};
use crate::wire::problem::{Problem, ProblemCode};

impl Connection {
    pub(super) async fn obey(&mut self, command: Command) {
        let id = match &command {
            Command::Send { id, .. } | Command::Regenerate { id, .. } => id.clone(),
            _ => None,
        };
        if let Err(problem) = self.carry_out(command).await {
            self.complain(id, problem).await;
        }
    }

    async fn carry_out(&mut self, command: Command) -> Result<(), Problem> {
        match command {
            Command::Ping => self.say(outside(Event::Pong, String::new())).await,
            Command::Hello { resume } => {
                for one in resume {
                    self.subscribe(one).await?;
                }
            }
            Command::Subscribe(resume) => self.subscribe(resume).await?,
            Command::Unsubscribe { conversation } => self.look_away(&conversation),
            Command::Send { id, conversation, text, mode } => self.send(id, conversation, &text, mode).await?,
            Command::Regenerate { id, conversation, message } => {
                let conversation = self.open(Some(&conversation)).await?;
                let accepted = conversation.regenerate(id.clone(), &message, &context_now()).await?;
                self.accepted(&conversation, id, accepted).await;
            }
            Command::Stop { run, conversation } => {
                self.open(conversation.as_ref()).await?.stop(run.as_ref()).await;
            }
            Command::Unqueue { conversation, message } => {
                self.open(Some(&conversation)).await?.unqueue(&message).await?;
            }
            Command::Reset { conversation } => {
                // A script that resets before it asked anything has nothing to forget.
                if conversation.is_some() || self.current.is_some() {
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
        let conversation = match (conversation, &self.current) {
            (None, Some(current)) => Arc::clone(current),
            (named, _) => {
                let named = named.unwrap_or_else(|| ConversationId(uuid::Uuid::now_v7().to_string()));
                self.state.hub().open_or_create(&self.person, &named).await?
            }
        };
        self.current = Some(Arc::clone(&conversation));
        // Whoever asks wants to see the answer: the view begins before the question is in the log.
        if !self.looks_at(conversation.id()) {
            self.look_at(&conversation, conversation.transcript().await.seq).await?;
        }
        let accepted = conversation.send(id.clone(), text, &context_now(), mode).await?;
        self.accepted(&conversation, id, accepted).await;
        Ok(())
    }

    async fn accepted(&self, conversation: &Arc<Conversation>, id: Option<CommandId>, accepted: Accepted) {
        let (message, duplicate): (MessageId, bool) = match accepted {
            Accepted::Start(handle) => {
                let message = handle.message.clone();
                self.state.agent().start(Arc::clone(conversation), handle);
                (message, false)
            }
            Accepted::Queued(message) => (message, false),
            Accepted::Duplicate(message) => (message, true),
        };
        let mut frame = outside(Event::Ack { id, message: Some(message), duplicate }, String::new());
        frame.conversation = Some(conversation.id().clone());
        self.say(frame).await;
    }

    /// The named conversation, or the one this socket is in.
    async fn open(&self, conversation: Option<&ConversationId>) -> Result<Arc<Conversation>, Problem> {
        match (conversation, &self.current) {
            (Some(id), _) => self.state.hub().open(&self.person, id).await,
            (None, Some(current)) => Ok(Arc::clone(current)),
            (None, None) => Err(Problem::new(ProblemCode::BadRequest, "This connection is in no conversation yet")
                .hint("name one with `conversation`, or send a message first")),
        }
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
