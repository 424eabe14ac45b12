//! A value of NetBox's in a table or a picture.

use leptos::prelude::*;

use super::erase::{Erase, Erased};
use super::status_pill::StatusPill;
use crate::wire::result::{Column, ColumnKind};
use crate::wire::tool::Cell;

/// A value, with the way to its page in NetBox where it has one.
pub fn cell_text(cell: &Cell) -> Erased {
    let Cell { text, link } = cell.clone();
    match link {
        // Nothing to press, even where it would lead somewhere.
        _ if text.is_empty() => view! { <span class="nothing">"\u{2013}"</span> }.erase(),
        Some(link) => view! { <a href=link target="_blank" rel="noopener noreferrer">{text}</a> }.erase(),
        None => text.erase(),
    }
}

/// A value as its column is read.
pub fn cell_view(column: &Column, cell: &Cell) -> Erased {
    match column.kind {
        _ if cell.text.is_empty() => cell_text(cell),
        ColumnKind::Status => view! { <StatusPill label=cell.text.clone() /> }.erase(),
        ColumnKind::Time => moment(&cell.text).erase(),
        ColumnKind::Text | ColumnKind::Identifier | ColumnKind::Number => cell_text(cell),
    }
}

/// What the style sheet knows a column by: what is read letter by letter is set in the fixed-width face, numbers flush
/// right.
pub fn kind_name(kind: ColumnKind) -> Option<&'static str> {
    match kind {
        ColumnKind::Identifier => Some("identifier"),
        ColumnKind::Number => Some("number"),
        ColumnKind::Text | ColumnKind::Status | ColumnKind::Time => None,
    }
}

/// A moment in RFC 3339 as people read it: `2026-11-22 14:05 UTC`.
pub fn moment(time: &str) -> String {
    match (time.split_once('T'), time.ends_with('Z')) {
        (Some((date, clock)), is_utc) if date.len() == 10 && clock.len() >= 5 && clock.is_ascii() => {
            let zone = if is_utc { " UTC" } else { "" };
            format!("{date} {}{zone}", clock.get(..5).unwrap_or(clock))
        }
        _ => time.to_owned(),
    }
}

/// A field's name as words: `primary_ip4` becomes `primary ip4`, `site.region` `site region`.
pub fn words(column: &str) -> String {
    column.replace(['_', '.'], " ")
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn a_moment_is_read_to_the_minute() {
        assert_eq!(moment("2026-11-22T14:05:31.123Z"), "2026-11-22 14:05 UTC");
        assert_eq!(moment("2026-11-22T14:05:31+01:00"), "2026-11-22 14:05");
        assert_eq!(moment("2026-11-22"), "2026-11-22");
        assert_eq!(moment("Thursday"), "Thursday");
    }
}
