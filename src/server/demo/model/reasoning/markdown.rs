//! Markdown made from tool results. Text that came from NetBox is data: it is escaped, never interpreted.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::kind::{Column, Kind};

pub(super) type Row = Map<String, Value>;

/// The rows of a list result.
pub(super) fn rows(list: &Value) -> Vec<&Row> {
    list["results"].as_array().into_iter().flatten().filter_map(Value::as_object).collect()
}

/// The number of objects that match, not only those returned.
pub(super) fn total(list: &Value) -> u64 {
    list["total"].as_u64().unwrap_or_else(|| rows(list).len() as u64)
}

/// A value as text; empty for nothing.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        // Rack units and the like come as 12.0.
        Value::Number(number) => {
            let text = number.to_string();
            text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
        }
        Value::Array(entries) => {
            entries.iter().map(plain).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Value::Object(fields) => ["display", "name", "label", "value"]
            .iter()
            .find_map(|key| fields.get(*key).map(plain).filter(|text| !text.is_empty()))
            .unwrap_or_default(),
    }
}

/// A field of a row as text.
pub(super) fn field(row: &Row, name: &str) -> String {
    row.get(name).map(plain).unwrap_or_default()
}

/// How an object is called: its own name where it has one, since `display` may add an asset tag.
pub(super) fn name_of(row: &Row) -> String {
    ["name", "cid", "prefix", "address", "display", "label"]
        .iter()
        .map(|key| field(row, key))
        .find(|text| !text.is_empty())
        .unwrap_or_else(|| row.get("id").map(|id| format!("#{id}")).unwrap_or_default())
}

/// Escapes what Markdown would take for marks.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(character);
            }
            '\n' | '\r' | '\t' => escaped.push(' '),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Something to copy. A backtick inside would end it, so such a text is escaped instead.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else if text.contains(['`', '\n', '|']) {
        escape(text)
    } else {
        format!("`{text}`")
    }
}

/// A link to a page of NetBox, where the result gave one.
pub(super) fn link(text: &str, envelope: &Value) -> String {
    match envelope["page"].as_str() {
        Some(page) if page.starts_with("http") && !page.contains([' ', '<', '>', '(', ')']) => {
            format!("[{text}]({page})")
        }
        _ => text.to_owned(),
    }
}

/// A table; columns that are empty in every row are left out.
pub(super) fn table(columns: &[Column], rows: &[&Row]) -> String {
    let kept: Vec<&Column> =
        columns.iter().filter(|column| rows.iter().any(|row| !cell(row, column).is_empty())).collect();
    let head: Vec<&str> = kept.iter().map(|column| column.heading).collect();
    let body: Vec<Vec<String>> = rows.iter().map(|row| kept.iter().map(|column| cell(row, column)).collect()).collect();
    grid(&head, &body)
}

fn cell(row: &Row, column: &Column) -> String {
    let mut text = field(row, column.field);
    if text.is_empty() && matches!(column.field, "name" | "label" | "cid") {
        text = name_of(row);
    }
    if column.field == "assigned_object"
        && let Some(owner) = owner(row, "assigned_object")
        && !text.is_empty()
    {
        text = format!("{owner}: {text}");
    }
    if matches!(column.field, "created" | "time") {
        text = moment(&text);
    }
    let text = shorten(&text, 120);
    if column.code && !text.is_empty() { code(&text) } else { escape(&text) }
}

/// The device or virtual machine that a generic relation belongs to.
pub(super) fn owner(row: &Row, relation: &str) -> Option<String> {
    ["device", "virtual_machine"]
        .iter()
        .map(|parent| field(row, &format!("{relation}_{parent}")))
        .find(|text| !text.is_empty())
}

/// A table from finished cells.
pub(super) fn grid(head: &[&str], body: &[Vec<String>]) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len()));
    for row in body {
        _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text.truncate(text.trim_end().len());
    text
}

/// `2026-11-21T09:30:12.123456+01:00` as `2026-11-21 08:30`, in UTC.
pub(super) fn moment(text: &str) -> String {
    // NetBox writes the time zone of its own configuration.
    match text.parse::<jiff::Timestamp>() {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M").to_string(),
        Err(_) => text.to_owned(),
    }
}

/// Long texts end with an ellipsis.
pub(super) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(most - 1).collect::<String>().trim_end())
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn series(items: &[String], and: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [start @ .., last] => format!("{} {and} {last}", start.join(", ")),
    }
}

/// `14 sites` in bold, linked to the same list in NetBox.
pub(super) fn headline(count: u64, noun: &str, list: &Value) -> String {
    format!("**{}**", link(&format!("{count} {noun}"), list))
}

/// Says how much of a list is shown, when it is not all.
pub(super) fn shown(list: &Value, offset: u64, everything: bool) -> Option<String> {
    let returned = rows(list).len() as u64;
    let total = total(list);
    if offset == 0 && returned >= total {
        return None;
    }
    if offset == 0 && everything {
        return Some(format!("{returned} of {total} shown, as many as fit at once. Say “next” for more."));
    }
    if offset == 0 {
        return Some(format!("{returned} of {total} shown. Say “next” for more, or “show all of them”."));
    }
    let end = offset + returned;
    let more = if end < total { " Say “next” for more." } else { "" };
    Some(format!("{}–{end} of {total} shown.{more}", offset + 1))
}

/// The columns of a type without some fields.
pub(super) fn columns_without(kind: &Kind, hidden: &[&str]) -> Vec<Column> {
    kind.columns
        .iter()
        .filter(|column| !hidden.contains(&column.field))
        .map(|column| Column { field: column.field, heading: column.heading, code: column.code })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_utc() {
        assert_eq!(moment("2026-11-21T09:30:12.123456+01:00"), "2026-11-21 08:30");
        assert_eq!(moment("2026-11-21T23:59:59Z"), "2026-11-21 23:59");
        assert_eq!(moment("2026-11-21"), "2026-11-21");
    }
}
