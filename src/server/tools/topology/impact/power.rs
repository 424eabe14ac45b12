//! Who loses power: followed from feeds and outlets until nothing more goes dark.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::failing::Failing;
use crate::server::netbox::Query;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{id_in, name_in};
use crate::server::tools::frame::Object;
use crate::server::tools::pages;
use crate::wire::problem::Problem;

/// Rounds of feeds, distribution units and what hangs on them.
const MOST_ROUNDS: usize = 6;
const MOST_PORTS: u64 = 20_000;

/// What power shows.
#[derive(Debug, Default)]
pub(super) struct Power {
    /// Devices without any power left.
    pub(super) dark: BTreeMap<u64, String>,
    /// Devices that lose some of several sources.
    pub(super) weakened: BTreeMap<u64, String>,
}

/// Where a power port gets its power from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Feed(u64),
    /// An outlet of this device.
    Device(u64),
}

/// A power port of a device.
#[derive(Clone, Debug)]
struct Inlet {
    id: u64,
    device: u64,
    device_name: String,
    sources: Vec<Source>,
}

/// Follows power; devices that go dark fail, too.
pub(super) async fn follow(call: &Call<'_>, failing: &mut Failing) -> Result<Power, Problem> {
    let mut power = Power::default();
    let mut inlets: HashMap<u64, Vec<Inlet>> = HashMap::new();
    // Devices whose outlets were looked at already.
    let mut followed: BTreeSet<u64> = BTreeSet::new();
    let mut feeds: Vec<u64> = failing.feeds.iter().copied().collect();
    for round in 0..=MOST_ROUNDS {
        let new: Vec<u64> = failing.devices.keys().copied().filter(|device| !followed.contains(device)).collect();
        followed.extend(&new);
        let mut reached = fed(call, "dcim/power-feeds/", ("id", &feeds)).await?;
        reached.extend(fed(call, "dcim/power-outlets/", ("device_id", &new)).await?);
        if round == 0 {
            reached.extend(owners(call, failing).await?);
        }
        feeds.clear();
        let mut unknown: Vec<u64> = reached
            .into_iter()
            .filter(|device| !failing.devices.contains_key(device) && !inlets.contains_key(device))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        for inlet in inlets_of(call, &unknown).await? {
            inlets.entry(inlet.device).or_default().push(inlet);
        }
        let dark: Vec<(u64, String)> = inlets
            .iter()
            .filter(|(_, inlets)| left(inlets, failing) == 0)
            .filter_map(|(device, inlets)| {
                (!failing.devices.contains_key(device)).then(|| Some((*device, inlets.first()?.device_name.clone())))?
            })
            .collect();
        if dark.is_empty() {
            break;
        }
        if round == MOST_ROUNDS {
            failing.notes.push("Power was not followed to its end".to_owned());
        }
        for (device, name) in dark {
            failing.devices.insert(device, name.clone());
            power.dark.insert(device, name);
        }
    }
    for (device, inlets) in &inlets {
        if !failing.devices.contains_key(device)
            && left(inlets, failing) < inlets.len()
            && let Some(first) = inlets.first()
        {
            power.weakened.insert(*device, first.device_name.clone());
        }
    }
    Ok(power)
}

/// How many power ports still have a source that works.
fn left(inlets: &[Inlet], failing: &Failing) -> usize {
    let works = |source: &Source| match source {
        Source::Feed(feed) => !failing.feeds.contains(feed),
        Source::Device(device) => !failing.devices.contains_key(device),
    };
    inlets.iter().filter(|inlet| !failing.power_ports.contains(&inlet.id) && inlet.sources.iter().any(works)).count()
}

/// The devices whose power ports are at the other ends of feeds or outlets.
async fn fed(call: &Call<'_>, path: &str, (name, ids): (&str, &[u64])) -> Result<Vec<u64>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query::new().with("cabled", "true").with("fields", "id,connected_endpoints");
    let found = pages::of_ids(call, path, &query, (name, ids), MOST_PORTS, |source| {
        let ends = source.get("connected_endpoints")?.as_array()?;
        Some(ends.iter().filter_map(|end| id_in(end, "device")).collect::<Vec<_>>())
    })
    .await;
    Ok(found.map_err(|error| error.problem())?.rows.into_iter().flatten().collect())
}

/// The devices of the power ports that lose what they are plugged into.
async fn owners(call: &Call<'_>, failing: &Failing) -> Result<Vec<u64>, Problem> {
    let ids: Vec<u64> = failing.power_ports.iter().copied().collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query::new().with("fields", "id,device");
    let found =
        pages::of_ids(call, "dcim/power-ports/", &query, ("id", &ids), MOST_PORTS, |port| id_in(port, "device"));
    Ok(found.await.map_err(|error| error.problem())?.rows)
}

/// The power ports of devices that have a known source; a port without one gives no power.
async fn inlets_of(call: &Call<'_>, devices: &[u64]) -> Result<Vec<Inlet>, Problem> {
    if devices.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query::new().with("cabled", "true").with("fields", "id,device,connected_endpoints");
    let found = pages::of_ids(call, "dcim/power-ports/", &query, ("device_id", devices), MOST_PORTS, inlet).await;
    Ok(found.map_err(|error| error.problem())?.rows)
}

fn inlet(port: &Value) -> Option<Inlet> {
    let ends = port.get("connected_endpoints").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let sources: Vec<Source> = ends
        .iter()
        .filter_map(|end| match Object::of(end)? {
            Object { endpoint: "dcim/power-feeds", id } => Some(Source::Feed(id)),
            _ => id_in(end, "device").map(Source::Device),
        })
        .collect();
    (!sources.is_empty()).then(|| Inlet {
        id: port.get("id").and_then(Value::as_u64).unwrap_or_default(),
        device: id_in(port, "device").unwrap_or_default(),
        device_name: name_in(port, "device").unwrap_or_default(),
        sources,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_device_lives_while_one_source_does() {
        let port = |id: u64, kind: &str, end: u64| {
            let url = format!("http://x/api/dcim/{kind}/{end}/");
            inlet(&json!({"id": id, "device": {"id": 9, "name": "srv"}, "connected_endpoints": [{"id": end, "url": url, "device": {"id": end}}]})).unwrap()
        };
        let inlets = [port(1, "power-outlets", 5), port(2, "power-feeds", 7)];
        let mut failing = Failing::default();
        assert_eq!(left(&inlets, &failing), 2);
        failing.devices.insert(5, "pdu".into());
        assert_eq!(left(&inlets, &failing), 1);
        failing.feeds.insert(7);
        assert_eq!(left(&inlets, &failing), 0);
        assert!(inlet(&json!({"id": 3, "device": {"id": 9}, "connected_endpoints": null})).is_none());
    }
}
