//! What a question about address space or topology found: the model's view, the person's rows and the picture.

use serde_json::{Map, Value, json};

use super::Outcome;
use super::call::Call;
use super::flatten::cell_text;
use super::output;
use crate::server::netbox::{Query, object_type};
use crate::wire::tool::{Cell, Table, ToolOutcome};

/// Both views of an answer.
#[derive(Debug, Default)]
pub(super) struct Finding {
    /// One line for a person.
    pub(super) summary: String,
    /// What the model reads.
    pub(super) answer: Map<String, Value>,
    /// Headings of the person's table.
    pub(super) columns: Vec<&'static str>,
    /// Its rows, complete.
    pub(super) rows: Vec<Vec<Entry>>,
    /// The structured picture.
    pub(super) picture: Option<Picture>,
}

/// A cell of the person's table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entry {
    pub(super) value: Value,
    /// The object that it names: endpoint and id.
    pub(super) target: Option<(&'static str, u64)>,
}

/// A structured picture.
#[derive(Clone, Debug, PartialEq)]
#[allow(dead_code, reason = "read where results are shown")]
pub(super) enum Picture {
    Rack(RackPicture),
    Path(PathPicture),
    Prefixes(PrefixMap),
}

/// A rack with both faces.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(dead_code, reason = "read where results are shown")]
pub(super) struct RackPicture {
    pub(super) name: String,
    /// The lowest unit.
    pub(super) starting_unit: u32,
    /// How many units it has.
    pub(super) height: u32,
    /// Whether unit numbers grow from top to bottom.
    pub(super) descending: bool,
    pub(super) front: Vec<RackItem>,
    pub(super) rear: Vec<RackItem>,
    pub(super) reservations: Vec<Reservation>,
}

/// What fills a part of a rack's face.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(dead_code, reason = "read where results are shown")]
pub(super) struct RackItem {
    /// Its lowest unit; halves are possible.
    pub(super) from: f64,
    /// Its height in units.
    pub(super) height: f64,
    /// The device's name; nothing where the token may not see it.
    pub(super) label: Option<String>,
    pub(super) device: Option<u64>,
    pub(super) status: Option<String>,
    pub(super) role: Option<String>,
}

/// Units that somebody reserved.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(dead_code, reason = "read where results are shown")]
pub(super) struct Reservation {
    pub(super) units: Vec<u32>,
    pub(super) user: String,
    pub(super) description: String,
}

/// A way through cables.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(dead_code, reason = "read where results are shown")]
pub(super) struct PathPicture {
    pub(super) hops: Vec<Hop>,
    pub(super) complete: bool,
}

/// One thing on a path.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(dead_code, reason = "read where results are shown")]
pub(super) struct Hop {
    pub(super) ends: Vec<HopEnd>,
    /// Whether it is a cable or another link between the ends before and after it.
    pub(super) is_link: bool,
    /// Of a link: its status.
    pub(super) status: Option<String>,
}

/// An object of a hop.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(dead_code, reason = "read where results are shown")]
pub(super) struct HopEnd {
    pub(super) label: String,
    /// The device, circuit or panel that it belongs to.
    pub(super) parent: Option<String>,
    pub(super) target: Option<(&'static str, u64)>,
}

/// A prefix and what fills it.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(dead_code, reason = "read where results are shown")]
pub(super) struct PrefixMap {
    pub(super) prefix: String,
    pub(super) blocks: Vec<PrefixBlock>,
}

/// A part of a prefix.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(dead_code, reason = "read where results are shown")]
pub(super) struct PrefixBlock {
    pub(super) prefix: String,
    /// Whether nothing uses it.
    pub(super) free: bool,
    /// 0 to 100, where known.
    pub(super) percent: Option<f64>,
}

impl Entry {
    pub(super) fn text(value: impl Into<Value>) -> Self {
        Self { value: value.into(), target: None }
    }

    /// What an object is called, with its page.
    pub(super) fn object(object: &Value) -> Self {
        Self { value: json!(name(object)), target: target(object) }
    }
}

impl From<&str> for Entry {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Entry {
    fn from(text: String) -> Self {
        Self::text(text)
    }
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

    /// The outcome of the call.
    pub(super) async fn outcome(mut self, call: &Call<'_>) -> Outcome {
        let note = call.visibility_note().await;
        self.tell("note", note);
        let address = call.netbox.address();
        let cell = |entry: Entry| Cell {
            text: cell_text(&entry.value),
            link: entry.target.and_then(|(endpoint, id)| {
                let page = object_type::by_path(endpoint)?.page()?;
                Some(address.page(&format!("{page}{id}/"), &Query::new()).to_string())
            }),
        };
        let rows: Vec<Vec<Cell>> =
            self.rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect();
        let columns = self.columns.into_iter().map(str::to_owned).collect();
        output::shorten(&mut self.answer, output::LARGEST);
        Outcome {
            model_text: Value::Object(self.answer).to_string(),
            evidence: ToolOutcome {
                summary: self.summary,
                table: (!rows.is_empty()).then_some(Table { columns, rows }),
                ..ToolOutcome::default()
            },
        }
    }
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

/// Endpoint and id of an object, by its address in the API: whatever the host, which may be an internal one.
pub(super) fn target(object: &Value) -> Option<(&'static str, u64)> {
    let url = object.get("url")?.as_str()?;
    let path = url.rsplit_once("/api/")?.1;
    Some((object_type::by_path(path)?.endpoint, object.get("id")?.as_u64()?))
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
    fn an_object_is_known_by_its_address() {
        let object = json!({"id": 7, "url": "http://internal:8080/netbox/api/dcim/front-ports/7/", "display": "F7"});
        assert_eq!(target(&object), Some(("dcim/front-ports", 7)));
        assert_eq!(target(&json!({"id": 7})), None);
        assert_eq!(Entry::object(&object).value, json!("F7"));
    }
}
