//! What is said about people.

use serde_json::Value;

use super::super::super::markdown::{code, escape, plain};
use super::super::super::phrasebook::Slots;
use super::texts;

/// The contacts of an object, and those that it inherits.
pub(in super::super::super) fn contacts(result: &Value, slots: &Slots) -> String {
    let object = &result["object"];
    let asked = slots.all().next().map(|(_, value)| value.to_owned()).unwrap_or_default();
    let name = plain(&object["name"]);
    let name = code(if name.is_empty() { &asked } else { &name });
    let mut lines = Vec::new();
    let groups = object.as_object().into_iter().flatten().filter(|(key, _)| key.starts_with("contacts"));
    for (key, value) in groups {
        let over =
            key.strip_prefix("contacts_of_").map(|owner| format!(" (of its {})", escape(&owner.replace('_', " "))));
        for contact in texts(value) {
            lines.push(format!("- {}{}", escape(&contact), over.clone().unwrap_or_default()));
        }
    }
    let noun = if lines.len() == 1 { "contact" } else { "contacts" };
    if lines.is_empty() {
        return format!("NetBox records **no contact** for {name}.");
    }
    format!("{name} has **{} {noun}**:\n\n{}", lines.len(), lines.join("\n"))
}
