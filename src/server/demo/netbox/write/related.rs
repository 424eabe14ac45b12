//! Which object a reference in a request means: by its number, or by what else is true of it.

use serde_json::{Map, Value as Json};

use super::super::filter;
use super::super::render::Scope;
use super::super::schema::{ColumnKind, TypeId, schema};
use super::super::store::{Object, Value};

/// The object of a type that a value means, or NetBox's sentence.
pub fn object(scope: &Scope, kind: TypeId, value: &Json) -> Result<Object, String> {
    let unrecognized = || {
        let written = python(value);
        let written = written.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(&written);
        format!(
            "Related objects must be referenced by numeric ID or by dictionary of attributes. Received an unrecognized \
             value: {written}"
        )
    };
    match value {
        Json::Object(attributes) => by_attributes(scope, kind, attributes),
        Json::Number(_) | Json::String(_) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let id: i64 = text.trim().parse().map_err(|_| unrecognized())?;
            let found = u32::try_from(id).ok().map(|id| Object { kind, id }).filter(|found| scope.store.exists(*found));
            found.ok_or_else(|| format!("Related object not found using the provided numeric ID: {id}"))
        }
        _ => Err(unrecognized()),
    }
}

fn by_attributes(scope: &Scope, kind: TypeId, attributes: &Map<String, Json>) -> Result<Object, String> {
    let mut wanted = Vec::new();
    flatten(attributes, "", &mut wanted);
    for (path, _) in &wanted {
        let first = path.split("__").next().unwrap_or_default();
        let about = schema().kind(kind);
        if !matches!(first, "id" | "pk") && about.column(first).is_none() && !about.reverse.contains_key(first) {
            let columns = about.columns.iter();
            let columns = columns.filter(|column| !matches!(column.kind, ColumnKind::Counter | ColumnKind::Generic));
            let ids = about.columns.iter().filter(|column| matches!(column.kind, ColumnKind::Ref(_)));
            let mut known: Vec<String> = columns
                .map(|column| column.name.to_owned())
                .chain(ids.map(|column| format!("{}_id", column.name)))
                .chain(about.reverse.keys().map(|name| (*name).to_owned()))
                .collect();
            known.sort_unstable();
            return Err(format!("Cannot resolve keyword '{first}' into field. Choices are: {}", known.join(", ")));
        }
    }
    let mut found = scope.store.ids(kind).map(|id| Object { kind, id }).filter(|object| {
        wanted.iter().all(|(path, value)| {
            let path: Vec<&str> = path.split("__").collect();
            let mut cells = Vec::new();
            filter::resolve(scope, *object, &path, &mut cells);
            cells.iter().any(|cell| same(scope, cell, value))
        })
    });
    let shown = || {
        let pairs: Vec<String> = wanted.iter().map(|(path, value)| format!("'{path}': {}", python(value))).collect();
        format!("{{{}}}", pairs.join(", "))
    };
    match (found.next(), found.next()) {
        (Some(found), None) => Ok(found),
        (Some(_), Some(_)) => Err(format!("Multiple objects match the provided attributes: {}", shown())),
        (None, _) => Err(format!("Related object not found using the provided attributes: {}", shown())),
    }
}

/// `{"manufacturer": {"name": "Cisco"}}` as paths of columns.
fn flatten<'a>(attributes: &'a Map<String, Json>, above: &str, found: &mut Vec<(String, &'a Json)>) {
    for (name, value) in attributes {
        match value {
            Json::Object(below) => flatten(below, &format!("{above}{name}__"), found),
            value => found.push((format!("{above}{name}"), value)),
        }
    }
}

fn same(scope: &Scope, cell: &Value, wanted: &Json) -> bool {
    let cell = scope.value(cell);
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    cell == *wanted || !cell.is_null() && !wanted.is_null() && text(&cell) == text(wanted)
}

/// A value as Python writes it in a sentence.
pub fn python(value: &Json) -> String {
    match value {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Number(number) => number.to_string(),
        Json::String(text) => format!("'{text}'"),
        Json::Array(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) => {
            let pairs: Vec<String> =
                fields.iter().map(|(name, value)| format!("'{name}': {}", python(value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}
