//! What is said about cables and what depends on them.

use std::fmt::Write as _;

use serde_json::Value;

use super::super::super::markdown::{code, escape, plain, rows, series, total};
use super::super::super::phrasebook::Slots;
use super::{shown, texts};

pub(in super::super::super) fn trace(result: &Value, _: &Slots) -> String {
    let from = code(&plain(&result["from"]));
    let path = plain(&result["path"]);
    if path.is_empty() {
        return format!("NetBox records **no cable** at {from}.{}", shown(result));
    }
    let end = path.rsplit(" - ").next().and_then(|end| end.rsplit("- ").next()).unwrap_or(&path);
    let whole = if result["complete"] == true { "" } else { " The path ends there: it is not complete." };
    format!("{from} leads to **{}**: {}.{whole}{}", code(end), code(&path), shown(result))
}

pub(in super::super::super) fn neighbours(result: &Value, slots: &Slots) -> String {
    let device = code(slots.get("device").unwrap_or_default());
    let names: Vec<String> = result["links"].as_object().into_iter().flatten().map(|(name, _)| code(name)).collect();
    if names.is_empty() {
        return format!("Nothing is connected to {device}: NetBox records no cable there.");
    }
    let count = result["neighbours"].as_u64().unwrap_or(names.len() as u64);
    let noun = if count == 1 { "neighbour" } else { "neighbours" };
    let named = if names.len() <= 8 { format!(": {}", series(&names, "and")) } else { String::new() };
    format!(
        "{device} has **{count} {noun}** over {} cabled ports{named}.{}",
        plain(&result["cabled_ports"]),
        shown(result)
    )
}

pub(in super::super::super) fn path(result: &Value, slots: &Slots) -> String {
    let start = code(slots.get("start").unwrap_or_default());
    let end = code(slots.get("end").unwrap_or_default());
    let devices: Vec<String> = texts(&result["devices"]).iter().map(|name| code(name)).collect();
    if devices.is_empty() {
        return format!("**No chain of cables** leads from {start} to {end} in NetBox.{}", shown(result));
    }
    let links = result["links"].as_u64().unwrap_or_default();
    let noun = if links == 1 { "link" } else { "links" };
    format!("**{links} {noun}** lead from {start} to {end}: {}.{}", devices.join(" → "), shown(result))
}

pub(in super::super::super) fn impact(result: &Value, _: &Slots) -> String {
    const PARTS: &[(&str, &str)] = &[
        ("cut_off", "cut off"),
        ("lose_power", "without power"),
        ("lose_one_of_several_power_sources", "with one power source less"),
        ("lose_a_link_and_stay_connected", "with a link less, but still connected"),
        ("virtual_machines_on_cut_off_hosts", "virtual machines on hosts that are cut off"),
        ("services", "services"),
        ("circuits", "circuits"),
        ("networks_losing_a_link", "networks with a link less"),
    ];
    let fails = escape(&plain(&result["fails"]));
    let mut text = format!("If {fails} fails:\n");
    if let Some(count) = result["devices_failing"].as_u64() {
        _ = write!(text, "\n- **{count}** {} with it", if count == 1 { "device fails" } else { "devices fail" });
    }
    for (key, words) in PARTS {
        let part = &result[*key];
        let (count, names) = match part {
            Value::Array(names) => (names.len() as u64, texts(part)),
            Value::Object(fields) => {
                (part["total"].as_u64().unwrap_or_default(), fields.get("first").map(texts).unwrap_or_default())
            }
            _ => continue,
        };
        if count == 0 {
            continue;
        }
        let first: Vec<String> = names.iter().take(3).map(|name| code(name)).collect();
        let more = if count > first.len() as u64 { ", for example" } else { ":" };
        _ = write!(text, "\n- **{count}** {words}{more} {}", series(&first, "and"));
    }
    if text.ends_with(":\n") {
        return format!("**Nothing else** is affected if {fails} fails, as far as cables and power in NetBox tell.");
    }
    format!("{text}\n\nNetBox knows cables, power and places only, no routing.{}", shown(result))
}

pub(in super::super::super) fn free_ports(result: &Value, slots: &Slots) -> String {
    let device = code(slots.get("device").unwrap_or_default());
    let free = result["free"].as_u64().unwrap_or_default();
    if free == 0 {
        return format!("**No port** of {device} is free.");
    }
    let types: Vec<String> = result["by_type"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(kind, count)| {
            let names = plain(&result["names"][kind.as_str()]);
            let names = if names.is_empty() { String::new() } else { format!(": {}", code(&names)) };
            format!("\n- {} {}{names}", plain(count), escape(kind))
        })
        .collect();
    let noun = if free == 1 { "free port" } else { "free ports" };
    format!("{device} has **{free} {noun}**:\n{}", types.concat())
}

pub(in super::super::super) fn in_use(result: &Value, slots: &Slots) -> String {
    let device = code(slots.get("device").unwrap_or_default());
    let count = total(result);
    let noun = if count == 1 { "port" } else { "ports" };
    let few = rows(result).len() as u64 == count && count <= 3;
    if few || count == 0 {
        return format!("**{count} {noun}** of {device} have a cable.");
    }
    format!("**{count} {noun}** of {device} have a cable:{}", shown(result))
}
