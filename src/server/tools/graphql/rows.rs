//! Rows of GraphQL as flat ones: a related object becomes its name, several of its fields become columns of their own.

use serde_json::{Map, Value, json};

use super::page::id_of;
use crate::server::netbox::{ObjectType, Schema};
use crate::server::tools::frame::{Cell, Frame, Object, Row};

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

/// Rows as a table; each is about its object, so that the person's table links to it.
pub(super) fn frame(kind: Option<&'static ObjectType>, rows: &[Value], with_id: bool) -> Frame {
    let flat: Vec<_> = rows.iter().map(|row| flatten(row, with_id)).collect();
    let mut frame = Frame::default();
    let mut known = std::collections::HashSet::new();
    for name in flat.iter().flat_map(Map::keys) {
        if known.insert(name) {
            frame.columns.push(name.clone());
        }
    }
    for (row, mut flat) in rows.iter().zip(flat.clone()) {
        let object = kind.zip(row.get("id").and_then(id_of)).map(|(kind, id)| Object { endpoint: kind.endpoint, id });
        let cells = frame.columns.iter().map(|name| Cell::plain(flat.shift_remove(name).unwrap_or_default())).collect();
        frame.rows.push(Row { object, cells });
    }
    frame
}

/// One list of several: as many rows as fit, and how many there are.
pub(super) fn compact(rows: &[Value], with_id: bool, room: usize) -> Value {
    let frame = frame(None, rows, with_id);
    let mut used = 0;
    let mut shown = Vec::new();
    for row in &frame.rows {
        let cells: Value = row.cells.iter().map(|cell| cell.value.clone()).collect();
        used += cells.to_string().len() + 1;
        if used > room {
            break;
        }
        shown.push(cells);
    }
    json!({"total": rows.len(), "truncated": shown.len() < rows.len(), "columns": frame.columns, "rows": shown})
}
