//! What is said about what is missing, and about what may be asked.

use serde_json::Value;

use super::super::super::markdown::{code, escape, field, plain, rows, series, total};
use super::super::super::phrasebook::Slots;
use super::shown;

/// How many objects lack each of some fields.
pub(in super::super::super) fn missing(result: &Value, _: &Slots) -> String {
    let all = plain(&result["objects"]);
    let lines: Vec<String> = rows(result)
        .iter()
        .map(|row| format!("- **{}** without {}", field(row, "missing"), escape(&words(&field(row, "field")))))
        .collect();
    format!("Of {all} objects:\n\n{}", lines.join("\n"))
}

fn words(name: &str) -> String {
    match name {
        "serial" => "a serial number".into(),
        "primary_ip" => "a primary IP address".into(),
        "asset_tag" => "an asset tag".into(),
        other => format!("a {}", other.replace('_', " ")),
    }
}

pub(in super::super::super) fn compliance(result: &Value, slots: &Slots) -> String {
    let site = escape(slots.get("site").unwrap_or_default());
    let all = plain(&result["objects"]);
    let lacking = rows(result).first().map(|row| field(row, "missing")).unwrap_or_default();
    match lacking.as_str() {
        "0" => format!("**Yes**: each of the {all} active devices at {site} has a primary IP address."),
        count => format!("**No**: {count} of the {all} active devices at {site} have no primary IP address."),
    }
}

pub(in super::super::super) fn duplicate_serials(result: &Value, _: &Slots) -> String {
    let all = plain(&result["objects"]);
    match total(result) {
        0 => format!("**No serial number** stands twice, among {all} devices."),
        1 => format!("**1 serial number** stands more than once, among {all} devices:{}", shown(result)),
        count => format!("**{count} serial numbers** stand more than once, among {all} devices:{}", shown(result)),
    }
}

/// The lines of a description that begin with some words, without them.
fn lines<'a>(description: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    description.lines().filter_map(move |line| line.strip_prefix(start))
}

pub(in super::super::super) fn custom_fields(result: &Value, _: &Slots) -> String {
    let description = plain(&result["description"]);
    let fields: Vec<String> = lines(&description, "Custom field ")
        .map(|line| {
            let (name, rest) = line.split_once(": ").unwrap_or((line, ""));
            let what = rest.split(';').next().unwrap_or_default();
            format!("- {}: {}", code(name), escape(what))
        })
        .collect();
    if fields.is_empty() {
        return "Devices have **no custom fields** here.".into();
    }
    format!("Devices have **{} custom fields**:\n\n{}", fields.len(), fields.join("\n"))
}

pub(in super::super::super) fn statuses(result: &Value, _: &Slots) -> String {
    let description = plain(&result["description"]);
    let values =
        description.split("status=").nth(1).and_then(|rest| rest.split([' ', '\n']).next()).unwrap_or_default();
    let values: Vec<String> = values.split('|').filter(|value| !value.is_empty()).map(code).collect();
    if values.is_empty() {
        return "NetBox did not tell which states a device can have.".into();
    }
    format!("A device can have **{} states**: {}.", values.len(), series(&values, "and"))
}

pub(in super::super::super) fn filters(result: &Value, _: &Slots) -> String {
    let description = plain(&result["description"]);
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for line in lines(&description, "Filters ") {
        let (group, names) = line.split_once(": ").unwrap_or(("", line));
        let group = group.split([' ', ',']).take_while(|word| !word.starts_with('(')).collect::<Vec<_>>().join(" ");
        let group = group.split("  ").next().unwrap_or_default().to_owned();
        let bare = |name: &str| name.split(['[', '=', '→', '(']).next().unwrap_or(name).to_owned();
        let names =
            names.split_whitespace().map(bare).filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()));
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, known)) => known.extend(names),
            None => groups.push((group, names.collect())),
        }
    }
    let count: usize = groups.iter().map(|(_, names)| names.len()).sum();
    if count == 0 {
        return "NetBox did not tell which filters devices have.".into();
    }
    let lines: Vec<String> = groups
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(group, names)| {
            let first: Vec<String> = names.iter().take(8).map(|name| code(name)).collect();
            let more = if names.len() > 8 { format!(" and {} more", names.len() - 8) } else { String::new() };
            format!("- {}: {}{more}", escape(group), first.join(", "))
        })
        .collect();
    format!(
        "Devices have **{count} filters**:\n\n{}\n\nMost of them take endings such as `__n` (not) and `__ic` (contains).",
        lines.join("\n")
    )
}

pub(in super::super::super) fn types(result: &Value, _: &Slots) -> String {
    let description = plain(&result["description"]);
    let count = description.split(' ').next().unwrap_or_default();
    let apps: Vec<String> = description
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(app, types)| {
            let first: Vec<&str> = types.split(' ').take(6).collect();
            format!("- {}: {}, …", code(app), escape(&first.join(", ")))
        })
        .collect();
    format!("There are **{} object types** here:\n\n{}", escape(count), apps.join("\n"))
}
