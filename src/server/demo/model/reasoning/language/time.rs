//! Words for time: "yesterday", "last week", "in the last 3 days", "since Monday". All in UTC, as NetBox keeps it.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};

use super::token::Token;

/// A stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Window {
    pub after: Timestamp,
    pub before: Option<Timestamp>,
    /// How an answer says it: "since yesterday", "in the last 7 days".
    pub words: String,
}

/// What the words of a question say about time: which tokens do, and the window when the present is known.
pub(super) struct Found {
    pub start: usize,
    pub end: usize,
    pub window: Option<Window>,
}

/// Finds the first words for time.
pub(super) fn find(tokens: &[Token], now: Option<Timestamp>) -> Option<Found> {
    let now = now.map(|now| now.to_zoned(TimeZone::UTC));
    (0..tokens.len()).find_map(|start| {
        let words: Vec<&str> = tokens[start..].iter().take(6).map(|token| token.lower.as_str()).collect();
        let (length, phrase) = phrase(&words)?;
        Some(Found { start, end: start + length, window: now.as_ref().and_then(|now| phrase.window(now)) })
    })
}

enum Phrase {
    Today,
    Yesterday,
    SinceYesterday,
    /// The last so many units, up to now.
    Last(i64, Unit),
    /// The calendar week or month before this one.
    Previous(Unit),
    /// This calendar week, month or year.
    This(Unit),
    Since(Weekday),
    SinceDate(jiff::civil::Date),
    On(jiff::civil::Date),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Hour,
    Day,
    Week,
    Month,
    Year,
}

fn unit(word: &str) -> Option<Unit> {
    Some(match word.trim_end_matches('s') {
        "hour" | "hr" | "h" => Unit::Hour,
        "day" => Unit::Day,
        "week" => Unit::Week,
        "month" => Unit::Month,
        "year" => Unit::Year,
        _ => return None,
    })
}

fn number(word: &str) -> Option<i64> {
    const WORDS: [&str; 13] =
        ["a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let known = WORDS.iter().position(|known| *known == word).and_then(|at| i64::try_from(at.max(1)).ok());
    known.or_else(|| word.parse().ok()).filter(|number| (1..=1000).contains(number))
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

fn phrase(words: &[&str]) -> Option<(usize, Phrase)> {
    // Small words before the phrase belong to it.
    for skip in ["in", "over", "during", "within", "for"] {
        if words.first() == Some(&skip) {
            let (length, found) = phrase(&words[1..])?;
            return Some((length + 1, found));
        }
    }
    if words.first() == Some(&"the") {
        let (length, found) = phrase(&words[1..])?;
        return Some((length + 1, found));
    }
    match words {
        ["today", ..] => Some((1, Phrase::Today)),
        ["since", "yesterday", ..] => Some((2, Phrase::SinceYesterday)),
        ["yesterday", ..] => Some((1, Phrase::Yesterday)),
        ["since" | "after", "last", "week", ..] => Some((3, Phrase::Last(7, Unit::Day))),
        ["since" | "after", "last", "month", ..] => Some((3, Phrase::Last(1, Unit::Month))),
        ["since" | "after", "last", word, ..] => Some((3, Phrase::Since(weekday(word)?))),
        ["since" | "after", word, ..] => match weekday(word) {
            Some(day) => Some((2, Phrase::Since(day))),
            None => Some((2, Phrase::SinceDate(word.parse().ok()?))),
        },
        ["on", word, ..] => Some((2, Phrase::On(word.parse().ok()?))),
        ["last" | "past" | "previous", "24h", ..] => Some((2, Phrase::Last(24, Unit::Hour))),
        ["last" | "past" | "previous", count, word, ..] if number(count).is_some() && unit(word).is_some() => {
            Some((3, Phrase::Last(number(count)?, unit(word)?)))
        }
        ["last" | "past", "few", word, ..] => Some((3, Phrase::Last(3, unit(word)?))),
        ["past", word, ..] => Some((2, Phrase::Last(1, unit(word)?))),
        ["last" | "previous", word, ..] => Some((2, Phrase::Previous(unit(word)?))),
        ["this", word, ..] => Some((2, Phrase::This(unit(word)?))),
        ["recently" | "lately", ..] => Some((1, Phrase::Last(7, Unit::Day))),
        [count, word, "ago", ..] => Some((3, Phrase::Last(number(count)?, unit(word)?))),
        _ => None,
    }
}

impl Phrase {
    fn window(&self, now: &Zoned) -> Option<Window> {
        let midnight = now.start_of_day().ok()?;
        let days_since_monday = i64::from(now.weekday().to_monday_zero_offset());
        let week = midnight.checked_sub(days_since_monday.days()).ok()?;
        let month = midnight.first_of_month().ok()?;
        let year = midnight.first_of_year().ok()?;
        let open = |after: Zoned, words: String| Window { after: after.timestamp(), before: None, words };
        let closed = |after: Zoned, before: Zoned, words: String| Window {
            after: after.timestamp(),
            before: Some(before.timestamp()),
            words,
        };
        Some(match self {
            Self::Yesterday => closed(midnight.checked_sub(1.day()).ok()?, midnight, "yesterday".into()),
            Self::SinceYesterday => open(midnight.checked_sub(1.day()).ok()?, "since yesterday".into()),
            Self::Last(count, unit) => {
                let (span, name) = span(*count, *unit);
                let words =
                    if *count == 1 { format!("in the last {name}") } else { format!("in the last {count} {name}s") };
                open(now.checked_sub(span).ok()?, words)
            }
            Self::Previous(Unit::Week) => {
                closed(week.checked_sub(7.days()).ok()?, week, "last week (Monday to Sunday, UTC)".into())
            }
            Self::Previous(Unit::Month) => closed(month.checked_sub(1.month()).ok()?, month, "last month".into()),
            Self::Previous(Unit::Year) => closed(year.checked_sub(1.year()).ok()?, year, "last year".into()),
            Self::Previous(unit) => {
                let (span, name) = span(1, *unit);
                open(now.checked_sub(span).ok()?, format!("in the last {name}"))
            }
            Self::This(Unit::Week) => open(week, "this week".into()),
            Self::This(Unit::Month) => open(month, "this month".into()),
            Self::This(Unit::Year) => open(year, "this year".into()),
            Self::Today | Self::This(_) => open(midnight, "today".into()),
            Self::Since(day) => {
                let back = now.weekday().since(*day);
                let back = if back == 0 { 7 } else { i64::from(back) };
                let after = midnight.checked_sub(back.days()).ok()?;
                let words = format!("since {} {}", after.strftime("%A"), after.date());
                open(after, words)
            }
            Self::SinceDate(date) => open(date.to_zoned(TimeZone::UTC).ok()?, format!("since {date}")),
            Self::On(date) => {
                let start = date.to_zoned(TimeZone::UTC).ok()?;
                let end = start.checked_add(1.day()).ok()?;
                closed(start, end, format!("on {date}"))
            }
        })
    }
}

fn span(count: i64, unit: Unit) -> (Span, &'static str) {
    match unit {
        Unit::Hour => (count.hours(), "hour"),
        Unit::Day => (count.days(), "day"),
        Unit::Week => (count.weeks(), "week"),
        Unit::Month => (count.months(), "month"),
        Unit::Year => (count.years(), "year"),
    }
}
