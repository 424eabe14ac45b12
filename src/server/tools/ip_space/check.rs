//! What is wrong in the plan of addresses: prefixes that overlap without a container, duplicates, ranges that overlap
//! or reach out of their prefix (`overlaps`), and addresses in no prefix of their VRF (`outside`).

use std::collections::HashMap;

use serde_json::{Value, json};

use super::facts::{self, NamedPrefix, in_vrf};
use super::intervals::{Interval, Intervals};
use super::network::Family;
use super::utilization::Vrf;
use super::which::{self, kind};
use crate::server::netbox::Query;
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::filters;
use crate::server::tools::finding::{Finding, linked, name, name_in};
use crate::server::tools::frame::Cell;
use crate::server::tools::pages;
use crate::wire::problem::Problem;

/// Two things that do not go together.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Conflict {
    what: Kind,
    vrf: Option<String>,
    one: Thing,
    other: Thing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The same prefix twice in one VRF.
    Duplicate,
    /// A prefix inside one that is no container.
    Inside,
    /// Ranges that share addresses.
    Ranges,
    /// A range that lies only partly in a prefix.
    Partly,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Duplicate, Self::Inside, Self::Ranges, Self::Partly];

    /// As the model reads it.
    fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate_prefixes",
            Self::Inside => "inside_no_container",
            Self::Ranges => "overlapping_ranges",
            Self::Partly => "ranges_partly_in_a_prefix",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Thing {
    name: String,
    endpoint: &'static str,
    id: u64,
    note: String,
}

#[derive(Clone, Debug)]
struct NamedRange {
    id: u64,
    name: String,
    family: Family,
    vrf: Vrf,
    vrf_name: Option<String>,
    interval: Interval,
}

impl NamedRange {
    fn read(object: &Value) -> Option<Self> {
        let range = facts::range(object)?;
        Some(Self {
            id: object.get("id")?.as_u64()?,
            name: name(object),
            family: range.family,
            vrf: range.vrf,
            vrf_name: name_in(object, "vrf"),
            interval: range.interval,
        })
    }

    fn thing(&self) -> Thing {
        Thing { name: self.name.clone(), endpoint: "ipam/ip-ranges", id: self.id, note: String::new() }
    }
}

fn thing(prefix: &NamedPrefix) -> Thing {
    let name = prefix.facts.network.to_string();
    Thing { name, endpoint: "ipam/prefixes", id: prefix.id, note: prefix.status.clone() }
}

pub(super) async fn overlaps(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let limit = usize::try_from(arguments.limit(10)?).unwrap_or(10);
    let kind = kind("ipam.prefix")?;
    let vrf = which::vrf(call, arguments).await?;
    let mut given = arguments.filters()?;
    let mut ranges_query = Query::new().with("fields", "id,display,start_address,end_address,vrf");
    if let Some(vrf) = &vrf {
        given.insert("vrf_id".to_owned(), json!(vrf.value));
        ranges_query.add("vrf_id", vrf.value.as_str());
    }
    let mut filters = filters::check(call, kind, &given).await?;
    let query = Query::new().with("fields", facts::PREFIX);
    let (prefixes, ranges) = futures::join!(
        pages::filtered(call, kind, &query, &mut filters, super::MOST, NamedPrefix::read),
        pages::all(call, "ipam/ip-ranges/", &ranges_query, super::MOST, NamedRange::read),
    );
    let (prefixes, ranges) = (prefixes?, ranges.map_err(|error| error.problem())?);
    let partial = !prefixes.is_complete() || !ranges.is_complete();
    let conflicts = conflicts(prefixes.rows, ranges.rows);
    let mut finding = Finding { columns: vec!["conflict", "vrf", "one", "other"], ..Finding::default() };
    finding.tell("prefixes", prefixes.total);
    finding.tell("ranges", ranges.total);
    finding.tell("resolved", Value::Object(filters.resolved.clone()));
    if !filters.checked.is_empty() {
        finding.tell("warning", "Only prefixes that the filters choose were compared with each other");
    }
    if partial {
        finding.tell("partial", "Not all prefixes and ranges could be compared");
    }
    finding.answer.insert("total".to_owned(), json!(conflicts.len()));
    for kind in Kind::ALL {
        let of_kind: Vec<&Conflict> = conflicts.iter().filter(|conflict| conflict.what == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let told: Vec<String> = of_kind.iter().take(limit).map(|conflict| sentence(conflict)).collect();
        finding.tell(kind.name(), json!({"total": of_kind.len(), "first": told}));
    }
    finding.rows = conflicts
        .iter()
        .map(|conflict| {
            let entry = |thing: &Thing| linked(thing.name.as_str(), thing.endpoint, thing.id);
            vec![
                Cell::plain(conflict.what.name().replace('_', " ")),
                Cell::plain(conflict.vrf.clone().unwrap_or_default()),
                entry(&conflict.one),
                entry(&conflict.other),
            ]
        })
        .collect();
    finding.summary = match conflicts.len() {
        0 => format!("No overlaps among {}", kind.counted(prefixes.total)),
        1 => "1 overlap".to_owned(),
        several => format!("{several} overlaps"),
    };
    Ok(finding)
}

/// `10.0.0.0/25 in 10.0.0.0/24 (active)`.
fn sentence(conflict: &Conflict) -> String {
    let Conflict { what, vrf, one, other } = conflict;
    let place = in_vrf(vrf.as_deref());
    match what {
        Kind::Duplicate => format!("{} (ids {} and {}){place}", one.name, one.id, other.id),
        Kind::Inside => format!("{} in {} ({}){place}", one.name, other.name, other.note),
        Kind::Ranges => format!("{} and {}{place}", one.name, other.name),
        Kind::Partly => format!("{} and {}{place}", one.name, other.name),
    }
}

/// Compares everything with its neighbours in the same VRF.
fn conflicts(mut prefixes: Vec<NamedPrefix>, mut ranges: Vec<NamedRange>) -> Vec<Conflict> {
    let mut found = Vec::new();
    prefixes.sort_by_key(|prefix| (prefix.facts.vrf, prefix.facts.network, prefix.id));
    // Those around the current prefix, the innermost last.
    let mut around: Vec<&NamedPrefix> = Vec::new();
    for prefix in &prefixes {
        while let Some(last) = around.last()
            && !(last.facts.vrf == prefix.facts.vrf && last.facts.network.contains(prefix.facts.network))
        {
            around.pop();
        }
        if let Some(inner) = around.last() {
            let what = match (inner.facts.network == prefix.facts.network, inner.facts.is_container) {
                (true, _) => Some(Kind::Duplicate),
                (false, false) => Some(Kind::Inside),
                (false, true) => None,
            };
            if let Some(what) = what {
                let vrf = prefix.vrf_name.clone();
                found.push(Conflict { what, vrf, one: thing(prefix), other: thing(inner) });
            }
        }
        around.push(prefix);
    }
    ranges.sort_by_key(|range| (range.vrf, range.family, range.interval, range.id));
    let mut before: Option<&NamedRange> = None;
    for range in &ranges {
        let same_table = |other: &&NamedRange| other.vrf == range.vrf && other.family == range.family;
        let furthest = before.filter(same_table);
        if let Some(furthest) = furthest
            && range.interval.first <= furthest.interval.last
        {
            let vrf = range.vrf_name.clone();
            found.push(Conflict { what: Kind::Ranges, vrf, one: range.thing(), other: furthest.thing() });
        }
        if furthest.is_none_or(|furthest| furthest.interval.last < range.interval.last) {
            before = Some(range);
        }
        found.extend(partly(range, &prefixes));
    }
    found
}

/// The smallest prefix that a range begins or ends in without lying in it.
fn partly(range: &NamedRange, prefixes: &[NamedPrefix]) -> Option<Conflict> {
    let holds = |prefix: &&NamedPrefix, number: u128| {
        prefix.facts.vrf == range.vrf
            && prefix.facts.network.family == range.family
            && prefix.facts.network.interval().contains(number)
    };
    let longest = |number: u128| {
        prefixes.iter().filter(|prefix| holds(prefix, number)).max_by_key(|prefix| prefix.facts.network.length)
    };
    let (first, last) = (longest(range.interval.first), longest(range.interval.last));
    if first.map(|prefix| prefix.id) == last.map(|prefix| prefix.id) {
        return None;
    }
    let other = [first, last].into_iter().flatten().max_by_key(|prefix| prefix.facts.network.length)?;
    Some(Conflict { what: Kind::Partly, vrf: range.vrf_name.clone(), one: range.thing(), other: thing(other) })
}

/// An address in no prefix of its VRF.
struct Stray {
    id: u64,
    address: String,
    vrf: Vrf,
    family: Family,
    number: u128,
    vrf_name: Option<String>,
}

pub(super) async fn outside(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let limit = usize::try_from(arguments.limit(10)?).unwrap_or(10);
    let vrf = which::vrf(call, arguments).await?;
    let of_vrf = |query: Query| vrf.iter().fold(query, |query, vrf| query.with("vrf_id", &vrf.value));
    let prefixes = of_vrf(Query::new().with("fields", "id,prefix,vrf"));
    let prefixes = pages::all(call, "ipam/prefixes/", &prefixes, super::MOST, facts::prefix).await;
    let prefixes = prefixes.map_err(|error| error.problem())?;
    let mut spans: HashMap<(Vrf, Family), Vec<Interval>> = HashMap::new();
    for prefix in &prefixes.rows {
        spans.entry((prefix.vrf, prefix.network.family)).or_default().push(prefix.network.interval());
    }
    let covered: HashMap<(Vrf, Family), Intervals> =
        spans.into_iter().map(|(table, spans)| (table, spans.into_iter().collect())).collect();
    // Only strays are kept, so memory does not grow with the addresses.
    let addresses = of_vrf(Query::new().with("fields", facts::HOST));
    let addresses = pages::all(call, "ipam/ip-addresses/", &addresses, super::MOST, |object| {
        let (vrf, family, number) = facts::host(object)?;
        if covered.get(&(vrf, family)).is_some_and(|covered| covered.contains(number)) {
            return Some(None);
        }
        let id = object.get("id")?.as_u64()?;
        Some(Some(Stray { id, address: name(object), vrf, family, number, vrf_name: name_in(object, "vrf") }))
    })
    .await
    .map_err(|error| error.problem())?;
    let partial = !addresses.is_complete() || !prefixes.is_complete();
    let mut strays: Vec<Stray> = addresses.rows.into_iter().flatten().collect();
    strays.sort_by_key(|stray| (stray.vrf, stray.family, stray.number, stray.id));
    let mut finding = Finding { columns: vec!["address", "vrf"], ..Finding::default() };
    finding.tell("addresses", addresses.total);
    finding.answer.insert("total".to_owned(), json!(strays.len()));
    let mut tables: Vec<(Vrf, Vec<&Stray>)> = Vec::new();
    for stray in &strays {
        match tables.last_mut().filter(|(vrf, _)| *vrf == stray.vrf) {
            Some((_, list)) => list.push(stray),
            None => tables.push((stray.vrf, vec![stray])),
        }
    }
    let told: Vec<Value> = tables
        .iter()
        .map(|(_, list)| {
            let vrf = list.first().and_then(|stray| stray.vrf_name.as_deref()).unwrap_or("global");
            let first: Vec<&str> = list.iter().take(limit).map(|stray| stray.address.as_str()).collect();
            json!({"vrf": vrf, "total": list.len(), "first": first})
        })
        .collect();
    finding.tell("vrfs", json!(told));
    if partial {
        finding.tell("partial", format!("Only the first {} objects of a type were compared", super::MOST));
    }
    finding.rows = strays
        .iter()
        .map(|stray| {
            let address = linked(stray.address.as_str(), "ipam/ip-addresses", stray.id);
            vec![address, Cell::plain(stray.vrf_name.clone().unwrap_or_default())]
        })
        .collect();
    finding.summary = match strays.len() {
        0 => format!("All {} addresses lie in a prefix of their VRF", addresses.total),
        some => format!("{some} of {} addresses lie in no prefix of their VRF", addresses.total),
    };
    Ok(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(id: u64, text: &str, status: &str, vrf: Option<u64>) -> NamedPrefix {
        let vrf = vrf.map(|id| json!({"id": id, "name": "Guest"}));
        NamedPrefix::read(&json!({"id": id, "prefix": text, "status": {"value": status, "label": ""}, "vrf": vrf}))
            .unwrap()
    }

    fn range(id: u64, first: &str, last: &str) -> NamedRange {
        NamedRange::read(&json!({"id": id, "display": format!("{first}-{last}"), "start_address": first, "end_address": last, "vrf": null})).unwrap()
    }

    #[test]
    fn what_lies_in_a_container_is_in_order() {
        let found = conflicts(
            vec![
                prefix(1, "10.0.0.0/8", "container", None),
                prefix(2, "10.0.0.0/24", "active", None),
                prefix(3, "10.0.0.0/25", "active", None),
                prefix(4, "10.0.1.0/24", "active", None),
                prefix(5, "10.0.1.0/24", "reserved", None),
                prefix(6, "10.0.0.0/26", "active", Some(7)),
            ],
            Vec::new(),
        );
        let told: Vec<String> = found.iter().map(sentence).collect();
        assert_eq!(told, ["10.0.0.0/25 in 10.0.0.0/24 (active)", "10.0.1.0/24 (ids 5 and 4)"]);
    }

    #[test]
    fn ranges_are_compared_with_the_one_that_reaches_furthest() {
        let found = conflicts(
            vec![prefix(1, "10.0.0.0/24", "active", None), prefix(2, "10.0.1.0/24", "active", None)],
            vec![
                range(1, "10.0.0.10/24", "10.0.0.100/24"),
                range(2, "10.0.0.20/24", "10.0.0.30/24"),
                range(3, "10.0.0.90/24", "10.0.0.95/24"),
                range(4, "10.0.0.200/24", "10.0.1.20/24"),
            ],
        );
        let pairs: Vec<(Kind, u64, u64)> =
            found.iter().map(|conflict| (conflict.what, conflict.one.id, conflict.other.id)).collect();
        assert_eq!(pairs, [(Kind::Ranges, 2, 1), (Kind::Ranges, 3, 1), (Kind::Partly, 4, 2)]);
    }
}
