//! Values of filters: in NetBox's own spelling, or refused. NetBox ignores an empty value and most of the wrong kind.

use serde_json::Value;

use super::{example_value, has_lookup, refused, short};
use crate::server::netbox::catalogue::{Filter, Kind};
use crate::server::netbox::object_type;
use crate::wire::problem::Problem;

/// How a filter asks for what is not set.
pub(super) enum Unset {
    /// It does not.
    No,
    /// With the lookup `__empty` and this value.
    Empty(&'static str),
    /// With the word `null`, which NetBox understands for relations.
    Null,
}

/// Whether `values` ask for what is not set. An empty text means that, too: NetBox takes it for no filter at all.
///
/// # Errors
/// The filter cannot ask for it.
pub(super) fn unset(
    name: &str,
    lookup: Option<&str>,
    filter: Filter,
    given: &Value,
    values: &[String],
) -> Result<Unset, Problem> {
    let empty = values.iter().any(String::is_empty);
    let null = given.is_null() || given.as_array().is_some_and(|given| given.iter().any(Value::is_null));
    // The word `null` in a search for a part of a text is a text: `Null0` is an interface.
    let word = values.iter().any(|value| value == "null") && matches!(lookup, None | Some("n")) && name != "q";
    if !empty && !null && !word {
        return Ok(Unset::No);
    }
    let alone = values.len() == 1;
    if empty && !(alone && lookup.is_none() && has_lookup(filter, "empty") && filter.reference.is_none()) {
        return Err(refused(format!("NetBox ignores the filter {name} with an empty value"))
            .hint("write null for unset, or leave it out"));
    }
    match (filter.reference, lookup) {
        (Some(_), None | Some("n")) if has_lookup(filter, "n") => return Ok(Unset::Null),
        (None, None) if has_lookup(filter, "empty") && alone => return Ok(Unset::Empty("true")),
        (None, Some("n")) if has_lookup(filter, "empty") && alone => return Ok(Unset::Empty("false")),
        _ => {}
    }
    let problem = refused(if !alone && has_lookup(filter, "empty") {
        format!("The filter {name} takes null alone, without other values")
    } else {
        format!("The filter {name} cannot ask for what is unset")
    });
    Err(problem.hint(format!(
        "write a value, such as {{\"{name}\": {}}}, and ask for the rest in a call of its own",
        example_value(filter)
    )))
}

/// A value in NetBox's own spelling.
pub(super) fn check(
    name: &str,
    base: &str,
    lookup: Option<&str>,
    filter: Filter,
    value: &str,
) -> Result<String, Problem> {
    if lookup == Some("empty") || filter.kind == Kind::Boolean {
        return match value.to_lowercase().as_str() {
            "true" | "yes" | "1" => Ok("true".to_owned()),
            "false" | "no" | "0" => Ok("false".to_owned()),
            _ => Err(refused(format!("The filter {name} is true or false, not {}", short(value)))
                .hint(format!("write {{\"{name}\": true}}"))),
        };
    }
    if value == "null" || filter.reference.is_some() {
        return Ok(value.to_owned());
    }
    match filter.kind {
        Kind::Integer if value.parse::<i64>().is_err() => {
            Err(refused(format!("The filter {name} takes a whole number, not {}", short(value)))
                .hint(format!("write {{\"{name}\": 7}}; look the number up first if you only know a name")))
        }
        Kind::Number if value.parse::<f64>().is_err() => {
            Err(refused(format!("The filter {name} takes a number, not {}", short(value)))
                .hint(format!("write {{\"{name}\": 10}}")))
        }
        Kind::Choice if matches!(lookup, None | Some("n")) => Ok(choice(filter.choices, value)),
        Kind::Date | Kind::Time if !starts_with_date(value) => {
            Err(refused(format!("The filter {name} takes a date or time, not {}", short(value)))
                .hint(format!("write {{\"{name}\": \"2026-01-15T00:00:00Z\"}}")))
        }
        // `object_type` filters: any spelling of a type becomes NetBox's own.
        Kind::Text if !base.starts_with("cf_") && (base.ends_with("_type") || base == "object_type") => {
            Ok(object_type::find(value).map_or_else(|_| value.to_owned(), |kind| kind.name.to_owned()))
        }
        _ => Ok(value.to_owned()),
    }
}

/// The choice that `value` means: `Active` is `active`, `created` is `create`. What is none is left to NetBox,
/// because choices can be added in its configuration.
fn choice(choices: &str, value: &str) -> String {
    let plain = |text: &str| text.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "");
    let wanted = plain(value);
    let mut all = choices.split(' ');
    if choices.split(' ').any(|choice| choice == value) {
        return value.to_owned();
    }
    all.find(|choice| plain(choice) == wanted || format!("{choice}d") == wanted)
        .map_or_else(|| value.to_owned(), str::to_owned)
}

fn starts_with_date(value: &str) -> bool {
    value.get(..10).is_some_and(|date| date.parse::<jiff::civil::Date>().is_ok())
}

/// One value or several as texts.
pub(super) fn texts(name: &str, value: &Value) -> Result<Vec<String>, Problem> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        Value::Null => Ok("null".to_owned()),
        Value::Array(_) | Value::Object(_) => {
            Err(refused(format!("The filter {name} takes a value or a list of values"))
                .hint(format!("write {{\"{name}\": \"value\"}} or {{\"{name}\": [\"one\", \"two\"]}}")))
        }
    };
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::netbox::catalogue;

    /// `Ok(None)` is a value like any other.
    fn asked(path: &str, name: &str, value: &Value) -> Result<Option<String>, String> {
        let (_, lookup, filter) = catalogue::endpoint(path).unwrap().filter(name).unwrap();
        let values = texts(name, value).unwrap();
        match unset(name, lookup, filter, value, &values) {
            Ok(Unset::No) => Ok(None),
            Ok(Unset::Empty(empty)) => Ok(Some(format!("__empty={empty}"))),
            Ok(Unset::Null) => Ok(Some("null".to_owned())),
            Err(problem) => Err(problem.to_string()),
        }
    }

    #[test]
    fn what_is_unset_is_asked_for_as_netbox_understands_it() {
        let devices = |name: &str, value: Value| asked("dcim/devices", name, &value);
        for value in [json!(null), json!("null"), json!(""), json!(" "), json!([""])] {
            assert_eq!(devices("serial", value.clone()), Ok(Some("__empty=true".into())), "{value}");
        }
        assert_eq!(devices("serial__n", json!(null)), Ok(Some("__empty=false".into())));
        assert_eq!(devices("tenant", json!(null)), Ok(Some("null".into())));
        assert_eq!(devices("tenant__n", json!("null")), Ok(Some("null".into())));
        assert_eq!(devices("tenant", json!(["acme", null])), Ok(Some("null".into())));
        assert_eq!(devices("name__ic", json!("null")), Ok(None));
        assert_eq!(devices("q", json!("null")), Ok(None));
        for (name, value, words) in [
            ("name__ic", json!(""), "ignores the filter name__ic with an empty value"),
            ("tenant", json!(""), "ignores the filter tenant"),
            ("serial", json!(["", "x"]), "ignores the filter serial"),
            ("q", json!(""), "ignores the filter q"),
            ("serial", json!([null, "x"]), "takes null alone"),
            ("has_primary_ip", json!(null), "cannot ask for what is unset"),
        ] {
            let text = devices(name, value.clone()).unwrap_err();
            assert!(text.contains(words) && text.contains("hint"), "{name} {value}: {text}");
        }
        // NetBox compares these with the text `null` and finds nothing.
        assert!(asked("ipam/ip-addresses", "device", &json!(null)).is_err());
        assert!(asked("ipam/prefixes", "scope_type", &json!(null)).is_err());
    }
}
