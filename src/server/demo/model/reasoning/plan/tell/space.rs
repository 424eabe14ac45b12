//! What is said about addresses, prefixes and VLAN numbers.

use std::fmt::Write as _;

use serde_json::Value;

use super::super::super::markdown::{Row, code, escape, field, plain, rows, series, total};
use super::super::super::phrasebook::Slots;
use super::{shown, texts};

/// Whose an address is, and the prefix around it.
pub(in super::super::super) fn whois(result: &Value, slots: &Slots) -> String {
    let asked = slots.get("address").unwrap_or_default();
    let objects: Vec<&Row> = result["objects"].as_array().into_iter().flatten().filter_map(Value::as_object).collect();
    let mut text = match objects.as_slice() {
        [] => format!("NetBox records no IP address `{asked}`: it is **free**."),
        [row] => owner(row),
        several => format!(
            "`{asked}` is recorded **{} times**: {}",
            several.len(),
            several.iter().map(|row| owner(row)).collect::<Vec<_>>().join(" ")
        ),
    };
    let around: Vec<&Row> =
        result["longest_prefixes"].as_array().into_iter().flatten().filter_map(Value::as_object).collect();
    match around.first() {
        None => text.push_str(" No prefix in NetBox contains it."),
        Some(row) => {
            _ = write!(text, " The prefix around it is {}", code(&field(row, "prefix")));
            for (before, key) in [(" at ", "scope"), (", VLAN ", "vlan"), (", VRF ", "vrf"), (", role ", "role")] {
                let value = field(row, key);
                if !value.is_empty() {
                    _ = write!(text, "{before}{}", escape(&value));
                }
            }
            text.push('.');
        }
    }
    text
}

fn owner(row: &Row) -> String {
    let address = code(&field(row, "address"));
    let holder =
        ["device", "virtual_machine", "fhrp_group"].iter().map(|key| field(row, key)).find(|text| !text.is_empty());
    let interface = field(row, "interface");
    let mut text = match holder {
        Some(holder) if interface.is_empty() => format!("**{address}** is assigned to **{}**", code(&holder)),
        Some(holder) => format!("**{address}** is assigned to {} of **{}**", code(&interface), code(&holder)),
        None => format!("**{address}** is recorded and assigned to nothing"),
    };
    let facts: Vec<String> = [
        ("", "status"),
        ("", "site"),
        ("rack ", "rack"),
        ("tenant ", "tenant"),
        ("VRF ", "vrf"),
        ("DNS name ", "dns_name"),
    ]
    .iter()
    .map(|(label, key)| (label, field(row, key)))
    .filter(|(_, value)| !value.is_empty())
    .map(|(label, value)| format!("{label}{}", escape(&value)))
    .collect();
    if !facts.is_empty() {
        _ = write!(text, " ({})", facts.join(", "));
    }
    text.push('.');
    text
}

pub(in super::super::super) fn next_address(result: &Value, slots: &Slots) -> String {
    let prefix = code(slots.get("prefix").unwrap_or_default());
    match texts(&result["free"]).first() {
        Some(address) => format!("**{}** is the next free address in {prefix}{}.", code(address), belonging(result)),
        None => format!("**No address** is free in {prefix}."),
    }
}

fn belonging(result: &Value) -> String {
    let mut text = String::new();
    for (before, key) in [(" at ", "scope"), (", VLAN ", "vlan")] {
        let value = plain(&result[key]);
        if !value.is_empty() {
            _ = write!(text, "{before}{}", escape(&value));
        }
    }
    text
}

pub(in super::super::super) fn utilization(result: &Value, slots: &Slots) -> String {
    let prefix = code(slots.get("prefix").unwrap_or_default());
    let percent = plain(&result["percent"]);
    let free = plain(&result["free"]);
    let how = match (plain(&result["by"]), plain(&result["used"]), plain(&result["of"])) {
        (by, _, _) if !by.is_empty() => format!(" by its {}", escape(&by)),
        (_, used, of) if !used.is_empty() && !of.is_empty() => format!(": {used} of {of} addresses"),
        _ => String::new(),
    };
    format!("**{percent} %** of {prefix} is used{how}; {free} addresses are free{}.", belonging(result))
}

pub(in super::super::super) fn full(result: &Value, slots: &Slots) -> String {
    let percent = slots.get("percent").unwrap_or_default();
    let count = result[format!("over_{percent}_percent")].as_u64().unwrap_or_default();
    let of = plain(&result["prefixes"]);
    let named: Vec<String> = result["results"]
        .as_array()
        .into_iter()
        .flatten()
        .take(3)
        .map(|row| format!("{} ({} %)", code(&plain(&row["prefix"])), plain(&row["percent"])))
        .collect();
    let place = if count > 3 { shown(result) } else { String::new() };
    match count {
        0 => format!("**None** of the {of} active IPv4 prefixes is more than {percent} % full."),
        1 => format!("**1 prefix** of {of} is more than {percent} % full: {}.", series(&named, "and")),
        _ => format!("**{count} prefixes** of {of} are more than {percent} % full: {}.{place}", series(&named, "and")),
    }
}

pub(in super::super::super) fn free_blocks(result: &Value, slots: &Slots) -> String {
    let prefix = code(slots.get("prefix").unwrap_or_default());
    let length = slots.get("length").unwrap_or_default();
    let free: Vec<String> = texts(&result["free"]).iter().map(|block| code(block)).collect();
    let Some(first) = free.first() else { return format!("**No /{length}** is free in {prefix}.") };
    let count = total(result);
    format!(
        "**{first}** is the first free /{length} in {prefix}, of {count} in all. The first are {}.",
        series(&free, "and")
    )
}

pub(in super::super::super) fn free_vlans(result: &Value, slots: &Slots) -> String {
    let name = plain(&result["vlan_group"]);
    let group = escape(if name.is_empty() { slots.get("group").unwrap_or_default() } else { &name });
    let free = texts(&result["free"]);
    let Some(first) = free.first() else { return format!("**No VLAN id** is free in {group}.") };
    format!(
        "**{} VLAN ids** are free in {group}; the next one is **{first}**. Free: {}.",
        total(result),
        escape(&plain(&result["free_ranges"]))
    )
}

pub(in super::super::super) fn duplicates(result: &Value, _: &Slots) -> String {
    let all = plain(&result["objects"]);
    match total(result) {
        0 => format!("**No IP address** is used twice in the same VRF, of {all}."),
        1 => format!("**1 IP address** is used more than once, of {all}:{}", shown(result)),
        count => format!("**{count} IP addresses** are used more than once, of {all}:{}", shown(result)),
    }
}

pub(in super::super::super) fn overlaps(result: &Value, _: &Slots) -> String {
    let all = plain(&result["prefixes"]);
    match total(result) {
        0 => format!("**No prefixes overlap**: I compared {all} of them; containers do not count."),
        count => format!("**{count} overlaps** among {all} prefixes:{}", shown(result)),
    }
}

pub(in super::super::super) fn outside(result: &Value, _: &Slots) -> String {
    let all = plain(&result["addresses"]);
    match total(result) {
        0 => format!("**No address** lies outside every prefix: all {all} are inside one."),
        count => format!("**{count} addresses** of {all} lie outside every prefix:{}", shown(result)),
    }
}

pub(in super::super::super) fn mac(result: &Value, slots: &Slots) -> String {
    let asked = code(slots.get("mac").unwrap_or_default());
    let types = result["results"].as_object().into_iter().flatten();
    for (_, list) in types {
        for row in rows(list) {
            let interface = ["assigned_object", "interface", "name"]
                .iter()
                .map(|key| field(row, key))
                .find(|text| !text.is_empty());
            let owner = ["assigned_object_device", "assigned_object_virtual_machine", "device", "virtual_machine"]
                .iter()
                .map(|key| field(row, key))
                .find(|text| !text.is_empty());
            if let (Some(interface), Some(owner)) = (interface, owner) {
                return format!("{asked} is on {} of **{}**.", code(&interface), code(&owner));
            }
        }
    }
    format!("NetBox shows **no interface** with the MAC address {asked}.")
}
