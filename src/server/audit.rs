//! The audit trail: who did what and when, and what was asked of NetBox for them. Entries are only ever added; the one
//! thing that deletes is their age.
//!
//! Noting never waits and never fails: an entry goes into a queue, and one task writes what is in it, many at once where
//! there are many. While the database does not take them they wait in memory, up to a bound; that is told in the log and
//! by `/ready`. Answers go on meanwhile: a trail with a gap that is known is better than a NetBox nobody can ask.

mod entry;
mod export;
mod kind;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::oneshot;

pub use entry::Entry;
pub use export::{Filter, lines, moment};
pub use kind::Kind;

use super::config::AuditConfig;
use super::store::Database;
use writer::Order;

/// Entries that may wait while the database does not take them: some megabytes.
const WAITING_ENTRIES: usize = 20_000;

/// Where entries go. Cloning shares it.
#[derive(Clone)]
pub struct Audit {
    content: bool,
    orders: mpsc::Sender<Order>,
    state: Arc<State>,
}

/// How the writing goes.
#[derive(Default)]
struct State {
    /// Since when nothing could be written, in milliseconds since 1970 (UTC); 0 where all is well.
    failing_since: AtomicI64,
    /// Entries that found no place to wait.
    lost: AtomicU64,
}

/// That entries cannot be written, or could not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Since when, in milliseconds since 1970 (UTC); none where they are written again.
    pub since: Option<i64>,
    /// How many wait.
    pub waiting: usize,
    /// How many were lost since the start.
    pub lost: u64,
}

impl Audit {
    /// Writes into this database, and deletes from it what is old, until the last clone is dropped.
    pub fn start(database: Database, config: AuditConfig) -> Self {
        let (orders, received) = mpsc::channel(WAITING_ENTRIES);
        let state = Arc::new(State::default());
        tokio::spawn(writer::write(database.clone(), received, Arc::clone(&state)));
        if config.retention_days > 0 {
            tokio::spawn(writer::forget(database, config.retention_days, orders.downgrade()));
        }
        Self { content: config.content, orders, state }
    }

    /// Notes something. Returns at once.
    pub fn record(&self, entry: Entry) {
        let entry = if self.content { entry.with_content() } else { entry };
        match self.orders.try_send(Order::Write(Box::new(entry))) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Closed(_)) => {
                let lost = self.state.lost.fetch_add(1, Ordering::Relaxed) + 1;
                // In an outage there may be many: each power of two is told.
                if lost.is_power_of_two() {
                    tracing::error!(
                        audit.lost = lost,
                        "entries of the audit trail are lost: too many wait to be written"
                    );
                }
            }
        }
    }

    /// Waits until what was noted before is written, or has failed once.
    pub async fn flush(&self) {
        let (done, told) = oneshot::channel();
        if self.orders.send(Order::Flush(done)).await.is_ok() {
            let _ = told.await;
        }
    }

    /// What is wrong with the trail, if something is or was.
    pub fn fault(&self) -> Option<Fault> {
        let since = self.state.failing_since.load(Ordering::Relaxed);
        let lost = self.state.lost.load(Ordering::Relaxed);
        let waiting = self.orders.max_capacity() - self.orders.capacity();
        (since != 0 || lost > 0).then_some(Fault { since: (since != 0).then_some(since), waiting, lost })
    }
}

#[cfg(test)]
mod tests;
