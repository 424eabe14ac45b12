//! A value of a request as a cell, or why it cannot be one, in the words of Django's REST framework.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};

use super::super::network::parse_mac;
use super::super::render::Scope;
use super::super::schema::{Column, ColumnKind, TypeId, schema};
use super::super::store::{Network, Store, Value, decimal};
use super::table::Field;
use super::{python_type, related};

/// A cell whose texts are not in a store yet.
#[derive(Clone, Debug)]
pub enum Draft {
    /// A cell without texts.
    Is(Value),
    /// A text.
    Text(String),
    /// Anything else.
    Json(Json),
}

impl Draft {
    /// The cell, in a store.
    pub fn kept(self, store: &mut Store) -> Value {
        match self {
            Self::Is(value) => value,
            Self::Text(text) => Value::Text(store.intern(&text)),
            Self::Json(value) => Value::Json(store.intern(&value.to_string())),
        }
    }
}

/// What is wrong with a value: what stands under the field's name in the answer.
pub type Problem = Json;

fn problem(sentence: impl Into<String>) -> Problem {
    json!([sentence.into()])
}

/// The cell that a value makes in a column.
pub fn cell(scope: &Scope, kind: TypeId, field: &Field, column: &Column, value: &Json) -> Result<Draft, Problem> {
    let choices = choices(kind, field, column);
    if let Some(choices) = choices {
        return choice(field, column, choices, value);
    }
    if value.is_null() {
        return if field.null { Ok(Draft::Is(Value::Null)) } else { Err(problem("This field may not be null.")) };
    }
    match column.kind {
        ColumnKind::Text { .. } => text(field, value).map(Draft::Text),
        ColumnKind::Int => {
            let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
            let number = number.ok_or_else(|| problem("A valid integer is required."))?;
            #[allow(clippy::cast_precision_loss, reason = "it is compared with limits that have few digits")]
            within(field, number as f64)?;
            Ok(Draft::Is(Value::Int(number)))
        }
        ColumnKind::Decimal => {
            let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
            let number = number.filter(|number| number.is_finite() && number.abs() < 1e12);
            let number = number.ok_or_else(|| problem("A valid number is required."))?;
            within(field, number)?;
            digits(field, &plain(value))?;
            Ok(Draft::Is(decimal(number)))
        }
        ColumnKind::Bool => {
            let word = value.as_str().map(str::to_lowercase);
            match (value.as_bool(), word.as_deref()) {
                (Some(value), _) => Ok(Draft::Is(Value::Bool(value))),
                (_, Some("true" | "yes" | "on" | "1")) => Ok(Draft::Is(Value::Bool(true))),
                (_, Some("false" | "no" | "off" | "0")) => Ok(Draft::Is(Value::Bool(false))),
                _ => Err(problem("Must be a valid boolean.")),
            }
        }
        ColumnKind::Date => match value.as_str().filter(|text| text.parse::<Date>().is_ok()) {
            Some(date) => Ok(Draft::Text(date.to_owned())),
            None => Err(problem("Date has wrong format. Use one of these formats instead: YYYY-MM-DD.")),
        },
        ColumnKind::Network => network(column.name, value),
        ColumnKind::Mac => match value.as_str().and_then(parse_mac) {
            Some(address) => Ok(Draft::Is(Value::Mac(address))),
            None => Err(problem(format!("Invalid MAC address format: {}", plain(value)))),
        },
        ColumnKind::Ref(wanted) => {
            related::object(scope, wanted, value).map(|found| Draft::Is(Value::Ref(found))).map_err(problem)
        }
        ColumnKind::Refs(wanted) => objects(scope, wanted, column, value),
        ColumnKind::Json if column.name == "local_context_data" && !value.is_object() => {
            Err(problem("JSON data must be in object form. Example: {\"foo\": 123}"))
        }
        ColumnKind::Json => Ok(Draft::Json(value.clone())),
        ColumnKind::Id | ColumnKind::Time | ColumnKind::Generic | ColumnKind::Counter => {
            Err(problem("This field cannot be written."))
        }
    }
}

/// The set that a field's values are chosen from, if they are.
pub fn choices(kind: TypeId, field: &Field, column: &Column) -> Option<&'static [(&'static str, &'static str)]> {
    let shape = schema().kind(kind).shape.fields.iter().find(|shape| shape.name == field.name)?;
    let set = if shape.kind == "choice" { shape.argument } else { column.argument };
    let chosen = shape.kind == "choice" || field.kind == "choice";
    Some(schema().choices(set)).filter(|set| chosen && !set.is_empty())
}

fn choice(field: &Field, column: &Column, choices: &[(&str, &str)], value: &Json) -> Result<Draft, Problem> {
    if value.is_null() && field.null {
        return Ok(Draft::Is(Value::Null));
    }
    if value.is_null() || value == "" {
        let blank =
            if matches!(column.kind, ColumnKind::Int) { Draft::Is(Value::Null) } else { Draft::Text(String::new()) };
        return if field.blank { Ok(blank) } else { Err(problem("This field may not be blank.")) };
    }
    if value.is_object() || value.is_array() {
        return Err(problem("Value must be passed directly (e.g. \"foo\": 123); do not use a dictionary or list."));
    }
    let text = plain(value);
    match (choices.iter().any(|(known, _)| *known == text), column.kind, text.parse()) {
        (true, ColumnKind::Int, Ok(number)) => Ok(Draft::Is(Value::Int(number))),
        (true, ..) => Ok(Draft::Text(text)),
        _ => Err(problem(format!("{text} is not a valid choice."))),
    }
}

fn text(field: &Field, value: &Json) -> Result<String, Problem> {
    let text = match value {
        Json::String(text) => text.trim().to_owned(),
        Json::Number(number) => number.to_string(),
        _ => return Err(problem("Not a valid string.")),
    };
    if text.is_empty() && !field.blank {
        return Err(problem("This field may not be blank."));
    }
    if text.contains('\0') {
        return Err(problem("Null characters are not allowed."));
    }
    #[allow(clippy::cast_precision_loss, reason = "a body has 64 kB at most")]
    let characters = text.chars().count() as f64;
    if let Some(most) = limit(field, "max_length").filter(|most| characters > *most) {
        return Err(problem(format!("Ensure this field has no more than {most} characters.")));
    }
    let slug = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if field.kind == "slug" && !text.chars().all(slug) {
        return Err(problem("Enter a valid \"slug\" consisting of letters, numbers, underscores or hyphens."));
    }
    let color = |text: &str| text.len() == 6 && text.chars().all(|letter| matches!(letter, '0'..='9' | 'a'..='f'));
    if field.name == "color" && !text.is_empty() && !color(&text) {
        return Err(problem("Enter a valid hexadecimal RGB color code."));
    }
    let (before, after) = text.split_once('@').unwrap_or_default();
    if field.kind == "email" && !text.is_empty() && (before.is_empty() || !after.contains('.')) {
        return Err(problem("Enter a valid email address."));
    }
    if field.name == "time_zone" && !text.is_empty() && TimeZone::get(&text).is_err() {
        return Err(problem("A valid timezone is required."));
    }
    Ok(text)
}

fn limit(field: &Field, name: &str) -> Option<f64> {
    field.limits.iter().find(|(known, _)| *known == name).and_then(|(_, number)| number.parse().ok())
}

fn within(field: &Field, number: f64) -> Result<(), Problem> {
    let named = |name: &str| field.limits.iter().find(|(known, _)| *known == name).map_or("", |(_, number)| number);
    if limit(field, "min_value").is_some_and(|least| number < least) {
        return Err(problem(format!("Ensure this value is greater than or equal to {}.", named("min_value"))));
    }
    if limit(field, "max_value").is_some_and(|most| number > most) {
        return Err(problem(format!("Ensure this value is less than or equal to {}.", named("max_value"))));
    }
    Ok(())
}

/// Whether a number is written with as many digits as the column holds.
fn digits(field: &Field, number: &str) -> Result<(), Problem> {
    let (Some(most), Some(places)) = (limit(field, "max_digits"), limit(field, "decimal_places")) else {
        return Ok(());
    };
    let (whole, fraction) = number.trim().trim_start_matches('-').split_once('.').unwrap_or((number.trim(), ""));
    let (whole, fraction) = (whole.trim_start_matches(['-', '0']).len(), fraction.trim_end_matches('0').len());
    #[allow(clippy::cast_precision_loss, reason = "numbers have few digits")]
    let too_many = |count: usize, most: f64| count as f64 > most;
    if too_many(whole + fraction, most) {
        return Err(problem(format!("Ensure that there are no more than {most} digits in total.")));
    }
    if too_many(fraction, places) {
        return Err(problem(format!("Ensure that there are no more than {places} decimal places.")));
    }
    if too_many(whole, most - places) {
        let sentence = format!("Ensure that there are no more than {} digits before the decimal point.", most - places);
        return Err(problem(sentence));
    }
    Ok(())
}

fn network(column: &str, value: &Json) -> Result<Draft, Problem> {
    let text = plain(value);
    if text.is_empty() {
        return Err(problem("This field may not be blank."));
    }
    let what = if column == "prefix" { "prefix" } else { "address" };
    let Some(network) = value.as_str().and_then(Network::parse) else {
        return Err(problem(format!("Invalid IP {what} format: {text}")));
    };
    if column == "prefix" && network.cidr() != network {
        return Err(problem(format!("{text} is not a valid prefix. Did you mean {}?", network.cidr())));
    }
    Ok(Draft::Is(Value::Network(Box::new(network))))
}

fn objects(scope: &Scope, kind: TypeId, column: &Column, value: &Json) -> Result<Draft, Problem> {
    let Json::Array(items) = value else {
        let sentence = format!("Expected a list of items but got type \"{}\".", python_type(value));
        return Err(if column.name == "tags" { json!({"__all__": [sentence]}) } else { problem(sentence) });
    };
    let mut found = Vec::new();
    for item in items {
        let object = related::object(scope, kind, item).map_err(|sentence| match item.as_i64() {
            Some(id) if column.name != "tags" => problem(format!("Invalid pk \"{id}\" - object does not exist.")),
            None if column.name != "tags" && !item.is_object() => {
                problem(format!("Incorrect type. Expected pk value, received {}.", python_type(item)))
            }
            _ => problem(sentence),
        })?;
        if !found.contains(&object) {
            found.push(object);
        }
    }
    Ok(Draft::Is(Value::Refs(Box::new(found))))
}

/// A value as text, without the quotes of JSON.
pub fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| related::python(value), str::to_owned)
}
