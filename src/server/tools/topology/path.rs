//! `path`: the shortest way from one device to another, searched from both at once.

use std::collections::{HashMap, HashSet};

use futures::future::join_all;
use serde_json::{Value, json};

use super::graph::{self, Link, Node, Stacks};
use super::port;
use super::way::{self, Hop, HopEnd, Way};
use crate::server::netbox::Query;
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{Finding, name};
use crate::server::tools::frame::{Cell, Object};
use crate::server::tools::names;
use crate::wire::problem::Problem;

/// Devices that a search looks at, at most.
const MOST_DEVICES: usize = 4_000;
/// Steps from one device to the other, at most.
const MOST_STEPS: usize = 16;

const LIMITS: &str = "The shortest chain of cables; NetBox knows no routing or spanning tree";

/// How a node was reached.
#[derive(Clone, Debug)]
struct Step {
    from: Node,
    /// Nothing between members of a virtual chassis.
    link: Option<Link>,
}

/// What is known from one of the two ends.
struct Side {
    reached: HashMap<Node, Option<Step>>,
    depth: HashMap<Node, usize>,
    frontier: Vec<Node>,
}

impl Side {
    fn new(start: Node) -> Self {
        Self { reached: HashMap::from([(start, None)]), depth: HashMap::from([(start, 0)]), frontier: vec![start] }
    }

    /// Notes a step to a node that was not reached before.
    fn reach(&mut self, node: Node, step: Step, next: &mut Vec<Node>) {
        if self.reached.contains_key(&node) {
            return;
        }
        let depth = self.depth.get(&step.from).copied().unwrap_or_default() + 1;
        self.reached.insert(node, Some(step));
        self.depth.insert(node, depth);
        next.push(node);
    }

    /// The steps from this side's start to a node.
    fn steps_to(&self, mut node: Node) -> Vec<Step> {
        let mut steps = Vec::new();
        while let Some(Some(step)) = self.reached.get(&node) {
            node = step.from;
            steps.push(step.clone());
        }
        steps.reverse();
        steps
    }

    /// The nodes one step further, from the links of those at the edge.
    fn advance(&mut self, links: &[Link], stacks: &Stacks) -> Vec<Node> {
        let mut next = Vec::new();
        for node in std::mem::take(&mut self.frontier) {
            let Node::Device(device) = node else { continue };
            for (member, _) in stacks.others(device) {
                self.reach(Node::Device(*member), Step { from: node, link: None }, &mut next);
            }
        }
        for link in links {
            let step = Step { from: link.near.node, link: Some(link.clone()) };
            self.reach(link.far.node, step, &mut next);
        }
        self.frontier.clone_from(&next);
        next
    }
}

/// What a search came to.
enum Found {
    /// From one end, and from the other, to where they meet.
    Way(Vec<Step>, Vec<Step>),
    /// All that hangs together with one of the ends was looked at.
    Nothing,
    /// It was given up.
    TooFar,
}

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let (from, from_name) = port::device(call, arguments).await?;
    let to = arguments.word("to")?.ok_or_else(|| arguments.wrong("The argument to, the other device, is missing"))?;
    let to = names::one(call, port::kind("dcim.device")?, "id", &to).await?;
    let (to, to_name) = (to.get("id").and_then(Value::as_u64).unwrap_or_default(), name(&to));
    let mut finding = Finding::default();
    finding.tell("from", from_name.as_str());
    finding.tell("to", to_name.as_str());
    if from == to {
        finding.tell("path", "It is the same device");
        finding.summary = format!("{from_name} itself");
        return Ok(finding);
    }
    let (found, looked_at) = search(call, from, to).await?;
    let (there, back) = match found {
        Found::Way(there, back) => (there, back),
        Found::Nothing | Found::TooFar => {
            finding.tell("connected", false);
            finding.tell("devices_looked_at", looked_at);
            finding.tell(
                "reason",
                if matches!(found, Found::Nothing) {
                    "No chain of cables, panels and circuits in NetBox joins them"
                } else {
                    "None was found within the bounds of the search; there may be a longer one"
                },
            );
            finding.summary = format!("No path from {from_name} to {to_name}");
            return Ok(finding);
        }
    };
    let stages: Vec<(&Step, bool)> =
        there.iter().map(|step| (step, false)).chain(back.iter().rev().map(|step| (step, true))).collect();
    let in_service = stages.iter().all(|(step, _)| step.link.as_ref().is_none_or(|link| link.in_service));
    let parts = join_all(stages.iter().map(|(step, backwards)| stage(call, step, *backwards))).await;
    let mut hops: Vec<Hop> = parts.into_iter().flatten().collect();
    // A provider's network between two circuits ends the way to it and begins the way from it.
    hops.dedup_by(|after, before| after == before && !after.is_link);
    let picture = Way { hops, complete: true };
    let devices = devices(&picture);
    finding.tell("path", way::line(&picture));
    finding.tell("links", stages.iter().filter(|(step, _)| step.link.is_some()).count());
    finding.tell("devices", json!(devices));
    if !in_service {
        finding.tell("warning", "A cable on the way is not in service (planned or being removed)");
    }
    let networks: Vec<&str> = picture
        .hops
        .iter()
        .flat_map(|hop| &hop.ends)
        .filter(|end| end.target().is_some_and(|(endpoint, _)| endpoint == "circuits/provider-networks"))
        .map(|end| end.label.as_str())
        .collect();
    if !networks.is_empty() {
        let networks = networks.join(", ");
        finding.tell("assumed", format!("That the provider's network {networks} joins the circuits that end at it"));
    }
    finding.tell("limits", LIMITS);
    finding.summary = format!("{from_name} to {to_name} by way of {} devices", devices.len().saturating_sub(2));
    finding.columns = vec!["hop", "name"];
    finding.rows = picture
        .hops
        .iter()
        .enumerate()
        .map(|(at, hop)| {
            let texts: Vec<String> = hop.ends.iter().map(way::end_text).collect();
            let object = hop.ends.first().and_then(|end| end.object);
            vec![Cell::plain(at + 1), Cell { value: json!(texts.join(", ")), object }]
        })
        .collect();
    finding.picture = Some(way::picture(call, &picture, LIMITS));
    Ok(finding)
}

/// The devices on the way, each once.
fn devices(picture: &Way) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for parent in picture.hops.iter().filter_map(|hop| hop.ends.first()?.parent.clone()) {
        if names.last() != Some(&parent) {
            names.push(parent);
        }
    }
    names
}

async fn search(call: &Call<'_>, from: u64, to: u64) -> Result<(Found, usize), Problem> {
    let (mut one, mut other) = (Side::new(Node::Device(from)), Side::new(Node::Device(to)));
    let stacks = Stacks::read(call).await?;
    for _ in 0..MOST_STEPS {
        // The side with less to look at goes on.
        let near = one.frontier.len() <= other.frontier.len();
        let (moving, waiting) = if near { (&mut one, &other) } else { (&mut other, &one) };
        let mut devices: Vec<u64> = moving
            .frontier
            .iter()
            .filter_map(|node| if let Node::Device(device) = node { Some(*device) } else { None })
            .collect();
        devices.sort_unstable();
        let links: Vec<Link> = if devices.is_empty() {
            Vec::new()
        } else {
            graph::expand(call, &devices).await?.rows.into_iter().flatten().collect()
        };
        let next = moving.advance(&links, &stacks);
        let depth = |side: &Side, node: &Node| side.depth.get(node).copied().unwrap_or(usize::MAX);
        let met = next.iter().filter(|node| waiting.reached.contains_key(node)).min_by_key(|node| depth(waiting, node));
        let looked_at = one.reached.len() + other.reached.len();
        if let Some(met) = met.copied() {
            return Ok((Found::Way(one.steps_to(met), other.steps_to(met)), looked_at));
        }
        if one.frontier.is_empty() || other.frontier.is_empty() {
            return Ok((Found::Nothing, looked_at));
        }
        if looked_at > MOST_DEVICES {
            return Ok((Found::TooFar, looked_at));
        }
    }
    let all: HashSet<&Node> = one.reached.keys().chain(other.reached.keys()).collect();
    Ok((Found::TooFar, all.len()))
}

/// The hops of one step in full, with panels and circuits.
async fn stage(call: &Call<'_>, step: &Step, backwards: bool) -> Vec<Hop> {
    let Some(link) = &step.link else {
        let chassis = HopEnd { label: "virtual chassis".to_owned(), ..HopEnd::default() };
        return vec![Hop { ends: vec![chassis], is_link: true, status: None }];
    };
    let path = format!("dcim/interfaces/{}/trace/", link.near.port.unwrap_or_default());
    let picture = match call.get(&path, &Query::new()).await {
        Ok(answer) if !answer.results().is_empty() => way::of_trace(answer.results()),
        // What is known of it without its cables.
        _ => plain(link),
    };
    if backwards { way::reversed(picture).hops } else { picture.hops }
}

fn plain(link: &Link) -> Way {
    let hop = |end: &graph::End| Hop {
        ends: vec![HopEnd {
            label: String::new(),
            parent: Some(end.name.clone()),
            object: end.port.map(|id| Object { endpoint: "dcim/interfaces", id }),
            ..HopEnd::default()
        }],
        ..Hop::default()
    };
    let unknown =
        Hop { ends: vec![HopEnd { label: "link".to_owned(), ..HopEnd::default() }], is_link: true, status: None };
    Way { hops: vec![hop(&link.near), unknown, hop(&link.far)], complete: true }
}

#[cfg(test)]
mod tests {
    use super::super::graph::End;
    use super::*;

    fn link(near: u64, far: u64) -> Link {
        let end = |device: u64| End { node: Node::Device(device), name: format!("d{device}"), port: Some(device * 10) };
        Link { near: end(near), far: end(far), in_service: true }
    }

    #[test]
    fn a_side_keeps_the_first_way_to_each_node() {
        let mut side = Side::new(Node::Device(1));
        assert_eq!(
            side.advance(&[link(1, 2), link(1, 3), link(1, 2)], &Stacks::default()),
            [Node::Device(2), Node::Device(3)]
        );
        assert_eq!(side.advance(&[link(2, 4), link(3, 4), link(3, 1)], &Stacks::default()), [Node::Device(4)]);
        let steps: Vec<Node> = side.steps_to(Node::Device(4)).iter().map(|step| step.from).collect();
        assert_eq!(steps, [Node::Device(1), Node::Device(2)]);
        assert!(side.advance(&[], &Stacks::default()).is_empty() && side.frontier.is_empty());
    }
}
