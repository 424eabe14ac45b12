//! What was said in a conversation before an answer: the texts, and the numbers in them.

use std::collections::HashSet;
use std::net::IpAddr;

use serde_json::Value;

use super::{WORD, number};

/// Everything that an answer may have its names and numbers from.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// In lower case.
    text: String,
    /// Each as it prints.
    numbers: HashSet<String>,
}

impl Known {
    /// Adds a text, or the texts of a list of blocks. One that is JSON is taken apart, so that nothing stands beside
    /// another value in it, or behind a backslash.
    pub(super) fn add_result(&mut self, content: &Value) {
        match content {
            Value::String(text) => match serde_json::from_str::<Value>(text) {
                Ok(value @ (Value::Object(_) | Value::Array(_))) => self.add(&value),
                _ => self.add_text(text),
            },
            Value::Array(blocks) => blocks.iter().for_each(|block| self.add_result(&block["text"])),
            _ => {}
        }
    }

    /// Adds all values and names of fields.
    pub(super) fn add(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add_text(text),
            Value::Array(items) => items.iter().for_each(|item| self.add(item)),
            Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                self.add_text(name);
                self.add(value);
            }),
            Value::Number(number) => self.add_text(&number.to_string()),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn add_text(&mut self, text: &str) {
        let text = text.to_lowercase();
        for word in WORD.find_iter(&text) {
            let word = word.as_str();
            if let Some(value) = number(word) {
                self.add_number(value);
            } else if let Some((host, length)) = word.split_once('/')
                && host.parse::<IpAddr>().is_ok()
            {
                // `a /26`
                if let Some(length) = number(length) {
                    self.add_number(length);
                }
            } else if is_date(word) {
                // `2026-11-22t10:05:00z` as `2026-11-22`, `10:05`, `22 November 2026`
                self.text.push_str(&word.replace('t', "\n"));
                self.text.push('\n');
                let parts = word.split(|letter: char| !letter.is_ascii_digit());
                parts.filter_map(number).for_each(|part| self.add_number(part));
            }
        }
        self.text.push_str(&text);
        self.text.push('\n');
    }

    /// A number also counts as what it is rounded to.
    fn add_number(&mut self, value: f64) {
        self.numbers.insert(value.to_string());
        if value.fract() != 0.0 {
            for places in [1.0, 10.0, 100.0] {
                self.numbers.insert(((value * places).round() / places).to_string());
            }
        }
    }

    pub(super) fn has_number(&self, value: f64) -> bool {
        self.numbers.contains(&value.to_string())
    }

    /// Whether `text` occurs, and not only as the beginning or end of a longer name: `sw1` is not in `sw10`.
    pub(super) fn has(&self, text: &str) -> bool {
        let wanted = text.to_lowercase();
        let is_bound = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
        self.text.match_indices(&wanted).any(|(place, found)| {
            let (before, after) = (self.text.get(..place), self.text.get(place + found.len()..));
            is_bound(before.and_then(|text| text.chars().next_back()))
                && is_bound(after.and_then(|text| text.chars().next()))
        })
    }
}

/// `2026-11-22`, with or without a time.
fn is_date(word: &str) -> bool {
    let digits = |range: std::ops::Range<usize>| {
        word.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let dashes = word.bytes().enumerate().filter(|(_, byte)| *byte == b'-').map(|(place, _)| place).take(2);
    dashes.eq([4, 7]) && digits(0..4) && digits(5..7) && digits(8..10)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_names_are_known_and_parts_of_names_are_not() {
        let mut known = Known::default();
        known.add_result(&json!(r#"{"name":"cle-01-sw10","text":"see\ncle-01-fw-01","net":"10.0.0.1/24"}"#));
        assert!(known.has("CLE-01-SW10") && known.has("cle-01-fw-01") && known.has("10.0.0.1"));
        assert!(!known.has("cle-01-sw1") && !known.has("e-01-sw10") && !known.has("0.0.0.1"));
    }

    #[test]
    fn numbers_are_known_as_people_write_them() {
        let mut known = Known::default();
        known.add_result(&json!([{"type": "text", "text": r#"{"percent":87.53,"net":"10.0.0.0/26","ids":[1204]}"#}]));
        known.add_result(&json!("Current time: 2026-11-22T14:05:00Z, 1,305 in all"));
        for value in [87.53, 87.5, 88.0, 26.0, 1204.0, 22.0, 2026.0, 14.0, 1305.0] {
            assert!(known.has_number(value), "{value}");
        }
        assert!(known.has("2026-11-22") && known.has("14:05"));
        for value in [87.0, 10.0, 120.0] {
            assert!(!known.has_number(value), "{value}");
        }
    }
}
