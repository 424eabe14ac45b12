//! The calls that plans make, with the arguments of the offered tools.

use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::look::Call;

pub(super) const GET_OBJECTS: &str = "netbox_get_objects";
pub(super) const GET_OBJECT: &str = "netbox_get_object_by_id";
pub(super) const SEARCH: &str = "netbox_search_objects";
pub(super) const AGGREGATE: &str = "netbox_aggregate";
pub(super) const CHANGES: &str = "netbox_get_changelogs";
pub(super) const CHANGE: &str = "netbox_change";

/// A list: filters, fields and how many.
pub(super) fn list(object_type: &str, filters: Map<String, Value>, fields: &[&str], limit: u64) -> Call {
    let mut input = Map::new();
    input.insert("object_type".into(), json!(object_type));
    if !filters.is_empty() {
        input.insert("filters".into(), Value::Object(filters));
    }
    if !fields.is_empty() {
        input.insert("fields".into(), json!(fields));
    }
    input.insert("limit".into(), json!(limit));
    Call { name: GET_OBJECTS, input: Value::Object(input) }
}

/// Adds an argument to a call.
pub(super) fn with(mut call: Call, argument: &str, value: Value) -> Call {
    if let Some(input) = call.input.as_object_mut() {
        input.insert(argument.to_owned(), value);
    }
    call
}

/// Filters from pairs.
pub(super) fn filters<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// One object with all its fields.
pub(super) fn object(object_type: &str, id: u64) -> Call {
    Call { name: GET_OBJECT, input: json!({"object_type": object_type, "object_id": id}) }
}

/// Types with a slug among those that are searched.
const SLUGGED: &[&str] = &[
    "dcim.region",
    "dcim.sitegroup",
    "dcim.site",
    "dcim.location",
    "dcim.devicerole",
    "dcim.manufacturer",
    "dcim.devicetype",
    "dcim.platform",
    "tenancy.tenant",
    "circuits.provider",
    "circuits.circuittype",
    "ipam.vlangroup",
    "ipam.role",
    "dcim.rackrole",
    "extras.tag",
    "virtualization.clustertype",
];

/// A search for a name.
pub(super) fn search(text: &str, object_types: &[&str], limit: u64) -> Call {
    // A field that none of the types has is refused, one that some have is given for those.
    const SITED: &[&str] = &["dcim.device", "dcim.rack", "dcim.location", "ipam.vlan", "virtualization.virtualmachine"];
    let has = |wanted: &[&str]| object_types.iter().any(|object_type| wanted.contains(object_type));
    let mut fields = Vec::new();
    if !object_types.iter().all(|object_type| ["circuits.circuit", "dcim.devicetype"].contains(object_type)) {
        fields.push("name");
    }
    // Ids of related objects come only when they are asked for.
    let others =
        [("cid", &["circuits.circuit"][..]), ("model", &["dcim.devicetype"]), ("site", SITED), ("site_id", SITED)];
    for (field, types) in others {
        if has(types) {
            fields.push(field);
        }
    }
    if has(SLUGGED) {
        fields.push("slug");
    }
    let input = json!({"query": text, "object_types": object_types, "fields": fields, "limit": limit});
    Call { name: SEARCH, input }
}

/// The site with this slug.
pub(super) fn site_by_slug(text: &str) -> Call {
    list("dcim.site", filters([("slug", json!(text.to_lowercase()))]), &["name", "slug"], 2)
}

/// The objects whose name is exactly this, whatever its case.
pub(super) fn named(kind: &Kind, text: &str) -> Call {
    let filter = match kind.object_type {
        "circuits.circuit" => "cid__ie",
        "dcim.devicetype" => "model__ie",
        "ipam.vlan" if text.parse::<u16>().is_ok() => "vid",
        "ipam.asn" => "asn",
        "dcim.cable" => "label__ie",
        _ => "name__ie",
    };
    let text = if filter == "asn" { text.trim_start_matches(|c: char| c.is_alphabetic()) } else { text };
    let value = text.parse::<u64>().ok().filter(|_| matches!(filter, "vid" | "asn")).map_or(json!(text), |n| json!(n));
    let fields: &[&str] = match kind.object_type {
        "circuits.circuit" => &["cid", "provider"],
        "dcim.devicetype" => &["model", "slug"],
        "ipam.vlan" => &["vid", "name", "site", "site_id"],
        "ipam.asn" => &["asn"],
        "dcim.cable" => &["label"],
        "dcim.device" | "dcim.rack" | "dcim.location" | "virtualization.virtualmachine" => &["name", "site", "site_id"],
        _ => &["name"],
    };
    list(kind.object_type, filters([(filter, value)]), fields, 20)
}
