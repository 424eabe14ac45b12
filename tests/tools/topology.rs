//! Questions about cables and racks, of the demo and of a real NetBox; the truth comes from their own lists and traces.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use netbox_chatbox::server::tools::Outcome;
use serde_json::{Value, json};

use crate::side::{Side, needed};

async fn ask(side: &Side, input: Value) -> Value {
    side.answer("netbox_topology", input).await
}

async fn all(side: &Side, path: &str, query: &[(&str, &str)]) -> Vec<Value> {
    let (mut rows, mut offset) = (Vec::new(), 0);
    loop {
        let at = offset.to_string();
        let mut pairs = vec![("limit", "1000"), ("ordering", "id"), ("offset", at.as_str())];
        pairs.extend_from_slice(query);
        let answer = side.raw(path, &pairs).await;
        rows.extend(answer["results"].as_array().unwrap().iter().cloned());
        offset += 1000;
        if answer["next"].is_null() {
            return rows;
        }
    }
}

/// The ids of the devices that are linked to each device, as NetBox's interfaces tell.
async fn linked(side: &Side) -> HashMap<u64, BTreeSet<u64>> {
    let fields = [("cabled", "true"), ("fields", "id,device,connected_endpoints")];
    let mut links: HashMap<u64, BTreeSet<u64>> = HashMap::new();
    for interface in all(side, "dcim/interfaces/", &fields).await {
        let device = interface["device"]["id"].as_u64().unwrap();
        let far = interface["connected_endpoints"].as_array().into_iter().flatten();
        links.entry(device).or_default().extend(far.filter_map(|end| end["device"]["id"].as_u64()));
    }
    links
}

/// The same, with the members of each virtual chassis linked to each other.
async fn hanging_together(side: &Side) -> HashMap<u64, BTreeSet<u64>> {
    let mut links = linked(side).await;
    let query = [("virtual_chassis_member", "true"), ("fields", "id,virtual_chassis")];
    let mut chassis: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for member in all(side, "dcim/devices/", &query).await {
        let id = member["virtual_chassis"]["id"].as_u64().unwrap();
        chassis.entry(id).or_default().push(member["id"].as_u64().unwrap());
    }
    for members in chassis.values() {
        for member in members {
            links.entry(*member).or_default().extend(members.iter().filter(|other| *other != member));
        }
    }
    links
}

async fn device(side: &Side, name: &str) -> u64 {
    side.raw("dcim/devices/", &[("name", name), ("fields", "id")]).await["results"][0]["id"].as_u64().unwrap()
}

#[tokio::test]
async fn a_trace_ends_where_netbox_says() {
    for side in Side::both().await {
        let fields = [("cabled", "true"), ("fields", "id,name,device,connected_endpoints")];
        let interfaces = all(&side, "dcim/interfaces/", &fields).await;
        for interface in interfaces.iter().step_by(interfaces.len() / 8) {
            let input = json!({"question": "trace", "device": interface["device"]["name"], "name": interface["name"]});
            let answer = ask(&side, input).await;
            assert_eq!(answer["complete"], true, "{}: {answer}", side.name);
            let path = answer["path"].as_str().unwrap();
            for end in interface["connected_endpoints"].as_array().unwrap() {
                let far = end["name"].as_str().unwrap();
                assert!(path.ends_with(far), "{}: {path} does not end at {far}", side.name);
            }
        }
    }
}

#[tokio::test]
async fn panels_and_circuits_are_traced_from_their_middle() {
    for side in Side::both().await {
        let whole = ask(&side, json!({"question": "trace", "device": "cle-01-rtr-01", "name": "xe-0/1/4"})).await;
        assert!(whole["path"].as_str().unwrap().contains("cle-01-mmr-01 Front 1|Rear 1"), "{}: {whole}", side.name);
        let circuit =
            whole["path"].as_str().unwrap().split(")- ").nth(2).unwrap().split(' ').next().unwrap().to_owned();
        for input in [
            json!({"question": "trace", "device": "cle-01-mmr-01", "name": "Rear 1"}),
            json!({"question": "trace", "device": "cle-01-mmr-01", "name": "front 1"}),
            json!({"question": "trace", "object_type": "circuit", "name": circuit}),
        ] {
            let answer = ask(&side, input.clone()).await;
            assert_eq!(answer["path"], whole["path"], "{}: {input}", side.name);
        }
        let feed = ask(&side, json!({"question": "trace", "object_type": "powerfeed", "object_id": 1})).await;
        assert!(feed["path"].as_str().unwrap().ends_with("Input"), "{}: {feed}", side.name);
    }
}

#[tokio::test]
async fn no_cable_is_told_from_no_path() {
    for side in Side::both().await {
        let free = side
            .raw("dcim/interfaces/", &[("occupied", "false"), ("kind", "physical"), ("limit", "1"), ("fields", "id")])
            .await;
        let id = &free["results"][0]["id"];
        let answer = ask(&side, json!({"question": "trace", "object_type": "interface", "object_id": id})).await;
        assert_eq!((&answer["connected"], &answer["reason"]), (&json!(false), &json!("No cable")), "{}", side.name);
        // A panel's port that is cabled, and through which nothing leads yet.
        let ports =
            all(&side, "dcim/rear-ports/", &[("cabled", "true"), ("fields", "id,link_peers,front_ports")]).await;
        let mut found = false;
        for port in ports.iter().step_by(7) {
            let id = port["id"].as_u64().unwrap();
            let paths = side.raw(&format!("dcim/rear-ports/{id}/paths/"), &[]).await;
            if paths.as_array().unwrap().is_empty() {
                let answer = ask(&side, json!({"question": "trace", "object_type": "rearport", "object_id": id})).await;
                assert_eq!(answer["connected"], true, "{}: {answer}", side.name);
                assert_eq!(answer["next_hop"].as_array().unwrap().len(), 1, "{}: {answer}", side.name);
                found = true;
                break;
            }
        }
        assert!(found, "{}: every rear port has a path", side.name);
    }
}

#[tokio::test]
async fn ports_are_found_as_people_write_them() {
    for side in Side::both().await {
        let short = ask(&side, json!({"question": "trace", "device": "CLE-01-ACC-01-1", "name": "gi1/0/41"})).await;
        assert_eq!(short["from"], "cle-01-acc-01-1 GigabitEthernet1/0/41", "{}", side.name);
        let power = ask(&side, json!({"question": "trace", "device": "cle-01-acc-01-1", "name": "PSU 1"})).await;
        assert_eq!(power["type"], "power port", "{}", side.name);
        let missing = side
            .refusal("netbox_topology", json!({"question": "trace", "device": "cle-01-acc-01-1", "name": "Gi9/9"}))
            .await;
        assert!(missing.contains("has no port called Gi9/9"), "{}: {missing}", side.name);
    }
}

#[tokio::test]
async fn neighbours_are_those_of_the_interfaces() {
    for side in Side::both().await {
        let links = linked(&side).await;
        for name in ["cle-01-core-01", "cmh-01-leaf-01a", "cle-01-ap-01"] {
            let truth = links[&device(&side, name).await].len();
            let answer =
                ask(&side, json!({"question": "neighbours", "device": name, "object_type": "interface", "limit": 100}))
                    .await;
            assert_eq!(answer["neighbours"], json!(truth), "{}: {answer}", side.name);
            assert_eq!(answer["links"].as_object().unwrap().len(), truth);
        }
    }
}

/// The length of the shortest chain of links, members of a virtual chassis being linked.
fn distance(links: &HashMap<u64, BTreeSet<u64>>, from: u64, to: u64) -> Option<usize> {
    let (mut seen, mut edge, mut steps) = (BTreeSet::from([from]), BTreeSet::from([from]), 0);
    while !edge.is_empty() {
        if edge.contains(&to) {
            return Some(steps);
        }
        steps += 1;
        edge = edge.iter().flat_map(|device| links.get(device).into_iter().flatten()).copied().collect();
        edge.retain(|device| seen.insert(*device));
    }
    None
}

#[tokio::test]
async fn a_path_is_the_shortest() {
    for side in Side::both().await {
        let links = hanging_together(&side).await;
        for (from, to) in
            [("cle-01-ap-01", "cle-01-rtr-01"), ("cle-01-ap-01", "cle-01-ap-04"), ("cmh-01-esx-05", "cmh-01-esx-07")]
        {
            let truth = distance(&links, device(&side, from).await, device(&side, to).await).unwrap();
            let answer = ask(&side, json!({"question": "path", "device": from, "to": to})).await;
            let path = answer["path"].as_str().unwrap();
            let stacks = path.matches("virtual chassis").count();
            assert_eq!(answer["links"].as_u64().unwrap() + stacks as u64, truth as u64, "{}: {path}", side.name);
            assert!(path.starts_with(from) && path.contains(to), "{path}");
        }
        let none = ask(&side, json!({"question": "path", "device": "cle-01-ap-01", "to": "cle-01-pdu-mdfa"})).await;
        assert_eq!(none["connected"], false, "{}: {none}", side.name);
    }
}

fn names(answer: &Value, field: &str) -> BTreeSet<String> {
    let list = answer[field].as_array().or_else(|| answer[field]["first"].as_array());
    list.into_iter().flatten().map(|name| name.as_str().unwrap().split(" (").next().unwrap().to_owned()).collect()
}

/// The devices that hang together with a device when another one is gone.
fn together(links: &HashMap<u64, BTreeSet<u64>>, start: u64, gone: u64) -> BTreeSet<u64> {
    let (mut seen, mut edge) = (BTreeSet::from([start]), vec![start]);
    while let Some(device) = edge.pop() {
        for next in links.get(&device).into_iter().flatten().filter(|next| **next != gone) {
            if seen.insert(*next) {
                edge.push(*next);
            }
        }
    }
    seen
}

#[tokio::test]
async fn what_is_cut_off_has_no_other_way() {
    for side in Side::both().await {
        let (links, together_with) = (linked(&side).await, hanging_together(&side).await);
        for name in ["cle-01-acc-01-1", "cmh-01-leaf-01a", "cle-01-core-01"] {
            let id = device(&side, name).await;
            let answer = ask(&side, json!({"question": "impact", "device": name, "limit": 100})).await;
            let (cut_off, kept) = (names(&answer, "cut_off"), names(&answer, "lose_a_link_and_stay_connected"));
            assert_eq!(cut_off.intersection(&kept).count(), 0, "{}: {answer}", side.name);
            let mut largest = 0;
            let mut sizes = Vec::new();
            for neighbour in &links[&id] {
                let size = together(&together_with, *neighbour, id).len();
                largest = largest.max(size);
                sizes.push((*neighbour, size));
            }
            for (neighbour, size) in sizes {
                let name = side.raw(&format!("dcim/devices/{neighbour}/"), &[("fields", "name")]).await["name"].clone();
                let name = name.as_str().unwrap();
                // A small part without a way out is cut off; what is as large as the rest is not.
                if size < 4 && size < largest {
                    assert!(cut_off.contains(name), "{}: {name} hangs on nothing else: {answer}", side.name);
                } else if size == largest {
                    assert!(kept.contains(name), "{}: {name}: {answer}", side.name);
                }
            }
        }
    }
}

#[tokio::test]
async fn power_is_followed_to_what_hangs_on_it() {
    for side in Side::both().await {
        let ports =
            all(&side, "dcim/power-ports/", &[("cabled", "true"), ("fields", "id,device,connected_endpoints")]).await;
        let unit = device(&side, "cmh-01-pdu-a02a").await;
        let mut sources: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for port in &ports {
            let ends = port["connected_endpoints"].as_array().unwrap();
            let dead = ends.iter().all(|end| end["device"]["id"].as_u64() == Some(unit));
            let entry = sources.entry(port["device"]["name"].as_str().unwrap()).or_default();
            entry.0 += 1;
            entry.1 += usize::from(dead);
        }
        let of = |wanted: fn(usize, usize) -> bool| -> BTreeSet<String> {
            sources.iter().filter(|(_, (all, dead))| wanted(*all, *dead)).map(|(name, _)| (*name).to_owned()).collect()
        };
        let answer = ask(&side, json!({"question": "impact", "device": "cmh-01-pdu-a02a", "limit": 100})).await;
        assert_eq!(names(&answer, "lose_power"), of(|all, dead| all == dead), "{}: {answer}", side.name);
        let weakened = of(|all, dead| dead > 0 && dead < all);
        assert_eq!(names(&answer, "lose_one_of_several_power_sources"), weakened, "{}: {answer}", side.name);
        assert!(!weakened.is_empty());
    }
}

#[tokio::test]
async fn failures_reach_circuits_and_virtual_machines() {
    for side in Side::both().await {
        let answer = ask(&side, json!({"question": "impact", "device": "cle-01-rtr-01"})).await;
        let circuits = side.raw("circuits/circuits/", &[("site", "cle-01"), ("limit", "50")]).await;
        let truth: BTreeSet<String> =
            circuits["results"].as_array().unwrap().iter().map(|row| row["cid"].as_str().unwrap().to_owned()).collect();
        assert_eq!(names(&answer, "circuits"), truth, "{}: {answer}", side.name);
        let host = "cmh-01-esx-05";
        let machines = side.raw("virtualization/virtual-machines/", &[("device", host), ("limit", "50")]).await;
        let truth: BTreeSet<String> = machines["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].as_str().unwrap().to_owned())
            .collect();
        let answer = ask(&side, json!({"question": "impact", "device": host})).await;
        assert_eq!(names(&answer, "virtual_machines"), truth, "{}: {answer}", side.name);
        let kind = side
            .refusal("netbox_topology", json!({"question": "impact", "object_type": "tenant", "name": "Research"}))
            .await;
        assert!(kind.contains("ask about a device"), "{kind}");
    }
}

#[tokio::test]
async fn free_units_are_free_on_both_faces() {
    for side in Side::both().await {
        let racks = side.raw("dcim/racks/", &[("site", "cmh-01"), ("limit", "50")]).await;
        let mut expected = BTreeMap::new();
        for rack in racks["results"].as_array().unwrap() {
            let mut taken = BTreeSet::new();
            for face in ["front", "rear"] {
                let path = format!("dcim/racks/{}/elevation/", rack["id"]);
                let units = side.raw(&path, &[("face", face), ("limit", "1000")]).await;
                let occupied = units["results"].as_array().unwrap().iter().filter(|unit| unit["occupied"] == true);
                taken.extend(occupied.map(|unit| unit["name"].as_str().unwrap().to_owned()));
            }
            let reservations =
                side.raw("dcim/rack-reservations/", &[("rack_id", &rack["id"].to_string()), ("limit", "50")]).await;
            for unit in
                reservations["results"].as_array().unwrap().iter().flat_map(|row| row["units"].as_array().unwrap())
            {
                taken.extend([format!("U{unit}"), format!("U{unit}.5")]);
            }
            let free = rack["u_height"].as_f64().unwrap() - f64::from(u32::try_from(taken.len()).unwrap()) / 2.0;
            let input = json!({"question": "elevation", "object_type": "dcim.rack", "object_id": rack["id"]});
            let answer = ask(&side, input).await;
            assert!((answer["free_units"].as_f64().unwrap() - free).abs() < 0.1, "{}: {answer}", side.name);
            expected.insert(rack["name"].as_str().unwrap().to_owned(), answer["largest_free"].clone());
        }
        let site =
            ask(&side, json!({"question": "elevation", "object_type": "site", "name": "cmh-01", "limit": 100})).await;
        for row in site["results"].as_array().unwrap() {
            assert_eq!(row["largest"], expected[row["rack"].as_str().unwrap()], "{}: {row}", side.name);
        }
        let by_name = ask(&side, json!({"question": "elevation", "name": "A07", "site": "Columbus 01"})).await;
        assert!(by_name["reserved"][0].as_str().unwrap().starts_with("U1-6, Research"), "{}: {by_name}", side.name);
    }
}

#[tokio::test]
async fn free_ports_are_counted_by_netboxs_own_rule() {
    for side in Side::both().await {
        let filters = [("kind", "physical"), ("enabled", "true"), ("occupied", "false"), ("limit", "1")];
        let of_device = [&[("device", "cle-01-acc-01-1")][..], &filters[..]].concat();
        let answer = ask(&side, json!({"question": "free_ports", "device": "cle-01-acc-01-1"})).await;
        assert_eq!(answer["free"], side.count("dcim/interfaces/", &of_device).await, "{}: {answer}", side.name);
        let of_site = [&[("site", "cle-01"), ("type", "1000base-t")][..], &filters[..]].concat();
        let input =
            json!({"question": "free_ports", "object_type": "site", "name": "Cleveland 01", "type": "1000base-t"});
        let answer = ask(&side, input).await;
        assert_eq!(answer["free"], side.count("dcim/interfaces/", &of_site).await, "{}: {answer}", side.name);
        let panel =
            ask(&side, json!({"question": "free_ports", "device": "cle-01-mmr-01", "type": "front port"})).await;
        let truth = side
            .count("dcim/front-ports/", &[("device", "cle-01-mmr-01"), ("occupied", "false"), ("limit", "1")])
            .await;
        assert_eq!(panel["free"], truth, "{}: {panel}", side.name);
    }
}

#[tokio::test]
async fn answers_are_small_and_come_with_rows_and_a_picture() {
    let picture = |outcome: &Outcome| outcome.evidence.result.as_ref().is_some_and(|result| result.picture);
    for side in Side::both().await {
        for (input, requests, has_picture) in [
            (json!({"question": "trace", "device": "cle-01-rtr-01", "name": "xe-0/1/4"}), 3, true),
            (json!({"question": "neighbours", "device": "cle-01-acc-01-1"}), 5, false),
            (json!({"question": "path", "device": "cle-01-ap-01", "to": "cle-01-rtr-01"}), 12, true),
            (json!({"question": "impact", "device": "cle-01-acc-01-1"}), 16, false),
            (json!({"question": "elevation", "object_id": 1}), 6, true),
            (json!({"question": "free_ports", "device": "cle-01-acc-01-1"}), 2, false),
        ] {
            let outcome = side.call("netbox_topology", input.clone()).await;
            assert!(!outcome.evidence.is_error, "{}: {}", side.name, outcome.model_text);
            assert!(outcome.model_text.len() <= 1_000, "{input}: {} bytes", outcome.model_text.len());
            assert!(needed(&outcome) <= requests, "{}: {input}: {}", side.name, needed(&outcome));
            assert!(outcome.evidence.result.as_ref().is_some_and(|result| result.total > 0), "{input}");
            assert_eq!(picture(&outcome), has_picture, "{input}");
        }
    }
}
