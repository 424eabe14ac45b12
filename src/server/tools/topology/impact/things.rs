//! What runs on or leads through failing devices: circuits, virtual machines, services.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde_json::Value;

use super::failing::Failing;
use crate::server::netbox::Query;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{id_in, name, name_in};
use crate::server::tools::frame::Object;
use crate::server::tools::pages;
use crate::server::tools::topology::port::{self, Lookup, Port};
use crate::server::tools::topology::trace;
use crate::wire::problem::Problem;

/// Ends of circuits at the failing devices' sites whose paths are read, at most.
const MOST_ENDS: usize = 30;
const MOST: u64 = 10_000;

/// Something that is affected.
#[derive(Clone, Debug, Default)]
pub(super) struct Thing {
    pub(super) name: String,
    pub(super) effect: &'static str,
    pub(super) object: Option<Object>,
    pub(super) details: String,
}

/// All that is affected besides devices.
#[derive(Debug, Default)]
pub(super) struct Things {
    pub(super) circuits: Vec<Thing>,
    pub(super) machines: Vec<Thing>,
    /// Virtual machines that run on, out of reach.
    pub(super) stranded: Vec<Thing>,
    pub(super) services: Vec<Thing>,
    /// Clusters that lose some of their hosts: `cluster: 1 of 8 hosts`.
    pub(super) clusters: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// Where a failing device is and what it hosts.
struct Place {
    id: u64,
    site: Option<u64>,
    cluster: Option<(u64, String)>,
}

pub(super) async fn follow(call: &Call<'_>, failing: &Failing, cut_off: &[(u64, String)]) -> Result<Things, Problem> {
    let mut things = Things::default();
    things.circuits = failing.circuits.iter().map(|(id, name)| circuit(*id, name)).collect();
    let devices: Vec<u64> = failing.devices.keys().copied().chain(cut_off.iter().map(|(device, _)| *device)).collect();
    if devices.is_empty() {
        return Ok(things);
    }
    let query = Query::new().with("fields", "id,site,cluster");
    let places = pages::of_ids(call, "dcim/devices/", &query, ("id", &devices), MOST, |device| {
        let cluster = device.get("cluster").filter(|cluster| cluster.is_object());
        Some(Place {
            id: device.get("id")?.as_u64()?,
            site: id_in(device, "site"),
            cluster: cluster.and_then(|cluster| Some((cluster.get("id")?.as_u64()?, name(cluster)))),
        })
    })
    .await
    .map_err(|error| error.problem())?
    .rows;
    let (circuits, machines) =
        futures::join!(circuits(call, failing, &places), machines(call, failing, &places, &devices));
    match circuits {
        Ok((found, note)) => {
            let known: BTreeSet<u64> = failing.circuits.keys().copied().collect();
            things
                .circuits
                .extend(found.into_iter().filter(|(id, _)| !known.contains(id)).map(|(id, name)| circuit(id, &name)));
            things.notes.extend(note);
        }
        Err(problem) => things.notes.push(format!("Circuits could not be looked at: {}", problem.message)),
    }
    match machines {
        Ok((found, clusters)) => {
            let out_of_reach: BTreeSet<u64> = cut_off.iter().map(|(device, _)| *device).collect();
            let (stranded, lost) =
                found.into_iter().partition(|(host, _)| host.is_some_and(|host| out_of_reach.contains(&host)));
            let things_of = |found: Vec<(Option<u64>, Thing)>| found.into_iter().map(|(_, thing)| thing);
            things.machines = things_of(lost).collect();
            things.stranded =
                things_of(stranded).map(|thing| Thing { effect: "virtual machine is out of reach", ..thing }).collect();
            things.clusters = clusters;
        }
        Err(problem) => things.notes.push(format!("Virtual machines could not be looked at: {}", problem.message)),
    }
    let hosted = things.machines.iter().chain(&things.stranded);
    let hosted: Vec<u64> = hosted.filter_map(|machine| machine.object.map(|object| object.id)).collect();
    match services(call, &devices, &hosted).await {
        Ok(found) => things.services = found,
        Err(problem) => things.notes.push(format!("Services could not be looked at: {}", problem.message)),
    }
    Ok(things)
}

fn circuit(id: u64, name: &str) -> Thing {
    Thing {
        name: name.to_owned(),
        effect: "circuit fails or loses its end",
        object: Some(Object { endpoint: "circuits/circuits", id }),
        ..Thing::default()
    }
}

/// The circuits whose way leads to or through a failing device, among those that end at the devices' sites.
async fn circuits(
    call: &Call<'_>,
    failing: &Failing,
    places: &[Place],
) -> Result<(BTreeMap<u64, String>, Option<String>), Problem> {
    let failed = places.iter().filter(|place| failing.devices.contains_key(&place.id));
    let sites: BTreeSet<u64> = failed.filter_map(|place| place.site).collect();
    let sites: Vec<u64> = sites.into_iter().collect();
    let kind = port::kind("circuits.circuittermination")?;
    let query = Query::new().with("cabled", "true").with("fields", port::fields(kind));
    let ends =
        pages::of_ids(call, &kind.list_path(), &query, ("site_id", &sites), 1_000, |end| Some(end.clone())).await;
    let mut ends = ends.map_err(|error| error.problem())?.rows;
    let note = (ends.len() > MOST_ENDS)
        .then(|| format!("Of {} circuit ends at the site, the paths of {MOST_ENDS} were looked at", ends.len()));
    ends.truncate(MOST_ENDS);
    let ports: Vec<Port> = ends.into_iter().map(|object| Port { kind, lookup: Lookup::Paths, object }).collect();
    let ways = join_all(ports.iter().map(|port| trace::ways(call, port))).await;
    let names: BTreeSet<&str> = failing.devices.values().map(String::as_str).collect();
    let mut found = BTreeMap::new();
    for (port, ways) in ports.iter().zip(ways) {
        let mut ends = ways?.into_iter().flat_map(|way| way.hops).flat_map(|hop| hop.ends);
        let peers = port.object.get("link_peers").and_then(Value::as_array).into_iter().flatten();
        let direct = peers.filter_map(|peer| id_in(peer, "device")).any(|device| failing.devices.contains_key(&device));
        // Hops name their device; those of other sites may have the same name, but not on this site's circuits.
        if (direct || ends.any(|end| end.parent.as_deref().is_some_and(|parent| names.contains(parent))))
            && let Some(circuit) = port.object.get("circuit")
        {
            found.insert(circuit.get("id").and_then(Value::as_u64).unwrap_or_default(), name(circuit));
        }
    }
    Ok((found, note))
}

/// The virtual machines that are placed on failing devices, and those of clusters without any host left; and the
/// clusters that lose some hosts. Each machine comes with its host.
async fn machines(
    call: &Call<'_>,
    failing: &Failing,
    places: &[Place],
    devices: &[u64],
) -> Result<(Vec<(Option<u64>, Thing)>, Vec<String>), Problem> {
    let mut clusters: BTreeMap<u64, (String, usize)> = BTreeMap::new();
    for place in places.iter().filter(|place| failing.devices.contains_key(&place.id)) {
        if let Some((id, name)) = &place.cluster {
            clusters.entry(*id).or_insert_with(|| (name.clone(), 0)).1 += 1;
        }
    }
    let ids: Vec<u64> = clusters.keys().copied().collect();
    let fields = Query::new().with("fields", "id,url,name,device,cluster,status");
    let read = |row: &Value| Some(row.clone());
    let path = "virtualization/virtual-machines/";
    let mut found = pages::of_ids(call, path, &fields, ("device_id", devices), MOST, read)
        .await
        .map_err(|error| error.problem())?
        .rows;
    let (mut dead, mut weakened) = (Vec::new(), Vec::new());
    if !ids.is_empty() {
        let query = Query::new().with("fields", "id,cluster");
        let hosts =
            pages::of_ids(call, "dcim/devices/", &query, ("cluster_id", &ids), MOST, |row| id_in(row, "cluster"));
        let hosts = hosts.await.map_err(|error| error.problem())?.rows;
        for (id, (name, lost)) in &clusters {
            let all = hosts.iter().filter(|host| *host == id).count();
            if *lost >= all { dead.push(*id) } else { weakened.push(format!("{name}: {lost} of {all} hosts")) }
        }
    }
    if !dead.is_empty() {
        let more = pages::of_ids(call, path, &fields, ("cluster_id", &dead), MOST, read).await;
        let known: BTreeSet<u64> = found.iter().filter_map(|machine| machine.get("id")?.as_u64()).collect();
        let more = more.map_err(|error| error.problem())?.rows;
        found.extend(
            more.into_iter().filter(|row| row.get("id").and_then(Value::as_u64).is_some_and(|id| !known.contains(&id))),
        );
    }
    let mut things: Vec<(Option<u64>, Thing)> = found
        .iter()
        .filter_map(|machine| {
            let host = name_in(machine, "device").map(|device| format!("on {device}"));
            let cluster = name_in(machine, "cluster").map(|cluster| format!("cluster {cluster}"));
            let thing = Thing {
                name: name(machine),
                effect: "virtual machine loses its host",
                object: Some(Object { endpoint: "virtualization/virtual-machines", id: machine.get("id")?.as_u64()? }),
                details: [host, cluster].into_iter().flatten().collect::<Vec<_>>().join(", "),
            };
            Some((id_in(machine, "device"), thing))
        })
        .collect();
    things.sort_by(|left, right| left.1.name.cmp(&right.1.name));
    Ok((things, weakened))
}

async fn services(call: &Call<'_>, devices: &[u64], machines: &[u64]) -> Result<Vec<Thing>, Problem> {
    let query = Query::new().with("fields", "id,url,name,parent");
    let read = |row: &Value| {
        let parent = name_in(row, "parent");
        Some(Thing {
            name: parent.map_or_else(|| name(row), |parent| format!("{} on {parent}", name(row))),
            effect: "service fails",
            object: Some(Object { endpoint: "ipam/services", id: row.get("id")?.as_u64()? }),
            details: String::new(),
        })
    };
    let (of_devices, of_machines) = futures::join!(
        pages::of_ids(call, "ipam/services/", &query, ("device_id", devices), MOST, read),
        pages::of_ids(call, "ipam/services/", &query, ("virtual_machine_id", machines), MOST, read),
    );
    let mut found = of_devices.map_err(|error| error.problem())?.rows;
    found.extend(of_machines.map_err(|error| error.problem())?.rows);
    found.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(found)
}
