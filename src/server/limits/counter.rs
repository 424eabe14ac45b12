//! One kind of rate: counted in this process, then in the database.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::flood::Flood;
use super::rate::Rate;
use crate::server::store::Database;

/// For how long the database is not asked after it did not answer: who commands shall not wait for it at every turn.
const REST: Duration = Duration::from_secs(5);
/// How long what was counted ahead may be used.
const AHEAD: Duration = Duration::from_mins(1);

/// Counts by key.
pub(super) struct Counter {
    database: Database,
    kind: &'static str,
    bounds: Option<(Rate, Flood)>,
    /// How many are counted in the database at once.
    at_once: u32,
    /// What was counted there ahead and is not used yet, by key.
    ahead: Mutex<HashMap<String, (u32, Instant)>>,
    /// When the database did not answer last.
    failed: Mutex<Option<Instant>>,
}

impl Counter {
    /// Without a rate, everything is allowed.
    pub fn new(database: Database, kind: &'static str, rate: Option<Rate>, at_once: u32) -> Self {
        // Never more than a twentieth: what one process has counted ahead, another cannot use.
        let at_once = rate.map_or(1, |rate| at_once.min(rate.most.get() / 20).max(1));
        let bounds = rate.map(|rate| (rate, Flood::new(rate)));
        Self { database, kind, bounds, at_once, ahead: Mutex::default(), failed: Mutex::default() }
    }

    /// Counts one under a key. The error is how long to wait.
    pub async fn count(&self, key: &str) -> Result<(), Duration> {
        let Some((rate, flood)) = &self.bounds else { return Ok(()) };
        flood.check(key)?;
        if self.use_ahead(key) || self.rests() {
            return Ok(());
        }
        let name = format!("{}:{key}", self.kind);
        let now = now_microseconds();
        let mut counted = self.database.count(&name, *rate, self.at_once, now).await;
        if self.at_once > 1 {
            match counted {
                Ok(Ok(())) => self.keep_ahead(key),
                Ok(Err(_)) => counted = self.database.count(&name, *rate, 1, now).await,
                Err(_) => {}
            }
        }
        counted.unwrap_or_else(|problem| {
            tracing::warn!(kind = self.kind, problem = %problem.message, "a rate is counted in this process only");
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            Ok(())
        })
    }

    /// Forgets the keys that are as good as new.
    pub fn sweep(&self) {
        if let Some((_, flood)) = &self.bounds {
            flood.sweep();
        }
        self.lock().retain(|_, (_, since)| since.elapsed() < AHEAD);
    }

    fn rests(&self) -> bool {
        let failed = *self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some_and(|failed| failed.elapsed() < REST)
    }

    fn use_ahead(&self, key: &str) -> bool {
        let mut ahead = self.lock();
        match ahead.get_mut(key) {
            Some((left, since)) if *left > 0 && since.elapsed() < AHEAD => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    fn keep_ahead(&self, key: &str) {
        let mut ahead = self.lock();
        let (left, since) = ahead.entry(key.to_owned()).or_insert((0, Instant::now()));
        *left += self.at_once - 1;
        *since = Instant::now();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (u32, Instant)>> {
        // Each change leaves the counts right, whatever panics after it.
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The clock, in microseconds since 1970 (UTC).
pub(super) fn now_microseconds() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn allowed(counter: &Counter, attempts: usize) -> usize {
        let mut allowed = 0;
        for _ in 0..attempts {
            allowed += usize::from(counter.count("key").await.is_ok());
        }
        allowed
    }

    #[tokio::test]
    async fn processes_share_a_rate_also_where_they_count_ahead() {
        let database = Database::memory().await.unwrap();
        let rate = Rate::of(200, Duration::from_hours(100));
        for at_once in [1, 10] {
            let kind = if at_once == 1 { "one" } else { "ahead" };
            let (one, other) = (
                Counter::new(database.clone(), kind, rate, at_once),
                Counter::new(database.clone(), kind, rate, at_once),
            );
            let (first, second) = (allowed(&one, 120).await, allowed(&other, 300).await);
            assert_eq!((first, second), (120, 80), "{at_once} at once");
        }
    }

    #[tokio::test]
    async fn a_flood_does_not_reach_the_database_and_holds_without_it() {
        let database = Database::memory().await.unwrap();
        let counter = Counter::new(database.clone(), "flood", Rate::of(5, Duration::from_hours(1)), 1);
        database.close().await;
        assert_eq!(allowed(&counter, 1_000).await, 5, "the process's own count holds");
        let unbounded = Counter::new(database, "none", None, 1);
        assert_eq!(allowed(&unbounded, 1_000).await, 1_000);
    }
}
