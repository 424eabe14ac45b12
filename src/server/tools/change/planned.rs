//! One change, planned: the object as it is, the fields that would be different, and the exact request.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::call::Call;
use super::super::data::one_line;
use super::super::filters::refused;
use super::super::flatten::{cell, cell_text, flatten, text_of};
use super::super::names;
use super::super::shape::{self, Fields};
use super::check::Writable;
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
    let values = writable.check(wanted)?;
    let kind = wanted.kind;
    let Some(which) = &wanted.object else {
        let fields = fields(call, kind, &Value::Null, &values).await?;
        let object = named(&values).unwrap_or_else(|| format!("new {}", kind.singular));
        let path = kind.list_path();
        return Ok(Some(PlannedChange {
            action: Action::Create,
            kind: kind.singular.to_owned(),
            object: one_line(&object),
            link: None,
            fields,
            method: "POST".to_owned(),
            path: format!("/api/{path}"),
            body: body(values, reason),
            state: None,
        }));
    };
    let id = match which {
        Which::Id(id) => *id,
        Which::Name(name) => {
            let object = names::one(call, kind, "id", name).await?;
            object.get("id").and_then(Value::as_u64).ok_or_else(|| refused(format!("{name} has no id")))?
        }
    };
    let (object, state) = now(call, kind, id).await?;
    let name = object.as_object().and_then(text_of).map_or_else(|| format!("{} {id}", kind.singular), one_line);
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
    let fields = fields(call, kind, &object, &values).await?;
    let different: Vec<FieldChange> = fields.into_iter().filter(|field| field.before != field.after).collect();
    if different.is_empty() {
        return Ok(None);
    }
    let values = only(values, &different);
    Ok(Some(planned(different, "PATCH", body(values, reason))))
}

/// The object as it is at this moment, with its state: its `ETag`, or before NetBox 4.6 when it was last changed.
async fn now(call: &Call<'_>, kind: &'static ObjectType, id: u64) -> Result<(Value, String), Problem> {
    let mut query = Query::new();
    let large = call.schema.endpoint(kind.endpoint).map(shape::large_fields).unwrap_or_default();
    if !large.is_empty() {
        query.add("omit", large);
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
    Ok((answer.body, answer.etag.unwrap_or(changed)))
}

/// The values before and after, as text; each custom field by itself.
async fn fields(
    call: &Call<'_>,
    kind: &'static ObjectType,
    object: &Value,
    values: &Map<String, Value>,
) -> Result<Vec<FieldChange>, Problem> {
    let mut fields = Vec::new();
    let mut known = BTreeMap::new();
    for (name, value) in values {
        if let ("custom_fields", Value::Object(custom)) = (name.as_str(), value) {
            let before = |name: &str| object.get("custom_fields").and_then(|all| all.get(name)).map(text);
            fields.extend(custom.iter().map(|(name, value)| FieldChange {
                field: format!("cf_{name}"),
                before: before(name).unwrap_or_default(),
                after: text(value),
            }));
            continue;
        }
        let before = object.get(name).unwrap_or(&Value::Null);
        let after = match value.as_u64() {
            Some(id) => related(call, kind, name, before, id, &mut known).await?,
            None => None,
        };
        fields.push(FieldChange {
            field: name.clone(),
            before: text(before),
            after: after.unwrap_or_else(|| text(value)),
        });
    }
    Ok(fields)
}

/// The name of the object that a field is to refer to by its id; none for a field that is a number itself.
async fn related(
    call: &Call<'_>,
    kind: &'static ObjectType,
    field: &str,
    before: &Value,
    id: u64,
    known: &mut BTreeMap<(&'static str, u64), String>,
) -> Result<Option<String>, Problem> {
    if before.is_number() {
        return Ok(None);
    }
    // Whatever is there now tells the type; else the filter of that name does (`tenant_id`).
    let now = before.get("url").and_then(Value::as_str).and_then(|url| {
        let path = url.split("/api/").nth(1)?;
        call.schema.types().iter().copied().find(|kind| path.starts_with(&kind.list_path()))
    });
    let filtered = || {
        let filters = &call.schema.endpoint(kind.endpoint)?.filters;
        let by_id = format!("{field}_id");
        let reference = [by_id.as_str(), field].iter().find_map(|name| filters.get(*name)?.reference)?;
        call.schema.type_named(reference.object_type)
    };
    let Some(target) = now.or_else(filtered) else { return Ok(None) };
    if let Some(name) = known.get(&(target.endpoint, id)) {
        return Ok(Some(name.clone()));
    }
    let answer = call.get(&target.object_path(id), &Query::new().with("brief", "true")).await;
    let answer = answer.map_err(|error| match error {
        Error::NoSuchObject { .. } => {
            refused(format!("There is no {} with id {id} for {field}", target.singular)).hint("look it up by its name")
        }
        error => error.problem(),
    })?;
    let name = answer.body.as_object().and_then(text_of).map_or_else(|| id.to_string(), one_line);
    known.insert((target.endpoint, id), name.clone());
    Ok(Some(name))
}

/// A value as text: a choice as its value, a related object as its name, or as what it is looked up by.
fn text(value: &Value) -> String {
    let by_attributes =
        |attributes: &Map<String, Value>| attributes.values().map(cell_text).collect::<Vec<_>>().join(" ");
    let name = |value: &Value| match value {
        Value::Object(attributes) if !attributes.contains_key("id") && !attributes.contains_key("value") => {
            by_attributes(attributes)
        }
        other => cell_text(&cell(other).value),
    };
    one_line(&match value {
        Value::Array(items) => items.iter().map(name).collect::<Vec<_>>().join(", "),
        value => name(value),
    })
}

/// What a new object will be called.
fn named(values: &Map<String, Value>) -> Option<String> {
    ["name", "prefix", "address", "cid", "model", "vid", "asn", "label", "title"]
        .iter()
        .find_map(|name| values.get(*name).map(text).filter(|text| !text.is_empty()))
}

/// What goes with an object that is to be deleted.
fn telling(object: &Value) -> Vec<FieldChange> {
    let flat = flatten(object, &Fields::default());
    let counts = flat.iter().filter(|(name, value)| name.ends_with("_count") && value.as_u64().unwrap_or_default() > 0);
    let named = TELLING.iter().filter_map(|name| flat.get_key_value(*name));
    let field = |(name, value): (&String, &Value)| FieldChange {
        field: name.clone(),
        before: one_line(&cell_text(value)),
        after: String::new(),
    };
    named.chain(counts).map(field).collect()
}

/// The values of these fields.
fn only(values: Map<String, Value>, fields: &[FieldChange]) -> Map<String, Value> {
    let is_in = |name: &str| fields.iter().any(|field| field.field == name);
    let kept = |(name, value): (String, Value)| match (name.as_str(), value) {
        ("custom_fields", Value::Object(custom)) => {
            let custom: Map<String, Value> =
                custom.into_iter().filter(|(name, _)| is_in(&format!("cf_{name}"))).collect();
            (!custom.is_empty()).then(|| (name, Value::Object(custom)))
        }
        (_, value) => is_in(&name).then_some((name, value)),
    };
    values.into_iter().filter_map(kept).collect()
}

/// The request's body: the values, and the reason for NetBox's change log (since 4.4).
fn body(values: Map<String, Value>, reason: &str) -> Value {
    let mut body = values;
    body.insert("changelog_message".to_owned(), json!(reason));
    Value::Object(body)
}
