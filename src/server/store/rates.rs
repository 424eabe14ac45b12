//! How often people did what is limited, counted across processes. A key is one row with one time, and counting is one
//! statement: two processes that count at the same moment count one after the other.

use std::time::Duration;

use sqlx::Row;

use super::Database;
use super::error::unavailable;
use crate::server::limits::rate::Rate;
use crate::wire::problem::Problem;

/// How far a clock of another process may be ahead of this one's. A time beyond what that allows was written by a clock
/// that was wrong, and shall lock nobody out.
const CLOCK_SLACK_MICROSECONDS: i64 = 60_000_000;

impl Database {
    /// Counts `count` under a key at the moment `now` (microseconds since 1970), if the rate allows them. Otherwise says
    /// how long to wait, and counts nothing.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count(&self, key: &str, rate: Rate, count: u32, now: i64) -> Result<Result<(), Duration>, Problem> {
        let cost = rate.interval_microseconds().saturating_mul(i64::from(count));
        let burst = rate.burst_microseconds();
        let counted = sqlx::query(
            "INSERT INTO rates (key, full_at) VALUES ($1, $2 + $3) ON CONFLICT (key) DO UPDATE SET full_at = $3 + \
             CASE WHEN rates.full_at > $2 AND rates.full_at <= $5 THEN rates.full_at ELSE $2 END \
             WHERE $3 + CASE WHEN rates.full_at > $2 AND rates.full_at <= $5 THEN rates.full_at ELSE $2 END <= $4",
        )
        .bind(key)
        .bind(now)
        .bind(cost)
        .bind(now.saturating_add(burst))
        .bind(now.saturating_add(burst).saturating_add(CLOCK_SLACK_MICROSECONDS))
        .execute(self.pool())
        .await
        .map_err(unavailable)?;
        if counted.rows_affected() > 0 {
            return Ok(Ok(()));
        }
        let row = sqlx::query("SELECT full_at FROM rates WHERE key = $1").bind(key).fetch_optional(self.pool()).await;
        let full_at = row.map_err(unavailable)?.map_or(Ok(now), |row| row.try_get("full_at")).map_err(unavailable)?;
        // At least a moment: somebody was refused, even if the bucket has filled up since.
        Ok(Err(rate.wait(full_at, now, count).max(Duration::from_millis(1))))
    }

    /// Forgets the keys whose buckets were full again before this moment (microseconds since 1970).
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_rates(&self, before: i64) -> Result<u64, Problem> {
        let deleted = sqlx::query("DELETE FROM rates WHERE full_at < $1").bind(before).execute(self.pool()).await;
        deleted.map(|done| done.rows_affected()).map_err(unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::scratch::both;

    const SECOND: i64 = 1_000_000;

    #[tokio::test]
    async fn processes_that_count_at_once_share_one_rate() {
        for scratch in both().await {
            // Each has its own connections, as processes have.
            let processes = [scratch.open().await, scratch.open().await];
            let rate = Rate::of(20, Duration::from_mins(1)).unwrap();
            let now = 1_000 * SECOND;
            let attempts = (0..60).map(|number| processes[number % 2].count("messages:anna", rate, 1, now));
            let counted = futures::future::join_all(attempts).await;
            let allowed = counted.into_iter().filter(|counted| counted.as_ref().unwrap().is_ok()).count();
            assert_eq!(allowed, 20);
            let wait = processes[0].count("messages:anna", rate, 1, now).await.unwrap().unwrap_err();
            assert_eq!(wait, Duration::from_secs(3));
            assert!(processes[1].count("messages:bert", rate, 1, now).await.unwrap().is_ok(), "another key");
            for (later, count, allowed) in [(2, 1, false), (3, 1, true), (3, 1, false), (63, 20, true), (63, 1, false)]
            {
                let counted = processes[1].count("messages:anna", rate, count, now + later * SECOND).await.unwrap();
                assert_eq!(counted.is_ok(), allowed, "{count} after {later} s");
            }
            assert_eq!(processes[0].forget_rates(now + 60 * SECOND).await.unwrap(), 1, "bert's");
            for process in processes {
                process.close().await;
            }
        }
    }

    #[tokio::test]
    async fn a_clock_that_was_wrong_locks_nobody_out() {
        let database = Database::memory().await.unwrap();
        let rate = Rate::of(2, Duration::from_mins(1)).unwrap();
        let (now, tomorrow) = (1_000 * SECOND, 90_000 * SECOND);
        assert!(database.count("key", rate, 2, tomorrow).await.unwrap().is_ok());
        assert!(database.count("key", rate, 2, now).await.unwrap().is_ok());
        assert!(database.count("key", rate, 1, now).await.unwrap().is_err());
    }
}
