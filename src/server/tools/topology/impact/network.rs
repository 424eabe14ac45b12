//! Who loses connections: the neighbours of what fails, and of them those that no cable joins to the rest any more.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::failing::Failing;
use super::islands::Islands;
use super::{living_links, stacks};
use crate::server::netbox::Query;
use crate::server::tools::call::Call;
use crate::server::tools::pages;
use crate::server::tools::topology::graph::{self, Link, Node};
use crate::wire::problem::Problem;

/// Steps away from what fails that are looked at.
const MOST_STEPS: usize = 8;
/// Devices that are looked at, at most.
const MOST_DEVICES: usize = 3_000;

/// What the network shows.
#[derive(Debug, Default)]
pub(super) struct Network {
    /// Devices that nothing joins to the rest any more.
    pub(super) cut_off: Vec<(u64, String)>,
    /// Devices that lose links and stay connected: name, and how many.
    pub(super) kept: BTreeMap<u64, (String, usize)>,
    /// Providers' networks that lose a link.
    pub(super) outside: Vec<String>,
    pub(super) warning: Option<String>,
}

/// Follows the connections of what fails.
pub(super) async fn follow(call: &Call<'_>, failing: &Failing) -> Result<Network, Problem> {
    let mut network = Network::default();
    let mut names: HashMap<Node, String> = HashMap::new();
    let mut lost: HashMap<Node, usize> = HashMap::new();
    let devices: Vec<u64> = failing.devices.keys().copied().collect();
    if !devices.is_empty() {
        let pages = graph::expand(call, &devices).await?;
        if !pages.is_complete() {
            network.warning = Some("Not all links of what fails could be read".to_owned());
        }
        for link in pages.rows.into_iter().flatten() {
            if !matches!(link.far.node, Node::Device(device) if failing.devices.contains_key(&device)) {
                *lost.entry(link.far.node).or_default() += 1;
                names.insert(link.far.node, link.far.name);
            }
        }
    }
    for (device, name) in beside(call, failing).await? {
        *lost.entry(Node::Device(device)).or_default() += 1;
        names.insert(Node::Device(device), name);
    }
    network.outside.clone_from(&failing.networks);
    for (node, name) in &names {
        if matches!(node, Node::Network(_)) {
            network.outside.push(name.clone());
        }
    }
    network.outside.sort_unstable();
    network.outside.dedup();
    lost.retain(|node, _| matches!(node, Node::Device(_)));
    let starts: Vec<Node> = lost.keys().copied().collect();
    let cut_off = separated(call, failing, &starts, &mut names, &mut network.warning).await?;
    for (node, count) in lost {
        let Node::Device(device) = node else { continue };
        if !cut_off.contains(&node) {
            network.kept.insert(device, (names.get(&node).cloned().unwrap_or_default(), count));
        }
    }
    network.cut_off = cut_off
        .into_iter()
        .filter_map(|node| match node {
            Node::Device(device) => Some((device, names.get(&node).cloned().unwrap_or_default())),
            Node::Network(_) => None,
        })
        .collect();
    network.cut_off.sort_by(|left, right| left.1.cmp(&right.1));
    Ok(network)
}

/// The devices of interfaces whose connection fails.
async fn beside(call: &Call<'_>, failing: &Failing) -> Result<Vec<(u64, String)>, Problem> {
    let ids: Vec<u64> = failing.interfaces.iter().copied().collect();
    if ids.is_empty() {
        return Ok(failing.beside.clone().into_iter().collect());
    }
    let query = Query::new().with("fields", "id,device");
    let found = pages::of_ids(call, "dcim/interfaces/", &query, ("id", &ids), 5_000, |row| {
        let device = row.get("device")?;
        Some((device.get("id")?.as_u64()?, crate::server::tools::finding::name(device)))
    })
    .await
    .map_err(|error| error.problem())?;
    Ok(found.rows.into_iter().filter(|(device, _)| !failing.devices.contains_key(device)).collect())
}

/// Of these nodes and what hangs on them, those that are not joined to the rest: every set of nodes that was seen to
/// its end, but the one that goes on, and where none does the largest.
async fn separated(
    call: &Call<'_>,
    failing: &Failing,
    starts: &[Node],
    names: &mut HashMap<Node, String>,
    warning: &mut Option<String>,
) -> Result<HashSet<Node>, Problem> {
    let mut islands = Islands::default();
    let mut frontier: Vec<Node> = starts.iter().copied().filter(|node| islands.add(*node)).collect();
    if frontier.is_empty() {
        return Ok(HashSet::new());
    }
    let stacks = stacks(call).await;
    let mut seen = frontier.len();
    let mut steps = 0;
    while !frontier.is_empty() && steps < MOST_STEPS && seen < MOST_DEVICES {
        // Once all that goes on is one set, the others are known to their ends.
        let open: HashSet<Node> = frontier.iter().map(|node| islands.of(*node)).collect();
        if steps > 0 && open.len() <= 1 {
            break;
        }
        steps += 1;
        let mut devices: Vec<u64> = frontier
            .iter()
            .filter_map(|node| if let Node::Device(device) = node { Some(*device) } else { None })
            .collect();
        devices.sort_unstable();
        let (links, complete) = living_links(call, &devices, failing).await?;
        if !complete {
            *warning = Some("Not all links around it could be read".to_owned());
        }
        let mut next = Vec::new();
        for device in &devices {
            for (member, name) in stacks.others(*device) {
                if failing.devices.contains_key(member) {
                    continue;
                }
                let node = Node::Device(*member);
                names.entry(node).or_insert_with(|| name.clone());
                if islands.add(node) {
                    next.push(node);
                }
                islands.join(Node::Device(*device), node);
            }
        }
        for Link { near, far, .. } in links {
            names.entry(far.node).or_insert(far.name);
            if islands.add(far.node) {
                next.push(far.node);
            }
            islands.join(near.node, far.node);
        }
        next.retain(|node| matches!(node, Node::Device(_)));
        seen += next.len();
        frontier = next;
    }
    let open: HashSet<Node> = frontier.iter().map(|node| islands.of(*node)).collect();
    if open.len() > 1 && warning.is_none() {
        *warning = Some("Parts of the network were not followed to their end and count as connected".to_owned());
    }
    let mut sets = islands.sets();
    let goes_on = |set: &Vec<Node>, islands: &mut Islands| {
        set.first().is_some_and(|node| open.contains(&islands.of(*node)))
            || set.iter().any(|node| matches!(node, Node::Network(_)))
    };
    let any = sets.iter().any(|set| goes_on(set, &mut islands));
    // Where everything was seen to its end, the largest set is what the others are cut off from. A single set of one
    // start is cut off from what failed.
    let rest = if any {
        None
    } else {
        sets.iter().max_by_key(|set| set.len()).filter(|set| set.len() > 1 || starts.len() > 1).cloned()
    };
    sets.retain(|set| !goes_on(set, &mut islands) && Some(set) != rest.as_ref());
    Ok(sets.into_iter().flatten().collect())
}
