//! Live conversations. Each has one log of events; whoever looks at it gets a snapshot and what follows, taken under
//! one lock so that nothing falls between them. Closing a view changes nothing.

mod commands;
mod conversation;
mod shared;
mod tended;
mod used;
mod view;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

pub use conversation::{Accepted, Adopted, Conversation, Ended, RunHandle};
pub use view::View;

use commands::Commands;
use shared::Shared;
pub use tended::Tending;

use crate::server::person::PersonId;
use crate::server::store::{Database, Elsewhere, OwnRun, RunRecord, Taken};
use crate::wire::deployment::ConversationSummary;
use crate::wire::id::{CommandId, ConversationId};
use crate::wire::problem::{Problem, ProblemCode};

/// The longest title, in characters.
const MAXIMUM_TITLE_CHARACTERS: usize = 120;
/// How long a process may say nothing before its runs are taken over, in milliseconds: several times as long as it
/// takes between two signs of life, so that a slow one is not taken for dead.
const DEAD_AFTER_MILLISECONDS: i64 = 8000;

/// All conversations.
pub struct Hub {
    shared: Arc<Shared>,
    commands: Commands,
    /// Those that somebody looks at or that are being answered. The store has the rest.
    live: Mutex<HashMap<ConversationId, Weak<Conversation>>>,
    /// Serialises loading, so that one conversation is never live twice.
    loading: tokio::sync::Mutex<()>,
}

/// A run that somebody left, with which this process is to go on.
pub struct LeftRun {
    /// Where it is.
    pub conversation: Arc<Conversation>,
    /// How far it is.
    pub record: RunRecord,
    /// To be kept until it goes on.
    pub tending: Arc<Tending>,
}

impl Hub {
    /// Conversations kept in this database.
    pub fn new(database: Database) -> Self {
        Self {
            shared: Arc::new(Shared::new(database)),
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
            self.shared.database.create_conversation(id, person).await?;
        }
        self.open(person, id).await
    }

    /// A person's conversations, newest first.
    pub async fn list(&self, person: &PersonId) -> Result<Vec<ConversationSummary>, Problem> {
        self.shared.database.list_conversations(person).await
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
        self.shared.database.delete_conversation(&self.shared.process, person, id).await?;
        conversation.delete().await;
        self.lock().remove(id);
        self.list_changed(person);
        Ok(())
    }

    /// The conversation that a question without one goes to: where this very command went before, so that sending it
    /// again on another connection does it once; else `current`, else a new one. Knows of what is under way; what was
    /// carried out is in the database.
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

    /// Leaves every run that is still going, since the server cannot wait any longer: another process goes on with
    /// it, or this program when it starts again.
    pub async fn leave_runs(&self) {
        for conversation in self.live_ones() {
            conversation.leave().await;
        }
    }

    /// Says that this process lives, stops what people have stopped elsewhere, and leaves runs on which nobody here works.
    ///
    /// # Errors
    /// The database fails.
    pub async fn heartbeat(&self) -> Result<(), Problem> {
        let beat = self.shared.database.heartbeat(&self.shared.process).await;
        // People are told before they find out by asking.
        let own = beat.inspect_err(|problem| self.shared.storage_fails(problem))?;
        for OwnRun { conversation, run, stop_requested } in own {
            if !self.shared.tended.contains(&run) {
                tracing::warn!(%conversation, %run, "nobody works on a run of this process; it is left to be continued");
                self.shared.database.release_run(&self.shared.process, &run).await?;
            } else if stop_requested && let Some(conversation) = self.live(&conversation) {
                conversation.stop_requested(&run).await;
            }
        }
        Ok(())
    }

    /// Takes over the runs of dead processes: each of them once, by one process. `alone` when no other can be there.
    ///
    /// # Errors
    /// The database fails.
    pub async fn take_over(&self, alone: bool) -> Result<Vec<LeftRun>, Problem> {
        if self.shared.stopping.is_cancelled() {
            return Ok(Vec::new());
        }
        let taken = if alone { Taken::All } else { Taken::SilentFor(DEAD_AFTER_MILLISECONDS) };
        let mut runs = Vec::new();
        for record in self.shared.database.take_over(&self.shared.process, taken).await? {
            let tending = self.shared.tended.tend(&record.run);
            match self.find(&record.conversation).await {
                Ok(Some(conversation)) => runs.push(LeftRun { conversation, record, tending }),
                Ok(None) => {}
                // With nobody to tend it, it is left again, and the others go on.
                Err(problem) => {
                    tracing::error!(conversation = %record.conversation, run = %record.run, problem = %problem.message, "a run waits: its conversation cannot be read");
                }
            }
        }
        Ok(runs)
    }

    /// Learns what another process changed.
    ///
    /// # Errors
    /// The database fails: something may not be known that nobody will tell again.
    pub async fn follow(&self, elsewhere: Elsewhere) -> Result<(), Problem> {
        let conversations = match elsewhere {
            Elsewhere::Conversation { conversation, owner, is_news } => {
                if is_news {
                    self.list_changed(&owner);
                }
                self.live(&conversation).into_iter().collect()
            }
            Elsewhere::Anything => self.live_ones(),
        };
        let mut failed = None;
        for conversation in conversations {
            failed = conversation.follow_elsewhere().await.err().or(failed);
            if conversation.deleted().is_cancelled() {
                self.lock().remove(conversation.id());
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Stores what could not be stored so far. One conversation that cannot be stored holds up no other. Whether nothing
    /// waits to be stored any more.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn save_unsaved(&self) -> Result<bool, Problem> {
        let mut all = true;
        for conversation in self.shared.unsaved() {
            if conversation.save_unsaved().await {
                self.shared.is_saved(conversation.id());
            } else {
                all = false;
                self.shared.database.check().await?;
            }
        }
        all &= self.shared.keep_unkept_usage().await;
        let fails = self.shared.storage.borrow().is_some();
        if fails && self.shared.database.check_writing().await.is_ok() {
            self.shared.storage_works();
        }
        Ok(all)
    }

    /// Says that the database failed. That it works again is found out with every beat.
    pub fn storage_fails(&self, problem: &Problem) {
        self.shared.storage_fails(problem);
    }

    /// Why nothing can be stored at the moment, as it changes.
    pub fn storage(&self) -> watch::Receiver<Option<Problem>> {
        self.shared.storage.subscribe()
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.shared.database
    }

    /// This process's name among those that share the database.
    pub fn process(&self) -> &str {
        &self.shared.process
    }

    /// Tells when a person's list changed.
    pub fn list_changes(&self) -> broadcast::Receiver<PersonId> {
        self.shared.list_changes.subscribe()
    }

    fn list_changed(&self, person: &PersonId) {
        // Nobody listening is fine.
        let _ = self.shared.list_changes.send(person.clone());
    }

    fn live(&self, id: &ConversationId) -> Option<Arc<Conversation>> {
        self.lock().get(id).and_then(Weak::upgrade)
    }

    fn live_ones(&self) -> Vec<Arc<Conversation>> {
        self.lock().values().filter_map(Weak::upgrade).collect()
    }

    async fn find(&self, id: &ConversationId) -> Result<Option<Arc<Conversation>>, Problem> {
        if let Some(live) = self.live(id) {
            return Ok(Some(live));
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(live) = self.live(id) {
            return Ok(Some(live));
        }
        let Some(stored) = self.shared.database.load_conversation(id).await? else { return Ok(None) };
        let conversation = Conversation::new(id.clone(), stored, Arc::clone(&self.shared));
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
