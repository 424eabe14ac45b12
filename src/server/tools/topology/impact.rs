//! `impact`: what is affected when something fails, as far as cables, power and placement tell.

mod failing;
mod islands;
mod network;
mod power;
mod things;

use std::collections::BTreeMap;

use serde_json::json;

use super::graph::{self, Link, Node, Stacks};
use super::port;
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{Finding, linked};
use crate::server::tools::frame::Cell;
use crate::wire::problem::Problem;
use failing::Failing;

/// What an answer about failures cannot know.
const LIMITS: &str = "From cables, power and placement in NetBox only: routing, spanning tree, failover, load and batteries are not in it";

/// Something affected, for the person's table.
struct Line {
    effect: &'static str,
    cell: Cell,
    details: String,
}

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let limit = usize::try_from(arguments.limit(20)?).unwrap_or(20);
    let kind = match port::asked_kind(call, arguments)? {
        Some(kind) => kind,
        None => port::kind("dcim.device")?,
    };
    let mut failing = failing::of(call, arguments, kind).await?;
    let mut finding = Finding::default();
    let mut lines: Vec<Line> = Vec::new();
    finding.tell("fails", failing.what.as_str());
    let power = power::follow(call, &mut failing).await?;
    if failing.devices.len() > 1 || (kind.name != "dcim.device" && !failing.devices.is_empty()) {
        finding.tell("devices_failing", failing.devices.len());
    }
    let named = |devices: &BTreeMap<u64, String>| -> Vec<String> { devices.values().cloned().collect() };
    list(&mut finding, "lose_power", &named(&power.dark), limit);
    list(&mut finding, "lose_one_of_several_power_sources", &named(&power.weakened), limit);
    for (devices, effect) in [(&power.dark, "loses power"), (&power.weakened, "loses one of several power sources")] {
        lines.extend(devices.iter().map(|(id, name)| line(effect, "dcim/devices", *id, name)));
    }
    let network = network::follow(call, &failing).await?;
    list(&mut finding, "cut_off", &network.cut_off.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>(), limit);
    lines.extend(network.cut_off.iter().map(|(id, name)| line("is cut off", "dcim/devices", *id, name)));
    let kept: Vec<String> = network
        .kept
        .values()
        .map(|(name, lost)| if *lost == 1 { name.clone() } else { format!("{name} ({lost} links)") })
        .collect();
    list(&mut finding, "lose_a_link_and_stay_connected", &kept, limit);
    lines.extend(network.kept.iter().map(|(id, (name, lost))| {
        let lost = format!("{lost} links");
        Line { details: lost, ..line("loses a link, stays connected", "dcim/devices", *id, name) }
    }));
    list(&mut finding, "networks_losing_a_link", &network.outside, limit);
    if let Some(warning) = &network.warning {
        finding.tell("warning", warning.as_str());
    }
    let things = things::follow(call, &failing, &network.cut_off).await?;
    for (name, found) in [
        ("circuits", &things.circuits),
        ("virtual_machines", &things.machines),
        ("virtual_machines_on_cut_off_hosts", &things.stranded),
        ("services", &things.services),
    ] {
        let names: Vec<String> = found.iter().map(|thing| thing.name.clone()).collect();
        list(&mut finding, name, &names, limit);
        lines.extend(found.iter().map(|thing| Line {
            effect: thing.effect,
            cell: Cell { value: json!(thing.name), object: thing.object },
            details: thing.details.clone(),
        }));
    }
    list(&mut finding, "clusters_losing_hosts", &things.clusters, limit);
    finding.tell("notes", json!([failing.notes.clone(), things.notes.clone()].concat()));
    finding.tell("limits", LIMITS);
    finding.summary = summary(&failing, &power, &network, &things);
    finding.columns = vec!["effect", "name", "details"];
    finding.rows =
        lines.into_iter().map(|line| vec![Cell::plain(line.effect), line.cell, Cell::plain(line.details)]).collect();
    Ok(finding)
}

fn line(effect: &'static str, endpoint: &'static str, id: u64, name: &str) -> Line {
    Line { effect, cell: linked(name, endpoint, id), details: String::new() }
}

/// Tells names; where there are more than fit, how many.
fn list(finding: &mut Finding, name: &str, names: &[String], limit: usize) {
    if names.len() <= limit {
        finding.tell(name, json!(names));
    } else {
        let first: Vec<&String> = names.iter().take(limit).collect();
        finding.tell(name, json!({"total": names.len(), "first": first}));
    }
}

fn summary(failing: &Failing, power: &power::Power, network: &network::Network, things: &things::Things) -> String {
    let parts: Vec<String> = [
        (power.dark.len(), "device loses power", "devices lose power"),
        (network.cut_off.len(), "device is cut off", "devices are cut off"),
        (network.kept.len(), "device loses a link", "devices lose a link"),
        (things.circuits.len(), "circuit", "circuits"),
        (things.machines.len() + things.stranded.len(), "virtual machine", "virtual machines"),
        (things.services.len(), "service", "services"),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, several)| format!("{count} {}", if count == 1 { one } else { several }))
    .collect();
    let effects = if parts.is_empty() { "nothing that NetBox knows of".to_owned() } else { parts.join(", ") };
    format!("If {} fails: {effects}", failing.what)
}

/// The links of devices, without those that fail.
async fn living_links(call: &Call<'_>, devices: &[u64], failing: &Failing) -> Result<(Vec<Link>, bool), Problem> {
    let pages = graph::expand(call, devices).await?;
    let complete = pages.is_complete();
    let fails = |node: Node| matches!(node, Node::Device(device) if failing.devices.contains_key(&device));
    let cut = |port: Option<u64>| port.is_some_and(|port| failing.interfaces.contains(&port));
    let links = pages.rows.into_iter().flatten();
    let living = links.filter(|link| !fails(link.far.node) && !cut(link.near.port) && !cut(link.far.port)).collect();
    Ok((living, complete))
}

/// The stacks, where they can be read.
async fn stacks(call: &Call<'_>) -> Stacks {
    Stacks::read(call).await.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn long_lists_are_counted() {
        let mut finding = Finding::default();
        let names: Vec<String> = (0..5).map(|number| format!("d{number}")).collect();
        list(&mut finding, "few", &names, 5);
        list(&mut finding, "many", &names, 2);
        list(&mut finding, "none", &[], 2);
        assert_eq!(Value::Object(finding.answer), json!({"few": names, "many": {"total": 5, "first": ["d0", "d1"]}}));
    }
}
