//! What one process alone refuses, before the database is asked: a flood must not reach it.

use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::rate::Rate;

/// Counts in this process, by key. With the very rate that counts across processes: what is over it here is over it
/// everywhere.
pub struct Flood {
    limiter: DefaultKeyedRateLimiter<String>,
    clock: DefaultClock,
}

impl Flood {
    /// Lets through what this rate allows.
    pub fn new(rate: Rate) -> Self {
        let interval = Duration::from_micros(rate.interval_microseconds().unsigned_abs());
        // None only for an interval of zero, and the shortest is a microsecond.
        let quota = Quota::with_period(interval).unwrap_or_else(|| Quota::per_second(rate.most)).allow_burst(rate.most);
        Self { limiter: RateLimiter::keyed(quota), clock: DefaultClock::default() }
    }

    /// Counts one. The error is how long to wait.
    pub fn check(&self, key: &str) -> Result<(), Duration> {
        let checked = self.limiter.check_key(&key.to_owned());
        checked.map_err(|refused| refused.wait_time_from(self.clock.now()))
    }

    /// Forgets the keys that are as good as new.
    pub fn sweep(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_stopped_here_and_by_key() {
        let flood = Flood::new(Rate::of(3, Duration::from_hours(1)).unwrap());
        let passed = (0..10).filter(|_| flood.check("one").is_ok()).count();
        assert_eq!(passed, 3);
        assert!(flood.check("one").unwrap_err() > Duration::from_secs(1_000));
        assert!(flood.check("other").is_ok());
    }
}
