//! Names where NetBox wants a slug or an id: looked up, and used when exactly one object is meant.

mod look_up;

use serde_json::Value;

use super::call::Call;
use super::filters::{Checked, Filters, refused};
use crate::server::netbox::{FieldReason, ObjectType};
use crate::wire::problem::Problem;
use look_up::{Trouble, name_of};

/// How sure a value must be before NetBox is asked with it.
#[derive(Clone, Copy)]
pub(super) enum When<'a> {
    /// Before the call: only values that cannot be what NetBox wants (`Cleveland 01` for a slug).
    Impossible,
    /// After NetBox refused filters for these reasons.
    Refused(&'a [FieldReason]),
    /// After nothing was found: NetBox takes some names silently, also those of nothing.
    NothingFound,
}

/// Looks up the values of `filters` that need it. Returns whether anything changed.
///
/// # Errors
/// No such object, or more than one: the candidates are named. Before the call also what prevented looking; after
/// it, that becomes a warning, because NetBox's own answer is there.
pub(super) async fn resolve(call: &Call<'_>, filters: &mut Filters, when: When<'_>) -> Result<bool, Problem> {
    let mut changed = false;
    let mut checked = std::mem::take(&mut filters.checked);
    for filter in &mut checked {
        let Some(reference) = filter.reference else { continue };
        let Some(target) = call.schema.type_named(reference.object_type) else { continue };
        let attribute = reference.attribute;
        let reason = match when {
            When::Refused(reasons) => reasons.iter().find(|reason| reason.field == filter.name),
            _ => None,
        };
        let wanted = |value: &str| match when {
            When::Impossible => filter.by_name || cannot_be(attribute, value),
            When::Refused(_) => reason.is_some(),
            When::NothingFound => attribute != "id",
        };
        if !filter.values.iter().any(|value| value != "null" && wanted(value)) {
            continue;
        }
        if let (Some(reason), "id") = (reason, attribute) {
            return Err(no_such_id(target, filter, reason));
        }
        // An id stays an id.
        let is_name =
            |value: &String| value != "null" && (attribute != "id" || filter.by_name || cannot_be(attribute, value));
        let names: Vec<&str> = filter.values.iter().filter(|value| is_name(value)).map(String::as_str).collect();
        let objects = match look_up::all(call, target, attribute, &names, filter.by_name).await {
            Ok(objects) => objects,
            Err(Trouble::Answer(problem)) => return Err(problem),
            Err(Trouble::Failed(problem)) if matches!(when, When::Impossible) => return Err(problem),
            Err(Trouble::Failed(problem)) => {
                filters.warnings.push(format!("{} could not be looked up: {}", filter.name, problem.message));
                continue;
            }
        };
        let mut objects = objects.into_iter();
        let found: Vec<Option<Value>> =
            filter.values.iter().map(|value| if is_name(value) { objects.next() } else { None }).collect();
        let before = filter.values.clone();
        rewrite(filter, attribute, &found);
        let id = filter.by_id.as_deref() == Some(filter.name.as_str()) || attribute == "id";
        for ((from, to), object) in before.iter().zip(&filter.values).zip(&found) {
            let Some(object) = object else { continue };
            if from != to || filter.by_name {
                changed = true;
                let to = if id { format!("{} (id {to})", name_of(object)) } else { to.clone() };
                filters.note(&filter.name, from, &to);
            }
        }
        filter.by_name = false;
    }
    filters.checked = checked;
    Ok(changed)
}

/// The one object of a type that `text` names, by its name, this attribute, its slug or its id: with its id, name and what else tells it from others.
///
/// # Errors
/// No such object, or more than one: the candidates are named.
pub(super) async fn one(
    call: &Call<'_>,
    target: &'static ObjectType,
    attribute: &'static str,
    text: &str,
) -> Result<Value, Problem> {
    match look_up::all(call, target, attribute, &[text], true).await {
        Ok(mut objects) => {
            objects.pop().ok_or_else(|| refused(format!("There is no {} called {text}", target.singular)))
        }
        Err(Trouble::Answer(problem) | Trouble::Failed(problem)) => Err(problem),
    }
}

/// Puts the found objects' attribute into the filter, or their ids where they have none (a VRF without an RD).
fn rewrite(filter: &mut Checked, attribute: &str, found: &[Option<Value>]) {
    let attribute_of = |object: &Value, attribute: &str| match object.get(attribute) {
        Some(Value::String(text)) if !text.is_empty() => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let all = |attribute: &str| {
        let each = found.iter().zip(&filter.values);
        each.map(|(object, value)| match object {
            Some(object) => attribute_of(object, attribute),
            None => Some(value.clone()),
        })
        .collect::<Option<Vec<_>>>()
    };
    if let Some(values) = all(attribute) {
        filter.values = values;
    } else if let (Some(by_id), Some(values)) = (filter.by_id.clone(), all("id")) {
        filter.name = by_id;
        filter.values = values;
    }
}

fn no_such_id(target: &ObjectType, filter: &Checked, reason: &FieldReason) -> Problem {
    let told =
        |value: &&String| reason.reason.split(|letter: char| !letter.is_ascii_digit()).any(|word| word == *value);
    let id = filter.values.iter().find(told).or(filter.values.first()).map_or("", String::as_str);
    refused(format!("There is no {} with id {id}, or this token may not see it", target.singular))
        .hint("give its name instead: it is looked up; ids are not the same in every NetBox")
}

fn cannot_be(attribute: &str, value: &str) -> bool {
    match attribute {
        "id" => value != "null" && value.parse::<u64>().is_err(),
        "slug" => {
            !value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_a_name() {
        assert!(cannot_be("slug", "Cleveland 01") && !cannot_be("slug", "cle-01"));
        assert!(cannot_be("id", "R1") && !cannot_be("id", "12") && !cannot_be("id", "null"));
    }
}
