//! Results by reference: what calls found, kept under a handle, so that a person can page through all of it and the
//! model can go on with it without reading it. The last ones are in memory; where there is a database they are written
//! into it at once, and read from it again when somebody comes back.

mod written;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::Asking;
use super::frame::Frame;
use super::shape::Fields;
use crate::server::netbox::{ObjectType, Query, Schema};
use crate::server::store::{Database, ResultKey};
use crate::wire::problem::Problem;
use crate::wire::result::Picture;

/// Cells that are kept in memory in all: about 100 bytes each. What was used longest ago goes first.
const MOST_CELLS: usize = 600_000;
/// What the results of one conversation may take in the database, in bytes. The oldest go first.
const MOST_BYTES: u64 = 32 * 1024 * 1024;

/// What a call found.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    /// What was asked for, in words.
    pub(super) title: String,
    /// The type that the rows are of, where they are objects of one type.
    pub(super) kind: Option<&'static ObjectType>,
    pub(super) frame: Frame,
    /// The place of the first row, from 0.
    pub(super) offset: u64,
    /// How many there are in all.
    pub(super) total: u64,
    /// Where the others are, when these are not all.
    pub(super) source: Option<Source>,
    /// The page of NetBox's interface.
    pub(super) page: Option<String>,
    pub(super) picture: Option<Picture>,
}

/// A list of NetBox's, to fetch the rest of it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) kind: &'static ObjectType,
    /// The filters, fields and ordering, without a page.
    pub(super) query: Query,
    pub(super) fields: Fields,
    /// Whether the fields are those that usually say most, because nobody asked for others.
    pub(super) is_telling: bool,
    /// How objects become rows.
    pub(super) maker: Maker,
}

/// How objects become rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Maker {
    /// By their fields.
    Fields,
    /// As changes: what differs before and after.
    Changes,
}

impl Stored {
    /// Whether all rows are here.
    pub(super) fn is_whole(&self) -> bool {
        self.offset == 0 && self.frame.rows.len() as u64 >= self.total
    }

    fn cells(&self) -> usize {
        self.frame.rows.len() * self.frame.columns.len() + 50
    }
}

/// Who a result belongs to: a conversation, and whoever asked in it. What one person may see is not shown to another by
/// its handle.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Owner {
    conversation: String,
    /// A person, whose results stay theirs when their token is another; without one, a digest of the credentials.
    reader: String,
}

impl Owner {
    /// The owner of what is found for this call.
    pub(super) fn of(asking: Asking<'_>) -> Self {
        let digest = || BASE64.encode(asking.credentials.fingerprint());
        let reader = asking.person.map_or_else(digest, str::to_owned);
        Self { conversation: asking.conversation.to_owned(), reader }
    }

    fn key<'a>(&'a self, handle: &'a str) -> ResultKey<'a> {
        ResultKey { conversation: &self.conversation, handle, reader: &self.reader }
    }
}

/// The kept results of all conversations. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Results {
    memory: Arc<Mutex<Kept>>,
    /// The database, and for how many days.
    database: Option<(Database, u32)>,
}

#[derive(Debug, Default)]
struct Kept {
    numbers: HashMap<String, u32>,
    stored: HashMap<(Owner, String), Arc<Stored>>,
    /// By last use, the oldest first.
    order: VecDeque<(Owner, String)>,
    cells: usize,
}

impl Results {
    /// Results that are there again after this process has ended, for so many days; for none, they are in memory only.
    #[must_use]
    pub fn in_database(database: Database, days: u32) -> Self {
        Self { database: Some((database, days)), ..Self::default() }
    }

    /// Forgets what is older than it is to be kept.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn forget_old(&self) -> Result<(), Problem> {
        let Some((database, days)) = &self.database else { return Ok(()) };
        let kept = jiff::SignedDuration::from_hours(24 * i64::from(*days));
        let until = jiff::Timestamp::now().checked_sub(kept).unwrap_or(jiff::Timestamp::MIN);
        let forgotten = database.forget_results(until.as_millisecond()).await?;
        if forgotten > 0 {
            tracing::info!(forgotten, days, "old results were forgotten");
        }
        Ok(())
    }

    /// The next handle of a conversation.
    pub(super) fn reserve(&self, conversation: &str) -> String {
        let mut kept = self.lock();
        let number = kept.numbers.entry(conversation.to_owned()).or_default();
        *number += 1;
        format!("r{number}")
    }

    /// Numbers of this conversation up to `last` are taken, also by results that went when this program ended: a
    /// handle that a model or a person has read never comes to mean something else.
    pub(super) fn go_on_after(&self, conversation: &str, last: u32) {
        let mut kept = self.lock();
        let number = kept.numbers.entry(conversation.to_owned()).or_default();
        *number = last.max(*number);
    }

    /// Keeps a result under a handle; an earlier one under it goes. It is in the database when this returns: an answer
    /// that speaks of it may be read after a crash. A database that fails loses it with this process only.
    pub(super) async fn keep(&self, owner: &Owner, handle: &str, stored: Stored) -> Arc<Stored> {
        let stored = Arc::new(stored);
        self.lock().put((owner.clone(), handle.to_owned()), Arc::clone(&stored));
        if let Some((database, 1..)) = &self.database
            && let Some(text) = written::write(&stored)
            && let Err(problem) = database.keep_result(owner.key(handle), &text, MOST_BYTES).await
        {
            tracing::warn!(conversation = owner.conversation, handle, problem = %problem.message, "a result is kept in memory only");
        }
        stored
    }

    /// A result that is still kept. `schema` knows the types that its rows are of.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn find(
        &self,
        owner: &Owner,
        handle: &str,
        schema: &Schema,
    ) -> Result<Option<Arc<Stored>>, Problem> {
        let handle = handle.trim().to_lowercase();
        if let Some(stored) = self.lock().get(&(owner.clone(), handle.clone())) {
            return Ok(Some(stored));
        }
        let Some((database, _)) = &self.database else { return Ok(None) };
        let text = database.result(owner.key(&handle)).await?;
        let Some((stored, is_known)) = text.and_then(|text| written::read(&text, schema)) else { return Ok(None) };
        let stored = Arc::new(stored);
        if is_known {
            self.lock().put((owner.clone(), handle), Arc::clone(&stored));
        }
        Ok(Some(stored))
    }

    /// The handles of an owner that are kept, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub(super) async fn handles(&self, owner: &Owner) -> Result<Vec<String>, Problem> {
        let mut handles = self.lock().handles(owner);
        if let Some((database, _)) = &self.database {
            handles.extend(database.result_handles(&owner.conversation, &owner.reader).await?);
        }
        let mut numbers: Vec<u32> = handles.iter().filter_map(|handle| handle.get(1..)?.parse().ok()).collect();
        numbers.sort_unstable_by(|left, right| right.cmp(left));
        numbers.dedup();
        Ok(numbers.into_iter().map(|number| format!("r{number}")).collect())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn get(&mut self, key: &(Owner, String)) -> Option<Arc<Stored>> {
        let stored = self.stored.get(key).cloned()?;
        self.order.retain(|have| have != key);
        self.order.push_back(key.clone());
        Some(stored)
    }

    fn handles(&self, owner: &Owner) -> Vec<String> {
        self.order.iter().filter(|(other, _)| other == owner).map(|(_, handle)| handle.clone()).collect()
    }

    fn put(&mut self, key: (Owner, String), stored: Arc<Stored>) {
        self.remove(&key);
        self.cells += stored.cells();
        self.stored.insert(key.clone(), stored);
        self.order.push_back(key);
        while self.cells > MOST_CELLS && self.order.len() > 1 {
            if let Some(oldest) = self.order.front().cloned() {
                self.remove(&oldest);
            }
        }
    }

    fn remove(&mut self, key: &(Owner, String)) {
        if let Some(old) = self.stored.remove(key) {
            self.cells = self.cells.saturating_sub(old.cells());
            self.order.retain(|have| have != key);
        }
    }
}

#[cfg(test)]
mod tests;
