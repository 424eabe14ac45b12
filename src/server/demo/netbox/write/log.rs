//! What a write leaves behind: its entry in the change log, and what NetBox keeps in step with it.

use serde_json::{Map, Value as Json};

use super::super::accounts;
use super::super::render::Scope;
use super::super::schema::{ColumnKind, TypeId, schema};
use super::super::store::{Object, Store, Value};
use super::Writing;

/// A row as the change log keeps it: plain values, related objects by id.
pub fn snapshot(scope: &Scope, object: Object) -> Json {
    let mut found = Map::new();
    for column in &schema().kind(object.kind).columns {
        let Some(name) = column.logged_as() else { continue };
        let value = match scope.store.get(object, column.name) {
            Value::Decimal(millionths) => decimal(millionths, column.argument.parse().unwrap_or_default()),
            Value::Refs(tags) if column.name == "tags" => {
                let mut names: Vec<&str> = tags.iter().map(|tag| scope.store.text(*tag, "name")).collect();
                names.sort_unstable();
                names.into_iter().collect()
            }
            Value::Null if matches!(column.kind, ColumnKind::Refs(_)) => Json::Array(Vec::new()),
            Value::Type(kind) => Json::from(kind),
            value => scope.value(&value),
        };
        found.insert(name.to_owned(), value);
    }
    Json::Object(found)
}

/// A decimal number with so many digits behind the point, as text.
fn decimal(millionths: i64, digits: usize) -> Json {
    #[allow(clippy::cast_precision_loss, reason = "decimal columns hold a few digits")]
    let number = millionths as f64 / 1_000_000.0;
    Json::from(format!("{number:.digits$}"))
}

/// An entry of the change log: what an object was and is. Nothing is written where nothing is different.
pub fn record(writing: &Writing, store: &mut Store, action: &str, object: Object, shown: &str, data: (Json, Json)) {
    let (before, after) = data;
    if action == "update" && before == after {
        return;
    }
    let entry = store.add(schema().id("core.objectchange"));
    let user = accounts::user(writing.asker.account.name);
    let texts = [
        ("user_name", writing.asker.account.name),
        ("request_id", writing.request),
        ("action", action),
        ("object_repr", shown),
        ("message", &writing.message),
    ];
    for (column, text) in texts {
        let text = store.intern(text);
        store.set(entry, column, Value::Text(text));
    }
    store.set(entry, "time", Value::At(writing.present));
    store.set(entry, "user", Value::Ref(user));
    store.set(entry, "changed_object", Value::Ref(object));
    for (column, data) in [("prechange_data", before), ("postchange_data", after)] {
        if !data.is_null() {
            let data = store.intern(&data.to_string());
            store.set(entry, column, Value::Json(data));
        }
    }
}

/// One row for each tag on an object, as NetBox's table of tagged objects has it.
pub fn tag(store: &mut Store, object: Object) {
    let kind = schema().id("extras.taggeditem");
    let wanted = match store.get(object, "tags") {
        Value::Refs(tags) => *tags,
        _ => Vec::new(),
    };
    let rows: Vec<Object> =
        store.pointing(kind, "content_object", object).iter().map(|(_, id)| Object { kind, id: *id }).collect();
    let had: Vec<Object> = rows.iter().filter_map(|row| store.reference(*row, "tag")).collect();
    for (row, tag) in rows.iter().zip(&had) {
        if !wanted.contains(tag) {
            store.remove(*row);
        }
    }
    for tag in wanted.into_iter().filter(|tag| !had.contains(tag)) {
        let row = store.add(kind);
        store.set(row, "content_object", Value::Ref(object));
        store.set(row, "tag", Value::Ref(tag));
    }
}

/// How prefixes lie in each other: NetBox counts anew when one comes, goes or changes.
pub fn nest(store: &mut Store, kind: TypeId) {
    if schema().kind(kind).name != "ipam.prefix" {
        return;
    }
    let all: Vec<_> = store
        .ids(kind)
        .map(|id| Object { kind, id })
        .filter_map(|object| match store.get(object, "prefix") {
            Value::Network(network) => Some((object, *network, store.reference(object, "vrf"))),
            _ => None,
        })
        .collect();
    for (object, network, vrf) in &all {
        let others = || all.iter().filter(|(other, with, of)| other != object && of == vrf && with != network);
        let around = others().filter(|(_, other, _)| other.contains(*network)).count();
        let inside = others().filter(|(_, other, _)| network.contains(*other)).count();
        for (column, count) in [("_depth", around), ("_children", inside)] {
            let count = Value::Int(i64::try_from(count).unwrap_or_default());
            if store.get(*object, column) != count {
                store.set(*object, column, count);
            }
        }
    }
}
