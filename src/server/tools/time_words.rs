//! Times as people say them: `yesterday`, `monday`, `2 weeks ago`, `last month`. A word means the moment at which its
//! day, week or month begins.

use jiff::civil::Weekday;
use jiff::{Span, Timestamp, Unit, Zoned, ZonedRound};

use super::filters::{refused, short};
use crate::wire::problem::Problem;

/// A moment that was meant, and how long its unit lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) time: Timestamp,
    /// The end of the day, week, month or year that was named; the moment itself where a moment was named.
    pub(super) end: Timestamp,
}

/// Reads a time as it is said at `now`, in its time zone.
///
/// # Errors
/// It cannot be read: the hint shows what can.
pub(super) fn read(text: &str, now: &Zoned) -> Result<Moment, Problem> {
    let plain = text.trim().to_lowercase().replace(['_', '-'], " ");
    let plain = plain.trim_start_matches("since ").trim_start_matches("until ").trim_start_matches("the ").trim();
    exact(text.trim(), now).or_else(|| named(plain, now)).or_else(|| ago(plain, now)).ok_or_else(|| {
        refused(format!("{} is no time that can be read", short(text)))
            .hint("write yesterday, monday, last week, 3 days ago, 2026-01-15 or 2026-01-15T08:00:00Z")
    })
}

/// The moments between which something happened. `until` the same day as `since` means that whole day.
///
/// # Errors
/// As [`read`], and a range that ends before it begins.
pub(super) fn range(
    since: Option<&str>,
    until: Option<&str>,
    now: &Zoned,
) -> Result<(Option<Timestamp>, Option<Timestamp>), Problem> {
    let since = since.map(|text| read(text, now)).transpose()?;
    let until = until.map(|text| read(text, now)).transpose()?;
    if let (Some(since), Some(until)) = (&since, &until)
        && until.time <= since.time
    {
        if until.end <= since.time {
            return Err(refused("That time ends before it begins").hint("since is the earlier, until the later moment"));
        }
        return Ok((Some(since.time), Some(until.end)));
    }
    Ok((since.map(|since| since.time), until.map(|until| until.time)))
}

fn exact(text: &str, now: &Zoned) -> Option<Moment> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(Moment { time, end: time });
    }
    if let Ok(date) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        let start = date.to_zoned(now.time_zone().clone()).ok()?;
        return lasting(&start, Span::new().days(1));
    }
    let time = text.replace(' ', "T").parse::<jiff::civil::DateTime>().ok()?;
    let time = time.to_zoned(now.time_zone().clone()).ok()?.timestamp();
    Some(Moment { time, end: time })
}

fn lasting(start: &Zoned, span: Span) -> Option<Moment> {
    Some(Moment { time: start.timestamp(), end: start.checked_add(span).ok()?.timestamp() })
}

fn named(text: &str, now: &Zoned) -> Option<Moment> {
    let today = now.start_of_day().ok()?;
    let day = |days: i64| lasting(&today.checked_sub(Span::new().days(days)).ok()?, Span::new().days(1));
    let since_monday = i64::from(today.weekday().since(Weekday::Monday));
    let month = today.first_of_month().ok()?;
    let year = today.first_of_year().ok()?;
    match text {
        "now" => return Some(Moment { time: now.timestamp(), end: now.timestamp() }),
        "today" | "midnight" => return day(0),
        "yesterday" => return day(1),
        "day before yesterday" => return day(2),
        "this week" => return lasting(&today.checked_sub(Span::new().days(since_monday)).ok()?, Span::new().weeks(1)),
        "last week" | "previous week" => {
            return lasting(&today.checked_sub(Span::new().days(since_monday + 7)).ok()?, Span::new().weeks(1));
        }
        "this month" => return lasting(&month, Span::new().months(1)),
        "last month" | "previous month" => {
            return lasting(&month.checked_sub(Span::new().months(1)).ok()?, Span::new().months(1));
        }
        "this year" => return lasting(&year, Span::new().years(1)),
        "last year" => return lasting(&year.checked_sub(Span::new().years(1)).ok()?, Span::new().years(1)),
        "this hour" => {
            let hour = now.round(ZonedRound::new().smallest(Unit::Hour).mode(jiff::RoundMode::Trunc)).ok()?;
            return lasting(&hour, Span::new().hours(1));
        }
        _ => {}
    }
    let (name, earlier) = match text.strip_prefix("last ") {
        Some(name) => (name, true),
        None => (text, false),
    };
    let weekday = weekday(name)?;
    let days = i64::from(today.weekday().since(weekday));
    // On a Monday, "monday" is today and "last monday" a week ago.
    day(if days == 0 && earlier { 7 } else { days })
}

fn weekday(name: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    NAMES.into_iter().find(|(full, _)| name.len() >= 3 && full.starts_with(name)).map(|(_, weekday)| weekday)
}

/// `3 days ago`, `last 24 hours`, `7d`, `a week ago`.
fn ago(text: &str, now: &Zoned) -> Option<Moment> {
    let text = text.trim_end_matches(" ago").trim_start_matches("last ").trim_start_matches("past ").trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (number, unit) = match number {
        "" => {
            let (word, unit) = text.split_once(' ')?;
            let number = match word {
                "a" | "an" | "one" => 1,
                "two" => 2,
                "three" | "few" => 3,
                _ => return None,
            };
            (number, unit)
        }
        number => (number.parse::<i64>().ok().filter(|number| *number <= 10_000)?, unit),
    };
    let span = match unit.trim().trim_end_matches('s') {
        "minute" | "min" => Span::new().minutes(number),
        "hour" | "h" | "hr" => Span::new().hours(number),
        "day" | "d" => Span::new().days(number),
        "week" | "w" => Span::new().weeks(number),
        "month" => Span::new().months(number),
        "year" | "y" => Span::new().years(number),
        _ => return None,
    };
    let time = now.checked_sub(span).ok()?.timestamp();
    Some(Moment { time, end: time })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Zoned {
        // A Thursday.
        "2026-11-26T15:30:00+01:00[Europe/Berlin]".parse().unwrap()
    }

    #[test]
    fn words_mean_where_their_day_begins_in_the_persons_time_zone() {
        for (text, expected) in [
            ("today", "2026-11-25T23:00:00Z"),
            ("Yesterday", "2026-11-24T23:00:00Z"),
            ("monday", "2026-11-22T23:00:00Z"),
            ("since Monday", "2026-11-22T23:00:00Z"),
            ("thursday", "2026-11-25T23:00:00Z"),
            ("last thursday", "2026-11-18T23:00:00Z"),
            ("last week", "2026-11-15T23:00:00Z"),
            ("this month", "2026-10-31T23:00:00Z"),
            ("last month", "2026-09-30T22:00:00Z"),
            ("2 weeks ago", "2026-11-12T14:30:00Z"),
            ("last 24 hours", "2026-11-25T14:30:00Z"),
            ("7d", "2026-11-19T14:30:00Z"),
            ("a month ago", "2026-10-26T14:30:00Z"),
            ("2026-11-01", "2026-10-31T23:00:00Z"),
            ("2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"),
            ("2026-11-01 10:00", "2026-11-01T09:00:00Z"),
            ("now", "2026-11-26T14:30:00Z"),
        ] {
            assert_eq!(read(text, &now()).unwrap().time.to_string(), expected, "{text}");
        }
        for text in ["", "soon", "the other day", "99999999 days ago", "mo"] {
            assert!(read(text, &now()).unwrap_err().hint.is_some(), "{text}");
        }
    }

    #[test]
    fn one_day_as_both_ends_is_that_day() {
        let range = |since, until| {
            range(Some(since), Some(until), &now()).map(|(a, b)| (a.unwrap().to_string(), b.unwrap().to_string()))
        };
        let yesterday = ("2026-11-24T23:00:00Z".to_owned(), "2026-11-25T23:00:00Z".to_owned());
        assert_eq!(range("yesterday", "yesterday").unwrap(), yesterday);
        assert_eq!(range("yesterday", "today").unwrap(), yesterday);
        assert!(range("today", "yesterday").is_err());
    }

    #[test]
    fn an_hour_that_does_not_exist_is_no_trouble() {
        // Clocks go forward on 2026-03-29 in Berlin.
        let now: Zoned = "2026-03-29T12:00:00+02:00[Europe/Berlin]".parse().unwrap();
        assert_eq!(read("today", &now).unwrap().time.to_string(), "2026-03-28T23:00:00Z");
        assert_eq!(read("today", &now).unwrap().end.to_string(), "2026-03-29T22:00:00Z");
    }
}
