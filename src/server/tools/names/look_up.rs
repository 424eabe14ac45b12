//! Finds the one object that a text names. What only resembles the text is offered, never taken.

use serde_json::Value;

use crate::server::netbox::catalogue::{Endpoint, nearest};
use crate::server::netbox::{Error, ObjectType, Query};
use crate::server::tools::call::Call;
use crate::server::tools::filters::{endpoint_of, refused, short};
use crate::wire::problem::Problem;

/// Names that are looked up at once, at most: the address of a request has a limit.
const MOST: usize = 50;
/// Rows that come at once: more than this for [`MOST`] names means that one of them is called more than once.
const ROWS: usize = 200;

/// Why there are no objects.
pub(super) enum Trouble {
    /// NetBox has none of this name, or several: that is the answer.
    Answer(Problem),
    /// NetBox could not be asked.
    Failed(Problem),
}

/// One way of finding objects by a text.
struct Attempt {
    filter: String,
    /// The field that then holds the text; `None` where NetBox compares in ways of its own.
    field: Option<&'static str>,
    text: fn(&str) -> Option<String>,
}

/// The objects that `texts` name, in their order: by label, by the `attribute` that a filter compares, by slug, and
/// with `or_id` by id.
pub(super) async fn all(
    call: &Call<'_>,
    target: &'static ObjectType,
    attribute: &'static str,
    texts: &[&str],
    or_id: bool,
) -> Result<Vec<Value>, Trouble> {
    if texts.len() > MOST {
        let sentence = format!("A filter takes {MOST} names of {} at most", target.plural);
        return Err(Trouble::Answer(refused(sentence).hint("ask in several calls, or filter by their ids")));
    }
    let endpoint = endpoint_of(call, target).map_err(Trouble::Failed)?;
    let label = label_of(endpoint);
    let mut found: Vec<Option<Value>> = vec![None; texts.len()];
    for attempt in attempts(endpoint, label, attribute, or_id) {
        let open: Vec<usize> = (0..texts.len()).filter(|at| found.get(*at).is_some_and(Option::is_none)).collect();
        // One request for all of them, where the answer tells which is which.
        let groups: Vec<&[usize]> = open.chunks(if attempt.field.is_some() { MOST } else { 1 }).collect();
        for group in groups {
            let written: Vec<(usize, String)> =
                group.iter().filter_map(|at| Some((*at, (attempt.text)(texts.get(*at)?)?))).collect();
            let rows = ask(call, target, endpoint, &attempt, &written).await?;
            for (at, text) in &written {
                let fits = |row: &&Value| match attempt.field {
                    Some(field) => row.get(field).is_some_and(|value| same(value, text)),
                    None => true,
                };
                match rows.iter().filter(fits).collect::<Vec<_>>().as_slice() {
                    [] => {}
                    [one] => found[*at] = Some((*one).clone()),
                    several => {
                        return Err(Trouble::Answer(ambiguous(target, texts.get(*at).unwrap_or(&""), several)));
                    }
                }
            }
        }
    }
    let mut objects = Vec::with_capacity(found.len());
    for (object, text) in found.into_iter().zip(texts) {
        match object {
            Some(object) => objects.push(object),
            None => return Err(Trouble::Answer(missing(call, target, endpoint, label, text, or_id).await)),
        }
    }
    Ok(objects)
}

fn attempts(endpoint: &Endpoint, label: &'static str, attribute: &'static str, or_id: bool) -> Vec<Attempt> {
    let as_it_is = |text: &str| Some(text.to_owned());
    let exact = has_lookup(endpoint, label, "ie");
    let mut attempts = vec![Attempt {
        filter: if exact { format!("{label}__ie") } else { label.to_owned() },
        field: exact.then_some(label),
        text: as_it_is,
    }];
    if !matches!(attribute, "id" | "slug") && attribute != label && endpoint.filters.contains_key(attribute) {
        attempts.push(Attempt { filter: attribute.to_owned(), field: Some(attribute), text: as_it_is });
    }
    if endpoint.filters.contains_key("slug") {
        attempts.push(Attempt { filter: "slug".to_owned(), field: Some("slug"), text: slug });
    }
    if or_id {
        let number = |text: &str| Some(text.parse::<u64>().ok()?.to_string());
        attempts.push(Attempt { filter: "id".to_owned(), field: Some("id"), text: number });
    }
    attempts
}

async fn ask(
    call: &Call<'_>,
    target: &ObjectType,
    endpoint: &Endpoint,
    attempt: &Attempt,
    texts: &[(usize, String)],
) -> Result<Vec<Value>, Trouble> {
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let limit = if texts.len() == 1 { 6 } else { ROWS };
    let mut query = Query::new();
    for (_, text) in texts {
        query.add(attempt.filter.as_str(), text.as_str());
    }
    let query = query.with("fields", telling_fields(endpoint)).with("limit", limit);
    match call.list(&target.list_path(), &query).await {
        Ok(answer) => Ok(answer.results().to_vec()),
        // Not even a possible name (an address that is none): the next attempt.
        Err(Error::BadRequest { .. }) => Ok(Vec::new()),
        Err(error) => Err(Trouble::Failed(error.problem())),
    }
}

fn same(value: &Value, text: &str) -> bool {
    match value {
        Value::String(value) => value.to_lowercase() == text.to_lowercase(),
        Value::Number(value) => value.to_string() == text,
        _ => false,
    }
}

fn ambiguous(target: &ObjectType, text: &str, found: &[&Value]) -> Problem {
    let each = |object: &&Value| {
        let site = object.pointer("/site/display").and_then(Value::as_str).map(|site| format!(" at {site}"));
        let id = object.get("id").map(Value::to_string).unwrap_or_default();
        format!("{}{} (id {id})", name_of(object), site.unwrap_or_default())
    };
    let candidates = found.iter().take(5).map(each).collect::<Vec<_>>().join(", ");
    let more = if found.len() > 5 { " and more" } else { "" };
    refused(format!("More than one of the {} is called {}: {candidates}{more}", target.plural, short(text)))
        .hint("filter by the id of the one that is meant, or ask the person")
}

async fn missing(
    call: &Call<'_>,
    target: &ObjectType,
    endpoint: &Endpoint,
    label: &str,
    text: &str,
    or_id: bool,
) -> Problem {
    let list = |query: Query| async move {
        let query = query.with("fields", telling_fields(endpoint));
        match call.list(&target.list_path(), &query).await {
            Ok(answer) => answer.results().iter().map(name_of).collect(),
            Err(_) => Vec::new(),
        }
    };
    let mut near: Vec<String> = Vec::new();
    if has_lookup(endpoint, label, "ic") {
        near = list(Query::new().with(format!("{label}__ic"), text).with("limit", 4)).await;
    }
    let mut names = Vec::new();
    if near.is_empty() {
        names = list(Query::new().with("limit", ROWS)).await;
        near = nearest(text, names.iter().map(String::as_str)).into_iter().map(str::to_owned).collect();
    }
    let id = if or_id && text.parse::<u64>().is_ok() { " and none has that id" } else { "" };
    let problem =
        refused(format!("There is no {} called {}{id}, or this token may not see it", target.singular, short(text)));
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
    const TELLING: [&str; 13] = [
        "id", "display", "name", "slug", "rd", "cid", "model", "username", "account", "address", "prefix", "label",
        "site",
    ];
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

pub(super) fn name_of(object: &Value) -> String {
    ["name", "display"].iter().find_map(|key| object.get(*key)?.as_str()).unwrap_or_default().to_owned()
}

/// As NetBox makes slugs from names: lower case, everything else becomes one dash. `None` where nothing is left.
fn slug(text: &str) -> Option<String> {
    let mut slug = String::new();
    for letter in text.trim().to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            slug.push(letter);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_made_as_netbox_makes_them() {
        for (name, expected) in [("Cleveland 01", "cleveland-01"), ("US / Ohio", "us-ohio"), ("x_1", "x_1")] {
            assert_eq!(slug(name).as_deref(), Some(expected));
        }
        // An empty slug would be no filter at all.
        assert_eq!(slug("東京"), None);
    }
}
