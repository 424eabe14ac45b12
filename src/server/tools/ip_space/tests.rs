//! The figures against those that a real NetBox 4.7.3 computes itself (`tests/netbox/utilization.py`).

use serde_json::Value;

use super::facts::{self, NamedPrefix};
use super::intervals::{Intervals, of_length};
use super::network::Network;
use super::utilization::Space;

const FIXTURE: &str = include_str!("../../../../tests/fixtures/utilization-4.7.3.json");

fn rows(fixture: &Value, name: &str) -> Vec<Value> {
    fixture[name].as_array().unwrap().clone()
}

fn space(fixture: &Value) -> (Vec<(NamedPrefix, Value)>, Space) {
    let prefixes: Vec<(NamedPrefix, Value)> =
        rows(fixture, "prefixes").into_iter().map(|row| (NamedPrefix::read(&row).unwrap(), row)).collect();
    let networks: Vec<_> = prefixes.iter().map(|(prefix, _)| (prefix.facts.vrf, prefix.facts.network)).collect();
    let hosts = rows(fixture, "addresses");
    let ranges = rows(fixture, "ranges");
    let space = Space::new(
        networks,
        hosts.iter().map(|row| facts::host(row).unwrap()),
        ranges.iter().map(|row| facts::range(row).unwrap()),
    );
    (prefixes, space)
}

#[test]
fn utilization_is_netboxs_own() {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    let (prefixes, space) = space(&fixture);
    assert!(prefixes.len() > 80);
    for (prefix, row) in prefixes {
        let found = space.utilization(&prefix.facts);
        let theirs = row["utilization"].as_f64().unwrap();
        assert!((found.percent - theirs).abs() < 1e-9, "{row}: {found:?}");
        if !prefix.facts.is_container {
            assert_eq!(found.free, u128::from(row["available_ips"].as_u64().unwrap()), "{row}: {found:?}");
        }
    }
}

#[test]
fn free_blocks_are_netboxs_own() {
    let fixture: Value = serde_json::from_str(FIXTURE).unwrap();
    let (prefixes, space) = space(&fixture);
    for (prefix, row) in prefixes {
        let network = prefix.facts.network;
        let whole: Intervals = [network.interval()].into_iter().collect();
        let free = whole.without(&space.covered(&prefix.facts)).networks(network.family);
        let texts: Vec<String> = free.iter().map(Network::to_string).collect();
        let theirs: Vec<&str> =
            row["available_prefixes"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
        assert_eq!(texts, theirs, "{row}");
        // As many of the smallest networks fit as there are addresses.
        let (_, total) = of_length(&free, network.family.bits(), 0);
        assert_eq!(total, free.iter().map(|block| block.size()).sum::<u128>());
    }
}
