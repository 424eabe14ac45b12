//! Keeps what the model reads small: whole rows are dropped, never cut, and the answer says so.

use serde_json::{Map, Value, json};

/// The largest text for the model, in bytes.
pub(super) const LARGEST: usize = 24_000;
/// The longest text of one field, in characters, in an object that is too large as a whole.
const LONGEST_TEXT: usize = 1_000;

/// As many leading rows as fit into `room` bytes; at least one, shortened if it must be.
pub(super) fn fitting(rows: Vec<Map<String, Value>>, room: usize) -> Vec<Value> {
    let mut used = 0;
    let mut kept = Vec::new();
    for mut row in rows {
        let mut size = size_of(&row);
        if kept.is_empty() && size > room {
            shorten(&mut row, room);
            size = size_of(&row);
        }
        used += size + 1;
        if used > room && !kept.is_empty() {
            break;
        }
        kept.push(Value::Object(row));
    }
    kept
}

/// Shortens one object until it fits: long texts first, then whole fields, which are named in `left_out`.
pub(super) fn shorten(row: &mut Map<String, Value>, room: usize) {
    for value in row.values_mut() {
        if let Value::String(text) = value
            && text.chars().count() > LONGEST_TEXT
        {
            *text = text.chars().take(LONGEST_TEXT).chain("… (shortened)".chars()).collect();
        }
    }
    let mut left_out = Vec::new();
    while size_of(row) > room {
        let largest = row
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "id" | "name" | "display" | "left_out"))
            .max_by_key(|(_, value)| value.to_string().len())
            .map(|(name, _)| name.clone());
        let Some(largest) = largest else { break };
        row.shift_remove(&largest);
        left_out.push(largest);
        row.insert("left_out".to_owned(), json!(left_out));
    }
}

fn size_of(row: &Map<String, Value>) -> usize {
    serde_json::to_string(row).map_or(usize::MAX, |text| text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, size: usize) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), json!(name)), ("comments".to_owned(), json!("x".repeat(size)))])
    }

    #[test]
    fn rows_are_dropped_whole() {
        let rows = fitting(vec![row("a", 300), row("b", 300), row("c", 300)], 700);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1]["comments"].as_str().map(str::len), Some(300));
    }

    #[test]
    fn one_huge_object_is_shortened_and_says_so() {
        let mut huge = row("a", 5_000);
        huge.insert("data".to_owned(), json!(vec!["y".repeat(100); 50]));
        let rows = fitting(vec![huge], 2_000);
        assert_eq!(rows[0]["left_out"], json!(["data"]));
        assert!(rows[0]["comments"].as_str().unwrap().ends_with("(shortened)"));
    }
}
