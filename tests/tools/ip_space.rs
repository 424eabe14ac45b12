//! Questions about address space, of the demo and of a real NetBox; the truth is counted from their own lists, address by
//! address.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde_json::{Value, json};

use crate::side::{Side, needed};

async fn ask(side: &Side, input: Value) -> Value {
    side.answer("netbox_ip_space", input).await
}

/// All objects of a list.
async fn all(side: &Side, path: &str, query: &[(&str, &str)]) -> Vec<Value> {
    let mut pairs = vec![("limit", "1000"), ("ordering", "id")];
    pairs.extend_from_slice(query);
    let answer = side.raw(path, &pairs).await;
    assert_eq!(answer["count"], json!(answer["results"].as_array().unwrap().len()), "one page holds {path}");
    answer["results"].as_array().unwrap().clone()
}

fn ipv4(text: &str) -> Option<u32> {
    match text.split('/').next()?.parse().ok()? {
        IpAddr::V4(address) => Some(address.into()),
        IpAddr::V6(_) => None,
    }
}

/// First and last address of an IPv4 network.
fn span(prefix: &str) -> Option<(u32, u32)> {
    let length: u32 = prefix.split_once('/')?.1.parse().ok()?;
    let first = ipv4(prefix)?;
    Some((first, first | u32::MAX.checked_shr(length).unwrap_or(0)))
}

#[tokio::test]
async fn a_free_address_is_netboxs_first() {
    for side in Side::both().await {
        let prefixes = all(&side, "ipam/prefixes/", &[("status", "active"), ("family", "4")]).await;
        for prefix in prefixes.iter().step_by(9) {
            let path = format!("ipam/prefixes/{}/available-ips/", prefix["id"]);
            let truth = side.raw(&path, &[("limit", "2")]).await;
            let truth: Vec<&Value> = truth.as_array().unwrap().iter().map(|row| &row["address"]).collect();
            let vrf = prefix["vrf"]["name"].as_str().unwrap_or("global");
            let input = json!({"question": "next_address", "prefix": prefix["prefix"], "vrf": vrf, "limit": 2});
            let answer = ask(&side, input).await;
            assert_eq!(answer["free"], json!(truth), "{}: {}", side.name, prefix["prefix"]);
        }
    }
}

#[tokio::test]
async fn utilization_is_as_counted() {
    for side in Side::both().await {
        let prefixes = all(&side, "ipam/prefixes/", &[]).await;
        let addresses = all(&side, "ipam/ip-addresses/", &[]).await;
        let answer = ask(&side, json!({"question": "utilization", "limit": 100})).await;
        assert_eq!(answer["prefixes"], json!(prefixes.len()), "{}", side.name);
        let rows = answer["results"].as_array().unwrap();
        assert!(rows.windows(2).all(|pair| pair[0]["percent"].as_f64() >= pair[1]["percent"].as_f64()));
        let mut counted = 0;
        for row in rows.iter().filter(|row| row["used"].is_u64()) {
            let Some((first, last)) = row["prefix"].as_str().and_then(span) else { continue };
            let hosts: BTreeSet<u32> = addresses
                .iter()
                .filter(|address| address["vrf"]["name"] == row["vrf"])
                .filter_map(|address| ipv4(address["address"].as_str()?))
                .filter(|host| (first..=last).contains(host))
                .collect();
            assert_eq!(row["used"], json!(hosts.len()), "{}: {row}", side.name);
            let percent = f64::from(u32::try_from(hosts.len()).unwrap()) / row["of"].as_f64().unwrap() * 100.0;
            assert!((row["percent"].as_f64().unwrap() - percent).abs() < 0.01, "{row}");
            counted += 1;
        }
        assert!(counted > 50, "{}: {counted}", side.name);
        let over = ask(&side, json!({"question": "utilization", "over": 50, "limit": 100})).await;
        let full = rows.iter().filter(|row| row["percent"].as_f64() > Some(50.0)).count();
        assert_eq!(over["over_50_percent"], json!(full), "{}: {over}", side.name);
    }
}

#[tokio::test]
async fn one_prefix_and_a_filtered_list_say_the_same() {
    for side in Side::both().await {
        let list =
            ask(&side, json!({"question": "utilization", "filters": {"site": "Cleveland 01"}, "limit": 100})).await;
        assert_eq!(list["resolved"], json!({"site": "Cleveland 01 -> cle-01"}));
        for row in list["results"].as_array().unwrap() {
            let vrf = row["vrf"].as_str().unwrap_or("global");
            let one = ask(&side, json!({"question": "utilization", "prefix": row["prefix"], "vrf": vrf})).await;
            for field in ["percent", "used", "of", "by"] {
                assert_eq!(one.get(field), row.get(field), "{}: {row}", side.name);
            }
        }
    }
}

#[tokio::test]
async fn free_prefixes_overlap_no_other() {
    for side in Side::both().await {
        let input = json!({"question": "free_prefixes", "prefix": "10.17.0.0/16", "length": 24, "limit": 100});
        let answer = ask(&side, input).await;
        let children = all(&side, "ipam/prefixes/", &[("within", "10.17.0.0/16"), ("vrf_id", "null")]).await;
        let children: Vec<(u32, u32)> = children.iter().filter_map(|child| span(child["prefix"].as_str()?)).collect();
        let free: Vec<u32> = (0..256_u32)
            .map(|third| (10 << 24) | (17 << 16) | (third << 8))
            .filter(|first| children.iter().all(|(start, end)| first + 255 < *start || *first > *end))
            .collect();
        assert_eq!(answer["total"], json!(free.len()), "{}: {answer}", side.name);
        let told: Vec<u32> =
            answer["free"].as_array().unwrap().iter().filter_map(|text| ipv4(text.as_str()?)).collect();
        assert_eq!(told, free.into_iter().take(100).collect::<Vec<_>>(), "{}", side.name);
        let large = side
            .refusal("netbox_ip_space", json!({"question": "free_prefixes", "prefix": "10.17.0.0/16", "length": 8}))
            .await;
        assert!(large.contains("A /8 does not fit into 10.17.0.0/16"), "{large}");
    }
}

#[tokio::test]
async fn free_vlans_are_those_that_netbox_gives() {
    for side in Side::both().await {
        let groups = all(&side, "ipam/vlan-groups/", &[]).await;
        for group in groups.iter().take(4) {
            let answer = ask(&side, json!({"question": "free_vlans", "vlan_group": group["name"], "limit": 7})).await;
            let path = format!("ipam/vlan-groups/{}/available-vlans/", group["id"]);
            let truth = side.raw(&path, &[("limit", "7")]).await;
            let truth: Vec<&Value> = truth.as_array().unwrap().iter().map(|row| &row["vid"]).collect();
            assert_eq!(answer["free"], json!(truth), "{}: {}", side.name, group["name"]);
            let used = group["vlan_count"].as_u64().unwrap();
            assert_eq!(answer["total"], json!(group["total_vlan_ids"].as_u64().unwrap() - used), "{answer}");
        }
    }
}

#[tokio::test]
async fn an_address_is_told_with_all_around_it() {
    for side in Side::both().await {
        let answer = ask(&side, json!({"question": "whois", "address": "10.17.0.12"})).await;
        let object = &answer["objects"][0];
        assert_eq!(object["device"], "cle-01-acc-01-1", "{}: {answer}", side.name);
        assert_eq!((&object["site"], &object["rack"]), (&json!("Cleveland 01"), &json!("IDF-1")));
        assert_eq!(answer["longest_prefixes"][0]["prefix"], "10.17.0.0/24");
        assert_eq!(answer["longest_prefixes"][0]["vlan"], "Management (10)");
        // In a range whose mask is another one than the address's.
        let dynamic = ask(&side, json!({"question": "whois", "address": "10.17.6.20"})).await;
        assert_eq!(dynamic["objects"], json!([]));
        assert_eq!(dynamic["ranges"][0]["description"], "DHCP", "{}: {dynamic}", side.name);
        let nothing = ask(&side, json!({"question": "whois", "address": "203.0.113.99"})).await;
        assert!(nothing.get("ranges").is_none(), "{nothing}");
        let wrong = side.refusal("netbox_ip_space", json!({"question": "whois", "address": "cle-01-acc-01-1"})).await;
        assert!(wrong.contains("is no address"), "{wrong}");
    }
}

#[tokio::test]
async fn the_plan_is_checked_against_itself() {
    for side in Side::both().await {
        let prefixes = all(&side, "ipam/prefixes/", &[("family", "4")]).await;
        let spans: Vec<(Option<&str>, bool, u32, u32)> = prefixes
            .iter()
            .filter_map(|prefix| {
                let (first, last) = span(prefix["prefix"].as_str()?)?;
                Some((prefix["vrf"]["name"].as_str(), prefix["status"]["value"] == "container", first, last))
            })
            .collect();
        let inside = |one: &(Option<&str>, bool, u32, u32), other: &(Option<&str>, bool, u32, u32)| {
            one.0 == other.0 && one.2 >= other.2 && one.3 <= other.3
        };
        // The smallest prefix around another is a container wherever the estate is in order.
        let wrong = spans
            .iter()
            .enumerate()
            .filter(|(at, span)| {
                let around = spans.iter().enumerate().filter(|(other, around)| other != at && inside(span, around));
                around.min_by_key(|(_, around)| around.3 - around.2).is_some_and(|(_, around)| !around.1)
            })
            .count();
        let answer = ask(&side, json!({"question": "overlaps"})).await;
        assert_eq!(
            answer["inside_no_container"]["total"].as_u64().unwrap_or(0),
            wrong as u64,
            "{}: {answer}",
            side.name
        );
        let addresses = all(&side, "ipam/ip-addresses/", &[("family", "4")]).await;
        let outside = addresses
            .iter()
            .filter(|address| {
                let vrf = address["vrf"]["name"].as_str();
                let host = ipv4(address["address"].as_str().unwrap()).unwrap();
                !spans.iter().any(|span| span.0 == vrf && (span.2..=span.3).contains(&host))
            })
            .count();
        let answer = ask(&side, json!({"question": "outside"})).await;
        assert_eq!(answer["total"], json!(outside), "{}: {answer}", side.name);
        assert_eq!(answer["addresses"], side.count("ipam/ip-addresses/", &[("limit", "1")]).await);
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_is_near() {
    for side in Side::both().await {
        let text = side.refusal("netbox_ip_space", json!({"question": "next_address", "prefix": "10.17.5.0/26"})).await;
        assert!(text.contains("it would lie in 10.17.4.0/22"), "{}: {text}", side.name);
        let text = side
            .refusal("netbox_ip_space", json!({"question": "next_address", "prefix": "10.17.0.0/24", "vrf": "Guest"}))
            .await;
        assert!(text.contains("no prefix 10.17.0.0/24 in VRF Guest"), "{}: {text}", side.name);
        let text = side.refusal("netbox_ip_space", json!({"question": "who knows"})).await;
        assert!(text.contains("next_address, free_prefixes"), "{text}");
    }
}

#[tokio::test]
async fn answers_are_small_and_need_few_requests() {
    for side in Side::both().await {
        for (input, requests) in [
            (json!({"question": "next_address", "prefix": "10.17.0.0/24"}), 2),
            (json!({"question": "free_prefixes", "prefix": "10.17.0.0/16", "length": 26}), 3),
            (json!({"question": "free_vlans", "vlan_group": "Cleveland 01 VLANs"}), 3),
            (json!({"question": "utilization", "prefix": "10.17.4.0/22"}), 3),
            (json!({"question": "utilization", "over": 50}), 3),
            (json!({"question": "whois", "address": "10.17.0.12"}), 4),
            (json!({"question": "overlaps"}), 2),
            (json!({"question": "outside"}), 2),
        ] {
            let outcome = side.call("netbox_ip_space", input.clone()).await;
            assert!(outcome.model_text.len() <= 700, "{input}: {} bytes", outcome.model_text.len());
            assert_eq!(needed(&outcome), requests, "{}: {input}", side.name);
        }
    }
}
