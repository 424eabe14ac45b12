//! Results by reference: what calls found, kept for a while under a handle, so that a person can page through all of
//! it and the model can go on with it without reading it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use super::Asking;
use super::frame::Frame;
use super::shape::Fields;
use crate::server::netbox::{ObjectType, Query};
use crate::wire::result::Picture;

/// Cells that are kept in all: about 100 bytes each. What was used longest ago goes first.
const MOST_CELLS: usize = 600_000;

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
    /// How objects become rows, where not by their fields.
    pub(super) frame: Option<fn(&[serde_json::Value]) -> Frame>,
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

/// Who a result belongs to: a conversation, and the rights with which NetBox was asked. What one person may see is not
/// shown to another by its handle.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Owner {
    conversation: String,
    reader: [u8; 32],
}

impl Owner {
    /// The owner of what is found for this call.
    pub(super) fn of(asking: Asking<'_>) -> Self {
        Self { conversation: asking.conversation.to_owned(), reader: asking.credentials.fingerprint() }
    }
}

/// The kept results of all conversations. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Results(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    numbers: HashMap<String, u32>,
    stored: HashMap<(Owner, String), Arc<Stored>>,
    /// By last use, the oldest first.
    order: VecDeque<(Owner, String)>,
    cells: usize,
}

impl Results {
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

    /// Keeps a result under a handle; an earlier one under it goes.
    pub(super) fn keep(&self, owner: Owner, handle: &str, stored: Stored) {
        self.lock().put((owner, handle.to_owned()), stored);
    }

    /// A result that is still kept.
    pub(super) fn get(&self, owner: Owner, handle: &str) -> Option<Arc<Stored>> {
        let key = (owner, handle.trim().to_lowercase());
        let mut kept = self.lock();
        let stored = kept.stored.get(&key).cloned()?;
        kept.order.retain(|have| *have != key);
        kept.order.push_back(key);
        Some(stored)
    }

    /// The handles of an owner that are kept, newest first.
    pub(super) fn handles(&self, owner: &Owner) -> Vec<String> {
        let kept = self.lock();
        let own = kept.order.iter().filter(|(other, _)| other == owner);
        let mut numbers: Vec<u32> = own.filter_map(|(_, handle)| handle.get(1..)?.parse().ok()).collect();
        numbers.sort_unstable_by(|left, right| right.cmp(left));
        numbers.into_iter().map(|number| format!("r{number}")).collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn put(&mut self, key: (Owner, String), stored: Stored) {
        self.remove(&key);
        self.cells += stored.cells();
        self.stored.insert(key.clone(), Arc::new(stored));
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
mod tests {
    use super::*;
    use crate::server::tools::frame::Cell;

    fn owner(conversation: &str) -> Owner {
        Owner { conversation: conversation.to_owned(), reader: [0; 32] }
    }

    fn stored(rows: usize) -> Stored {
        let mut frame = Frame::new(&["a"]);
        for _ in 0..rows {
            frame.push(vec![Cell::plain("x")]);
        }
        let total = rows as u64;
        let title = String::new();
        Stored { title, kind: None, frame, offset: 0, total, source: None, page: None, picture: None }
    }

    #[test]
    fn handles_count_within_a_conversation() {
        let results = Results::default();
        let keep = |conversation: &str, rows: usize| {
            let handle = results.reserve(conversation);
            results.keep(owner(conversation), &handle, stored(rows));
            handle
        };
        assert_eq!([keep("a", 1), keep("a", 1), keep("b", 1)], ["r1", "r2", "r1"]);
        assert_eq!(results.handles(&owner("a")), ["r2", "r1"]);
        assert!(results.get(owner("b"), "r2").is_none(), "another conversation's results are not found");
        assert!(results.get(owner("a"), " R2 ").is_some());
        let other = Owner { reader: [1; 32], ..owner("a") };
        assert!(results.get(other.clone(), "r1").is_none(), "nor what was read with other rights");
        assert!(results.handles(&other).is_empty());
    }

    #[test]
    fn numbers_go_on_after_a_restart() {
        let results = Results::default();
        results.go_on_after("a", 7);
        assert_eq!(results.reserve("a"), "r8");
        results.go_on_after("a", 7);
        assert_eq!((results.reserve("a"), results.reserve("b")), ("r9".to_owned(), "r1".to_owned()));
    }

    #[test]
    fn the_longest_unused_go_when_there_is_no_room() {
        let results = Results::default();
        let keep = |rows: usize| {
            let handle = results.reserve("a");
            results.keep(owner("a"), &handle, stored(rows));
            handle
        };
        let first = keep(MOST_CELLS / 3);
        let second = keep(MOST_CELLS / 3);
        assert!(results.get(owner("a"), &first).is_some());
        let third = keep(MOST_CELLS / 2);
        assert!(results.get(owner("a"), &second).is_none() && results.get(owner("a"), &first).is_some());
        assert!(results.get(owner("a"), &third).is_some());
        let huge = keep(MOST_CELLS * 2);
        assert!(results.get(owner("a"), &huge).is_some(), "the newest is always there");
        assert_eq!(results.lock().cells, stored(MOST_CELLS * 2).cells());
    }
}
