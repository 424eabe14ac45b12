//! The time as far as drawing needs it. The first drawing uses the server's clock and UTC on both sides, so that
//! they agree; the browser puts its own in place afterwards.

/// The time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Milliseconds since 1970 (UTC), renewed about twice a minute.
    pub now: i64,
    /// Minutes that local time is ahead of UTC.
    pub ahead: i32,
    /// How far the browser's clock is ahead of the server's, in milliseconds; 0 when they agree within seconds.
    pub skew: i64,
    /// Whether this is the browser's clock; before, no times of day are shown.
    pub local: bool,
}

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// Smaller differences between the clocks come from loading the page.
const TOLERATED_SKEW: i64 = 5_000;

impl Clock {
    /// The server's clock.
    pub fn of_server(now: i64) -> Self {
        Self { now, ..Self::default() }
    }

    /// The browser's clock, `ahead` minutes ahead of UTC, compared with what the server's said in the same page.
    pub fn of_browser(now: i64, ahead: i32, server: i64) -> Self {
        let skew = now - server;
        Self { now, ahead, skew: if server == 0 || skew.abs() < TOLERATED_SKEW { 0 } else { skew }, local: true }
    }

    /// The number of the local day that a moment lies in.
    pub fn day(&self, moment: i64) -> i64 {
        (moment + i64::from(self.ahead) * MINUTE).div_euclid(DAY)
    }

    /// How many local days ago a moment was.
    pub fn days_ago(&self, moment: i64) -> i64 {
        self.day(self.now) - self.day(moment)
    }

    /// The local time of day, like `14:05`.
    pub fn time_of_day(&self, moment: i64) -> String {
        let minutes = (moment + i64::from(self.ahead) * MINUTE).rem_euclid(DAY) / MINUTE;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// The local date and time, like `2026-11-22 14:05`.
    pub fn date_and_time(&self, moment: i64) -> String {
        let (year, month, day) = civil_date(self.day(moment));
        format!("{year:04}-{month:02}-{day:02} {}", self.time_of_day(moment))
    }
}

/// The date of a day counted from 1970-01-01, after Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>).
fn civil_date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::Clock;

    const NOON: i64 = 1_795_348_800_000; // 2026-11-22 12:00 UTC

    #[test]
    fn dates_are_the_calendars() {
        let utc = Clock { now: NOON, ..Clock::default() };
        assert_eq!(utc.date_and_time(NOON), "2026-11-22 12:00");
        assert_eq!(utc.date_and_time(0), "1970-01-01 00:00");
        assert_eq!(utc.date_and_time(951_782_400_000), "2000-02-29 00:00");
        assert_eq!(utc.date_and_time(-1), "1969-12-31 23:59");
    }

    #[test]
    fn days_are_local_days() {
        let evening = NOON - 13 * 3_600_000; // the day before, 23:00 UTC
        assert_eq!(Clock { now: NOON, ..Clock::default() }.days_ago(evening), 1);
        assert_eq!(Clock { now: NOON, ahead: 60, ..Clock::default() }.days_ago(evening), 0);
        assert_eq!(Clock { ahead: -300, ..Clock::default() }.time_of_day(NOON), "07:00");
    }

    #[test]
    fn a_slow_page_is_no_skew() {
        assert_eq!(Clock::of_browser(NOON + 2_000, 0, NOON).skew, 0);
        assert_eq!(Clock::of_browser(NOON - 60_000, 0, NOON).skew, -60_000);
    }
}
