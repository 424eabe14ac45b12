//! Rows of one shape: what tools compute with, what a person's table shows, and what the model reads a part of.

use serde_json::{Map, Value};

use super::flatten::{cell, cell_text, flatten, text_of};
use super::shape::Fields;
use crate::server::netbox::{Address, ObjectType, Query, object_type};

/// A table. Every row has as many cells as there are columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    /// The object that the row is about, where it is about one.
    pub(super) object: Option<Object>,
    pub(super) cells: Vec<Cell>,
}

/// One value, and the object that it names.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cell {
    pub(super) value: Value,
    pub(super) object: Option<Object>,
}

/// An object of NetBox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Object {
    /// The path of its type's list below `/api/`: `dcim/devices`.
    pub(super) endpoint: &'static str,
    pub(super) id: u64,
}

/// Columns that make a row recognisable.
pub(super) const NAMING: [&str; 6] = ["name", "display", "prefix", "address", "cid", "model"];

impl Object {
    /// The object that an address of NetBox's API is of. Only the path is read: the host may be an inner name.
    pub(super) fn of_url(url: &str) -> Option<Self> {
        let path = url.split_once("/api/")?.1;
        let mut parts = path.trim_end_matches('/').rsplitn(2, '/');
        let id = parts.next()?.parse().ok()?;
        let kind = object_type::by_path(parts.next()?)?;
        Some(Self { endpoint: kind.endpoint, id })
    }

    /// The object that a nested or whole object of NetBox's API is.
    pub(super) fn of(value: &Value) -> Option<Self> {
        Self::of_url(value.get("url")?.as_str()?)
    }

    /// Its page in NetBox's own interface, where its type has one.
    pub(super) fn link(self, address: &Address) -> Option<String> {
        let page = object_type::by_path(self.endpoint)?.page()?;
        Some(address.page(&format!("{page}{}/", self.id), &Query::new()).to_string())
    }
}

impl Cell {
    /// A value that names no object.
    pub(super) fn plain(value: impl Into<Value>) -> Self {
        Self { value: value.into(), object: None }
    }

    /// As a person reads it.
    pub(super) fn text(&self) -> String {
        cell_text(&self.value)
    }

    /// Whether there is no value.
    pub(super) fn is_empty(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        }
    }
}

impl Frame {
    /// An empty table with these columns.
    pub(super) fn new(columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// Adds a row that is about no single object.
    pub(super) fn push(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row { object: None, cells });
    }

    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// Objects as NetBox's API lists them, flattened. With fields asked for, exactly these are the columns, after the
    /// id and what names a row; without, all that any row has a value for. A column of a related object's field
    /// (`site.region`) holds the related object until it is looked up.
    pub(super) fn of_objects<'a>(
        kind: &'static ObjectType,
        objects: impl IntoIterator<Item = &'a Value>,
        fields: &Fields,
    ) -> Self {
        let mut frame = Self::default();
        let flat: Vec<(&Value, Map<String, Value>)> =
            objects.into_iter().map(|object| (object, flatten(object, fields))).collect();
        frame.columns = if fields.is_empty() { present(&flat) } else { asked(fields, &flat) };
        for (object, mut row) in flat {
            let cells = frame.columns.iter().map(|column| match column.split_once('.') {
                Some((first, _)) => field_of(object, first),
                None => Cell {
                    value: row.shift_remove(column).unwrap_or_default(),
                    object: nested(object, column).and_then(Object::of),
                },
            });
            let cells = cells.collect();
            let id = object.get("id").and_then(Value::as_u64);
            frame.rows.push(Row { object: id.map(|id| Object { endpoint: kind.endpoint, id }), cells });
        }
        frame
    }

    /// With these columns only, in this order. Unknown names become empty columns.
    pub(super) fn select(&self, names: &[String]) -> Self {
        let places: Vec<Option<usize>> = names.iter().map(|name| self.column(name)).collect();
        let rows = self.rows.iter().map(|row| Row {
            object: row.object,
            cells: places
                .iter()
                .map(|place| place.and_then(|place| row.cells.get(place)).cloned().unwrap_or_default())
                .collect(),
        });
        Self { columns: names.to_vec(), rows: rows.collect() }
    }
}

/// All columns that any row has, without the ids of related objects: names are taken wherever ids are.
fn present(flat: &[(&Value, Map<String, Value>)]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for (object, row) in flat {
        for name in row.keys() {
            let companion = name.strip_suffix("_id").is_some_and(|stem| is_related(object, stem, row));
            if !companion && !columns.contains(name) {
                columns.push(name.clone());
            }
        }
    }
    columns
}

/// Whether `stem` names a related object of which `stem_id` is only the id.
fn is_related(object: &Value, stem: &str, row: &Map<String, Value>) -> bool {
    object.get(stem).is_some_and(Value::is_object)
        || stem.strip_suffix("_device").or_else(|| stem.strip_suffix("_virtual_machine")).is_some_and(|stem| {
            object.get(stem).is_some_and(Value::is_object) && row.contains_key(&format!("{stem}_id"))
        })
}

fn asked(fields: &Fields, flat: &[(&Value, Map<String, Value>)]) -> Vec<String> {
    let mut columns: Vec<String> = vec!["id".to_owned()];
    let mut add = |name: &str| {
        if !columns.iter().any(|have| have == name) {
            columns.push(name.to_owned());
        }
    };
    let has = |name: &str| flat.iter().any(|(_, row)| row.contains_key(name));
    if !fields.names().any(|name| NAMING.contains(&name)) && has("display") {
        add("display");
    }
    for field in fields.asked() {
        match field {
            "url" | "display_url" => {}
            "custom_fields" => {
                for name in flat.iter().flat_map(|(_, row)| row.keys()).filter(|name| name.starts_with("cf_")) {
                    add(name);
                }
            }
            field if field.contains('.') => add(field),
            field => {
                // `display` of what has a name is that name.
                if field != "display" || has("display") || !has("name") {
                    add(field);
                } else {
                    add("name");
                }
                for parent in ["_device", "_virtual_machine"] {
                    let parent = format!("{field}{parent}");
                    if has(&parent) {
                        add(&parent);
                    }
                }
            }
        }
    }
    columns
}

/// What an object has in a field, also in a custom one.
pub(super) fn nested<'a>(object: &'a Value, field: &str) -> Option<&'a Value> {
    match field.strip_prefix("cf_") {
        Some(custom) => object.get("custom_fields")?.get(custom),
        None => object.get(field),
    }
}

/// A field of an object as NetBox sent it; `site_id`, as results spell it, is the id of its site.
pub(super) fn field_of(object: &Value, field: &str) -> Cell {
    if let Some(value) = nested(object, field) {
        return cell(value);
    }
    let id = field.strip_suffix("_id").and_then(|stem| object.get(stem)?.get("id")).cloned();
    Cell { value: id.unwrap_or_default(), object: None }
}

/// How an object of NetBox's API is called, for a cell.
pub(super) fn name_cell(value: &Value) -> Cell {
    let name = value.as_object().and_then(text_of);
    Cell { value: name.map_or(Value::Null, |name| Value::String(name.to_owned())), object: Object::of(value) }
}
