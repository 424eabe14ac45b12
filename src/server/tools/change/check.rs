//! What may be written, as NetBox says it to whoever asks (`OPTIONS`): NetBox has no dry run, and what it does not know
//! it ignores without a word.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::call::Call;
use super::super::filters::{refused, short};
use super::describe::verb;
use super::wanted::Wanted;
use crate::server::netbox::ObjectType;
use crate::server::netbox::catalogue::nearest;
use crate::wire::change::Action;
use crate::wire::problem::{Problem, ProblemCode};

/// Attributes by which NetBox finds a related object, the first that it has.
const ATTRIBUTES: [&str; 8] = ["name", "slug", "model", "address", "prefix", "cid", "vid", "username"];

/// The fields that can be written, by list and method (`POST`, `PUT`).
pub(super) struct Writable(BTreeMap<(&'static str, &'static str), Map<String, Value>>);

impl Writable {
    /// Asks for every list that something is to be written to.
    pub(super) async fn of_all(call: &Call<'_>, wanted: &[Wanted]) -> Result<Self, Problem> {
        let mut all = BTreeMap::new();
        for Wanted { action, kind, .. } in wanted {
            let Some(method) = method(*action) else { continue };
            if all.contains_key(&(kind.endpoint, method)) {
                continue;
            }
            let exchange = call.netbox.writable(call.asking.credentials, &kind.list_path()).await;
            call.record(exchange.requests);
            let answer = exchange.answer.map_err(|error| error.problem())?;
            let fields = answer.body.get("actions").and_then(|actions| actions.get(method)).and_then(Value::as_object);
            let fields = fields.ok_or_else(|| may_not(*action, kind))?;
            all.insert((kind.endpoint, method), fields.clone());
        }
        Ok(Self(all))
    }

    /// The values as NetBox takes them.
    ///
    /// # Errors
    /// A field that is not there or cannot be written, a value that is none of its choices or too long; for a new object
    /// one that is missing.
    pub(super) fn check(&self, wanted: &Wanted) -> Result<Map<String, Value>, Problem> {
        let Some(fields) = method(wanted.action).and_then(|method| self.0.get(&(wanted.kind.endpoint, method))) else {
            return Ok(Map::new());
        };
        let mut checked = Map::new();
        for (name, value) in &wanted.values {
            if let Some(custom) = name.strip_prefix("cf_") {
                let all = checked.entry("custom_fields").or_insert_with(|| json!({}));
                all.as_object_mut().map(|all| all.insert(custom.to_owned(), value.clone()));
                continue;
            }
            let field = fields.get(name).ok_or_else(|| unknown(wanted.kind, name, fields))?;
            if is(field, "read_only") {
                return Err(refused(format!("NetBox sets {name} of {} itself", wanted.kind.plural))
                    .hint("leave it out; netbox_describe tells what a type has"));
            }
            let value = checked_value(name, field, value)?;
            match (checked.get_mut(name), value) {
                (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                (_, value) => {
                    checked.insert(name.clone(), value);
                }
            }
        }
        if wanted.action == Action::Create {
            let missing: Vec<&str> = fields
                .iter()
                .filter(|(name, field)| {
                    is(field, "required") && !is(field, "read_only") && !checked.contains_key(*name)
                })
                .map(|(name, _)| name.as_str())
                .collect();
            if !missing.is_empty() {
                return Err(refused(format!("A new {} needs {}", wanted.kind.singular, missing.join(", ")))
                    .hint("ask the person for what is not known"));
            }
        }
        Ok(checked)
    }
}

/// The method whose fields count; none for what has no values.
fn method(action: Action) -> Option<&'static str> {
    match action {
        Action::Create => Some("POST"),
        Action::Update => Some("PUT"),
        Action::Delete => None,
    }
}

fn is(field: &Value, what: &str) -> bool {
    field.get(what).and_then(Value::as_bool).unwrap_or_default()
}

/// That whoever asks may not do this.
pub(super) fn may_not(action: Action, kind: &ObjectType) -> Problem {
    Problem::new(
        ProblemCode::NetboxPermission,
        format!("NetBox does not let this person {} {}", verb(action), kind.plural),
    )
    .hint(
        "the token has to be allowed to write (sign in again, if changes were switched on since), and in NetBox the \
         user needs an object permission for this type; tell the person",
    )
}

fn unknown(kind: &ObjectType, name: &str, fields: &Map<String, Value>) -> Problem {
    let can_be_written = fields.iter().filter(|(_, field)| !is(field, "read_only")).map(|(name, _)| name.as_str());
    let near = nearest(name, can_be_written.clone());
    let near = if near.is_empty() { can_be_written.collect::<Vec<_>>() } else { near };
    refused(format!(
        "{} have no field {} that can be written",
        super::super::filters::capitalised(kind.plural),
        short(name)
    ))
    .hint(format!("there is {}; custom fields are cf_NAME", near.join(", ")))
}

fn checked_value(name: &str, field: &Value, value: &Value) -> Result<Value, Problem> {
    if let (Some(choices), Some(text)) = (field.get("choices").and_then(Value::as_array), value.as_str()) {
        return choice(name, choices, text);
    }
    if let (Some(most), Some(text)) = (field.get("max_length").and_then(Value::as_u64), value.as_str()) {
        let characters = text.chars().count() as u64;
        if characters > most {
            return Err(refused(format!("{name} has {characters} characters, and NetBox takes {most}"))
                .hint("shorten it, or put it into comments"));
        }
    }
    // One related object is described by its own fields, a list by those of its child.
    if let Some(children) = field.get("children").and_then(Value::as_object) {
        return Ok(reference(children, value));
    }
    let child = field.get("child").and_then(|child| child.get("children")).and_then(Value::as_object);
    match (child, value) {
        (Some(children), Value::Array(items)) => Ok(items.iter().map(|item| reference(children, item)).collect()),
        _ => Ok(value.clone()),
    }
}

fn choice(name: &str, choices: &[Value], text: &str) -> Result<Value, Problem> {
    let said = |choice: &Value, what: &str| choice.get(what).map(super::super::flatten::cell_text).unwrap_or_default();
    let found = choices.iter().find(|choice| said(choice, "value") == text).or_else(|| {
        choices.iter().find(|choice| {
            said(choice, "display_name").eq_ignore_ascii_case(text) || said(choice, "value").eq_ignore_ascii_case(text)
        })
    });
    if let Some(found) = found {
        return Ok(found.get("value").cloned().unwrap_or_default());
    }
    let values: Vec<String> = choices.iter().map(|choice| said(choice, "value")).take(30).collect();
    Err(refused(format!("{name} cannot be {}", short(text))).hint(format!("it is one of {}", values.join(", "))))
}

/// A related object as NetBox takes it: by its id, or by what tells it from others.
fn reference(children: &Map<String, Value>, value: &Value) -> Value {
    match value {
        Value::String(text) => match text.trim().parse::<u64>() {
            Ok(id) => json!(id),
            Err(_) => match ATTRIBUTES.iter().find(|attribute| children.contains_key(**attribute)) {
                Some(attribute) => json!({*attribute: text.trim()}),
                None => value.clone(),
            },
        },
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::netbox::object_type;

    fn wanted(action: Action, values: Value) -> Wanted {
        let kind = object_type::by_name("dcim.device").unwrap();
        Wanted { action, kind, object: None, values: values.as_object().unwrap().clone() }
    }

    /// A few fields as NetBox 4.7 tells them of devices.
    fn writable() -> Writable {
        let fields = json!({
            "id": {"type": "integer", "required": false, "read_only": true},
            "name": {"type": "string", "required": true, "read_only": false, "max_length": 8},
            "status": {"type": "field", "required": false, "read_only": false, "choices": [
                {"value": "active", "display_name": "Active"}, {"value": "decommissioning", "display_name": "Going away"},
            ]},
            "site": {"type": "nested object", "required": true, "read_only": false, "children": {"id": {}, "name": {}, "slug": {}}},
            "primary_ip4": {"type": "nested object", "required": false, "read_only": false, "children": {"id": {}, "address": {}}},
            "tags": {"type": "field", "required": false, "read_only": false, "child": {"children": {"name": {}, "slug": {}}}},
            "custom_fields": {"type": "field", "required": false, "read_only": false},
        });
        let fields = fields.as_object().unwrap().clone();
        Writable([(("dcim/devices", "POST"), fields.clone()), (("dcim/devices", "PUT"), fields)].into())
    }

    fn update(values: Value) -> Result<Value, String> {
        writable().check(&wanted(Action::Update, values)).map(Value::Object).map_err(|problem| problem.to_string())
    }

    #[test]
    fn values_become_what_netbox_takes() {
        for (given, expected) in [
            (json!({"status": "Going away"}), json!({"status": "decommissioning"})),
            (json!({"status": "ACTIVE"}), json!({"status": "active"})),
            (json!({"site": "Cleveland 01"}), json!({"site": {"name": "Cleveland 01"}})),
            (json!({"site": "7"}), json!({"site": 7})),
            (json!({"site": {"slug": "cle-01"}}), json!({"site": {"slug": "cle-01"}})),
            (json!({"primary_ip4": "10.0.0.1/24"}), json!({"primary_ip4": {"address": "10.0.0.1/24"}})),
            (json!({"primary_ip4": null}), json!({"primary_ip4": null})),
            (json!({"tags": ["core", 3]}), json!({"tags": [{"name": "core"}, 3]})),
            (
                json!({"cf_owner": "noc", "custom_fields": {"a": 1}, "cf_b": 2}),
                json!({"custom_fields": {"owner": "noc", "a": 1, "b": 2}}),
            ),
        ] {
            assert_eq!(update(given.clone()), Ok(expected), "{given}");
        }
    }

    #[test]
    fn what_netbox_would_ignore_or_refuse_is_said_before_anybody_approves_it() {
        for (given, words) in [
            (json!({"statuss": "active"}), "there is status"),
            (json!({"id": 4}), "NetBox sets id"),
            (json!({"status": "gone"}), "one of active, decommissioning"),
            (json!({"name": "much too long"}), "NetBox takes 8"),
        ] {
            let problem = update(given.clone()).unwrap_err();
            assert!(problem.contains(words), "{given}: {problem}");
        }
        let missing = writable().check(&wanted(Action::Create, json!({"name": "x"}))).unwrap_err();
        assert_eq!(missing.message, "A new device needs site");
    }
}
