//! Values of fields: whether two say the same, and what a person is shown of one. Shown is everything that is sent,
//! also what cannot be seen otherwise.

use serde_json::{Map, Value};

use super::super::flatten::{cell_text, full_name, is_choice};

/// Whether NetBox has this value already. A choice is its value, a related object its id or what it is named by; lists
/// have no order.
pub(super) fn is_same(now: &Value, wanted: &Value) -> bool {
    match (now, wanted) {
        (Value::Array(now), Value::Array(wanted)) => {
            now.len() == wanted.len()
                && wanted.iter().all(|wanted| now.iter().any(|now| is_same(now, wanted)))
                && now.iter().all(|now| wanted.iter().any(|wanted| is_same(now, wanted)))
        }
        (Value::Object(choice), wanted) if is_choice(choice) && !wanted.is_object() => {
            choice.get("value").is_some_and(|value| is_same(value, wanted))
        }
        // A related object by its id.
        (Value::Object(object), Value::Number(_)) => object.get("id") == Some(wanted),
        (Value::Number(now), Value::Number(wanted)) => now == wanted || now.as_f64() == wanted.as_f64(),
        // By what tells it from others. Any other object is JSON of somebody's own, and has to be the same to the letter.
        (Value::Object(object), Value::Object(named)) if object.contains_key("url") && object.contains_key("id") => {
            !named.is_empty()
                && named.iter().all(|(name, value)| object.get(name).is_some_and(|now| is_same(now, value)))
        }
        (now, wanted) => now == wanted,
    }
}

/// A value that NetBox has, as a person reads it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Object(choice) if is_choice(choice) => choice.get("value").map(shown).unwrap_or_default(),
        Value::Object(object) if object.contains_key("id") && object.contains_key("url") => {
            visible(&full_name(object).unwrap_or_else(|| value.to_string()))
        }
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => sent(other),
    }
}

/// A value that is to be sent, as a person reads it: nothing of it is left out.
pub(super) fn sent(value: &Value) -> String {
    match value {
        Value::Object(named) if is_name(named) => named.values().map(sent).collect::<Vec<_>>().join(" "),
        Value::Object(_) => visible(&value.to_string()),
        Value::Array(items) => items.iter().map(sent).collect::<Vec<_>>().join(", "),
        other => visible(&cell_text(other)),
    }
}

/// Attributes of which each by itself is a name, in what is sent for a related object.
fn is_name(attributes: &Map<String, Value>) -> bool {
    attributes.len() == 1
        && attributes.iter().all(|(name, value)| {
            ["name", "slug", "model", "address", "prefix", "cid"].contains(&name.as_str()) && value.is_string()
        })
}

/// A text in which what cannot be seen is spelt out, and line breaks are marks: `sw1` and `sw1` with a letter of no width
/// are not the same.
pub(super) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => visible.push('⏎'),
            letter if super::super::data::is_hidden(letter) => visible.extend(letter.escape_unicode()),
            letter => visible.push(letter),
        }
    }
    visible
}

/// An id of whose object nothing is known.
pub(super) fn by_id(id: &Value) -> String {
    format!("id {}", cell_text(id))
}

/// The same related object, written in the shortest way: `{"id": 5}` is 5.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(object) if object.len() == 1 => {
            object.get("id").filter(|id| id.is_u64()).cloned().unwrap_or_else(|| value.clone())
        }
        other => other.clone(),
    }
}

/// The text of a value that is written as a text or a number, trimmed.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tenant() -> Value {
        json!({"id": 5, "url": "http://x/api/tenancy/tenants/5/", "display": "ACME", "name": "ACME", "slug": "acme"})
    }

    #[test]
    fn only_what_says_the_same_is_the_same() {
        for (now, wanted, same) in [
            (json!({"value": "active", "label": "Active"}), json!("active"), true),
            (json!({"value": "active", "label": "Active"}), json!("Active"), false),
            (tenant(), json!(5), true),
            (tenant(), json!(6), false),
            (tenant(), json!({"name": "ACME"}), true),
            (tenant(), json!({"name": "Other"}), false),
            (json!([tenant()]), json!([5]), true),
            (json!([tenant()]), json!([]), false),
            (json!([1, 2]), json!([2, 1]), true),
            (json!([1, 2]), json!([1, 1]), false),
            (json!(1.5), json!(1.5), true),
            (json!(2.0), json!(2), true),
            (json!({"ntp": "a"}), json!({"dns": "a"}), false),
            (json!("a\nb"), json!("a b"), false),
            (json!(true), json!("yes"), false),
            (json!(null), json!(""), false),
        ] {
            assert_eq!(is_same(&now, &wanted), same, "{now} {wanted}");
        }
    }

    #[test]
    fn everything_that_is_sent_is_shown() {
        assert_eq!(shown(&tenant()), "ACME");
        assert_eq!(shown(&json!({"value": "active", "label": "Active"})), "active");
        for (value, expected) in [
            (json!({"name": "ACME"}), "ACME"),
            (json!({"id": 1, "x": 2}), r#"{"id":1,"x":2}"#),
            (json!({"value": "a", "label": "b"}), r#"{"value":"a","label":"b"}"#),
            (json!("sw1\u{200b}"), "sw1\\u{200b}"),
            (json!("a\nb"), "a⏎b"),
            (json!(["a", {"slug": "b"}]), "a, b"),
            (json!(null), ""),
        ] {
            assert_eq!(sent(&value), expected, "{value}");
        }
    }
}
