//! What differs between the two states that NetBox keeps of a changed object.

use serde_json::{Map, Value, json};

use super::super::flatten::cell_text;
use super::super::frame::Object;
use crate::server::netbox::Address;
use crate::wire::result::{Change, ChangedField, Difference, Picture};
use crate::wire::tool::Cell;

/// The longest text of one side of a change, in characters.
const LONGEST_SIDE: usize = 200;
/// Changes in a picture.
const MOST_SHOWN: usize = 50;

/// The fields whose value differs, as `[before, after]`; custom fields each by itself.
pub(super) fn of(change: &Value) -> Map<String, Value> {
    let side = |name: &str| flat(change.get(name));
    let (before, after) = (side("prechange_data"), side("postchange_data"));
    let mut changes = Map::new();
    for name in before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))) {
        let value = |side: &Map<String, Value>| side.get(name).cloned().unwrap_or_default();
        let (old, new) = (value(&before), value(&after));
        if old != new && name != "last_updated" {
            changes.insert(name.clone(), json!([shortened(old), shortened(new)]));
        }
    }
    changes
}

fn flat(data: Option<&Value>) -> Map<String, Value> {
    let mut flat = Map::new();
    for (name, value) in data.and_then(Value::as_object).into_iter().flatten() {
        match value {
            Value::Object(custom) if name == "custom_fields" => {
                flat.extend(custom.iter().map(|(name, value)| (format!("cf_{name}"), value.clone())));
            }
            value => {
                flat.insert(name.clone(), value.clone());
            }
        }
    }
    flat
}

fn shortened(value: Value) -> Value {
    let text = match &value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => value.to_string(),
        _ => return value,
    };
    if text.chars().count() <= LONGEST_SIDE {
        return value;
    }
    Value::String(text.chars().take(LONGEST_SIDE).chain(['…']).collect())
}

/// The changes side by side, for a person.
pub(super) fn picture(address: &Address, changes: &[Value]) -> Option<Picture> {
    let text = |change: &Value, name: &str| change.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let shown: Vec<Change> = changes
        .iter()
        .take(MOST_SHOWN)
        .map(|change| {
            let changed = change.get("changed_object").and_then(Object::of);
            let action = change.pointer("/action/value").and_then(Value::as_str).unwrap_or_default().to_owned();
            let side = |value: Option<&Value>| value.map(cell_text).unwrap_or_default();
            let fields = if action == "update" { of(change) } else { Map::new() };
            Change {
                object: Cell {
                    text: format!("{} {}", text(change, "changed_object_type"), text(change, "object_repr")),
                    link: changed.and_then(|object| object.link(address)),
                },
                action,
                time: text(change, "time"),
                user: text(change, "user_name"),
                fields: fields
                    .into_iter()
                    .map(|(name, sides)| ChangedField { before: side(sides.get(0)), after: side(sides.get(1)), name })
                    .collect(),
            }
        })
        .collect();
    (!shown.is_empty()).then_some(Picture::Difference(Difference { changes: shown }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let change = json!({
            "prechange_data": {"status": "planned", "last_updated": "a", "tags": ["x"], "custom_fields": {"env": "lab", "owner": "me"}},
            "postchange_data": {"status": "active", "last_updated": "b", "tags": ["x"], "custom_fields": {"env": "prod", "owner": "me"}},
        });
        assert_eq!(Value::Object(of(&change)), json!({"status": ["planned", "active"], "cf_env": ["lab", "prod"]}));
    }
}
