//! What a person wants to know next about an object: for some types, further lists that are asked for along with it.

use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::flatten::{cell_text, flatten};
use super::shape::Fields;
use crate::server::netbox::{ObjectType, Query};

/// Rows of one part that the model reads.
const MOST_ROWS: u64 = 8;

/// A list that belongs to an object.
struct Part {
    /// Its name in the profile.
    name: &'static str,
    path: &'static str,
    /// Filters, with `{id}` for the object's id and `{field}` for the text of one of its fields.
    filters: &'static [(&'static str, &'static str)],
    /// What each row says; none: only how many there are.
    fields: &'static [&'static str],
}

const fn part(
    name: &'static str,
    path: &'static str,
    filters: &'static [(&'static str, &'static str)],
    fields: &'static [&'static str],
) -> Part {
    Part { name, path, filters, fields }
}

/// The parts of a type's profile.
fn parts(kind: &ObjectType) -> &'static [Part] {
    const DEVICE: &[Part] = &[
        part("addresses", "ipam/ip-addresses", &[("device_id", "{id}")], &["address", "assigned_object"]),
        part("cables", "dcim/cables", &[("device_id", "{id}")], &[]),
        part("interfaces_connected", "dcim/interfaces", &[("device_id", "{id}"), ("cabled", "true")], &[]),
        part(
            "contacts",
            "tenancy/contact-assignments",
            &[("object_type", "dcim.device"), ("object_id", "{id}")],
            &["contact", "role"],
        ),
        part("services", "ipam/services", &[("device_id", "{id}")], &["name"]),
        part(
            "journal",
            "extras/journal-entries",
            &[("assigned_object_type", "dcim.device"), ("assigned_object_id", "{id}")],
            &[],
        ),
    ];
    const VIRTUAL_MACHINE: &[Part] = &[
        part("addresses", "ipam/ip-addresses", &[("virtual_machine_id", "{id}")], &["address", "assigned_object"]),
        part(
            "contacts",
            "tenancy/contact-assignments",
            &[("object_type", "virtualization.virtualmachine"), ("object_id", "{id}")],
            &["contact", "role"],
        ),
        part("services", "ipam/services", &[("virtual_machine_id", "{id}")], &["name"]),
    ];
    const SITE: &[Part] = &[
        part("locations", "dcim/locations", &[("site_id", "{id}")], &["name"]),
        part("circuits", "circuits/circuits", &[("site_id", "{id}")], &["cid", "provider", "status"]),
        part(
            "contacts",
            "tenancy/contact-assignments",
            &[("object_type", "dcim.site"), ("object_id", "{id}")],
            &["contact", "role"],
        ),
    ];
    const RACK: &[Part] = &[
        part("devices", "dcim/devices", &[("rack_id", "{id}")], &["name", "position", "role"]),
        part("reservations", "dcim/rack-reservations", &[("rack_id", "{id}")], &["units", "description"]),
        part("power_feeds", "dcim/power-feeds", &[("rack_id", "{id}")], &["name", "status"]),
    ];
    const PREFIX: &[Part] = &[
        part("parents", "ipam/prefixes", &[("contains", "{prefix}"), ("vrf_id", "{vrf_id}")], &["prefix", "status"]),
        part(
            "child_prefixes",
            "ipam/prefixes",
            &[("within", "{prefix}"), ("vrf_id", "{vrf_id}")],
            &["prefix", "status"],
        ),
        part("addresses", "ipam/ip-addresses", &[("parent", "{prefix}"), ("vrf_id", "{vrf_id}")], &[]),
        part("ranges", "ipam/ip-ranges", &[("parent", "{prefix}"), ("vrf_id", "{vrf_id}")], &["display"]),
    ];
    const CIRCUIT: &[Part] = &[
        part(
            "terminations",
            "circuits/circuit-terminations",
            &[("circuit_id", "{id}")],
            &["term_side", "termination", "port_speed", "xconnect_id", "link_peers"],
        ),
        part(
            "contacts",
            "tenancy/contact-assignments",
            &[("object_type", "circuits.circuit"), ("object_id", "{id}")],
            &["contact", "role"],
        ),
    ];
    const VLAN: &[Part] = &[
        part("prefixes", "ipam/prefixes", &[("vlan_id", "{id}")], &["prefix", "vrf"]),
        part("interfaces", "dcim/interfaces", &[("vlan_id", "{id}")], &[]),
        part("virtual_machine_interfaces", "virtualization/interfaces", &[("vlan_id", "{id}")], &[]),
    ];
    const PROVIDER: &[Part] =
        &[part("circuits", "circuits/circuits", &[("provider_id", "{id}")], &["cid", "type", "status"])];
    const INTERFACE: &[Part] = &[
        part("addresses", "ipam/ip-addresses", &[("interface_id", "{id}")], &["address", "status"]),
        part("mac_addresses", "dcim/mac-addresses", &[("interface_id", "{id}")], &["mac_address"]),
    ];
    match kind.name {
        "dcim.device" => DEVICE,
        "virtualization.virtualmachine" => VIRTUAL_MACHINE,
        "dcim.site" => SITE,
        "dcim.rack" => RACK,
        "ipam.prefix" => PREFIX,
        "circuits.circuit" => CIRCUIT,
        "ipam.vlan" => VLAN,
        "circuits.provider" => PROVIDER,
        "dcim.interface" => INTERFACE,
        _ => &[],
    }
}

/// The parts of an object's profile that have something in them, and what could not be read, by name.
pub(super) async fn of(
    call: &Call<'_>,
    kind: &'static ObjectType,
    object: &Value,
) -> (Map<String, Value>, Vec<String>) {
    let answers = join_all(parts(kind).iter().map(|part| async move {
        let mut query = Query::new();
        for (name, value) in part.filters {
            query.add(*name, filled(value, object));
        }
        let fields =
            if part.fields.is_empty() { "id".to_owned() } else { format!("id,display,{}", part.fields.join(",")) };
        let limit = if part.fields.is_empty() { 1 } else { MOST_ROWS };
        (part, call.list(&format!("{}/", part.path), &query.with("fields", fields).with("limit", limit)).await)
    }))
    .await;
    let (mut profile, mut warnings) = (Map::new(), Vec::new());
    for (part, answer) in answers {
        match answer {
            Ok(answer) => {
                // A prefix contains itself.
                let own = |row: &&Value| part.name != "parents" || row.get("id") != object.get("id");
                let rows: Vec<&Value> = answer.results().iter().filter(own).collect();
                let total = answer.total().unwrap_or_default() - (answer.results().len() - rows.len()) as u64;
                if total == 0 {
                    continue;
                }
                let told = if part.fields.is_empty() {
                    json!(total)
                } else {
                    let mut told: Vec<Value> = rows.into_iter().map(|row| said(row, part.fields)).collect();
                    if total > told.len() as u64 {
                        told.push(json!(format!("… {} in all", total)));
                    }
                    json!(told)
                };
                profile.insert(part.name.to_owned(), told);
            }
            Err(error) => warnings.push(format!("{} could not be read: {error}", part.name)),
        }
    }
    (profile, warnings)
}

/// A filter's value for an object.
fn filled(template: &str, object: &Value) -> String {
    let Some(name) = template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return template.to_owned();
    };
    let value = match name.strip_suffix("_id") {
        // Unset is `null` to NetBox's filters.
        Some(related) => {
            object.get(related).and_then(|related| related.get("id")).map_or("null".to_owned(), Value::to_string)
        }
        None => object.get(name).map(cell_text).unwrap_or_default(),
    };
    value
}

/// A row in few words: its values in order.
fn said(row: &Value, fields: &[&str]) -> Value {
    let flat = flatten(row, &Fields::of(fields));
    let values: Vec<String> =
        fields.iter().filter_map(|name| flat.get(*name)).map(cell_text).filter(|text| !text.is_empty()).collect();
    Value::String(values.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_filled_from_the_object() {
        let prefix = json!({"id": 7, "prefix": "10.0.0.0/24", "vrf": {"id": 3}, "vlan": null});
        let all: Vec<String> =
            ["{id}", "{prefix}", "{vrf_id}", "{vlan_id}", "true"].iter().map(|text| filled(text, &prefix)).collect();
        assert_eq!(all, ["7", "10.0.0.0/24", "3", "null", "true"]);
        assert_eq!(said(&prefix, &["prefix", "vlan"]), "10.0.0.0/24");
    }
}
