//! What a person wants to know next about an object: for some types, further lists that are asked for along with it.

use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::filters;
use super::flatten::cell_text;
use super::frame::{Cell, Frame, Row};
use super::related;
use super::shape::Fields;
use crate::server::netbox::{ObjectType, Query, object_type};
use crate::wire::problem::{Problem, ProblemCode};

/// Rows of one part that the model reads.
const MOST_ROWS: u64 = 8;

const CONTACT: &[&str] = &["contact", "role", "contact.phone", "contact.email"];

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
        part(
            "contacts_of_site",
            "tenancy/contact-assignments",
            &[("object_type", "dcim.site"), ("object_id", "{site_id}")],
            CONTACT,
        ),
        part(
            "contacts_of_tenant",
            "tenancy/contact-assignments",
            &[("object_type", "tenancy.tenant"), ("object_id", "{tenant_id}")],
            CONTACT,
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
    const PROVIDER: &[Part] = &[
        part("circuits", "circuits/circuits", &[("provider_id", "{id}")], &["cid", "type", "status"]),
        part(
            "contacts",
            "tenancy/contact-assignments",
            &[("object_type", "circuits.provider"), ("object_id", "{id}")],
            CONTACT,
        ),
    ];
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
    let asked = parts(kind).iter().filter_map(|part| Some((part, query_of(part, object)?)));
    let answers = join_all(asked.map(|(part, query)| async move { (part, read(call, part, &query).await) })).await;
    let (mut profile, mut warnings) = (Map::new(), Vec::new());
    for (part, answer) in answers {
        match answer {
            Ok((total, frame)) => {
                // A prefix contains itself.
                let own = |row: &&Row| {
                    part.name != "parents" || row.object.map(|row| row.id) != object.get("id").and_then(Value::as_u64)
                };
                let rows: Vec<&Row> = frame.rows.iter().filter(own).collect();
                let total = total - (frame.rows.len() - rows.len()) as u64;
                if total == 0 {
                    continue;
                }
                let told = if part.fields.is_empty() {
                    json!(total)
                } else {
                    let mut told: Vec<Value> = rows.into_iter().map(|row| said(&frame, row, part.fields)).collect();
                    if total > told.len() as u64 {
                        told.push(json!(format!("… {total} in all")));
                    }
                    json!(told)
                };
                profile.insert(part.name.to_owned(), told);
            }
            Err(error) => warnings.push(format!("{} could not be read: {}", part.name, error.message)),
        }
    }
    (profile, warnings)
}

/// What is asked for a part; none where the object has nothing that it could be about.
fn query_of(part: &Part, object: &Value) -> Option<Query> {
    let mut query = Query::new();
    for (name, template) in part.filters {
        let value = filled(template, object);
        // Of a container in no VRF NetBox counts what is below it in every VRF.
        if *name == "vrf_id" && value == "null" && part.name != "parents" && is_container(object) {
            continue;
        }
        if *name == "object_id" && value == "null" {
            return None;
        }
        query.add(*name, value);
    }
    Some(query)
}

fn is_container(object: &Value) -> bool {
    object.pointer("/status/value").is_some_and(|status| status == "container")
}

async fn read(call: &Call<'_>, part: &Part, query: &Query) -> Result<(u64, Frame), Problem> {
    let kind = object_type::by_path(part.path).ok_or_else(|| {
        Problem::new(ProblemCode::Internal, format!("The table of types does not know {}", part.path))
    })?;
    let endpoint = filters::endpoint_of(call, kind)?;
    let names: Vec<String> = part.fields.iter().map(|name| (*name).to_owned()).collect();
    let fields = Fields::check(kind, endpoint, &names)?;
    let (wanted, limit) =
        if fields.is_empty() { ("id".to_owned(), 1) } else { (fields.query_value(endpoint), MOST_ROWS) };
    let query = query.clone().with("fields", wanted).with("limit", limit);
    let answer = call.list(&kind.list_path(), &query).await.map_err(|error| error.problem())?;
    let mut frame = Frame::of_objects(kind, answer.results(), &fields);
    related::add(call, &mut frame, &fields).await?;
    Ok((answer.total().unwrap_or_default(), frame))
}

/// A filter's value for an object.
fn filled(template: &str, object: &Value) -> String {
    let Some(name) = template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return template.to_owned();
    };
    match name.strip_suffix("_id") {
        // Unset is `null` to NetBox's filters.
        Some(related) => {
            object.get(related).and_then(|related| related.get("id")).map_or("null".to_owned(), Value::to_string)
        }
        None => object.get(name).map(cell_text).unwrap_or_default(),
    }
}

/// A row in few words: its values in order.
fn said(frame: &Frame, row: &Row, fields: &[&str]) -> Value {
    let cell = |name: &str| frame.column(name).and_then(|index| row.cells.get(index)).map(Cell::text);
    let values: Vec<String> = fields.iter().filter_map(|name| cell(name)).filter(|text| !text.is_empty()).collect();
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
        let contacts = part("contacts", "tenancy/contact-assignments", &[("object_id", "{tenant_id}")], &["contact"]);
        assert!(query_of(&contacts, &prefix).is_none(), "nobody's contacts are not everybody's");
    }
}
