//! So many in a period, as the generic cell rate algorithm counts them (ITU-T I.371): a burst of that many at once, then
//! one each time a part of the period has gone by. All that is kept of a key is one time: when its bucket is full again.

use std::num::NonZeroU32;
use std::time::Duration;

/// So many in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub most: NonZeroU32,
    /// In how long.
    pub period: Duration,
}

impl Rate {
    /// So many in a period; none for 0, which is how settings say "without bound".
    pub fn of(most: u32, period: Duration) -> Option<Self> {
        NonZeroU32::new(most).map(|most| Self { most, period })
    }

    /// After how long one more is allowed, in microseconds; at least 1.
    pub fn interval_microseconds(self) -> i64 {
        let period = i64::try_from(self.period.as_micros()).unwrap_or(i64::MAX);
        (period / i64::from(self.most.get())).max(1)
    }

    /// How far ahead of now a bucket's time may lie, in microseconds.
    pub fn burst_microseconds(self) -> i64 {
        self.interval_microseconds().saturating_mul(i64::from(self.most.get()))
    }

    /// How long to wait until `count` more are allowed, when the bucket is full again at `full_at` (microseconds, as
    /// `now` is). Zero when they are allowed now.
    pub fn wait(self, full_at: i64, now: i64, count: u32) -> Duration {
        let needed = self.interval_microseconds().saturating_mul(i64::from(count));
        let over = full_at.max(now).saturating_add(needed) - now - self.burst_microseconds();
        Duration::from_micros(u64::try_from(over).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_one_at_a_time() {
        let rate = Rate::of(4, Duration::from_mins(1)).unwrap();
        let (now, second) = (1_000_000_000, 1_000_000);
        assert_eq!(rate.wait(0, now, 4), Duration::ZERO, "nothing was used for long");
        let used_up = now + rate.burst_microseconds();
        assert_eq!(rate.wait(used_up, now, 1), Duration::from_secs(15));
        assert_eq!(rate.wait(used_up, now + 14 * second, 1), Duration::from_secs(1));
        assert_eq!(rate.wait(used_up, now + 15 * second, 1), Duration::ZERO);
        assert_eq!(rate.wait(used_up, now + 15 * second, 2), Duration::from_secs(15));
        assert_eq!(Rate::of(0, Duration::from_mins(1)), None);
    }
}
