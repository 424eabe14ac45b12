//! Rows of GraphQL as flat ones: a related object becomes its name, several of its fields become columns of their own.

use serde_json::{Map, Value};

use super::page::id_of;
use crate::server::netbox::{Address, ObjectType, Query, Schema};
use crate::server::tools::flatten::cell_text;
use crate::wire::tool::{Cell, Table};

const MOST_ROWS: usize = 20;
const MOST_COLUMNS: usize = 8;
const LONGEST_CELL: usize = 200;

/// The object type of `DeviceType` or `DeviceFilter`.
pub(super) fn object_type(schema: &Schema, name: &str) -> Option<&'static ObjectType> {
    let stem = name.strip_suffix("Type").or_else(|| name.strip_suffix("Filter"))?.to_lowercase();
    let same = |kind: &&&'static ObjectType| kind.model() == stem;
    schema.types().iter().find(same).copied()
}

/// One row, flat; without its id where nobody asked for it.
pub(super) fn flatten(row: &Value, with_id: bool) -> Map<String, Value> {
    let mut flat = Map::new();
    if let Value::Object(fields) = row {
        for (name, value) in fields.iter().filter(|(name, _)| with_id || *name != "id") {
            add(&mut flat, name, value);
        }
    }
    flat
}

/// A value that stands alone.
pub(super) fn flatten_value(value: &Value) -> Value {
    Value::Object(flatten(value, true))
}

fn add(flat: &mut Map<String, Value>, name: &str, value: &Value) {
    match value {
        Value::Object(fields) if fields.is_empty() => {}
        Value::Object(fields) => match fields.len() {
            1 => fields.values().for_each(|value| add(flat, name, value)),
            _ => fields.iter().for_each(|(part, value)| add(flat, &format!("{name}.{part}"), value)),
        },
        Value::Array(values) => {
            flat.insert(name.to_owned(), Value::Array(values.iter().map(entry).collect()));
        }
        other => {
            flat.insert(name.to_owned(), other.clone());
        }
    }
}

/// An entry of a list: of an object with one field that field, otherwise the object.
fn entry(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.len() == 1 => fields.values().next().map(entry).unwrap_or_default(),
        Value::Object(fields) => {
            let mut flat = Map::new();
            fields.iter().for_each(|(name, value)| add(&mut flat, name, value));
            Value::Object(flat)
        }
        other => other.clone(),
    }
}

/// The first rows for the person, each with a link to its object.
pub(super) fn table(address: &Address, kind: Option<&ObjectType>, rows: &[Value]) -> Option<Table> {
    let shown: Vec<_> = rows.iter().take(MOST_ROWS).map(|row| (row, flatten(row, false))).collect();
    let mut columns: Vec<String> = Vec::new();
    for name in shown.iter().flat_map(|(_, row)| row.keys()) {
        if columns.len() < MOST_COLUMNS && !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    if columns.is_empty() {
        return None;
    }
    let page = kind.and_then(ObjectType::page);
    let rows = shown.iter().map(|(row, flat)| {
        let id = row.get("id").and_then(id_of);
        let link =
            page.as_ref().zip(id).map(|(page, id)| address.page(&format!("{page}{id}/"), &Query::new()).to_string());
        let cell = |(index, column): (usize, &String)| Cell {
            text: cell_text(flat.get(column).unwrap_or(&Value::Null)).chars().take(LONGEST_CELL).collect(),
            link: link.clone().filter(|_| index == 0),
        };
        columns.iter().enumerate().map(cell).collect()
    });
    Some(Table { rows: rows.collect(), columns })
}
