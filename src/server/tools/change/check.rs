//! What may be written, as NetBox says it to whoever asks (`OPTIONS`): NetBox has no dry run, and what it does not know
//! it ignores without a word.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::call::Call;
use super::super::filters::{capitalised, refused, short};
use super::describe::verb;
use super::wanted::Wanted;
use crate::server::netbox::ObjectType;
use crate::server::netbox::catalogue::nearest;
use crate::wire::change::Action;
use crate::wire::problem::{Problem, ProblemCode};

/// The fields that can be written, by list and method (`POST`, `PUT`), and the custom fields of each type.
#[derive(Default)]
pub(super) struct Writable {
    fields: BTreeMap<(&'static str, &'static str), Map<String, Value>>,
    custom: BTreeMap<&'static str, BTreeSet<String>>,
}

/// Values that NetBox takes as far as it says so.
pub(super) struct Checked {
    pub(super) values: Map<String, Value>,
    /// The fields that refer to other objects.
    pub(super) relations: BTreeSet<String>,
}

impl Writable {
    /// Asks for every list that something is to be written to.
    pub(super) async fn of_all(call: &Call<'_>, wanted: &[Wanted]) -> Result<Self, Problem> {
        let mut all = Self::default();
        for Wanted { action, kind, values, .. } in wanted {
            let Some(method) = method(*action) else { continue };
            let is_custom = |name: &str| name == "custom_fields" || name.starts_with("cf_");
            if values.keys().any(|name| is_custom(name)) && !all.custom.contains_key(kind.name) {
                let fields = call.custom_fields().await.map_err(|error| error.problem())?;
                let own = fields.iter().filter(|field| field.object_types.iter().any(|name| name == kind.name));
                all.custom.insert(kind.name, own.map(|field| field.name.clone()).collect());
            }
            if all.fields.contains_key(&(kind.endpoint, method)) {
                continue;
            }
            let exchange = call.netbox.writable(call.asking.credentials, &kind.list_path()).await;
            call.record(exchange.requests);
            let answer = exchange.answer.map_err(|error| error.problem())?;
            let fields = answer.body.get("actions").and_then(|actions| actions.get(method)).and_then(Value::as_object);
            let fields = fields.ok_or_else(|| may_not(*action, kind))?;
            all.fields.insert((kind.endpoint, method), fields.clone());
        }
        Ok(all)
    }

    /// The values as NetBox takes them.
    ///
    /// # Errors
    /// A field that is not there or cannot be written, a value that is none of its choices or too long; for a new object
    /// one that is missing.
    pub(super) fn check(&self, wanted: &Wanted) -> Result<Checked, Problem> {
        let mut checked = Checked { values: Map::new(), relations: BTreeSet::new() };
        let fields = method(wanted.action).and_then(|method| self.fields.get(&(wanted.kind.endpoint, method)));
        let Some(fields) = fields else { return Ok(checked) };
        for (name, value) in &wanted.values {
            if name == "changelog_message" {
                return Err(refused("The reason is what NetBox's change log says").hint("put it into reason"));
            }
            if let Some(custom) = name.strip_prefix("cf_") {
                self.put_custom(wanted.kind, &mut checked.values, custom, value)?;
                continue;
            }
            if let ("custom_fields", Value::Object(all)) = (name.as_str(), value) {
                for (custom, value) in all {
                    self.put_custom(wanted.kind, &mut checked.values, custom, value)?;
                }
                continue;
            }
            let field = fields.get(name).ok_or_else(|| unknown(wanted.kind, name, fields))?;
            if is(field, "read_only") {
                return Err(refused(format!("NetBox sets {name} of {} itself", wanted.kind.plural))
                    .hint("leave it out; netbox_describe tells what a type has"));
            }
            let child = field.get("child").unwrap_or(field);
            if child.get("children").is_some() {
                checked.relations.insert(name.clone());
            }
            checked.values.insert(name.clone(), checked_value(name, field, value)?);
        }
        if wanted.action == Action::Create {
            let missing: Vec<&str> = fields
                .iter()
                .filter(|(name, field)| {
                    is(field, "required") && !is(field, "read_only") && !checked.values.contains_key(*name)
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

    fn put_custom(
        &self,
        kind: &'static ObjectType,
        values: &mut Map<String, Value>,
        name: &str,
        value: &Value,
    ) -> Result<(), Problem> {
        let own = self.custom.get(kind.name);
        if own.is_some_and(|own| !own.contains(name)) {
            let own: Vec<String> = own.into_iter().flatten().map(|name| format!("cf_{name}")).collect();
            return Err(refused(format!("{} have no custom field {}", capitalised(kind.plural), short(name))).hint(
                if own.is_empty() { "they have none".to_owned() } else { format!("there is {}", own.join(", ")) },
            ));
        }
        let all = values.entry("custom_fields").or_insert_with(|| json!({}));
        if let Some(all) = all.as_object_mut() {
            all.insert(name.to_owned(), value.clone());
        }
        Ok(())
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
    Ok(value.clone())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::netbox::object_type;

    fn wanted(action: Action, values: Value) -> Wanted {
        let kind = object_type::by_name("dcim.device").unwrap();
        Wanted { action, kind, object: None, said: None, values: values.as_object().unwrap().clone() }
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
        Writable {
            fields: [(("dcim/devices", "POST"), fields.clone()), (("dcim/devices", "PUT"), fields)].into(),
            custom: [("dcim.device", ["owner", "a", "b"].map(str::to_owned).into())].into(),
        }
    }

    fn update(values: Value) -> Result<Value, String> {
        let checked = writable().check(&wanted(Action::Update, values)).map_err(|problem| problem.to_string())?;
        assert!(checked.relations.iter().all(|name| ["site", "primary_ip4", "tags"].contains(&name.as_str())));
        Ok(Value::Object(checked.values))
    }

    #[test]
    fn values_become_what_netbox_takes() {
        for (given, expected) in [
            (json!({"status": "Going away"}), json!({"status": "decommissioning"})),
            (json!({"status": "ACTIVE"}), json!({"status": "active"})),
            (json!({"primary_ip4": null}), json!({"primary_ip4": null})),
            (json!({"tags": ["core", 3], "site": "x"}), json!({"tags": ["core", 3], "site": "x"})),
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
            (json!({"cf_ownr": "x"}), "there is cf_a, cf_b, cf_owner"),
            (json!({"custom_fields": {"ownr": "x"}}), "no custom field ownr"),
            (json!({"changelog_message": "x"}), "put it into reason"),
        ] {
            let problem = update(given.clone()).unwrap_err();
            assert!(problem.contains(words), "{given}: {problem}");
        }
        let missing = writable().check(&wanted(Action::Create, json!({"name": "x"}))).err().unwrap();
        assert_eq!(missing.message, "A new device needs site");
    }
}
