//! Names where NetBox wants a slug or an id: looked up, and used when exactly one object is meant.

use serde_json::Value;

use super::call::Call;
use super::filters::{Checked, Filters, endpoint_of, refused, short};
use crate::server::netbox::catalogue::{Endpoint, nearest};
use crate::server::netbox::{Error, ObjectType, Query, object_type};
use crate::wire::problem::Problem;

/// How sure a value must be before NetBox is asked with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Before the call: only values that cannot be what NetBox wants (`Cleveland 01` for a slug).
    Impossible,
    /// After NetBox refused the filters of these names.
    Refused,
    /// After nothing was found: filters by name that NetBox matches silently.
    NothingFound,
}

/// Looks up the values of `filters` that need it. Returns whether anything changed.
///
/// # Errors
/// No such object, or more than one: the candidates are named.
pub(super) async fn resolve(
    call: &Call<'_>,
    filters: &mut Filters,
    when: When,
    refused_names: &[String],
) -> Result<bool, Problem> {
    let mut changed = false;
    let mut checked = std::mem::take(&mut filters.checked);
    for filter in &mut checked {
        let Some(reference) = filter.reference else { continue };
        let Some(target) = object_type::by_name(reference.object_type) else { continue };
        let wanted = |value: &str| match when {
            When::Impossible => cannot_be(reference.attribute, value),
            When::Refused => refused_names.contains(&filter.name),
            When::NothingFound => reference.attribute == "name",
        };
        if !filter.values.iter().any(|value| value != "null" && wanted(value)) {
            continue;
        }
        let mut found = Vec::new();
        for value in &filter.values {
            found.push(if value == "null" { Value::Null } else { look_up(call, target, value).await? });
        }
        let before = filter.values.clone();
        rewrite(filter, reference.attribute, &found);
        for ((from, to), object) in before.iter().zip(&filter.values).zip(&found) {
            if from != to {
                changed = true;
                let id = filter.by_id.as_deref() == Some(filter.name.as_str()) || reference.attribute == "id";
                let to = if id { format!("{} (id {to})", name_of(object)) } else { to.clone() };
                filters.note(&filter.name, from, &to);
            }
        }
    }
    filters.checked = checked;
    Ok(changed)
}

/// Puts the found objects' attribute into the filter, or their ids where they have none (a VRF without an RD).
fn rewrite(filter: &mut Checked, attribute: &str, found: &[Value]) {
    let attribute_of = |object: &Value, attribute: &str| match object.get(attribute) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ if object.is_null() => Some("null".to_owned()),
        _ => None,
    };
    let all = |attribute: &str| found.iter().map(|object| attribute_of(object, attribute)).collect::<Option<Vec<_>>>();
    if let Some(values) = all(attribute) {
        filter.values = values;
    } else if let (Some(by_id), Some(values)) = (filter.by_id.clone(), all("id")) {
        filter.name = by_id;
        filter.values = values;
    }
}

fn cannot_be(attribute: &str, value: &str) -> bool {
    match attribute {
        "id" => value.parse::<u64>().is_err(),
        "slug" => {
            !value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
        }
        _ => false,
    }
}

/// The one object that `text` names.
async fn look_up(call: &Call<'_>, target: &'static ObjectType, text: &str) -> Result<Value, Problem> {
    let endpoint = endpoint_of(target)?;
    let label = label_of(endpoint);
    let fields = telling_fields(endpoint);
    let list = |query: Query| {
        let query = query.with("fields", &fields).with("limit", 6);
        async move { call.get(&target.list_path(), &query).await.map(|answer| answer.results().to_vec()) }
    };
    let mut attempts = vec![Query::new().with(exact(endpoint, label), text)];
    if endpoint.filters.contains_key("slug") {
        attempts.push(Query::new().with("slug", slug(text)));
    }
    if has_lookup(endpoint, label, "ic") {
        attempts.push(Query::new().with(format!("{label}__ic"), text));
    }
    for query in attempts {
        let found = match list(query).await {
            Ok(found) => found,
            // Not even a possible name (an address that is none): the next attempt.
            Err(Error::BadRequest { .. }) => continue,
            Err(error) => return Err(error.problem()),
        };
        match found.as_slice() {
            [] => {}
            [one] => return Ok(one.clone()),
            several => return Err(ambiguous(target, text, several)),
        }
    }
    Err(missing(call, target, label, text).await)
}

fn ambiguous(target: &ObjectType, text: &str, found: &[Value]) -> Problem {
    let each = |object: &Value| {
        let site = object.pointer("/site/display").and_then(Value::as_str).map(|site| format!(" at {site}"));
        let id = object.get("id").map(Value::to_string).unwrap_or_default();
        format!("{}{} (id {id})", name_of(object), site.unwrap_or_default())
    };
    let candidates = found.iter().take(5).map(each).collect::<Vec<_>>().join(", ");
    let more = if found.len() > 5 { " and more" } else { "" };
    refused(format!("More than one of the {} is called {}: {candidates}{more}", target.plural, short(text)))
        .hint("filter by the id of the one that is meant, or ask the person")
}

async fn missing(call: &Call<'_>, target: &ObjectType, label: &str, text: &str) -> Problem {
    let fields = if label == "q" { "id,display".to_owned() } else { format!("id,display,{label}") };
    let query = Query::new().with("fields", fields).with("limit", 200);
    let names: Vec<String> = match call.get(&target.list_path(), &query).await {
        Ok(answer) => answer.results().iter().map(name_of).collect(),
        Err(_) => Vec::new(),
    };
    let near = nearest(text, names.iter().map(String::as_str));
    let problem =
        refused(format!("There is no {} called {}, or this token may not see it", target.singular, short(text)));
    problem.hint(if near.is_empty() {
        let some = names.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", ");
        if some.is_empty() { format!("this token sees no {}", target.plural) } else { format!("there are {some}") }
    } else {
        format!("did you mean {}?", near.join(" or "))
    })
}

/// What tells one object from another. Only fields that the type has: NetBox 4.7.3 drops most unknown names
/// silently, but answers some with 500 (`fields=prefix` of a site).
fn telling_fields(endpoint: &Endpoint) -> String {
    const TELLING: [&str; 12] =
        ["id", "display", "name", "slug", "rd", "cid", "model", "username", "account", "address", "prefix", "site"];
    TELLING.into_iter().filter(|name| endpoint.fields.contains(name)).collect::<Vec<_>>().join(",")
}

/// The attribute that people call an object of this type by.
fn label_of(endpoint: &Endpoint) -> &'static str {
    const LABELS: [&str; 8] = ["name", "model", "cid", "username", "account", "address", "prefix", "label"];
    LABELS.into_iter().find(|label| endpoint.filters.contains_key(label)).unwrap_or("q")
}

fn has_lookup(endpoint: &Endpoint, label: &str, lookup: &str) -> bool {
    endpoint.filters.get(label).is_some_and(|filter| filter.lookups.split(' ').any(|known| known == lookup))
}

fn exact(endpoint: &Endpoint, label: &str) -> String {
    if has_lookup(endpoint, label, "ie") { format!("{label}__ie") } else { label.to_owned() }
}

fn name_of(object: &Value) -> String {
    ["name", "display"].iter().find_map(|key| object.get(*key)?.as_str()).unwrap_or_default().to_owned()
}

/// As NetBox makes slugs from names: lower case, everything else becomes one dash.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.trim().to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            slug.push(letter);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_made_as_netbox_makes_them() {
        for (name, expected) in [("Cleveland 01", "cleveland-01"), ("US / Ohio", "us-ohio"), ("x_1", "x_1")] {
            assert_eq!(slug(name), expected);
        }
        assert!(cannot_be("slug", "Cleveland 01") && !cannot_be("slug", "cle-01"));
        assert!(cannot_be("id", "R1") && !cannot_be("id", "12"));
    }
}
