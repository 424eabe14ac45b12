//! Days and months, in UTC: the same for everybody, wherever they and the servers are.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};

/// The day and the month that a moment is in, in milliseconds since 1970 (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// The moment.
    pub now: i64,
    /// When the day began.
    pub day: i64,
    /// When the next begins.
    pub next_day: i64,
    /// When the month began.
    pub month: i64,
    /// When the next begins.
    pub next_month: i64,
}

impl Periods {
    /// Those of now.
    pub fn now() -> Self {
        Self::at(Timestamp::now())
    }

    /// Those of a moment.
    pub fn at(now: Timestamp) -> Self {
        let zoned = now.to_zoned(TimeZone::UTC);
        // Beginnings exist in UTC for every moment that the clock can show; at the end of time the moment itself serves.
        let start = |zoned: &Zoned| zoned.start_of_day().map_or(now, |start| start.timestamp());
        let first = zoned.first_of_month().unwrap_or_else(|_| zoned.clone());
        let tomorrow = zoned.checked_add(1.day()).unwrap_or_else(|_| zoned.clone());
        let next = first.checked_add(1.month()).unwrap_or_else(|_| zoned.clone());
        Self {
            now: now.as_millisecond(),
            day: start(&zoned).as_millisecond(),
            next_day: start(&tomorrow).as_millisecond(),
            month: start(&first).as_millisecond(),
            next_month: start(&next).as_millisecond(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_begin_at_midnight_utc() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (now, day, next_day, month, next_month) in [
            ("2026-11-26T23:59:59.999Z", "2026-11-26", "2026-11-27", "2026-11-01", "2026-12-01"),
            ("2026-12-31T00:00:00Z", "2026-12-31", "2027-01-01", "2026-12-01", "2027-01-01"),
            ("2028-01-31T12:00:00Z", "2028-01-31", "2028-02-01", "2028-01-01", "2028-02-01"),
            ("2028-02-29T12:00:00Z", "2028-02-29", "2028-03-01", "2028-02-01", "2028-03-01"),
        ] {
            let midnight = |date: &str| at(&format!("{date}T00:00:00Z")).as_millisecond();
            let expected = Periods {
                now: at(now).as_millisecond(),
                day: midnight(day),
                next_day: midnight(next_day),
                month: midnight(month),
                next_month: midnight(next_month),
            };
            assert_eq!(Periods::at(at(now)), expected, "{now}");
        }
    }
}
