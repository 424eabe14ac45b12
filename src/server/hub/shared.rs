//! What all conversations of a hub share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::Conversation;
use super::tended::Tended;
use super::used::Unkept;
use crate::server::person::PersonId;
use crate::server::store::Database;
use crate::wire::id::ConversationId;
use crate::wire::problem::Problem;

/// Changes of lists that a slow reader may fall behind; a reader that missed some reads the list anew anyway.
const LIST_CHANGES: usize = 64;

pub(super) struct Shared {
    pub database: Database,
    /// This process's name among those that share the database.
    pub process: String,
    pub list_changes: broadcast::Sender<PersonId>,
    /// The runs on which this process works.
    pub tended: Tended,
    /// Cancelled when the server begins to stop: nothing new is begun.
    pub stopping: CancellationToken,
    /// Why nothing can be stored at the moment; none while all is well.
    pub storage: watch::Sender<Option<Problem>>,
    /// Conversations with something that the database has not got yet, or may have got without saying so: they are not
    /// let go before that is known.
    unsaved: Mutex<HashMap<ConversationId, Arc<Conversation>>>,
    /// What answers used and the database has not got yet.
    pub unkept: Unkept,
}

impl Shared {
    pub fn new(database: Database) -> Self {
        Self {
            database,
            process: uuid::Uuid::new_v4().simple().to_string(),
            list_changes: broadcast::channel(LIST_CHANGES).0,
            tended: Tended::default(),
            stopping: CancellationToken::new(),
            storage: watch::channel(None).0,
            unsaved: Mutex::default(),
            unkept: Unkept::default(),
        }
    }

    pub fn storage_fails(&self, problem: &Problem) {
        self.storage.send_if_modified(|known| {
            let changed = known.as_ref() != Some(problem);
            *known = Some(problem.clone());
            changed
        });
    }

    pub fn storage_works(&self) {
        self.storage.send_if_modified(|known| known.take().is_some());
    }

    pub fn remember_unsaved(&self, conversation: &Conversation) {
        if let Some(this) = conversation.this() {
            self.unsaved.lock().unwrap_or_else(PoisonError::into_inner).insert(conversation.id().clone(), this);
        }
    }

    pub fn unsaved(&self) -> Vec<Arc<Conversation>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    pub fn is_saved(&self, id: &ConversationId) {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}
