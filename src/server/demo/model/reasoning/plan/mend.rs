//! A call that was refused because of a name is asked once more with the name that was meant.

use serde_json::{Map, Value, json};

use super::super::history::Outcome;
use super::super::look::{Call, Look, Wait};

/// Asks, and once more when the tool's reason says under which name the object is known.
pub(super) fn ask(call: Call, look: &mut Look) -> Result<Outcome, Wait> {
    let outcome = look.one(call.clone())?;
    let Outcome::Failed(reason) = &outcome else { return Ok(outcome) };
    let Some(mended) = mended(&call, reason) else { return Ok(outcome) };
    look.think("The tool knows no such name, and says which one is near. I ask again.");
    Ok(match look.one(mended)? {
        Outcome::Failed(_) => outcome,
        found @ Outcome::Found(_) => found,
    })
}

fn mended(call: &Call, reason: &str) -> Option<Call> {
    let (_, rest) = reason.strip_prefix("There is no ")?.split_once(" called ")?;
    let (unknown, _) = rest.split_once(", or ")?;
    let near = near(reason, unknown);
    let input = match near.as_slice() {
        // What is no site may be a region.
        [] => region(&call.input, unknown)?,
        [one] => replaced(&call.input, unknown, &json!(one)),
        several => {
            let mut input = call.input.clone();
            let filters = input.get_mut("filters")?;
            let wanted = replaced(filters, unknown, &json!(several));
            if wanted == *filters {
                return None;
            }
            *filters = wanted;
            input
        }
    };
    (input != call.input).then_some(Call { name: call.name, input })
}

/// The names that the hint offers and that contain what was written.
fn near(reason: &str, unknown: &str) -> Vec<String> {
    let hint = reason.lines().find_map(|line| line.strip_prefix("hint: did you mean "));
    let names = hint.unwrap_or_default().trim_end_matches('?').split(" or ");
    let wanted = unknown.to_lowercase();
    names.map(str::trim).filter(|name| name.to_lowercase().contains(&wanted)).map(str::to_owned).collect()
}

fn region(input: &Value, unknown: &str) -> Option<Value> {
    let mut input = input.clone();
    let filters = input.get_mut("filters")?.as_object_mut()?;
    if filters.get("site")?.as_str()? != unknown {
        return None;
    }
    let renamed: Map<String, Value> = filters
        .iter()
        .map(|(name, value)| (if name == "site" { "region".to_owned() } else { name.clone() }, value.clone()))
        .collect();
    *filters = renamed;
    Some(input)
}

fn replaced(value: &Value, old: &str, new: &Value) -> Value {
    match value {
        Value::String(text) if text == old => new.clone(),
        Value::Array(values) => values.iter().map(|value| replaced(value, old, new)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), replaced(value, old, new))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mend(filters: Value, reason: &str) -> Option<Value> {
        let call = Call { name: "netbox_aggregate", input: json!({"object_type": "dcim.device", "filters": filters}) };
        mended(&call, reason).map(|call| call.input["filters"].clone())
    }

    #[test]
    fn a_near_name_replaces_what_was_written() {
        let reason = "There is no site called dallas, or this token may not see it\nhint: did you mean Dallas 01?";
        assert_eq!(mend(json!({"site": "dallas"}), reason), Some(json!({"site": "Dallas 01"})));
        let reason = "There is no device role called switch, or this token may not see it\nhint: did you mean Access switch or Core switch?";
        assert_eq!(mend(json!({"role": "switch"}), reason), Some(json!({"role": ["Access switch", "Core switch"]})));
    }

    #[test]
    fn what_is_no_site_may_be_a_region() {
        let reason = "There is no site called Ohio, or this token may not see it\nhint: there are Akron 01, Dallas 01";
        assert_eq!(mend(json!({"site": "Ohio"}), reason), Some(json!({"region": "Ohio"})));
        assert_eq!(mend(json!({"tenant": "Ohio"}), "There is no tenant called Ohio, or so"), None);
        assert_eq!(mend(json!({"site": "Ohio"}), "It is broken"), None);
    }
}
