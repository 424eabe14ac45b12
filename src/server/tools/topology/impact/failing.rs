//! What fails: the devices, links and power sources that an object stands for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::server::netbox::{ObjectType, Query, object_type};
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::filters::{capitalised, refused};
use crate::server::tools::finding::name;
use crate::server::tools::pages;
use crate::server::tools::topology::port::{self, Lookup, Port};
use crate::server::tools::topology::trace;
use crate::server::tools::topology::way::Way;
use crate::wire::problem::Problem;

/// Devices that can fail at once, at most.
const MOST_DEVICES: u64 = 3_000;
/// Ends of circuits whose paths are read, at most.
const MOST_ENDS: usize = 30;

/// What no longer works.
#[derive(Debug, Default)]
pub(super) struct Failing {
    /// For people: `rack A01`.
    pub(super) what: String,
    /// Devices by id, with their names.
    pub(super) devices: BTreeMap<u64, String>,
    /// Interfaces whose connection fails, though their devices live.
    pub(super) interfaces: BTreeSet<u64>,
    /// The devices of these interfaces.
    pub(super) beside: BTreeMap<u64, String>,
    /// Providers' networks at the other ends.
    pub(super) networks: Vec<String>,
    pub(super) feeds: BTreeSet<u64>,
    /// Power ports that lose what they are plugged into.
    pub(super) power_ports: BTreeSet<u64>,
    /// Circuits that fail: id and name.
    pub(super) circuits: BTreeMap<u64, String>,
    pub(super) notes: Vec<String>,
}

/// What fails with the object of the arguments.
pub(super) async fn of(
    call: &Call<'_>,
    arguments: &Arguments<'_>,
    kind: &'static ObjectType,
) -> Result<Failing, Problem> {
    let mut failing = Failing::default();
    if kind.name == "dcim.device" {
        let (id, device) = port::device(call, arguments).await?;
        failing.what = format!("device {device}");
        failing.devices.insert(id, device);
        return Ok(failing);
    }
    if port::lookup(kind).is_some() && kind.name != "dcim.powerfeed" {
        let port = port::find(call, arguments).await?;
        failing.what = format!("{} {}", kind.singular, port.called());
        of_port(call, &mut failing, &port).await?;
        return Ok(failing);
    }
    let object = port::object(call, arguments, kind).await?;
    let id = object.get("id").and_then(Value::as_u64).unwrap_or_default();
    failing.what = format!("{} {}", kind.singular, name(&object));
    match kind.name {
        "dcim.rack" => devices(call, &mut failing, "rack_id", id).await?,
        "dcim.site" => devices(call, &mut failing, "site_id", id).await?,
        "dcim.location" => devices(call, &mut failing, "location_id", id).await?,
        "dcim.virtualchassis" => devices(call, &mut failing, "virtual_chassis_id", id).await?,
        "virtualization.cluster" => devices(call, &mut failing, "cluster_id", id).await?,
        "dcim.powerfeed" => {
            failing.feeds.insert(id);
        }
        "dcim.powerpanel" => {
            let query = Query::new().with("power_panel_id", id).with("fields", "id");
            let feeds = pages::all(call, "dcim/power-feeds/", &query, 5_000, |feed| feed.get("id")?.as_u64()).await;
            failing.feeds.extend(feeds.map_err(|error| error.problem())?.rows);
        }
        "dcim.cable" => of_cable(call, &mut failing, id).await?,
        "circuits.circuit" => {
            failing.circuits.insert(id, name(&object));
            circuits(call, &mut failing, "circuit_id", id).await?;
        }
        "circuits.provider" => circuits(call, &mut failing, "provider_id", id).await?,
        "circuits.providernetwork" => circuits(call, &mut failing, "provider_network_id", id).await?,
        _ => {
            return Err(refused(format!("{} cannot be asked about here", capitalised(kind.plural))).hint(
                "ask about a device, rack, location, site, cluster, virtual chassis, port, cable, circuit, provider, power feed or power panel",
            ));
        }
    }
    Ok(failing)
}

async fn devices(call: &Call<'_>, failing: &mut Failing, filter: &str, id: u64) -> Result<(), Problem> {
    let query = Query::new().with(filter, id).with("fields", "id,name,device_type");
    let found = pages::all(call, "dcim/devices/", &query, MOST_DEVICES, |device| {
        Some((device.get("id")?.as_u64()?, name(device)))
    })
    .await
    .map_err(|error| error.problem())?;
    if !found.is_complete() {
        failing.notes.push(format!("Only {MOST_DEVICES} of {} devices were looked at", found.total));
    }
    failing.devices.extend(found.rows);
    Ok(())
}

/// A cable takes with it what leads through either of its ends.
async fn of_cable(call: &Call<'_>, failing: &mut Failing, id: u64) -> Result<(), Problem> {
    let cable = port::by_id(call, port::kind("dcim.cable")?, id, "id,a_terminations,b_terminations").await?;
    let mut ends = Vec::new();
    for side in ["a_terminations", "b_terminations"] {
        for end in cable.get(side).and_then(Value::as_array).into_iter().flatten() {
            let kind = end.get("object_type").and_then(Value::as_str).and_then(object_type::by_name);
            let lookup = kind.and_then(port::lookup);
            if let (Some(kind), Some(lookup), Some(id)) = (kind, lookup, end.get("object_id").and_then(Value::as_u64)) {
                ends.push((kind, lookup, id));
            }
        }
    }
    for (kind, lookup, id) in ends {
        let port = port::with_id(call, kind, id).await?;
        of_port(call, failing, &port).await?;
        // The paths through its other end are the same ones.
        if lookup == Lookup::Paths {
            break;
        }
    }
    Ok(())
}

async fn of_port(call: &Call<'_>, failing: &mut Failing, port: &Port) -> Result<(), Problem> {
    match port.kind.name {
        "dcim.powerport" => {
            failing.power_ports.insert(port.id());
        }
        "dcim.poweroutlet" => {
            let ends = port.object.get("connected_endpoints").and_then(Value::as_array).into_iter().flatten();
            failing.power_ports.extend(ends.filter_map(|end| end.get("id")?.as_u64()));
        }
        "dcim.powerfeed" => {
            failing.feeds.insert(port.id());
        }
        _ => {
            let ways = trace::ways(call, port).await?;
            if ways.is_empty() {
                failing.notes.push(format!("Nothing leads through {}", port.called()));
            }
            for way in &ways {
                cut(failing, way);
            }
        }
    }
    Ok(())
}

/// A way that no longer leads through: its ends, and the circuits on it.
fn cut(failing: &mut Failing, way: &Way) {
    for (at, hop) in way.hops.iter().enumerate() {
        let is_end = at == 0 || at + 1 == way.hops.len();
        for end in &hop.ends {
            match end.target() {
                Some(("dcim/interfaces", id)) if is_end => {
                    failing.interfaces.insert(id);
                }
                Some(("circuits/provider-networks", _)) if is_end => failing.networks.push(end.label.clone()),
                _ => {}
            }
        }
    }
}

/// The circuits that a filter of their ends chooses: what hangs on them.
async fn circuits(call: &Call<'_>, failing: &mut Failing, filter: &str, id: u64) -> Result<(), Problem> {
    let kind = port::kind("circuits.circuittermination")?;
    let query = Query::new().with(filter, id).with("fields", port::fields(kind));
    let ends = pages::all(call, &kind.list_path(), &query, 1_000, |end| Some(end.clone())).await;
    let mut ends = ends.map_err(|error| error.problem())?.rows;
    for end in &ends {
        if let Some(circuit) = end.get("circuit").and_then(|circuit| circuit.get("id")?.as_u64()) {
            failing.circuits.insert(circuit, end.get("circuit").map(name).unwrap_or_default());
        }
    }
    if filter == "provider_network_id" && !failing.circuits.is_empty() {
        // These are the ends in the cloud; what is plugged in is at the other ends.
        let ids: Vec<u64> = failing.circuits.keys().copied().collect();
        let query = Query::new().with("fields", port::fields(kind));
        let path = kind.list_path();
        let found = pages::of_ids(call, &path, &query, ("circuit_id", &ids), 1_000, |end| Some(end.clone())).await;
        ends = found.map_err(|error| error.problem())?.rows;
    }
    ends.retain(|end| end.get("cable").is_some_and(|cable| !cable.is_null()));
    if ends.is_empty() {
        failing.notes.push("No end of it is cabled in NetBox: what hangs on it is not known".to_owned());
    }
    if ends.len() > MOST_ENDS {
        failing.notes.push(format!("The paths of {MOST_ENDS} of {} cabled ends were followed", ends.len()));
        ends.truncate(MOST_ENDS);
    }
    let ports: Vec<Port> = ends.into_iter().map(|object| Port { kind, lookup: Lookup::Paths, object }).collect();
    let ways = futures::future::join_all(ports.iter().map(|port| trace::ways(call, port))).await;
    for way in ways.into_iter().collect::<Result<Vec<_>, _>>()?.iter().flatten() {
        cut(failing, way);
    }
    Ok(())
}
