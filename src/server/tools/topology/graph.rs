//! Devices and providers' networks as a graph, of which only what is asked about is ever fetched: the links of some
//! devices at a time.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::server::netbox::Query;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{endpoint_of, id_in, name, name_in};
use crate::server::tools::pages::{self, Pages};
use crate::wire::problem::Problem;

/// Links that one expansion reads, at most.
const MOST_LINKS: u64 = 20_000;
/// Members of virtual chassis that are read, at most.
const MOST_MEMBERS: u64 = 5_000;

/// What links join.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Node {
    Device(u64),
    /// A provider's network: what goes on behind it, NetBox does not know.
    Network(u64),
}

/// One end of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) node: Node,
    /// The device's or network's name.
    pub(super) name: String,
    /// The interface; nothing for a network.
    pub(super) port: Option<u64>,
}

/// A connection from interface to interface, whatever panels and circuits are between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) near: End,
    pub(super) far: End,
    pub(super) in_service: bool,
}

/// The links of an interface as NetBox writes it.
pub(super) fn links(interface: &Value) -> Option<Vec<Link>> {
    let near = end(interface)?;
    let in_service = interface.get("connected_endpoints_reachable") != Some(&json!(false));
    let ends = interface.get("connected_endpoints").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    Some(ends.iter().filter_map(end).map(|far| Link { near: near.clone(), far, in_service }).collect())
}

fn end(object: &Value) -> Option<End> {
    let id = object.get("id")?.as_u64()?;
    if let Some(device) = id_in(object, "device") {
        let name = name_in(object, "device").unwrap_or_default();
        return Some(End { node: Node::Device(device), name, port: Some(id) });
    }
    let endpoint = endpoint_of(object)?;
    (endpoint == "circuits/provider-networks").then(|| End { node: Node::Network(id), name: name(object), port: None })
}

/// All links of these devices.
pub(super) async fn expand(call: &Call<'_>, devices: &[u64]) -> Result<Pages<Vec<Link>>, Problem> {
    let fields = "id,device,connected_endpoints,connected_endpoints_reachable";
    let query = Query::new().with("cabled", "true").with("fields", fields);
    let ids = ("device_id", devices);
    pages::of_ids(call, "dcim/interfaces/", &query, ids, MOST_LINKS, links).await.map_err(|error| error.problem())
}

/// The devices that are one virtual chassis with a device: they are linked without a cable.
#[derive(Debug, Default)]
pub(super) struct Stacks {
    chassis: HashMap<u64, u64>,
    members: HashMap<u64, Vec<(u64, String)>>,
}

impl Stacks {
    pub(super) async fn read(call: &Call<'_>) -> Result<Self, Problem> {
        let query = Query::new().with("virtual_chassis_member", "true").with("fields", "id,name,virtual_chassis");
        let members = pages::all(call, "dcim/devices/", &query, MOST_MEMBERS, |device| {
            Some((device.get("id")?.as_u64()?, name(device), id_in(device, "virtual_chassis")?))
        })
        .await
        .map_err(|error| error.problem())?;
        let mut stacks = Self::default();
        for (device, name, chassis) in members.rows {
            stacks.chassis.insert(device, chassis);
            stacks.members.entry(chassis).or_default().push((device, name));
        }
        Ok(stacks)
    }

    /// The other members.
    pub(super) fn others(&self, device: u64) -> impl Iterator<Item = &(u64, String)> {
        let members = self.chassis.get(&device).and_then(|chassis| self.members.get(chassis));
        members.into_iter().flatten().filter(move |(member, _)| *member != device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_devices_and_networks() {
        let interface = json!({
            "id": 1, "device": {"id": 10, "name": "a"}, "connected_endpoints_reachable": true,
            "connected_endpoints": [
                {"id": 2, "url": "http://x/api/dcim/interfaces/2/", "name": "eth0", "device": {"id": 20, "name": "b"}},
                {"id": 3, "url": "http://x/api/circuits/provider-networks/3/", "display": "Cloud"},
                {"id": 4, "url": "http://x/api/dcim/sites/4/", "display": "Somewhere"},
            ],
        });
        let found = links(&interface).unwrap();
        let far: Vec<(Node, &str)> = found.iter().map(|link| (link.far.node, link.far.name.as_str())).collect();
        assert_eq!(far, [(Node::Device(20), "b"), (Node::Network(3), "Cloud")]);
        assert!(found.iter().all(|link| link.near.port == Some(1) && link.in_service));
    }
}
