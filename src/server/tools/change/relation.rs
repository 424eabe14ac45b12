//! Related objects in what is to be written: found before anybody is asked, so that the plan names them and the request has
//! their ids.

use serde_json::{Value, json};

use super::super::call::Call;
use super::super::filters::{refused, short};
use super::super::names;
use super::value::{by_id, plain, sent, shown, visible, word};
use crate::server::netbox::{Error, ObjectType, Query};
use crate::wire::problem::Problem;

/// Fields that NetBox cannot be filtered by under a name from which their type could be told.
const KNOWN: [(&str, &str); 10] = [
    ("tags", "extras.tag"),
    ("primary_ip4", "ipam.ipaddress"),
    ("primary_ip6", "ipam.ipaddress"),
    ("oob_ip", "ipam.ipaddress"),
    ("nat_inside", "ipam.ipaddress"),
    ("untagged_vlan", "ipam.vlan"),
    ("tagged_vlans", "ipam.vlan"),
    ("qinq_svlan", "ipam.vlan"),
    ("asns", "ipam.asn"),
    ("ipaddresses", "ipam.ipaddress"),
];

/// A value with what a person reads of it.
pub(super) struct Related {
    pub(super) value: Value,
    pub(super) shown: String,
}

/// The related objects of a field, one or a list. `before` is what NetBox has now.
pub(super) async fn resolve(
    call: &Call<'_>,
    kind: &'static ObjectType,
    field: &str,
    before: &Value,
    wanted: &Value,
) -> Result<Related, Problem> {
    let target = target(call, kind, field, before);
    match wanted {
        Value::Array(items) => {
            let mut related = Vec::with_capacity(items.len());
            for item in items {
                related.push(one(call, field, target, item).await?);
            }
            Ok(Related {
                value: related.iter().map(|one| one.value.clone()).collect(),
                shown: related.into_iter().map(|one| one.shown).collect::<Vec<_>>().join(", "),
            })
        }
        one_alone => one(call, field, target, one_alone).await,
    }
}

/// The object behind an id whose type stands beside it: `assigned_object_id` with `assigned_object_type`.
pub(super) async fn generic(call: &Call<'_>, object_type: &Value, id: &Value) -> Result<Option<String>, Problem> {
    let (Some(name), Some(id)) = (object_type.as_str(), id.as_u64()) else { return Ok(None) };
    let Some(target) = call.schema.type_named(name) else { return Ok(None) };
    named(call, target, id).await.map(Some)
}

/// Which type a field refers to: that of what is there now, or as NetBox's filters and the table above say.
fn target(call: &Call<'_>, kind: &'static ObjectType, field: &str, before: &Value) -> Option<&'static ObjectType> {
    let there = before.as_array().and_then(|items| items.first()).unwrap_or(before);
    let now = there.get("url").and_then(Value::as_str).and_then(|url| {
        let path = url.split("/api/").nth(1)?;
        call.schema.types().iter().copied().find(|kind| path.starts_with(&kind.list_path()))
    });
    let filtered = || {
        let filters = &call.schema.endpoint(kind.endpoint)?.filters;
        let singular = field.strip_suffix('s').unwrap_or(field);
        let names = [format!("{field}_id"), field.to_owned(), format!("{singular}_id"), singular.to_owned()];
        let reference = names.iter().find_map(|name| filters.get(name.as_str())?.reference)?;
        call.schema.type_named(reference.object_type)
    };
    let known = || {
        let (_, name) = KNOWN.iter().find(|(name, _)| *name == field)?;
        call.schema.type_named(name)
    };
    now.or_else(known).or_else(filtered)
}

async fn one(
    call: &Call<'_>,
    field: &str,
    target: Option<&'static ObjectType>,
    wanted: &Value,
) -> Result<Related, Problem> {
    let wanted = plain(wanted);
    // A cable's end, with its own type.
    if let Some(name) = generic_end(call, &wanted).await? {
        return Ok(Related { value: wanted, shown: name });
    }
    let Some(target) = target else {
        let text = if wanted.is_number() { by_id(&wanted) } else { sent(&wanted) };
        return Ok(Related { value: wanted, shown: text });
    };
    if let Some(id) = wanted.as_u64() {
        let name = named(call, target, id)
            .await
            .map_err(|problem| Problem { message: format!("{} for {field}", problem.message), ..problem })?;
        return Ok(Related { value: wanted, shown: name });
    }
    let Value::String(text) = &wanted else { return Ok(Related { shown: shown(&wanted), value: wanted }) };
    let object = exactly(call, target, text.trim()).await?;
    let id = object.get("id").cloned().unwrap_or_default();
    let name = match id.as_u64() {
        Some(id) => named(call, target, id).await?,
        None => visible(text),
    };
    Ok(Related { value: id, shown: name })
}

async fn generic_end(call: &Call<'_>, wanted: &Value) -> Result<Option<String>, Problem> {
    match (wanted.get("object_type"), wanted.get("object_id")) {
        (Some(object_type), Some(id)) => generic(call, object_type, id).await,
        _ => Ok(None),
    }
}

/// What NetBox calls the object.
async fn named(call: &Call<'_>, target: &'static ObjectType, id: u64) -> Result<String, Problem> {
    let answer = call.get(&target.object_path(id), &Query::new().with("brief", "true")).await;
    match answer {
        Ok(answer) => Ok(shown(&answer.body)),
        Err(Error::NoSuchObject { .. }) => {
            Err(refused(format!("There is no {} with id {id}", target.singular)).hint("look it up by its name"))
        }
        Err(error) => Err(error.problem()),
    }
}

/// The one object that is called exactly so: what only resembles it is never changed, and nothing is tied to it.
pub(super) async fn exactly(call: &Call<'_>, target: &'static ObjectType, text: &str) -> Result<Value, Problem> {
    let object = names::one(call, target, "id", text).await?;
    if is_called(&object, text) {
        return Ok(object);
    }
    Err(refused(format!("There is no {} called exactly {}", target.singular, short(text)))
        .hint(format!("{} resembles it: give the id of the one that is meant", short(&shown(&object)))))
}

/// Whether one of the object's own values is this text.
pub(super) fn is_called(object: &Value, text: &str) -> bool {
    let same = |value: &Value| word(value).is_some_and(|word| word.to_lowercase() == text.to_lowercase());
    let slug: String = text.trim().to_lowercase().replace([' ', '_'], "-");
    object.as_object().is_some_and(|fields| fields.values().any(same)) || object.get("slug") == Some(&json!(slug))
}
