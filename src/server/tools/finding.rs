//! What a question about address space or topology found: the model's view, the person's rows and the picture.

use serde_json::{Map, Value, json};

use super::call::Call;
use super::frame::{Cell, Frame, Object, Row};
use super::output::{self, Output, Rows};
use crate::wire::result::Picture;
use crate::wire::tool;

/// Both views of an answer.
#[derive(Debug, Default)]
pub(super) struct Finding {
    /// One line for a person.
    pub(super) summary: String,
    /// What the model reads.
    pub(super) answer: Map<String, Value>,
    /// Columns of the person's table.
    pub(super) columns: Vec<&'static str>,
    /// Its rows, complete.
    pub(super) rows: Vec<Vec<Cell>>,
    /// The structured picture.
    pub(super) picture: Option<Picture>,
}

impl Finding {
    /// Adds to what the model reads; null and empty values are left out.
    pub(super) fn tell(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        let empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        };
        if !empty {
            self.answer.insert(name.to_owned(), value);
        }
    }

    /// What the call gives.
    pub(super) async fn output(mut self, call: &Call<'_>) -> Output {
        output::shorten_object(&mut self.answer, output::LARGEST);
        let mut output = Output::facts(self.summary, self.answer);
        output.tail.insert("shows".into(), json!(call.visibility_note().await));
        output.picture = self.picture;
        if !self.rows.is_empty() {
            let mut frame = Frame::new(&self.columns);
            frame.rows = self.rows.into_iter().map(|cells| Row { object: None, cells }).collect();
            output.rows = Some(Rows::whole(frame, 0));
        }
        output
    }
}

/// What an object is called, with its page.
pub(super) fn named(object: &Value) -> Cell {
    Cell { value: json!(name(object)), object: Object::of(object) }
}

/// A name of an object that is known by its endpoint and id.
pub(super) fn linked(text: impl Into<Value>, endpoint: &'static str, id: u64) -> Cell {
    Cell { value: text.into(), object: Some(Object { endpoint, id }) }
}

/// A cell of a picture, with the page in NetBox where it has one.
pub(super) fn shown(call: &Call<'_>, text: impl Into<String>, object: Option<Object>) -> tool::Cell {
    tool::Cell { text: text.into(), link: object.and_then(|object| object.link(call.netbox.address())) }
}

/// What an object is called: its name, and where it has none what NetBox shows (`10.0.0.0/24`, `#27`).
pub(super) fn name(object: &Value) -> String {
    let text = |key: &str| object.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    ["name", "display", "prefix", "address", "cid"].into_iter().find_map(text).unwrap_or_default().to_owned()
}

/// An object's name in one of another's fields; nothing where it is not set.
pub(super) fn name_in(object: &Value, field: &str) -> Option<String> {
    object.get(field).filter(|inner| inner.is_object()).map(name)
}

/// The value of a choice, or a plain text.
pub(super) fn choice_in(object: &Value, field: &str) -> Option<String> {
    let value = object.get(field)?;
    value.get("value").unwrap_or(value).as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The endpoint of an object's type.
pub(super) fn endpoint_of(object: &Value) -> Option<&'static str> {
    Object::of(object).map(|object| object.endpoint)
}

/// The id of an object in one of another's fields.
pub(super) fn id_in(object: &Value, field: &str) -> Option<u64> {
    object.get(field)?.get("id")?.as_u64()
}

/// A number of addresses: exact as JSON, or as a power of two or digits where JSON's numbers end.
pub(super) fn amount(number: u128) -> Value {
    match u64::try_from(number) {
        Ok(small) if small <= 1 << 53 => json!(small),
        _ if number.is_power_of_two() => json!(format!("2^{}", number.ilog2())),
        _ => json!(number.to_string()),
    }
}

/// A percentage with at most two decimals.
pub(super) fn rounded(percent: f64) -> f64 {
    (percent * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_amounts_stay_exact() {
        assert_eq!(amount(254), json!(254));
        assert_eq!(amount(1 << 64), json!("2^64"));
        assert_eq!(amount((1 << 64) - 2), json!("18446744073709551614"));
    }

    #[test]
    fn an_object_is_called_by_its_name_and_known_by_its_address() {
        let object = json!({"id": 7, "url": "http://internal:8080/netbox/api/dcim/front-ports/7/", "display": "F7"});
        assert_eq!(named(&object), linked("F7", "dcim/front-ports", 7));
        assert_eq!(endpoint_of(&json!({"id": 7})), None);
    }
}
