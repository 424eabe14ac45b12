//! NetBox's nested objects as flat rows: a related object is its name and its id. That is the biggest saving of
//! all, and what is left can be read by a model and by a person alike.

use serde_json::{Map, Value, json};

use super::frame::{Cell, Object};
use super::shape::{Fields, is_large};

/// One object, flattened. Empty values are left out unless `fields` asks for them by name.
pub(super) fn flatten(object: &Value, fields: &Fields) -> Map<String, Value> {
    let mut row = Map::new();
    let Some(object) = object.as_object() else { return row };
    for (name, value) in object {
        if matches!(name.as_str(), "url" | "display_url") || (is_large(name) && !fields.has(name)) {
            continue;
        }
        if name == "custom_fields" {
            let all = fields.is_empty() || fields.has("custom_fields");
            for (custom, value) in value.as_object().into_iter().flatten() {
                let name = format!("cf_{custom}");
                let asked = fields.has(&name);
                if all || asked {
                    add(&mut row, &name, value, asked);
                }
            }
        } else {
            add(&mut row, name, value, fields.has(name));
        }
    }
    if row.get("display").is_some() && row.get("display") == row.get("name") {
        row.shift_remove("display");
    }
    row
}

fn add(row: &mut Map<String, Value>, name: &str, value: &Value, keep_empty: bool) {
    match value {
        Value::Object(inner) if is_choice(inner) => {
            add(row, name, inner.get("value").unwrap_or(&Value::Null), keep_empty);
        }
        Value::Object(inner) if inner.contains_key("id") && text_of(inner).is_some() => {
            row.insert(name.to_owned(), json!(text_of(inner)));
            // A generic relation has its id as a field of its own, of the same value.
            row.insert(format!("{name}_id"), inner.get("id").cloned().unwrap_or_default());
            for parent in ["device", "virtual_machine"] {
                if let Some(Value::Object(device)) = inner.get(parent) {
                    row.insert(format!("{name}_{parent}"), json!(text_of(device)));
                    row.insert(format!("{name}_{parent}_id"), device.get("id").cloned().unwrap_or_default());
                }
            }
        }
        Value::Array(items) if !items.is_empty() => {
            row.insert(name.to_owned(), Value::Array(items.iter().map(item).collect()));
        }
        Value::Null => {
            if keep_empty {
                row.insert(name.to_owned(), Value::Null);
            }
        }
        value if is_empty(value) && !keep_empty => {}
        value => {
            row.insert(name.to_owned(), value.clone());
        }
    }
}

/// One value of an object: a choice as its value, a related object as its name.
pub(super) fn cell(value: &Value) -> Cell {
    match value {
        Value::Object(inner) if is_choice(inner) => Cell::plain(inner.get("value").cloned().unwrap_or_default()),
        Value::Object(inner) if inner.contains_key("id") => {
            Cell { value: text_of(inner).map_or(Value::Null, |text| json!(text)), object: Object::of(value) }
        }
        Value::Array(items) => Cell::plain(Value::Array(items.iter().map(item).collect())),
        other => Cell::plain(other.clone()),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

pub(super) fn is_choice(object: &Map<String, Value>) -> bool {
    object.len() == 2 && object.contains_key("value") && object.contains_key("label")
}

/// An item of a list of related objects: its name, with the device it belongs to.
fn item(value: &Value) -> Value {
    match value {
        Value::Object(object) if is_choice(object) => object.get("value").cloned().unwrap_or_default(),
        Value::Object(object) => match object.get("object") {
            // A cable's end: {"object_type": ..., "object_id": ..., "object": {...}}.
            Some(end @ Value::Object(_)) => item(end),
            _ => full_name(object).map_or_else(|| value.clone(), Value::String),
        },
        other => other.clone(),
    }
}

/// `cle-01-sw1: GigabitEthernet1/0/1`
pub(super) fn full_name(object: &Map<String, Value>) -> Option<String> {
    let name = text_of(object)?;
    let parent =
        ["device", "virtual_machine", "circuit"].iter().find_map(|parent| text_of(object.get(*parent)?.as_object()?));
    Some(parent.map_or_else(|| name.to_owned(), |parent| format!("{parent}: {name}")))
}

/// How an object is called. A device's `display` ends in its asset tag (`sw1 (A-17)`), which is not its name.
pub(super) fn text_of(object: &Map<String, Value>) -> Option<&str> {
    let text = |key: &str| object.get(key)?.as_str().filter(|text| !text.is_empty());
    let device = text("url").is_some_and(|url| url.contains("/api/dcim/devices/"));
    if device && let Some(name) = text("name") { Some(name) } else { text("display").or_else(|| text("name")) }
}

/// A flattened value as a person reads it in a table.
pub(super) fn cell_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(items) => items.iter().map(cell_text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn related_objects_become_names_and_ids() {
        let object = json!({
            "id": 7, "url": "http://x/api/dcim/devices/7/", "display_url": "http://x/dcim/devices/7/", "display": "sw1", "name": "sw1",
            "site": {"id": 3, "url": "http://x/api/dcim/sites/3/", "display": "Cleveland 01", "name": "Cleveland 01", "slug": "cle-01"},
            "status": {"value": "active", "label": "Active"}, "tenant": null, "comments": "", "interface_count": 0,
            "tags": [{"id": 1, "display": "core", "name": "core"}],
            "custom_fields": {"env": {"value": "prod", "label": "Production"}, "owner": null},
            "config_context": {"ntp": ["10.0.0.1"]},
        });
        assert_eq!(
            Value::Object(flatten(&object, &Fields::default())),
            json!({"id": 7, "name": "sw1", "site": "Cleveland 01", "site_id": 3, "status": "active", "interface_count": 0,
                   "tags": ["core"], "cf_env": "prod"})
        );
        let asked = Fields::of(&["tenant", "config_context", "cf_owner"]);
        let row = flatten(&object, &asked);
        assert_eq!(row.get("cf_owner"), Some(&Value::Null));
        assert!(!row.contains_key("cf_env"));
        assert_eq!(row.get("tenant"), Some(&Value::Null));
        assert!(row.contains_key("config_context"));
    }

    #[test]
    fn ends_of_cables_name_their_device() {
        let object = json!({
            "id": 1, "display": "#1",
            "assigned_object": {"id": 9, "display": "Gi1", "device": {"id": 2, "display": "sw1"}},
            "assigned_object_id": 9, "assigned_object_type": "dcim.interface",
            "a_terminations": [{"object_type": "dcim.interface", "object_id": 9,
                                "object": {"id": 9, "display": "Gi1", "device": {"id": 2, "display": "sw1"}}}],
            "b_terminations": [],
        });
        assert_eq!(
            Value::Object(flatten(&object, &Fields::default())),
            json!({"id": 1, "display": "#1", "assigned_object": "Gi1", "assigned_object_id": 9, "assigned_object_device": "sw1",
                   "assigned_object_device_id": 2, "assigned_object_type": "dcim.interface", "a_terminations": ["sw1: Gi1"]})
        );
    }
}
