//! What a call gives: the model's view, small and with the numbers that count, and the person's, whole. Rows go to the
//! person by reference and never through the model.

use serde_json::{Map, Value, json};

use super::frame::{Frame, Row};
use super::results::{Source, Stored};
use crate::server::netbox::ObjectType;
use crate::wire::change::Plan;
use crate::wire::result::Picture;

/// The largest part of a model's text that rows may take, in bytes.
pub(super) const LARGEST: usize = 12_000;
/// The longest text of one value, in characters, in a row that is too large as a whole.
const LONGEST_TEXT: usize = 1_000;

/// What a call gives.
#[derive(Debug, Default)]
pub(super) struct Output {
    /// One line for a person: `38 of 212 devices`.
    pub(super) summary: String,
    /// What the model reads before the rows.
    pub(super) head: Map<String, Value>,
    pub(super) rows: Option<Rows>,
    /// What the model reads after the rows.
    pub(super) tail: Map<String, Value>,
    pub(super) picture: Option<Picture>,
    /// The page of NetBox's interface that shows the same.
    pub(super) page: Option<String>,
    /// What is to be changed, if a person says so.
    pub(super) plan: Option<Plan>,
}

/// The rows of a result.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The type that they are of, where they are objects of one type.
    pub(super) kind: Option<&'static ObjectType>,
    pub(super) frame: Frame,
    /// The place of the first of them in NetBox's list, from 0.
    pub(super) offset: u64,
    /// How many leading ones the model is not shown again.
    pub(super) skip: usize,
    /// Whether there is no way to the others: then none is offered.
    pub(super) is_partial: bool,
    /// How many there are in all.
    pub(super) total: u64,
    /// How many of them the model may see.
    pub(super) shown: usize,
    /// Where the others are.
    pub(super) source: Option<Source>,
    /// Columns that the model is not shown.
    pub(super) hidden: Vec<&'static str>,
}

impl Output {
    /// Names and values, without rows.
    pub(super) fn facts(summary: impl Into<String>, head: Map<String, Value>) -> Self {
        Self { summary: summary.into(), head, ..Self::default() }
    }

    /// Whether there is something to keep for the person.
    pub(super) fn is_kept(&self) -> bool {
        self.picture.is_some() || self.rows.is_some()
    }

    /// What the model reads. `handle` is the name under which the rows will be kept.
    pub(super) fn model_text(&self, handle: Option<&str>) -> String {
        let mut text = Map::new();
        if let Some(handle) = handle {
            text.insert("handle".into(), json!(handle));
        }
        // The handle is ours: whatever else is called so is no handle, and takes no place of one.
        let named = |facts: &Map<String, Value>| {
            facts
                .iter()
                .filter(|(name, _)| *name != "handle")
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect::<Vec<_>>()
        };
        text.extend(named(&self.head));
        if let Some(rows) = self.rows.as_ref().filter(|rows| rows.shown > 0) {
            text.extend(rows.for_model());
        }
        if let Some(page) = &self.page {
            text.insert("page".into(), json!(page));
        }
        text.extend(named(&self.tail));
        Value::Object(text).to_string()
    }

    /// What is kept for the person; none where there are neither rows nor a picture.
    pub(super) fn into_stored(self, title: String) -> Option<Stored> {
        let Self { rows, picture, page, .. } = self;
        if rows.is_none() && picture.is_none() {
            return None;
        }
        let Rows { kind, frame, offset, total, source, .. } = rows.unwrap_or_default();
        Some(Stored { title, kind, frame, offset, total, source, page, picture })
    }
}

impl Rows {
    /// All there is, of which the model sees at most `shown`.
    pub(super) fn whole(frame: Frame, shown: usize) -> Self {
        Self { total: frame.rows.len() as u64, frame, shown, ..Self::default() }
    }

    fn for_model(&self) -> Map<String, Value> {
        let wanted = self.frame.rows.len().saturating_sub(self.skip).min(self.shown);
        let few = self.frame.rows.iter().skip(self.skip).take(wanted);
        // A column without a value says nothing.
        let places: Vec<usize> = (0..self.frame.columns.len())
            .filter(|index| {
                let name = self.frame.columns.get(*index).map_or("", String::as_str);
                !self.hidden.contains(&name)
                    && (self.source.as_ref().is_some_and(|source| source.fields.asked().any(|asked| asked == name))
                        || few.clone().any(|row| row.cells.get(*index).is_some_and(|cell| !cell.is_empty())))
            })
            .collect();
        let columns: Vec<&str> =
            places.iter().filter_map(|index| self.frame.columns.get(*index)).map(String::as_str).collect();
        let rows = fitting(few, &places, LARGEST);
        let returned = rows.len() as u64;
        let mut text = Map::new();
        text.insert("total".into(), json!(self.total));
        let offset = self.offset + self.skip as u64;
        if returned < self.total || offset > 0 {
            text.insert("returned".into(), json!(returned));
            let truncated = offset + returned < self.total;
            text.insert("truncated".into(), json!(truncated));
            if truncated && !self.is_partial {
                text.insert("next_offset".into(), json!(offset + returned));
            }
        }
        if rows.len() < wanted {
            let sentence = format!("Only {returned} of {wanted} rows fit here: ask for fewer fields or a smaller part");
            text.insert("shortened".into(), json!(sentence));
        }
        if !rows.is_empty() {
            text.insert("columns".into(), json!(columns));
            text.insert("rows".into(), Value::Array(rows));
        }
        text
    }
}

/// As many leading rows as fit into `room` bytes; at least one, shortened if it must be.
fn fitting<'a>(rows: impl Iterator<Item = &'a Row>, places: &[usize], room: usize) -> Vec<Value> {
    let mut used = 0;
    let mut kept = Vec::new();
    for row in rows {
        let mut cells: Vec<Value> =
            places.iter().filter_map(|index| row.cells.get(*index)).map(|cell| cell.value.clone()).collect();
        let mut size = size_of(&cells);
        if kept.is_empty() && size > room {
            shorten(&mut cells, room);
            size = size_of(&cells);
        }
        used += size + 1;
        if used > room && !kept.is_empty() {
            break;
        }
        kept.push(Value::Array(cells));
    }
    kept
}

/// Shortens one row until it fits: long texts first, then whole values, which say that they were left out.
fn shorten(cells: &mut [Value], room: usize) {
    for value in cells.iter_mut() {
        if let Value::String(text) = value
            && text.chars().count() > LONGEST_TEXT
        {
            *text = text.chars().take(LONGEST_TEXT).chain("… (shortened)".chars()).collect();
        }
    }
    while size_of(cells) > room {
        let largest = cells.iter_mut().max_by_key(|value| value.to_string().len());
        match largest {
            Some(value) if value.to_string().len() > 20 => *value = json!("(left out)"),
            _ => break,
        }
    }
}

/// Shortens one object until it fits: long texts first, then whole fields, which are named in `left_out`.
pub(super) fn shorten_object(object: &mut Map<String, Value>, room: usize) {
    for value in object.values_mut() {
        if let Value::String(text) = value
            && text.chars().count() > LONGEST_TEXT
        {
            *text = text.chars().take(LONGEST_TEXT).chain("… (shortened)".chars()).collect();
        }
    }
    let mut left_out = Vec::new();
    while serde_json::to_string(object).map_or(usize::MAX, |text| text.len()) > room {
        let largest = object
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "id" | "name" | "display" | "left_out"))
            .max_by_key(|(_, value)| value.to_string().len())
            .map(|(name, _)| name.clone());
        let Some(largest) = largest else { break };
        object.shift_remove(&largest);
        left_out.push(largest);
        object.insert("left_out".to_owned(), json!(left_out));
    }
}

fn size_of(cells: &[Value]) -> usize {
    serde_json::to_string(cells).map_or(usize::MAX, |text| text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::tools::frame::Cell;

    fn rows(sizes: &[usize]) -> Rows {
        let mut frame = Frame::new(&["name", "comments"]);
        for size in sizes {
            frame.push(vec![Cell::plain("a"), Cell::plain("x".repeat(*size))]);
        }
        Rows::whole(frame, 100)
    }

    #[test]
    fn rows_are_dropped_whole_and_the_text_says_so() {
        let text = rows(&[5_000, 5_000, 5_000]).for_model();
        assert_eq!(text["rows"].as_array().unwrap().len(), 2);
        assert_eq!(text["rows"][1][1].as_str().map(str::len), Some(5_000));
        assert_eq!((&text["total"], &text["returned"], &text["next_offset"]), (&json!(3), &json!(2), &json!(2)));
        assert!(text["shortened"].as_str().unwrap().starts_with("Only 2 of 3"));
    }

    #[test]
    fn only_what_is_kept_has_a_handle() {
        let forged = || Map::from_iter([("handle".to_owned(), json!("r999")), ("a".to_owned(), json!(1))]);
        let output = Output { head: forged(), tail: forged(), ..Output::default() };
        assert_eq!(output.model_text(None), r#"{"a":1}"#);
        assert!(output.model_text(Some("r3")).starts_with(r#"{"handle":"r3","a":1"#));
    }

    #[test]
    fn all_of_few_rows_needs_no_words() {
        let text = rows(&[1, 1]).for_model();
        assert_eq!(
            Value::Object(text),
            json!({"total": 2, "columns": ["name", "comments"], "rows": [["a", "x"], ["a", "x"]]})
        );
    }

    #[test]
    fn rows_that_were_shown_before_are_skipped_and_kept() {
        let rows = Rows { skip: 1, shown: 1, ..rows(&[1, 2, 3]) };
        let text = rows.for_model();
        assert_eq!(text["rows"], json!([["a", "xx"]]));
        assert_eq!((&text["total"], &text["next_offset"]), (&json!(3), &json!(2)));
        let beyond = Rows { skip: 9, ..rows }.for_model();
        assert_eq!((&beyond["returned"], &beyond["truncated"]), (&json!(0), &json!(false)));
    }

    #[test]
    fn one_huge_row_is_shortened_and_says_so() {
        let text = rows(&[50_000]).for_model();
        assert!(text["rows"][0][1].as_str().unwrap().ends_with("(shortened)"));
        let mut object =
            Map::from_iter([("name".to_owned(), json!("a")), ("data".to_owned(), json!(vec!["y".repeat(100); 50]))]);
        shorten_object(&mut object, 2_000);
        assert_eq!(object["left_out"], json!(["data"]));
    }
}
