//! `neighbours`: what the cables of a device lead to.

use futures::future::join_all;
use serde_json::{Map, Value, json};

use super::port;
use super::way;
use crate::server::netbox::Query;
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{Finding, name, name_in, named};
use crate::server::tools::frame::Cell;
use crate::server::tools::pages;
use crate::wire::problem::Problem;

/// How a device says how many ports of a type it has.
const COUNTERS: [(&str, &str); 7] = [
    ("dcim.interface", "interface_count"),
    ("dcim.frontport", "front_port_count"),
    ("dcim.rearport", "rear_port_count"),
    ("dcim.consoleport", "console_port_count"),
    ("dcim.consoleserverport", "console_server_port_count"),
    ("dcim.powerport", "power_port_count"),
    ("dcim.poweroutlet", "power_outlet_count"),
];

/// A cabled port and where it leads.
struct Link {
    port: Cell,
    port_name: String,
    /// The device or circuit at the far end.
    neighbour: String,
    far: Cell,
    far_name: String,
    /// What it is plugged into, where that is not the far end.
    through: Option<String>,
    in_service: bool,
    kind: &'static str,
}

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let limit = usize::try_from(arguments.limit(25)?).unwrap_or(25);
    let asked = port::asked_kind(call, arguments)?.filter(|kind| kind.name != "dcim.device");
    let (id, device_name) = port::device(call, arguments).await?;
    let counters: Vec<&str> = COUNTERS.iter().map(|(_, counter)| *counter).collect();
    let fields = format!("id,url,name,virtual_chassis,{}", counters.join(","));
    let device = port::by_id(call, port::kind("dcim.device")?, id, &fields).await?;
    let kinds = port::of_device().filter(|kind| {
        let counter = COUNTERS.iter().find(|(name, _)| *name == kind.name).and_then(|(_, counter)| device.get(counter));
        asked.is_none_or(|asked| asked.name == kind.name) && counter.and_then(Value::as_u64) != Some(0)
    });
    let answers = join_all(kinds.map(|kind| async move {
        let query = Query::new().with("device_id", id).with("cabled", "true").with("fields", port::fields(kind));
        let read = |object: &Value| Some(links(kind.singular, object));
        (kind, pages::all(call, &kind.list_path(), &query, 5_000, read).await)
    }))
    .await;
    let mut finding = Finding { columns: vec!["port", "far_end", "through", "in_service"], ..Finding::default() };
    let (mut all, mut failed) = (Vec::new(), Vec::new());
    for (kind, answer) in answers {
        match answer {
            Ok(pages) => all.extend(pages.rows.into_iter().flatten()),
            Err(error) => failed.push(format!("{}: {error}", kind.plural)),
        }
    }
    finding.tell("device", device_name.as_str());
    finding.tell("cabled_ports", all.len());
    let mut groups: Vec<(String, Vec<&Link>)> = Vec::new();
    for link in &all {
        match groups.iter_mut().find(|(neighbour, _)| *neighbour == link.neighbour) {
            Some((_, links)) => links.push(link),
            None => groups.push((link.neighbour.clone(), vec![link])),
        }
    }
    finding.tell("neighbours", groups.len());
    let mut told = Map::new();
    let mut room = limit;
    for (neighbour, links) in &groups {
        if room == 0 {
            break;
        }
        let texts: Vec<String> = links.iter().take(room).map(|link| text(link)).collect();
        room -= texts.len();
        told.insert(neighbour.clone(), json!(texts));
    }
    let shown: usize = limit - room;
    if shown < all.len() {
        finding.tell("truncated", format!("{shown} of {} ports are listed; ask for more with limit", all.len()));
    }
    finding.tell("links", Value::Object(told));
    finding.tell("errors", failed.join("; "));
    if device.get("virtual_chassis").is_some_and(|chassis| !chassis.is_null()) {
        let chassis = name_in(&device, "virtual_chassis").unwrap_or_default();
        finding.tell("virtual_chassis", format!("{chassis}: its other members have ports of their own"));
    }
    finding.summary = match (all.len(), groups.len()) {
        (0, _) => format!("No port of {device_name} is cabled"),
        (ports, 1) => format!("{device_name} has 1 neighbour on {ports} cabled ports"),
        (ports, several) => format!("{device_name} has {several} neighbours on {ports} cabled ports"),
    };
    finding.rows = all
        .into_iter()
        .map(|link| {
            let service = if link.in_service { "yes" } else { "no" };
            vec![link.port, link.far, Cell::plain(link.through.unwrap_or_default()), Cell::plain(service)]
        })
        .collect();
    Ok(finding)
}

/// `eth0 - GigabitEthernet1/0/1 through panel Front 3`
fn text(link: &Link) -> String {
    let far = if link.far_name.is_empty() { String::new() } else { format!(" - {}", link.far_name) };
    let through = link.through.as_ref().map(|through| format!(" through {through}")).unwrap_or_default();
    let service = if link.in_service { "" } else { " (not in service)" };
    let kind = if link.kind == "interface" { String::new() } else { format!(" ({})", link.kind) };
    format!("{}{far}{through}{kind}{service}", link.port_name)
}

/// Where a cabled port leads: to its connected endpoints, else to what it is plugged into.
fn links(kind: &'static str, object: &Value) -> Vec<Link> {
    let list = |field: &str| object.get(field).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let (peers, ends) = (list("link_peers"), list("connected_endpoints"));
    let far = if ends.is_empty() { peers } else { ends };
    let same = |end: &Value| peers.iter().any(|peer| peer.get("url") == end.get("url"));
    let in_service = object.get("connected_endpoints_reachable") != Some(&json!(false));
    far.iter()
        .map(|end| {
            let parent = ["device", "circuit", "power_panel", "rack"].into_iter().find_map(|field| name_in(end, field));
            let through = (!same(end)).then(|| peers.iter().map(way::called_or_circuit).collect::<Vec<_>>().join(", "));
            let far_name = match (&parent, end.get("term_side").and_then(Value::as_str)) {
                (None, _) => String::new(),
                (Some(_), Some(side)) => format!("Termination {side}"),
                (Some(_), None) => name(end),
            };
            Link {
                port: named(object),
                port_name: name(object),
                neighbour: parent.unwrap_or_else(|| name(end)),
                far: Cell { value: json!(way::called_or_circuit(end)), ..named(end) },
                far_name,
                through: through.filter(|text| !text.is_empty()),
                in_service,
                kind,
            }
        })
        .collect()
}
