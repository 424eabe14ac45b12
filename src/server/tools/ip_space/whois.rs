//! `whois`: what an address is, in every VRF: the object that has it, the longest prefix, VLAN, site, device, range.

use serde_json::{Map, Value, json};

use super::facts::{self, NamedPrefix};
use super::network::{Family, Network, parse_address};
use super::utilization::Vrf;
use super::which;
use crate::server::netbox::Query;
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::filters::{refused, short};
use crate::server::tools::finding::{Finding, choice_in, id_in, name, name_in, named};
use crate::server::tools::frame::Cell;
use crate::server::tools::pages;
use crate::wire::problem::Problem;

const ADDRESS: &str = "id,url,display,address,vrf,status,role,tenant,dns_name,description,assigned_object_type,assigned_object_id,assigned_object,nat_inside,nat_outside";
const PREFIX: &str = "id,url,prefix,vrf,vlan,scope,status,role,description";
const RANGE: &str = "id,url,display,start_address,end_address,vrf,role,status,description";
/// Ranges around an address that are looked at, at most.
const MOST_RANGES: u64 = 5_000;

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let text = match arguments.word("address")? {
        Some(text) => text,
        None => arguments.word("prefix")?.ok_or_else(|| arguments.wrong("The argument address is missing"))?,
    };
    let Some((family, number, _)) = parse_address(&text) else {
        return Err(refused(format!("{} is no address", short(&text)))
            .hint("give an address such as 10.0.0.5; names and MAC addresses are found by netbox_search_objects"));
    };
    let address = family.address(number).to_string();
    let vrf = which::vrf(call, arguments).await?;
    let query = |fields: &str, filter: &str| {
        let query = Query::new().with("fields", fields).with(filter, &address).with("limit", 200);
        vrf.iter().fold(query, |query, vrf| query.with("vrf_id", &vrf.value))
    };
    // NetBox's own filter `contains` compares masks, too: it finds a range only by an address with the range's mask.
    // No range in use is wider than the networks here.
    let around = Network::host(family, number).widened(if family == Family::V4 { 12 } else { 32 });
    let of_ranges = vrf
        .iter()
        .fold(Query::new().with("fields", RANGE).with("parent", around), |query, vrf| query.with("vrf_id", &vrf.value));
    let holding = |object: &Value| {
        let range = facts::range(object)?;
        (range.family == family && range.interval.contains(number)).then(|| object.clone())
    };
    let (objects, prefixes, ranges) = futures::join!(
        async { call.list("ipam/ip-addresses/", &query(ADDRESS, "address")).await },
        async { call.list("ipam/prefixes/", &query(PREFIX, "contains")).await },
        async {
            // Every row that is read counts, so the rows are whole or nothing.
            pages::all(call, "ipam/ip-ranges/", &of_ranges, MOST_RANGES, |object| Some(holding(object))).await
        },
    );
    let objects = objects.map_err(|error| error.problem())?.results().to_vec();
    let prefixes = prefixes.map_err(|error| error.problem())?.results().to_vec();
    let mut finding = Finding { columns: vec!["type", "name", "vrf", "details"], ..Finding::default() };
    let devices = devices(call, &objects).await;
    let told: Vec<Value> = objects.iter().map(|object| Value::Object(address_row(object, &devices))).collect();
    for object in &objects {
        let mut row = address_row(object, &devices);
        row.shift_remove("address");
        finding.rows.push(line("IP address", object, &row));
    }
    finding.tell("address", address.as_str());
    finding.answer.insert("objects".to_owned(), json!(told));
    let longest = longest(&prefixes);
    let told: Vec<Value> = longest
        .iter()
        .map(|(object, around)| {
            let mut row = prefix_row(object);
            if *around > 0 {
                row.insert("in_prefixes".to_owned(), json!(around));
            }
            Value::Object(row)
        })
        .collect();
    for (object, _) in &longest {
        let mut row = prefix_row(object);
        row.shift_remove("prefix");
        finding.rows.push(line("prefix", object, &row));
    }
    finding.tell("longest_prefixes", json!(told));
    match &ranges {
        Ok(pages) => {
            if !pages.is_complete() {
                finding.tell("warning", format!("Only {MOST_RANGES} of {} ranges were looked at", pages.total));
            }
            let rows: Vec<&Value> = pages.rows.iter().flatten().collect();
            let told: Vec<Value> = rows.iter().map(|object| Value::Object(range_row(object))).collect();
            finding.tell("ranges", json!(told));
            finding.rows.extend(rows.iter().map(|object| line("range", object, &range_row(object))));
        }
        Err(error) => finding.tell("warning", format!("Ranges could not be read: {error}")),
    }
    finding.summary = match (objects.first(), longest.first()) {
        (Some(object), _) => {
            let owner = holder(object).map(|owner| format!(" is {owner}")).unwrap_or_default();
            let more =
                if objects.len() > 1 { format!(" and {} more objects", objects.len() - 1) } else { String::new() };
            format!("{address}{owner}{more}")
        }
        (None, Some((prefix, _))) => format!("{address} is not recorded; it lies in {}", name(prefix)),
        (None, None) => format!("{address} is not recorded and lies in no prefix"),
    };
    Ok(finding)
}

/// The longest prefix of each VRF, with how many are around it.
fn longest(prefixes: &[Value]) -> Vec<(&Value, usize)> {
    let mut found: Vec<(Vrf, &Value, u8, usize)> = Vec::new();
    for object in prefixes {
        let Some(prefix) = NamedPrefix::read(object) else { continue };
        let length = prefix.facts.network.length;
        match found.iter_mut().find(|(vrf, ..)| *vrf == prefix.facts.vrf) {
            Some((_, best, longest, around)) => {
                *around += 1;
                if length > *longest {
                    (*best, *longest) = (object, length);
                }
            }
            None => found.push((prefix.facts.vrf, object, length, 0)),
        }
    }
    found.into_iter().map(|(_, object, _, around)| (object, around)).collect()
}

/// Site, rack, role and status of the devices that have the addresses.
async fn devices(call: &Call<'_>, objects: &[Value]) -> Vec<Value> {
    let mut ids: Vec<u64> =
        objects.iter().filter_map(|object| id_in(object.get("assigned_object")?, "device")).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Vec::new();
    }
    let query = Query::new().with("fields", "id,name,site,rack,role,status");
    let found = pages::of_ids(call, "dcim/devices/", &query, ("id", &ids), 200, |row| Some(row.clone())).await;
    // Without them the answer stands.
    found.map(|pages| pages.rows).unwrap_or_default()
}

/// `cle-01-sw-1 Vlan10`, `web01 eth0`, an FHRP group's name.
fn holder(object: &Value) -> Option<String> {
    let assigned = object.get("assigned_object").filter(|assigned| assigned.is_object())?;
    let parent = name_in(assigned, "device").or_else(|| name_in(assigned, "virtual_machine"));
    Some(match parent {
        Some(parent) => format!("{parent} {}", name(assigned)),
        None => assigned.get("display").and_then(Value::as_str).map_or_else(|| name(assigned), str::to_owned),
    })
}

fn put(row: &mut Map<String, Value>, field: &str, value: Option<String>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        row.insert(field.to_owned(), json!(value));
    }
}

fn text(object: &Value, field: &str) -> Option<String> {
    object.get(field).and_then(Value::as_str).map(str::to_owned)
}

fn address_row(object: &Value, devices: &[Value]) -> Map<String, Value> {
    let mut row = Map::new();
    row.insert("address".to_owned(), object.get("address").cloned().unwrap_or_default());
    put(&mut row, "vrf", name_in(object, "vrf"));
    let assigned = object.get("assigned_object").filter(|assigned| assigned.is_object());
    if let Some(assigned) = assigned {
        match (name_in(assigned, "device"), name_in(assigned, "virtual_machine")) {
            (Some(device), _) => {
                put(&mut row, "device", Some(device));
                put(&mut row, "interface", Some(name(assigned)));
            }
            (None, Some(machine)) => {
                put(&mut row, "virtual_machine", Some(machine));
                put(&mut row, "interface", Some(name(assigned)));
            }
            (None, None) => put(&mut row, "assigned_to", holder(object)),
        }
        let id = id_in(assigned, "device");
        if let Some(device) =
            devices.iter().find(|device| id.is_some() && device.get("id").and_then(Value::as_u64) == id)
        {
            for field in ["site", "rack"] {
                put(&mut row, field, name_in(device, field));
            }
            put(&mut row, "device_role", name_in(device, "role"));
            put(&mut row, "device_status", choice_in(device, "status").filter(|status| status != "active"));
        }
    }
    put(&mut row, "status", choice_in(object, "status"));
    put(&mut row, "role", choice_in(object, "role"));
    put(&mut row, "dns_name", text(object, "dns_name"));
    put(&mut row, "tenant", name_in(object, "tenant"));
    put(&mut row, "description", text(object, "description"));
    put(&mut row, "nat_inside", name_in(object, "nat_inside"));
    let outside: Vec<String> =
        object.get("nat_outside").and_then(Value::as_array).into_iter().flatten().map(name).collect();
    put(&mut row, "nat_outside", Some(outside.join(", ")));
    row
}

fn prefix_row(object: &Value) -> Map<String, Value> {
    let mut row = Map::new();
    put(&mut row, "prefix", text(object, "prefix"));
    put(&mut row, "vrf", name_in(object, "vrf"));
    // A VLAN is told with its number.
    put(&mut row, "vlan", object.get("vlan").and_then(|vlan| text(vlan, "display")));
    for field in ["scope", "role"] {
        put(&mut row, field, name_in(object, field));
    }
    put(&mut row, "status", choice_in(object, "status"));
    put(&mut row, "description", text(object, "description"));
    row
}

fn range_row(object: &Value) -> Map<String, Value> {
    let mut row = Map::new();
    put(&mut row, "range", text(object, "display"));
    put(&mut row, "vrf", name_in(object, "vrf"));
    put(&mut row, "role", name_in(object, "role"));
    put(&mut row, "status", choice_in(object, "status"));
    put(&mut row, "description", text(object, "description"));
    row
}

/// A row of the person's table.
fn line(what: &'static str, object: &Value, row: &Map<String, Value>) -> Vec<Cell> {
    let details = row
        .iter()
        .filter(|(field, _)| !matches!(field.as_str(), "vrf" | "range"))
        .map(|(field, value)| {
            format!("{} {}", field.replace('_', " "), crate::server::tools::flatten::cell_text(value))
        })
        .collect::<Vec<_>>();
    let vrf = facts::vrf(object).and_then(|_| name_in(object, "vrf")).unwrap_or_default();
    vec![Cell::plain(what), named(object), Cell::plain(vrf), Cell::plain(details.join(", "))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_of_each_vrf_is_kept() {
        let vrf = json!({"id": 7, "name": "Guest"});
        let prefixes = [
            json!({"id": 1, "prefix": "10.0.0.0/8", "vrf": null}),
            json!({"id": 2, "prefix": "10.0.0.0/24", "vrf": null}),
            json!({"id": 3, "prefix": "10.0.0.0/16", "vrf": null}),
            json!({"id": 4, "prefix": "10.0.0.0/20", "vrf": vrf}),
        ];
        let found: Vec<(u64, usize)> =
            longest(&prefixes).iter().map(|(object, around)| (object["id"].as_u64().unwrap(), *around)).collect();
        assert_eq!(found, [(2, 2), (4, 0)]);
    }
}
