//! Filters on custom fields: `cf_<name>`, with the lookups of the field's type.

use jiff::civil::Date;
use serde_json::Value as Json;

use super::super::render::Scope;
use super::super::schema::TypeId;
use super::super::store::Object;
use super::test::boolean;
use super::{Found, NUMBER_LOOKUPS, TEXT_LOOKUPS};

/// The test for a parameter `cf_<name>`; none for fields that the type does not have.
pub fn test<'a>(scope: &'a Scope, kind: TypeId, parameter: &str, values: &[&str]) -> Found<'a> {
    let fields = scope.fields_of(kind);
    let named = |name: &str| fields.iter().copied().find(|field| scope.store.text(*field, "name") == name);
    let (field, lookup) = match (named(parameter), parameter.rsplit_once("__")) {
        (Some(field), _) => (field, ""),
        (None, Some((base, lookup))) => match named(base) {
            Some(field) => (field, lookup),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    let store = scope.store;
    let name = store.text(field, "name").to_owned();
    let loose = store.text(field, "filter_logic") == "loose";
    let of_type = store.text(field, "type");
    let text = matches!(of_type, "text" | "longtext" | "url");
    let allowed: &[&str] = match of_type {
        // A loose text is searched by "contains", which leaves no room for lookups.
        "text" | "longtext" | "url" if loose => &[],
        "text" | "longtext" | "url" | "select" => &TEXT_LOOKUPS,
        "integer" | "decimal" | "date" | "datetime" | "object" => &NUMBER_LOOKUPS,
        _ => &[],
    };
    if store.text(field, "filter_logic") == "disabled" || !(lookup.is_empty() || allowed.contains(&lookup)) {
        return Ok(None);
    }
    let wanted: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
    match of_type {
        "boolean" if boolean(values[values.len() - 1]).is_none() => return Ok(None),
        "integer" | "object" if lookup != "empty" && wanted.iter().any(|value| value.parse::<i64>().is_err()) => {
            return Err("Enter a whole number.".to_owned());
        }
        "date" if lookup != "empty" && wanted.iter().any(|value| value.parse::<Date>().is_err()) => {
            return Err("Enter a valid date.".to_owned());
        }
        _ => {}
    }
    if lookup == "empty" && boolean(&wanted[0]).is_none() {
        return Ok(None);
    }
    let operation = if text && loose { "ic".to_owned() } else { lookup.to_owned() };
    Ok(Some(Box::new(move |object| holds(scope, object, &name, &operation, &wanted))))
}

fn holds(scope: &Scope, object: Object, name: &str, lookup: &str, wanted: &[String]) -> bool {
    let stored = scope.store.json(object, "custom_field_data").get(name).cloned().unwrap_or(Json::Null);
    let empty = stored.is_null() || stored == "";
    if lookup == "empty" {
        return empty == boolean(&wanted[0]).unwrap_or_default();
    }
    let negated = lookup.starts_with('n');
    let plain = lookup.strip_prefix('n').unwrap_or(lookup);
    let met = wanted.iter().any(|wanted| {
        if wanted == "null" {
            return stored.is_null();
        }
        match &stored {
            Json::Null => false,
            Json::Bool(value) => boolean(wanted) == Some(*value),
            Json::Number(value) => {
                let (value, wanted) = (value.as_f64().unwrap_or_default(), wanted.parse().unwrap_or(f64::NAN));
                match plain {
                    "lt" => value < wanted,
                    "lte" => value <= wanted,
                    "gt" => value > wanted,
                    "gte" => value >= wanted,
                    _ => (value - wanted).abs() < f64::EPSILON,
                }
            }
            other => {
                let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
                let (lower, wanted_lower) = (text.to_lowercase(), wanted.to_lowercase());
                match plain {
                    "ic" => lower.contains(&wanted_lower),
                    "isw" => lower.starts_with(&wanted_lower),
                    "iew" => lower.ends_with(&wanted_lower),
                    "ie" => lower == wanted_lower,
                    "lt" => text < *wanted,
                    "lte" => text <= *wanted,
                    "gt" => text > *wanted,
                    "gte" => text >= *wanted,
                    _ => text == *wanted,
                }
            }
        }
    });
    met != negated
}
