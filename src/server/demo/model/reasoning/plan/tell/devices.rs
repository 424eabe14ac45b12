//! What is said about devices.

use serde_json::Value;

use super::super::super::markdown::{code, escape, field, rows, series, total};
use super::super::super::phrasebook::Slots;

pub(in super::super::super) fn primary_address(result: &Value, slots: &Slots) -> String {
    let device = code(slots.get("device").unwrap_or_default());
    let found = rows(result);
    let Some(row) = found.first() else { return format!("NetBox shows no device {device}.") };
    let mut known = Vec::new();
    for (name, label) in [("primary_ip4", ""), ("primary_ip6", ""), ("oob_ip", " (out of band)")] {
        let text = field(row, name);
        if !text.is_empty() {
            known.push(format!("**{}**{label}", code(&text)));
        }
    }
    if known.is_empty() {
        return format!("NetBox records **no primary IP address** for {device}.");
    }
    format!("The primary IP address of {device} is {}.", series(&known, "and"))
}

pub(in super::super::super) fn by_serial(result: &Value, slots: &Slots) -> String {
    printed(result, "serial", "serial number", slots.get("serial").unwrap_or_default())
}

pub(in super::super::super) fn by_asset_tag(result: &Value, slots: &Slots) -> String {
    printed(result, "asset_tag", "asset tag", slots.get("tag").unwrap_or_default())
}

fn printed(result: &Value, name: &str, label: &str, asked: &str) -> String {
    let list = &result["results"]["dcim.device"];
    let found = rows(list);
    match found.as_slice() {
        [] => format!("NetBox shows **no device** with the {label} {}.", code(asked)),
        [row] => {
            let value = field(row, name);
            let value = if value.is_empty() { asked.to_owned() } else { value };
            let site = field(row, "site");
            let site = if site.is_empty() { String::new() } else { format!(" at {}", escape(&site)) };
            format!("The {label} {} belongs to **{}**{site}.", code(&value), code(&field(row, "name")))
        }
        _ => format!("**{} devices** fit the {label} {}:{}", total(list), code(asked), super::shown(result)),
    }
}

pub(in super::super::super) fn smallest_sites(result: &Value, _: &Slots) -> String {
    let found = rows(result);
    let pairs: Vec<String> = found
        .iter()
        .map(|row| format!("{} (**{}**)", escape(&field(row, "name")), field(row, "device_count")))
        .collect();
    format!("The sites with the fewest devices are {}, of {} sites in all.", series(&pairs, "and"), total(result))
}
