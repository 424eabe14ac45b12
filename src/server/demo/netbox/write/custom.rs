//! The custom fields of an object as a request writes them.

use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use super::super::render::Scope;
use super::super::schema::TypeId;
use super::super::store::{Object, Value};
use super::Errors;
use super::value::plain;

/// All custom fields of an object after a request, by name; of a new object those that have a default.
pub fn fields(scope: &Scope, kind: TypeId, object: Option<Object>, given: Option<&Json>) -> Result<Json, Errors> {
    let known = scope.fields_of(kind);
    let store = scope.store;
    let mut fields = match object {
        Some(object) => store.json(object, "custom_field_data").as_object().cloned().unwrap_or_default(),
        None => known
            .iter()
            .map(|field| (store.text(*field, "name").to_owned(), store.json(*field, "default")))
            .filter(|(_, default)| !default.is_null())
            .collect(),
    };
    let refused = |name: &str, what: Json| Err(Errors::from_iter([(name.to_owned(), what)]));
    let given = match given {
        None => return Ok(Json::Object(fields)),
        Some(Json::Object(given)) => given,
        Some(_) => {
            let sentence = "Invalid data format. Custom field data must be passed as a dictionary mapping field names to \
                            their values.";
            return refused("custom_fields", json!([sentence]));
        }
    };
    let mut unknown = Map::new();
    for (name, value) in given {
        let Some(field) = known.iter().copied().find(|field| store.text(*field, "name") == name) else {
            unknown.insert(name.clone(), json!(format!("Custom field '{name}' does not exist for this object type.")));
            continue;
        };
        if let Some(sentence) = problem(scope, field, value) {
            return refused("__all__", json!([format!("Invalid value for custom field '{name}': {sentence}")]));
        }
        fields.insert(name.clone(), value.clone());
    }
    if unknown.is_empty() { Ok(Json::Object(fields)) } else { refused("custom_fields", Json::Object(unknown)) }
}

fn problem(scope: &Scope, field: Object, value: &Json) -> Option<String> {
    let store = scope.store;
    if value.is_null() || value == "" {
        let required = store.get(field, "required") == Value::Bool(true);
        return required.then(|| "Required field cannot be empty.".to_owned());
    }
    let date = || value.as_str().is_some_and(|text| text.parse::<Date>().is_ok());
    let sentence = match store.text(field, "type") {
        "text" | "longtext" | "url" if !value.is_string() => "Value must be a string.",
        "integer" if !value.is_i64() => "Value must be an integer.",
        "decimal" if !value.is_number() => "Value must be a decimal.",
        "boolean" if !value.is_boolean() => "Value must be true or false.",
        "date" if !date() => "Date values must be in ISO 8601 format (YYYY-MM-DD).",
        "select" => return unchosen(scope, field, value),
        "multiselect" => {
            return value.as_array().into_iter().flatten().find_map(|value| unchosen(scope, field, value));
        }
        _ => return None,
    };
    Some(sentence.to_owned())
}

fn unchosen(scope: &Scope, field: Object, value: &Json) -> Option<String> {
    let set = scope.store.reference(field, "choice_set")?;
    let choices = scope.store.json(set, "extra_choices");
    let known = choices.as_array()?.iter().any(|pair| pair.get(0) == Some(value));
    (!known).then(|| format!("Invalid choice ({}) for choice set {}.", plain(value), scope.store.text(set, "name")))
}
