//! Live conversations. Each has one log of events; whoever looks at it gets a snapshot and what follows, taken under
//! one lock so that nothing falls between them. Closing a view changes nothing.

mod commands;
mod conversation;
mod view;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

pub use conversation::{Accepted, Conversation, RunHandle};
pub use view::View;

use commands::Commands;
use conversation::Shared;

use crate::server::person::PersonId;
use crate::server::store::Store;
use crate::wire::deployment::ConversationSummary;
use crate::wire::id::{CommandId, ConversationId};
use crate::wire::problem::{Problem, ProblemCode};

/// The longest title, in characters.
const MAXIMUM_TITLE_CHARACTERS: usize = 120;
/// Changes of lists that a slow reader may fall behind; a reader that missed some reads the list anew anyway.
const LIST_CHANGES: usize = 64;

/// All conversations.
pub struct Hub {
    shared: Shared,
    commands: Commands,
    /// Those that somebody looks at or that are being answered. The store has the rest.
    live: Mutex<HashMap<ConversationId, Weak<Conversation>>>,
    /// Serialises loading, so that one conversation is never live twice.
    loading: tokio::sync::Mutex<()>,
}

impl Hub {
    /// Conversations kept in `store`.
    pub fn new(store: Arc<dyn Store>) -> Self {
        let (list_changes, stopping) = (broadcast::channel(LIST_CHANGES).0, CancellationToken::new());
        Self {
            shared: Shared { store, list_changes, stopping },
            commands: Commands::default(),
            live: Mutex::default(),
            loading: tokio::sync::Mutex::default(),
        }
    }

    /// The conversation, if it is there and this person's. Somebody else's is not there.
    pub async fn open(&self, person: &PersonId, id: &ConversationId) -> Result<Arc<Conversation>, Problem> {
        match self.find(id).await? {
            Some(conversation) if conversation.owner() == person => Ok(conversation),
            _ => Err(not_found()),
        }
    }

    /// The conversation under this id, made if it is not there. Somebody else's is refused.
    pub async fn open_or_create(&self, person: &PersonId, id: &ConversationId) -> Result<Arc<Conversation>, Problem> {
        if !is_client_id(id) {
            return Err(Problem::new(ProblemCode::BadRequest, "That is not a conversation id")
                .hint("use 8 to 64 letters, digits, `-` or `_`, best a random UUID; or leave it out"));
        }
        if self.find(id).await?.is_none() {
            self.shared.store.create(id, person).await?;
        }
        self.open(person, id).await
    }

    /// A person's conversations, newest first.
    pub async fn list(&self, person: &PersonId) -> Result<Vec<ConversationSummary>, Problem> {
        self.shared.store.list(person).await
    }

    /// Gives a conversation another title.
    pub async fn rename(&self, person: &PersonId, id: &ConversationId, title: &str) -> Result<(), Problem> {
        let title = title_from(title);
        if title.is_empty() {
            return Err(Problem::new(ProblemCode::BadRequest, "A title needs at least one character")
                .hint("type a title, or leave the old one"));
        }
        self.open(person, id).await?.rename(title).await
    }

    /// Removes a conversation; a run in it is stopped.
    pub async fn delete(&self, person: &PersonId, id: &ConversationId) -> Result<(), Problem> {
        let conversation = self.open(person, id).await?;
        conversation.delete().await;
        self.shared.store.delete(id).await?;
        self.lock().remove(id);
        self.list_changed(person);
        Ok(())
    }

    /// The conversation that a question without one goes to: where this very command went before, so that sending it
    /// again on another connection does it once; else `current`, else a new one.
    pub fn conversation_for(
        &self,
        person: &PersonId,
        command: Option<&CommandId>,
        current: Option<&ConversationId>,
    ) -> ConversationId {
        let otherwise = || current.cloned().unwrap_or_else(|| ConversationId(uuid::Uuid::now_v7().to_string()));
        match command {
            Some(command) => self.commands.conversation(person, command, otherwise),
            None => otherwise(),
        }
    }

    /// Cancelled when the server begins to stop: nothing new is begun then.
    pub fn stopping(&self) -> &CancellationToken {
        &self.shared.stopping
    }

    /// Ends every run that is still going, since the server cannot wait any longer.
    pub async fn interrupt_runs(&self) {
        let live: Vec<_> = self.lock().values().filter_map(Weak::upgrade).collect();
        for conversation in live {
            conversation.interrupt().await;
        }
    }

    /// Tells when a person's list changed.
    pub fn list_changes(&self) -> broadcast::Receiver<PersonId> {
        self.shared.list_changes.subscribe()
    }

    fn list_changed(&self, person: &PersonId) {
        // Nobody listening is fine.
        let _ = self.shared.list_changes.send(person.clone());
    }

    async fn find(&self, id: &ConversationId) -> Result<Option<Arc<Conversation>>, Problem> {
        if let Some(live) = self.lock().get(id).and_then(Weak::upgrade) {
            return Ok(Some(live));
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(live) = self.lock().get(id).and_then(Weak::upgrade) {
            return Ok(Some(live));
        }
        let Some(stored) = self.shared.store.load(id).await? else { return Ok(None) };
        let conversation = Arc::new(Conversation::new(id.clone(), stored, self.shared.clone()));
        conversation.recover().await?;
        let mut live = self.lock();
        live.retain(|_, conversation| conversation.strong_count() > 0);
        live.insert(id.clone(), Arc::downgrade(&conversation));
        Ok(Some(conversation))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<ConversationId, Weak<Conversation>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The problem of a conversation that is not there, or not this person's: the same, since existence is nobody's business.
fn not_found() -> Problem {
    Problem::new(ProblemCode::NotFound, "There is no such conversation")
        .hint("it may have been deleted, or belong to somebody else; start a new one")
}

/// A title out of a question or of what somebody typed: one line, not too long.
fn title_from(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAXIMUM_TITLE_CHARACTERS {
        return line;
    }
    let cut: String = line.chars().take(MAXIMUM_TITLE_CHARACTERS - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Ids that clients may make themselves: they appear in addresses, so they are plain.
fn is_client_id(id: &ConversationId) -> bool {
    (8..=64).contains(&id.as_str().len())
        && id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
