//! `trace`: from any end of a cable to the far end, through panels and circuits.

use serde_json::{Value, json};

use super::port::{self, Lookup, Port};
use super::way::{self, Way};
use crate::server::netbox::{Query, object_type};
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::filters::refused;
use crate::server::tools::finding::{Finding, name};
use crate::server::tools::frame::Cell;
use crate::wire::problem::Problem;

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let port = match port::asked_kind(call, arguments)? {
        Some(kind) if kind.name == "dcim.cable" => of_cable(call, port::object(call, arguments, kind).await?).await?,
        Some(kind) if kind.name == "circuits.circuit" => {
            of_circuit(call, &port::object(call, arguments, kind).await?).await?
        }
        _ => port::find(call, arguments).await?,
    };
    let limit = usize::try_from(arguments.limit(5)?).unwrap_or(5);
    let mut finding = Finding::default();
    finding.tell(
        "from",
        if port.kind.name == "circuits.circuittermination" {
            way::called_or_circuit(&port.object)
        } else {
            port.called()
        },
    );
    if port.kind.name != "dcim.interface" {
        finding.tell("type", port.kind.singular);
    }
    let ways = ways(call, &port).await?;
    if ways.is_empty() {
        unconnected(&mut finding, &port);
        return Ok(finding);
    }
    let far: Vec<String> = ways.iter().flat_map(way::last).collect();
    match ways.as_slice() {
        [one] => {
            finding.tell("path", way::line(one));
            finding.tell("complete", one.complete);
        }
        several => {
            finding.tell("paths", json!(several.iter().take(limit).map(way::line).collect::<Vec<_>>()));
            finding.tell("total", several.len());
            finding.tell("complete", several.iter().filter(|way| way.complete).count());
        }
    }
    if !ways.iter().all(|way| way.complete) {
        let text =
            "It ends before a device: nothing is plugged in there, or the path splits and NetBox follows no branch";
        finding.tell("incomplete", text);
    }
    let planned = port.object.get("connected_endpoints_reachable") == Some(&json!(false));
    if planned {
        finding.tell("warning", "A cable on the way is not in service (planned or being removed)");
    }
    finding.summary = match far.as_slice() {
        [] => format!("{} leads nowhere", port.called()),
        [one] if ways.iter().all(|way| way.complete) => format!("{} leads to {one}", port.called()),
        [one] => format!("{} ends at {one}", port.called()),
        several => format!("{} paths through {}", several.len(), port.called()),
    };
    finding.columns = vec!["hop", "name"];
    let hops = ways.iter().flat_map(|way| &way.hops);
    finding.rows = hops
        .enumerate()
        .map(|(at, hop)| {
            let texts: Vec<String> = hop.ends.iter().map(way::end_text).collect();
            let object = hop.ends.first().and_then(|end| end.object);
            vec![Cell::plain(at + 1), Cell { value: json!(texts.join(", ")), object }]
        })
        .collect();
    finding.picture = ways.first().map(|way| way::picture(call, way, ""));
    Ok(finding)
}

/// The ways that lead from or through a port; of two that differ only in their direction one.
pub(super) async fn ways(call: &Call<'_>, port: &Port) -> Result<Vec<Way>, Problem> {
    let is_linked =
        ["cable", "wireless_link"].into_iter().any(|field| port.object.get(field).is_some_and(|link| !link.is_null()));
    if !is_linked {
        return Ok(Vec::new());
    }
    let path = |action: &str| format!("{}{action}/", port.kind.object_path(port.id()));
    match port.lookup {
        Lookup::Trace => {
            let answer = call.get(&path("trace"), &Query::new()).await.map_err(|error| error.problem())?;
            let way = way::of_trace(answer.results());
            Ok(if way.hops.is_empty() { Vec::new() } else { vec![way] })
        }
        Lookup::Paths => {
            let answer = call.get(&path("paths"), &Query::new()).await.map_err(|error| error.problem())?;
            let mut found: Vec<Way> = Vec::new();
            // Complete ways first: from their other end they are told as complete, too.
            let mut all: Vec<Way> = answer.results().iter().map(way::of_path).collect();
            all.sort_by_key(|way| !way.complete);
            for way in all {
                if !found.iter().any(|before| way::ends_of(before) == way::ends_of(&way)) {
                    found.push(way);
                }
            }
            Ok(found)
        }
    }
}

/// An empty answer means "no cable" or "NetBox has no path from here": the object itself tells which.
fn unconnected(finding: &mut Finding, port: &Port) {
    let peers = way::peers(&port.object, "link_peers");
    if peers.is_empty() {
        let marked = port.object.get("mark_connected") == Some(&json!(true));
        finding.tell("connected", marked);
        finding.tell("reason", if marked { "Marked as connected, without a cable in NetBox" } else { "No cable" });
        finding.summary = format!("{} has no cable", port.called());
    } else {
        finding.tell("connected", true);
        finding.tell("next_hop", json!(peers));
        finding.tell(
            "reason",
            "Cabled, but NetBox has no whole path here: it is the middle of a split path, or nothing is at its ends",
        );
        finding.summary = format!("{} is cabled to {}", port.called(), peers.join(", "));
    }
}

/// A port at one end of a cable: one where paths begin, if there is any.
async fn of_cable(call: &Call<'_>, cable: Value) -> Result<Port, Problem> {
    let id = cable.get("id").and_then(Value::as_u64).unwrap_or_default();
    let kind = port::kind("dcim.cable")?;
    let cable = port::by_id(call, kind, id, "id,a_terminations,b_terminations").await?;
    let ends = ["a_terminations", "b_terminations"]
        .into_iter()
        .filter_map(|side| cable.get(side)?.as_array())
        .flatten()
        .filter_map(|end| {
            let kind = object_type::by_name(end.get("object_type")?.as_str()?)?;
            Some((kind, port::lookup(kind)?, end.get("object_id")?.as_u64()?))
        });
    let best = ends.min_by_key(|(_, lookup, _)| *lookup != Lookup::Trace);
    let (kind, _, id) = best.ok_or_else(|| {
        refused(format!("Cable #{id} has no end that this token may see")).hint("ask about another cable")
    })?;
    port::with_id(call, kind, id).await
}

/// The first cabled end of a circuit, else its first end.
async fn of_circuit(call: &Call<'_>, circuit: &Value) -> Result<Port, Problem> {
    let kind = port::kind("circuits.circuittermination")?;
    let id = circuit.get("id").map(Value::to_string).unwrap_or_default();
    let query = Query::new().with("circuit_id", id).with("fields", port::fields(kind)).with("limit", 10);
    let answer = call.list(&kind.list_path(), &query).await.map_err(|error| error.problem())?;
    let ends = answer.results();
    let cabled = ends.iter().find(|end| end.get("cable").is_some_and(|cable| !cable.is_null()));
    match cabled.or(ends.first()) {
        Some(end) => Ok(Port { kind, lookup: Lookup::Paths, object: end.clone() }),
        None => Err(refused(format!("The circuit {} ends nowhere in NetBox", name(circuit)))
            .hint("it has no terminations: NetBox does not know what hangs on it")),
    }
}
