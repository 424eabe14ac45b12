//! What is said about changes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::super::markdown::{Row, code, escape, field, moment, plain, rows, series, shorten, total};
use super::super::super::phrasebook::Slots;
use super::shown;

pub(in super::super::super) fn list(result: &Value, slots: &Slots) -> String {
    let count = total(result);
    let of = slots.get("device").map(|device| format!(" of {}", code(device))).unwrap_or_default();
    let by = slots.get("user").map(|user| format!(" by {}", code(user))).unwrap_or_default();
    if count == 0 {
        return format!("NetBox shows **no changes**{of}{by} in that time.");
    }
    let found = rows(result);
    let users: BTreeSet<String> = found.iter().map(|row| code(&field(row, "user_name"))).collect();
    let users: Vec<String> = users.into_iter().collect();
    let whom = if by.is_empty() && found.len() as u64 == count {
        format!(", by {}", series(&users, "and"))
    } else {
        String::new()
    };
    let noun = if count == 1 { "change" } else { "changes" };
    let newest = found.first().map(|row| format!(" The newest: {}.", told(row))).unwrap_or_default();
    let place = if count > 1 { shown(result) } else { String::new() };
    format!("**{count} {noun}**{of}{by}{whom}.{newest}{place}")
}

pub(in super::super::super) fn last(result: &Value, slots: &Slots) -> String {
    let device = code(slots.get("device").unwrap_or_default());
    let found = rows(result);
    let Some(row) = found.first() else { return format!("NetBox shows **no update** of {device}.") };
    format!("The last change of {device}: {}.{}", told(row), shown(result))
}

/// "alice updated `cle-01-core-01` on 2026-11-20 10:00 (status: planned → active)".
fn told(row: &Row) -> String {
    let action = match field(row, "action").as_str() {
        "create" => "created",
        "delete" => "deleted",
        _ => "updated",
    };
    let sides: Vec<String> = row
        .get("changes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "last_updated")
        .map(|(name, sides)| {
            let side = |at: usize| {
                let text = sides.get(at).map(plain).unwrap_or_default();
                if text.is_empty() { "nothing".to_owned() } else { escape(&shorten(&text, 60)) }
            };
            format!("{}: {} → {}", escape(name), side(0), side(1))
        })
        .collect();
    let sides = if sides.is_empty() { String::new() } else { format!(" ({})", sides.join("; ")) };
    format!(
        "{} {action} {} on {} UTC{sides}",
        code(&field(row, "user_name")),
        code(&shorten(&field(row, "object_repr"), 60)),
        moment(&field(row, "time"))
    )
}
