//! Words for what a call asks for, which a person reads while it runs.

use serde_json::{Map, Value};

use super::filters::short;
use super::flatten::cell_text;
use crate::server::netbox::object_type;

const LONGEST: usize = 140;

/// A title of a bearable length.
pub(super) fn cut(title: String) -> String {
    if title.chars().count() <= LONGEST { title } else { title.chars().take(LONGEST).chain(['…']).collect() }
}

/// An argument as text.
pub(super) fn text(input: &Value, name: &str) -> String {
    short(&input.get(name).map(cell_text).unwrap_or_default())
}

/// What the rows of a call are: `devices`, or those of an earlier result.
pub(super) fn plural(input: &Value) -> String {
    if input.get("from").is_some_and(|from| !from.is_null()) {
        return format!("rows of {}", text(input, "from"));
    }
    let name = text(input, "object_type");
    object_type::find(&name).map_or(name, |kind| kind.plural.to_owned())
}

/// What a call is about: `device`.
pub(super) fn singular(input: &Value) -> String {
    let name = text(input, "object_type");
    object_type::find(&name).map_or(name, |kind| kind.singular.to_owned())
}

/// ` where site is cle-01 and status is active`
pub(super) fn conditions(input: &Value) -> String {
    let parsed;
    let filters: Option<&Map<String, Value>> = match input.get("filters") {
        Some(Value::Object(filters)) => Some(filters),
        Some(Value::String(text)) => {
            parsed = serde_json::from_str::<Map<String, Value>>(text).ok();
            parsed.as_ref()
        }
        _ => None,
    };
    let conditions: Vec<String> = filters.into_iter().flatten().map(|(name, value)| condition(name, value)).collect();
    if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) }
}

fn condition(name: &str, value: &Value) -> String {
    let value_text = match value {
        Value::Array(values) => values.iter().map(cell_text).collect::<Vec<_>>().join(" or "),
        other => cell_text(other),
    };
    let value_text = short(&value_text);
    let words = |name: &str| name.trim_start_matches("cf_").replace('_', " ");
    match name {
        "q" => return format!("anything matches “{value_text}”"),
        "time_after" => return format!("time is after {value_text}"),
        "time_before" => return format!("time is before {value_text}"),
        _ => {}
    }
    let (base, lookup) = name.rsplit_once("__").unwrap_or((name, ""));
    let base = words(base);
    match lookup {
        "n" => format!("{base} is not {value_text}"),
        "ic" => format!("{base} contains {value_text}"),
        "nic" => format!("{base} does not contain {value_text}"),
        "isw" => format!("{base} starts with {value_text}"),
        "iew" => format!("{base} ends with {value_text}"),
        "gt" => format!("{base} is over {value_text}"),
        "gte" => format!("{base} is at least {value_text}"),
        "lt" => format!("{base} is under {value_text}"),
        "lte" => format!("{base} is at most {value_text}"),
        "regex" | "iregex" => format!("{base} matches {value_text}"),
        "empty" if value_text == "yes" || value_text == "true" => format!("{base} is empty"),
        "empty" => format!("{base} is not empty"),
        "any" => format!("{base} is any of {value_text}"),
        _ if value.is_null() || value_text == "null" => format!("{base} is not set"),
        _ => format!("{base} is {value_text}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::table::title;
    use super::*;

    #[test]
    fn titles_are_sentences() {
        let objects =
            |filters: Value| title("netbox_get_objects", &json!({"object_type": "dcim.device", "filters": filters}));
        assert_eq!(objects(json!({})), "devices");
        assert_eq!(
            objects(json!({"site": "cle-01", "name__ic": "sw"})),
            "devices where site is cle-01 and name contains sw"
        );
        assert_eq!(
            objects(json!({"tenant": null, "status": ["active", "planned"]})),
            "devices where tenant is not set and status is active or planned"
        );
        assert_eq!(
            title("netbox_get_object_by_id", &json!({"object_type": "ipam.ipaddress", "object_id": 3})),
            "IP address 3"
        );
        assert_eq!(
            title("netbox_search_objects", &json!({"query": "core", "object_types": ["device", "vlan"]})),
            "search for “core” in devices, VLANs"
        );
        assert_eq!(
            title("netbox_get_changelogs", &json!({"filters": {"action": "update"}})),
            "changes where action is update"
        );
        assert_eq!(title("nonsense", &json!(7)), "nonsense");
    }
}
