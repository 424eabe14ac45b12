//! Where a cable leads: NetBox's path tracing (`CablePath.from_origin` in `dcim/models/cables.py`) for cables without a
//! profile, through patch panels and circuits.

use super::schema::schema;
use super::store::{Object, Store, Value};

/// A path from one endpoint: near ends, cable, far ends, near ends, cable, ...
pub struct Path {
    /// The objects met, in threes.
    pub nodes: Vec<Vec<Object>>,
    /// Whether it ends at an endpoint.
    pub is_complete: bool,
    /// Whether all its cables are connected.
    pub is_active: bool,
    /// Whether it falls apart on the way.
    pub is_split: bool,
}

impl Path {
    /// The objects at the end of a complete path.
    pub fn destinations(&self) -> &[Object] {
        if self.is_complete { self.nodes.last().map_or(&[], Vec::as_slice) } else { &[] }
    }
}

/// The types whose objects begin and end paths.
pub const ENDPOINTS: [&str; 6] = [
    "dcim.interface",
    "dcim.consoleport",
    "dcim.consoleserverport",
    "dcim.powerport",
    "dcim.poweroutlet",
    "dcim.powerfeed",
];

impl Store {
    /// The objects at the other end of an object's cable.
    pub fn link_peers(&self, object: Object) -> Vec<Object> {
        let Some(cable) = self.reference(object, "cable") else { return Vec::new() };
        let end = self.text(object, "cable_end");
        self.terminations(cable, if end == "A" { "B" } else { "A" })
    }

    /// The objects at one end of a cable.
    pub fn terminations(&self, cable: Object, end: &str) -> Vec<Object> {
        let kind = schema().id("dcim.cabletermination");
        self.pointing(kind, "cable", cable)
            .iter()
            .map(|(_, id)| Object { kind, id: *id })
            .filter(|termination| self.text(*termination, "cable_end") == end)
            .filter_map(|termination| self.reference(termination, "termination"))
            .collect()
    }

    /// The path that begins at an endpoint; nothing if no cable is attached or the object begins no paths.
    pub fn path(&self, origin: Object) -> Option<Path> {
        if !ENDPOINTS.contains(&schema().kind(origin.kind).name) {
            return None;
        }
        self.reference(origin, "cable")?;
        let mut path = Path { nodes: Vec::new(), is_complete: false, is_active: true, is_split: false };
        let mut near = vec![origin];
        let mut positions: Vec<Vec<i64>> = Vec::new();
        loop {
            let mut links: Vec<Object> = near.iter().filter_map(|object| self.reference(*object, "cable")).collect();
            links.dedup();
            if links.len() > 1 && positions.last().is_some_and(|last| last.len() != near.len()) {
                path.is_split = true;
                break;
            }
            path.nodes.push(near.clone());
            if links.is_empty() {
                break;
            }
            path.is_active &= links.iter().all(|link| self.text(*link, "status") == "connected");
            let far: Vec<Object> = near.iter().flat_map(|object| self.link_peers(*object)).collect();
            path.nodes.push(links.clone());
            path.nodes.push(far.clone());
            let Some(first) = far.first() else { break };
            near = match schema().kind(first.kind).name {
                "dcim.frontport" => self.through(&far, "front_port", "rear_port", &mut positions, &mut path),
                "dcim.rearport" => self.through(&far, "rear_port", "front_port", &mut positions, &mut path),
                "circuits.circuittermination" => self.across(&far, &links, &mut path),
                _ => {
                    path.is_complete = true;
                    Vec::new()
                }
            };
            // A cable cannot be met twice: a loop in the data ends here instead of going round for ever.
            if near.is_empty() || path.nodes.len() > 300 {
                break;
            }
        }
        Some(path)
    }

    /// From ports on one side of a panel to those on its other side.
    fn through(
        &self,
        ports: &[Object],
        from: &str,
        to: &str,
        positions: &mut Vec<Vec<i64>>,
        path: &mut Path,
    ) -> Vec<Object> {
        let mapping = schema().id("dcim.portmapping");
        let number = |object: Object, name: &str| match self.get(object, name) {
            Value::Int(number) => number,
            _ => 1,
        };
        let many = ports.iter().any(|port| number(*port, "positions") > 1);
        let wanted = if many { positions.pop() } else { None };
        if many && wanted.is_none() {
            path.is_split = true;
            return Vec::new();
        }
        let mappings: Vec<Object> = ports
            .iter()
            .flat_map(|port| self.pointing(mapping, from, *port))
            .map(|(_, id)| Object { kind: mapping, id: *id })
            .filter(|found| {
                wanted.as_ref().is_none_or(|wanted| wanted.contains(&number(*found, &format!("{from}_position"))))
            })
            .collect();
        let mut found: Vec<Object> = mappings.iter().filter_map(|found| self.reference(*found, to)).collect();
        found.dedup();
        if found.iter().any(|port| number(*port, "positions") > 1) {
            positions.push(mappings.iter().map(|found| number(*found, &format!("{to}_position"))).collect());
        }
        found
    }

    /// From a circuit's termination to the one on its other side.
    fn across(&self, far: &[Object], links: &[Object], path: &mut Path) -> Vec<Object> {
        let kind = far[0].kind;
        let peers: Vec<Object> = far
            .iter()
            .filter_map(|termination| {
                let circuit = self.reference(*termination, "circuit")?;
                let side = self.text(*termination, "term_side");
                self.pointing(kind, "circuit", circuit)
                    .iter()
                    .map(|(_, id)| Object { kind, id: *id })
                    .find(|peer| self.text(*peer, "term_side") != side)
            })
            .collect();
        let place = |peer: &Object| self.reference(*peer, "termination");
        let in_network = |peer: &Object| {
            place(peer).is_some_and(|place| schema().kind(place.kind).name == "circuits.providernetwork")
        };
        if peers.is_empty() {
            return Vec::new();
        }
        let to_network = peers.iter().all(in_network);
        if to_network || peers.iter().all(|peer| place(peer).is_some() && self.reference(*peer, "cable").is_none()) {
            // It ends at a provider's network, or at a site where nothing is plugged in.
            path.nodes.push(peers.clone());
            path.nodes.push(peers.iter().filter_map(place).collect());
            path.is_complete = to_network;
            return Vec::new();
        }
        if peers.iter().any(|peer| self.reference(*peer, "cable").is_some_and(|cable| links.contains(&cable))) {
            path.is_split = true;
            return Vec::new();
        }
        peers
    }

    /// A path as `/trace/` gives it: near ends, cable if any, far ends.
    pub fn trace(&self, origin: Object) -> Vec<(Vec<Object>, Option<Object>, Vec<Object>)> {
        let Some(path) = self.path(origin) else { return Vec::new() };
        let mut nodes = path.nodes;
        match nodes.len() % 3 {
            1 => nodes.extend([Vec::new(), Vec::new()]),
            2 => nodes.insert(nodes.len() - 1, Vec::new()),
            _ => {}
        }
        let segments = nodes.chunks_exact(3).take_while(|segment| !segment[0].is_empty());
        segments.map(|segment| (segment[0].clone(), segment[1].first().copied(), segment[2].clone())).collect()
    }
}
