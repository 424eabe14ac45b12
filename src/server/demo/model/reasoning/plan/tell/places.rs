//! What is said about racks and sites.

use serde_json::Value;

use super::super::super::markdown::{code, escape, plain, series};
use super::super::super::phrasebook::Slots;
use super::{shown, texts};

pub(in super::super::super) fn elevation(result: &Value, _: &Slots) -> String {
    let devices = texts(&result["devices"]).len();
    let noun = if devices == 1 { "device" } else { "devices" };
    format!(
        "Rack **{}** at {} holds **{devices} mounted {noun}** in {} units; {} units are free.{}",
        escape(&plain(&result["rack"])),
        escape(&plain(&result["site"])),
        plain(&result["units"]),
        plain(&result["free_units"]),
        shown(result)
    )
}

pub(in super::super::super) fn free_units(result: &Value, slots: &Slots) -> String {
    let blocks = texts(&result["free_on_both_faces"]);
    let rack = escape(&plain(&result["rack"]));
    let free = plain(&result["free_units"]);
    if blocks.is_empty() {
        return format!("**No unit** of rack {rack} is free on both faces.{}", shown(result));
    }
    let blocks: Vec<String> = blocks.iter().map(|block| code(block)).collect();
    let wanted = slots
        .get("units")
        .map(|units| format!(" The largest block for the {units} units is {}.", code(&plain(&result["largest_free"]))));
    format!(
        "**{free} units** of rack {rack} are free: {}.{}{}",
        series(&blocks, "and"),
        wanted.unwrap_or_default(),
        shown(result)
    )
}

pub(in super::super::super) fn room(result: &Value, slots: &Slots) -> String {
    let units = slots.get("units").unwrap_or_default();
    let site = escape(&plain(&result["site"]));
    let count = result[format!("with_{units}_units_in_one_piece")].as_u64().unwrap_or_default();
    if count == 0 {
        return format!("**No rack** at {site} has {units} free units in one piece.");
    }
    let racks: Vec<String> = result["results"]
        .as_array()
        .into_iter()
        .flatten()
        .take(3)
        .map(|row| format!("{} ({})", code(&plain(&row["rack"])), escape(&plain(&row["largest"]))))
        .collect();
    let noun = if count == 1 { "rack" } else { "racks" };
    format!(
        "**{count} {noun}** at {site} have {units} free units in one piece, the most in {}.{}",
        series(&racks, "and"),
        shown(result)
    )
}

pub(in super::super::super) fn address(result: &Value, slots: &Slots) -> String {
    let object = &result["object"];
    let address = plain(&object["physical_address"]);
    let name = plain(&object["name"]);
    let site = escape(if name.is_empty() { slots.get("site").unwrap_or_default() } else { &name });
    if address.is_empty() {
        return format!("NetBox records **no address** of {site}.");
    }
    format!("The address of {site} is **{}**.", escape(&address))
}
