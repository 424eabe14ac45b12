//! `utilization`: how full one prefix is, or many, in a number of requests that grows with the objects' pages only.

use serde_json::{Map, Value, json};

use super::facts::{self, NamedPrefix};
use super::map::{self, Part};
use super::network::Network;
use super::utilization::{Basis, Prefix, Space, Utilization};
use super::which::{self, Asked, kind};
use crate::server::netbox::Query;
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::filters;
use crate::server::tools::finding::{Finding, amount, linked, name_in, rounded};
use crate::server::tools::frame::Cell;
use crate::server::tools::pages::{self, Pages};
use crate::wire::problem::Problem;

/// As many networks are named in a request for their addresses; more are cheaper swept together.
const NAMED: usize = 60;

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    if arguments.word("prefix")?.is_some() { one(call, arguments).await } else { many(call, arguments).await }
}

async fn one(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let Asked { object, prefix } = which::prefix(call, arguments).await?;
    let facts = prefix.facts;
    let of_vrf = Query::new().with("vrf_id", facts.vrf.map_or_else(|| "null".to_owned(), |id| id.to_string()));
    let parent = |fields: &str| of_vrf.clone().with("parent", facts.network).with("fields", fields);
    let children = of_vrf.clone().with("within", facts.network).with("fields", facts::PREFIX);
    let (mut networks, mut hosts, mut ranges) = (Vec::new(), None, Vec::new());
    if facts.is_container {
        networks = pages::all(call, "ipam/prefixes/", &children, super::MOST, NamedPrefix::read)
            .await
            .map_err(|error| error.problem())?
            .rows;
    } else {
        let (of_hosts, of_ranges) = (parent(facts::HOST), parent(facts::RANGE));
        let (found, spans) = futures::join!(
            pages::all(call, "ipam/ip-addresses/", &of_hosts, super::MOST, facts::host),
            pages::all(call, "ipam/ip-ranges/", &of_ranges, super::MOST, facts::range),
        );
        hosts = Some(found.map_err(|error| error.problem())?);
        ranges = spans.map_err(|error| error.problem())?.rows;
    }
    let partial = hosts.as_ref().is_some_and(|hosts| !hosts.is_complete());
    let space = Space::new(
        networks.iter().map(|child| (child.facts.vrf, child.facts.network)),
        hosts.map(|hosts| hosts.rows).unwrap_or_default(),
        ranges.iter().copied(),
    );
    let found = space.utilization(&facts);
    let mut finding = Finding { answer: row(&prefix, &found), ..Finding::default() };
    finding.tell("free", amount(found.free));
    finding.tell("children", object.get("children").cloned().unwrap_or_default());
    if !ranges.is_empty() {
        finding.tell("ranges", ranges.len());
    }
    for field in ["scope", "vlan"] {
        finding.tell(field, name_in(&object, field));
    }
    if partial {
        finding.tell("warning", format!("Only the first {} addresses were counted", super::MOST));
    }
    finding.columns = vec!["prefix", "utilization", "used", "capacity", "free"];
    finding.rows = vec![cells(&prefix, &found)];
    if facts.is_container {
        let parts = direct(&facts, &networks);
        finding.picture = map::picture(call, facts.network, prefix.id, parts, "free", found.percent);
    }
    finding.summary = format!("{} is {} % full", prefix.called(), rounded(found.percent));
    Ok(finding)
}

/// The child prefixes that lie directly in a container.
fn direct(prefix: &Prefix, children: &[NamedPrefix]) -> Vec<Part> {
    let mut sorted: Vec<&NamedPrefix> = children.iter().filter(|child| child.facts.network != prefix.network).collect();
    sorted.sort_by_key(|child| child.facts.network);
    let mut parts: Vec<Part> = Vec::new();
    for child in sorted {
        let network = child.facts.network;
        if parts.last().is_none_or(|before| !before.network.contains(network)) {
            parts.push(Part { network, id: Some(child.id), kind: "prefix", detail: child.status.clone() });
        }
    }
    parts
}

async fn many(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let limit = usize::try_from(arguments.limit(10)?).unwrap_or(10);
    let over = arguments.float("over")?;
    let kind = kind("ipam.prefix")?;
    let mut given = arguments.filters()?;
    if let Some(vrf) = which::vrf(call, arguments).await? {
        given.insert("vrf_id".to_owned(), json!(vrf.value));
    }
    let mut filters = filters::check(call, kind, &given).await?;
    let query = Query::new().with("fields", facts::PREFIX);
    let chosen = pages::filtered(call, kind, &query, &mut filters, super::MOST, NamedPrefix::read).await?;
    let (space, partial) = fill(call, &chosen, given.is_empty()).await?;
    let mut found: Vec<(&NamedPrefix, Utilization)> =
        chosen.rows.iter().map(|prefix| (prefix, space.utilization(&prefix.facts))).collect();
    if let Some(over) = over {
        found.retain(|(_, utilization)| utilization.percent > over);
    }
    found.sort_by(|(left, one), (right, other)| {
        other.percent.total_cmp(&one.percent).then_with(|| left.facts.network.cmp(&right.facts.network))
    });
    let mut finding = Finding::default();
    finding.tell("prefixes", chosen.total);
    if let Some(over) = over {
        finding.answer.insert(format!("over_{over}_percent"), json!(found.len()));
    }
    finding.tell("resolved", Value::Object(filters.resolved.clone()));
    finding.tell("warnings", json!(filters.warnings));
    if partial {
        finding.tell("warning", format!("Only the first {} objects of a type were counted", super::MOST));
    }
    let rows: Vec<Value> =
        found.iter().take(limit).map(|(prefix, utilization)| Value::Object(row(prefix, utilization))).collect();
    finding.answer.insert("returned".to_owned(), json!(rows.len()));
    finding.answer.insert("results".to_owned(), json!(rows));
    finding.columns = vec!["prefix", "vrf", "status", "utilization", "used", "capacity", "free"];
    finding.rows = found
        .iter()
        .map(|(prefix, utilization)| {
            let mut cells = cells(prefix, utilization);
            cells.insert(1, Cell::plain(prefix.vrf_name.clone().unwrap_or_default()));
            cells.insert(2, Cell::plain(prefix.status.as_str()));
            cells
        })
        .collect();
    finding.summary = match over {
        Some(over) => format!("{} of {} over {over} % full", found.len(), kind.counted(chosen.total)),
        None => format!("Utilization of {}", kind.counted(chosen.total)),
    };
    Ok(finding)
}

/// What fills the chosen prefixes: all other prefixes where a container is among them, addresses and ranges where
/// another is. Returns also whether something is missing.
async fn fill(call: &Call<'_>, chosen: &Pages<NamedPrefix>, everything: bool) -> Result<(Space, bool), Problem> {
    let has_containers = chosen.rows.iter().any(|prefix| prefix.facts.is_container);
    let others: Vec<Network> =
        chosen.rows.iter().filter(|prefix| !prefix.facts.is_container).map(|prefix| prefix.facts.network).collect();
    let networks = async {
        if !has_containers || everything {
            return Ok(chosen.map(|prefix| (prefix.facts.vrf, prefix.facts.network)));
        }
        let query = Query::new().with("fields", "id,prefix,vrf");
        pages::all(call, "ipam/prefixes/", &query, super::MOST, |row| {
            Some((facts::vrf(row), Network::parse(row.get("prefix")?.as_str()?)?))
        })
        .await
    };
    let hosts = async {
        if others.is_empty() {
            return Ok(Pages::none());
        }
        let mut query = Query::new().with("fields", facts::HOST);
        let outermost = outermost(&others);
        if !everything && outermost.len() <= NAMED {
            query = outermost.iter().fold(query, |query, network| query.with("parent", network));
        }
        pages::all(call, "ipam/ip-addresses/", &query, super::MOST, facts::host).await
    };
    let ranges = async {
        if others.is_empty() {
            return Ok(Pages::none());
        }
        let query = Query::new().with("fields", facts::RANGE);
        pages::all(call, "ipam/ip-ranges/", &query, super::MOST, facts::range).await
    };
    let (networks, hosts, ranges) = futures::join!(networks, hosts, ranges);
    let networks = networks.map_err(|error| error.problem())?;
    let hosts = hosts.map_err(|error| error.problem())?;
    let ranges = ranges.map_err(|error| error.problem())?;
    let complete = chosen.is_complete() && networks.is_complete() && hosts.is_complete() && ranges.is_complete();
    Ok((Space::new(networks.rows, hosts.rows, ranges.rows), !complete))
}

/// Those of the networks that lie in no other.
fn outermost(networks: &[Network]) -> Vec<Network> {
    let mut sorted = networks.to_vec();
    sorted.sort_unstable();
    let mut kept: Vec<Network> = Vec::new();
    for network in sorted {
        if kept.last().is_none_or(|before| !before.contains(network)) {
            kept.push(network);
        }
    }
    kept
}

fn row(prefix: &NamedPrefix, found: &Utilization) -> Map<String, Value> {
    let mut row = prefix.row();
    row.insert("percent".to_owned(), json!(rounded(found.percent)));
    match found.basis {
        Basis::Marked => {
            row.insert("by".to_owned(), json!("marked as utilized"));
        }
        Basis::Prefixes => {
            row.insert("by".to_owned(), json!("child prefixes"));
        }
        Basis::Addresses => {
            row.insert("used".to_owned(), amount(found.used));
            row.insert("of".to_owned(), amount(found.capacity));
        }
    }
    row
}

fn cells(prefix: &NamedPrefix, found: &Utilization) -> Vec<Cell> {
    let called = linked(prefix.facts.network.to_string(), "ipam/prefixes", prefix.id);
    vec![
        called,
        Cell::plain(rounded(found.percent)),
        Cell::plain(amount(found.used)),
        Cell::plain(amount(found.capacity)),
        Cell::plain(amount(found.free)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_in_others_are_asked_for_with_them() {
        let networks: Vec<Network> = ["10.0.1.0/24", "10.0.0.0/16", "10.0.0.0/24", "10.1.0.0/16", "2001:db8::/64"]
            .iter()
            .map(|text| Network::parse(text).unwrap())
            .collect();
        let texts: Vec<String> = outermost(&networks).iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["10.0.0.0/16", "10.1.0.0/16", "2001:db8::/64"]);
    }
}
