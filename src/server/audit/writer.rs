//! Writes what was noted, and forgets what is old.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{Entry, State};
use crate::server::clock;
use crate::server::store::Database;

/// The most entries that are written at once.
const AT_ONCE: usize = 500;
/// How long to wait after a failure, and the longest that the wait grows to.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How often it is looked for what is old.
const FORGETTING: Duration = Duration::from_hours(1);
const DAY_MILLISECONDS: i64 = 86_400_000;

/// What the writing task is told.
pub(super) enum Order {
    Write(Box<Entry>),
    Flush(oneshot::Sender<()>),
}

/// Writes entries in their order until nobody can note any more.
pub(super) async fn write(database: Database, mut orders: mpsc::Receiver<Order>, state: Arc<State>) {
    let (mut received, mut waiting, mut flushes) = (Vec::new(), Vec::new(), Vec::new());
    let mut pause = PAUSE;
    while orders.recv_many(&mut received, AT_ONCE).await > 0 {
        for order in received.drain(..) {
            match order {
                Order::Write(entry) => waiting.push(*entry),
                Order::Flush(done) => flushes.push(done),
            }
        }
        while !waiting.is_empty() {
            let written = database.add_to_audit(&waiting).await;
            // Whoever waits for a flush learns that there was an attempt, not that it went well.
            flushes.drain(..).for_each(told);
            match written {
                Ok(()) => {
                    waiting.clear();
                    pause = PAUSE;
                    if state.failing_since.swap(0, Ordering::Relaxed) != 0 {
                        tracing::warn!(
                            audit.lost = state.lost.load(Ordering::Relaxed),
                            "the audit trail is written again"
                        );
                    }
                }
                Err(problem) => {
                    let now = clock::now();
                    let _ = state.failing_since.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed);
                    tracing::error!(
                        problem = %problem.message, audit.waiting = waiting.len() + orders.len(),
                        "the audit trail cannot be written; entries wait in memory"
                    );
                    if orders.is_closed() && orders.is_empty() {
                        tracing::error!(audit.lost = waiting.len(), "the last entries of the audit trail are lost");
                        return;
                    }
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        flushes.drain(..).for_each(told);
    }
}

fn told(done: oneshot::Sender<()>) {
    // Whoever waited may have given up.
    let _ = done.send(());
}

/// Deletes what is older than so many days, at once and then every hour, until nobody can note any more.
pub(super) async fn forget(database: Database, days: u32, orders: mpsc::WeakSender<Order>) {
    loop {
        let before = clock::now() - i64::from(days) * DAY_MILLISECONDS;
        match database.forget_audit(before).await {
            Ok(0) => {}
            Ok(entries) => {
                tracing::info!(
                    audit.entries = entries,
                    audit.days = days,
                    "old entries of the audit trail are deleted"
                );
            }
            Err(problem) => {
                tracing::error!(problem = %problem.message, "old entries of the audit trail are not deleted");
            }
        }
        tokio::time::sleep(FORGETTING).await;
        if orders.upgrade().is_none() {
            return;
        }
    }
}
