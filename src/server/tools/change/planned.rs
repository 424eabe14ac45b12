//! One change, planned: the object as it is, the fields that would be different, and the exact request.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::super::call::Call;
use super::super::filters::{refused, short};
use super::super::flatten::{flatten, text_of};
use super::super::shape::{self, Fields};
use super::check::{Checked, Writable};
use super::relation::{self, exactly, is_called};
use super::value::{is_same, sent, shown, visible};
use super::wanted::{Wanted, Which};
use crate::server::netbox::{Error, ObjectType, Query};
use crate::wire::change::{Action, FieldChange, PlannedChange};
use crate::wire::problem::Problem;

/// What tells of an object that is to be deleted, beside its name.
const TELLING: [&str; 10] =
    ["status", "site", "location", "rack", "device", "tenant", "role", "scope", "vrf", "description"];

/// Plans one change; none where nothing would be different.
pub(super) async fn of(
    call: &Call<'_>,
    wanted: &Wanted,
    writable: &Writable,
    reason: &str,
) -> Result<Option<PlannedChange>, Problem> {
    let checked = writable.check(wanted)?;
    let kind = wanted.kind;
    let Some(which) = &wanted.object else {
        let (fields, values) = fields(call, kind, &Value::Null, checked).await?;
        let object = named(&values).unwrap_or_else(|| format!("new {}", kind.singular));
        return Ok(Some(PlannedChange {
            action: Action::Create,
            kind: kind.singular.to_owned(),
            object,
            link: None,
            fields,
            method: "POST".to_owned(),
            path: format!("/api/{}", kind.list_path()),
            body: body(values, reason),
            state: None,
        }));
    };
    let id = id_of(call, kind, which).await?;
    let (object, state) = now(call, kind, id, &checked.values).await?;
    let name = object.as_object().and_then(text_of).map_or_else(|| format!("{} {id}", kind.singular), visible);
    if let Some(said) = &wanted.said
        && !is_called(&object, said)
    {
        return Err(refused(format!("The {} with id {id} is {name}, not {}", kind.singular, short(said)))
            .hint("give the id or the name of the one that is meant, not both"));
    }
    let link = object.get("url").and_then(Value::as_str).and_then(|url| call.netbox.address().page_of(url));
    let path = format!("/api/{}", kind.object_path(id));
    let planned = |fields, method: &str, body| PlannedChange {
        action: wanted.action,
        kind: kind.singular.to_owned(),
        object: name.clone(),
        link: link.clone(),
        fields,
        method: method.to_owned(),
        path: path.clone(),
        body,
        state: Some(state.clone()),
    };
    if wanted.action == Action::Delete {
        return Ok(Some(planned(telling(&object), "DELETE", body(Map::new(), reason))));
    }
    let (fields, values) = fields(call, kind, &object, checked).await?;
    if fields.is_empty() {
        return Ok(None);
    }
    Ok(Some(planned(fields, "PATCH", body(values, reason))))
}

async fn id_of(call: &Call<'_>, kind: &'static ObjectType, which: &Which) -> Result<u64, Problem> {
    let name = match which {
        Which::Id(id) => return Ok(*id),
        Which::Name(name) => name,
    };
    let object = exactly(call, kind, name).await?;
    object.get("id").and_then(Value::as_u64).ok_or_else(|| refused(format!("{} has no id", short(name))))
}

/// The object as it is at this moment, with its state: its `ETag`, or before NetBox 4.6 when it was last changed.
async fn now(
    call: &Call<'_>,
    kind: &'static ObjectType,
    id: u64,
    values: &Map<String, Value>,
) -> Result<(Value, String), Problem> {
    // What is large is left out, but for what is to be replaced.
    let large = call.schema.endpoint(kind.endpoint).map(shape::large_fields).unwrap_or_default();
    let omitted: Vec<&str> = large.split(',').filter(|name| !name.is_empty() && !values.contains_key(*name)).collect();
    let mut query = Query::new();
    if !omitted.is_empty() {
        query.add("omit", omitted.join(","));
    }
    let exchange = call.netbox.get_now(call.asking.credentials, &kind.object_path(id), &query).await;
    call.record(exchange.requests);
    let answer = exchange.answer.map_err(|error| match error {
        Error::NoSuchObject { .. } => {
            refused(format!("There is no {} with id {id}, or this token may not see it", kind.singular))
                .hint("look it up by its name first")
        }
        error => error.problem(),
    })?;
    let changed = answer.body.get("last_updated").and_then(Value::as_str).unwrap_or_default().to_owned();
    let state = answer.etag.unwrap_or(changed);
    if state.is_empty() {
        return Err(refused(format!("NetBox does not tell when {} are changed", kind.plural))
            .hint("what somebody else changes meanwhile would not be noticed: tell the person to do it in NetBox"));
    }
    Ok((answer.body, state))
}

/// The fields that would be different, each custom field by itself, and the values of just these.
async fn fields(
    call: &Call<'_>,
    kind: &'static ObjectType,
    object: &Value,
    checked: Checked,
) -> Result<(Vec<FieldChange>, Map<String, Value>), Problem> {
    let Checked { values, relations } = checked;
    // What is to be made has nothing yet, so everything of it is shown, also what is empty.
    let is_new = object.is_null();
    let (mut fields, mut kept) = (Vec::new(), Map::new());
    for (name, value) in &values {
        if let ("custom_fields", Value::Object(custom)) = (name.as_str(), value) {
            let mut different = Map::new();
            for (custom, value) in custom {
                let before = object.get("custom_fields").and_then(|all| all.get(custom)).unwrap_or(&Value::Null);
                if is_new || !is_same(before, value) {
                    fields.push(FieldChange {
                        field: format!("cf_{custom}"),
                        before: shown(before),
                        after: sent(value),
                    });
                    different.insert(custom.clone(), value.clone());
                }
            }
            if !different.is_empty() {
                kept.insert(name.clone(), Value::Object(different));
            }
            continue;
        }
        let before = object.get(name).unwrap_or(&Value::Null);
        let (value, after) = written(call, kind, name, before, value, &relations, object, &values).await?;
        if is_new || !is_same(before, &value) {
            fields.push(FieldChange { field: name.clone(), before: before_text(name, before, object), after });
            kept.insert(name.clone(), value);
        }
    }
    Ok((fields, kept))
}

/// A value as it is sent, and as it is shown.
#[allow(clippy::too_many_arguments, reason = "everything that a value's meaning depends on")]
async fn written(
    call: &Call<'_>,
    kind: &'static ObjectType,
    name: &str,
    before: &Value,
    value: &Value,
    relations: &BTreeSet<String>,
    object: &Value,
    values: &Map<String, Value>,
) -> Result<(Value, String), Problem> {
    if relations.contains(name) {
        let related = relation::resolve(call, kind, name, before, value).await?;
        return Ok((related.value, related.shown));
    }
    // An id whose type stands beside it, in what is written or in what is there.
    if let Some(prefix) = name.strip_suffix("_id") {
        let beside = format!("{prefix}_type");
        if let Some(object_type) = values.get(&beside).or_else(|| object.get(&beside))
            && let Some(text) = relation::generic(call, object_type, value).await?
        {
            return Ok((value.clone(), text));
        }
    }
    Ok((value.clone(), sent(value)))
}

/// What is there now: behind an id with a type beside it, the object that NetBox gives with them.
fn before_text(name: &str, before: &Value, object: &Value) -> String {
    let behind = name.strip_suffix("_id").and_then(|prefix| object.get(prefix)).filter(|behind| behind.is_object());
    shown(behind.unwrap_or(before))
}

/// What a new object will be called.
fn named(values: &Map<String, Value>) -> Option<String> {
    ["name", "prefix", "address", "cid", "model", "vid", "asn", "label", "title"]
        .iter()
        .find_map(|name| values.get(*name).map(sent).filter(|text| !text.is_empty()))
}

/// What tells of an object that is to be deleted, with how much belongs to it.
fn telling(object: &Value) -> Vec<FieldChange> {
    let flat = flatten(object, &Fields::default());
    let counts = flat.iter().filter(|(name, value)| name.ends_with("_count") && value.as_u64().unwrap_or_default() > 0);
    let named = TELLING.iter().filter_map(|name| flat.get_key_value(*name));
    let id = object.as_object().and_then(|object| object.get_key_value("id"));
    let field = |(name, value): (&String, &Value)| FieldChange {
        field: name.clone(),
        before: shown(value),
        after: String::new(),
    };
    id.into_iter().chain(named).chain(counts).map(field).collect()
}

/// The request's body: the values, and the reason for NetBox's change log (since 4.4).
fn body(values: Map<String, Value>, reason: &str) -> Value {
    let mut body = values;
    body.insert("changelog_message".to_owned(), json!(reason));
    Value::Object(body)
}
