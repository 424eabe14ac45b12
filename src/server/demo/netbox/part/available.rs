//! What is still free: addresses and prefixes of a prefix, VLAN ids of a group, AS numbers of a range.

use serde_json::{Value as Json, json};

use super::super::filter::{Query, values};
use super::super::render::Scope;
use super::super::schema::schema;
use super::super::store::{Network, Object, Value};

/// How many a query asks for: 50 unless it says otherwise, 1000 at most.
fn limit(query: &Query) -> usize {
    match values(query, "limit").last().and_then(|text| text.parse::<usize>().ok()) {
        Some(0) => 1000,
        Some(limit) => limit.min(1000),
        None => 50,
    }
}

fn network(scope: &Scope, object: Object, column: &str) -> Option<Network> {
    match scope.store.get(object, column) {
        Value::Network(network) => Some(*network),
        _ => None,
    }
}

fn number(scope: &Scope, object: Object, column: &str) -> Option<i64> {
    match scope.store.get(object, column) {
        Value::Int(number) => Some(number),
        _ => None,
    }
}

/// The objects of a type in the same VRF (or in none, like the object).
fn same_vrf(scope: &Scope, object: Object, name: &str) -> Vec<Object> {
    let kind = schema().id(name);
    let vrf = scope.store.reference(object, "vrf");
    let all = scope.store.ids(kind).map(|id| Object { kind, id });
    all.filter(|other| scope.store.reference(*other, "vrf") == vrf).collect()
}

/// The addresses that can lie in a prefix or range: of a container without a VRF those of every VRF.
fn hosts(scope: &Scope, object: Object) -> Vec<Object> {
    let kind = schema().id("ipam.ipaddress");
    let prefix = object.kind == schema().id("ipam.prefix");
    if prefix && scope.store.text(object, "status") == "container" && scope.store.reference(object, "vrf").is_none() {
        return scope.store.ids(kind).map(|id| Object { kind, id }).collect();
    }
    same_vrf(scope, object, "ipam.ipaddress")
}

/// The free addresses of a prefix or a range, lowest first.
pub fn addresses(scope: &Scope, object: Object, query: &Query) -> Json {
    // A range that counts as full has none to give.
    if scope.store.get(object, "mark_populated") == Value::Bool(true) && object.kind == schema().id("ipam.iprange") {
        return json!([]);
    }
    let prefix = network(scope, object, "prefix");
    let (first, last, like) =
        match (prefix, network(scope, object, "start_address"), network(scope, object, "end_address")) {
            (Some(prefix), ..) => {
                let (first, last) = (prefix.cidr().number(), prefix.last());
                let whole =
                    scope.store.get(object, "is_pool") == Value::Bool(true) || prefix.bits() - prefix.length <= 1;
                match (whole, prefix.family()) {
                    (true, _) => (first, last, prefix),
                    // The network's own address, and in IPv4 the one for all, belong to nobody.
                    (false, 4) => (first + 1, last - 1, prefix),
                    (false, _) => (first + 1, last, prefix),
                }
            }
            (None, Some(start), Some(end)) => (start.number(), end.number(), start),
            _ => return json!([]),
        };
    let taken: std::collections::BTreeSet<u128> = hosts(scope, object)
        .into_iter()
        .filter_map(|address| network(scope, address, "address"))
        .filter(|address| address.family() == like.family())
        .map(Network::number)
        .collect();
    // Only ranges that lie in a prefix as a whole, and none beside the one that is asked about.
    let populated: Vec<(u128, u128)> = prefix
        .map(|_| same_vrf(scope, object, "ipam.iprange"))
        .unwrap_or_default()
        .into_iter()
        .filter(|range| scope.store.get(*range, "mark_populated") == Value::Bool(true))
        .filter_map(|range| Some((network(scope, range, "start_address")?, network(scope, range, "end_address")?)))
        .filter(|(start, end)| prefix.is_some_and(|prefix| prefix.holds(*start) && prefix.holds(*end)))
        .map(|(start, end)| (start.number(), end.number()))
        .collect();
    let vrf = scope.store.reference(object, "vrf").map_or(Json::Null, |vrf| scope.brief(vrf));
    let free = (first..=last)
        .filter(|number| !taken.contains(number))
        .filter(|number| populated.iter().all(|(start, end)| !(*start..=*end).contains(number)));
    free.take(limit(query))
        .map(|number| json!({"family": like.family(), "address": like.with_number(number).to_string(), "vrf": vrf}))
        .collect()
}

/// The largest blocks of a prefix that no other prefix uses.
pub fn prefixes(scope: &Scope, object: Object) -> Json {
    let Some(parent) = network(scope, object, "prefix") else { return json!([]) };
    // Also of a container without a VRF only those of its own table: `get_available_prefixes` compares the VRF.
    let others: Vec<Network> = same_vrf(scope, object, "ipam.prefix")
        .into_iter()
        .filter(|other| *other != object)
        .filter_map(|other| network(scope, other, "prefix"))
        .filter(|other| parent.contains(*other) && *other != parent)
        .collect();
    let vrf = scope.store.reference(object, "vrf").map_or(Json::Null, |vrf| scope.brief(vrf));
    let mut free = Vec::new();
    split(parent.cidr(), &others, &mut free);
    free.into_iter().map(|block| json!({"family": block.family(), "prefix": block.to_string(), "vrf": vrf})).collect()
}

fn split(block: Network, used: &[Network], free: &mut Vec<Network>) {
    if used.iter().any(|other| other.contains(block)) {
        return;
    }
    let inside: Vec<Network> = used.iter().copied().filter(|other| block.contains(*other)).collect();
    if inside.is_empty() {
        free.push(block);
    } else if block.length < block.bits() {
        let lower = Network { length: block.length + 1, ..block };
        let upper = lower.with_number(block.number() + lower.size());
        split(lower, &inside, free);
        split(upper, &inside, free);
    }
}

/// The VLAN ids of a group that no VLAN has.
pub fn vlans(scope: &Scope, group: Object, query: &Query) -> Json {
    let taken: Vec<i64> =
        scope.store.related(group, "vlans").into_iter().filter_map(|vlan| number(scope, vlan, "vid")).collect();
    let ranges = scope.store.json(group, "vid_ranges");
    let shown = scope.brief(group);
    let ranges = ranges.as_array().into_iter().flatten();
    ranges
        .filter_map(|range| Some(range[0].as_i64()?..=range[1].as_i64()?))
        .flatten()
        .filter(|vid| !taken.contains(vid))
        .take(limit(query))
        .map(|vid| json!({"vid": vid, "group": shown}))
        .collect()
}

/// The numbers of a range that no AS has.
pub fn asns(scope: &Scope, range: Object, query: &Query) -> Json {
    let kind = schema().id("ipam.asn");
    let taken: Vec<i64> = scope.store.ids(kind).filter_map(|id| number(scope, Object { kind, id }, "asn")).collect();
    let (Some(start), Some(end)) = (number(scope, range, "start"), number(scope, range, "end")) else {
        return json!([]);
    };
    let rir = scope.store.reference(range, "rir").map_or(Json::Null, |rir| scope.brief(rir));
    (start..=end)
        .filter(|asn| !taken.contains(asn))
        .take(limit(query))
        .map(|asn| json!({"rir": rir, "asn": asn}))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::demo::netbox::book::{Book, row};

    #[test]
    fn a_container_without_vrf_has_addresses_of_every_vrf_and_prefixes_of_none() {
        let mut book = Book::new(1);
        let vrf = book.add("ipam.vrf", row! { name: "Guest" });
        let prefix = |book: &mut Book, text: &str, status: &str, vrf: Option<Object>| {
            book.add("ipam.prefix", row! { prefix: text, status: status, vrf: vrf })
        };
        let container = prefix(&mut book, "10.0.0.0/24", "container", None);
        let active = prefix(&mut book, "10.1.0.0/24", "active", None);
        prefix(&mut book, "10.0.0.0/25", "active", Some(vrf));
        for address in ["10.0.0.1/24", "10.1.0.1/24"] {
            book.add("ipam.ipaddress", row! { address: address, status: "active", vrf: Some(vrf) });
        }
        // It reaches out of the prefix, so it does not count.
        book.add(
            "ipam.iprange",
            row! { start_address: "10.1.0.1/23", end_address: "10.1.1.9/23", status: "active", mark_populated: true },
        );
        let store = book.finish();
        let scope = Scope { store: &store, base: "http://netbox.example", now: jiff::Timestamp::UNIX_EPOCH };
        assert_eq!(prefixes(&scope, container)[0]["prefix"], "10.0.0.0/24");
        let first = |object| addresses(&scope, object, &[])[0]["address"].clone();
        assert_eq!(first(container), "10.0.0.2/24");
        assert_eq!(first(active), "10.1.0.1/24");
    }
}
