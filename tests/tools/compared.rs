//! The same calls of the demo and of a real NetBox with the same estate: the model reads the same of both.

use serde_json::{Value, json};

use crate::side::Side;

/// What differs from one NetBox to another with the same estate: addresses, users, and when and as what it was recorded.
fn comparable(answer: &Value) -> Value {
    match answer {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| {
                !matches!(name.as_str(), "page" | "shows" | "created" | "last_updated" | "time" | "request_id")
            })
            .map(|(name, value)| (name.clone(), comparable(value)))
            .collect(),
        Value::Array(items) => items.iter().map(comparable).collect(),
        other => other.clone(),
    }
}

#[tokio::test]
async fn the_same_questions_have_the_same_answers() {
    let [demo, real] = Side::both().await;
    let objects = |object_type: &str, filters: Value, fields: Value, ordering: &str| {
        let input = json!({"object_type": object_type, "filters": filters, "fields": fields, "ordering": ordering, "limit": 50});
        ("netbox_get_objects", input)
    };
    let calls = [
        objects("dcim.site", json!({}), json!(["name", "slug", "status", "region", "device_count"]), "name"),
        objects("dcim.site", json!({"region": "Ohio"}), json!(["name", "status", "tenant"]), "name"),
        objects(
            "dcim.device",
            json!({"site": "Cleveland 01"}),
            json!(["name", "role", "status", "rack", "position", "primary_ip"]),
            "name",
        ),
        objects("dcim.device", json!({"has_primary_ip": false}), json!(["name", "site"]), "name"),
        objects("dcim.device", json!({"status": ["planned", "offline"]}), json!(["name", "status"]), "name"),
        objects(
            "dcim.device",
            json!({"name__ic": "sw", "site": "cle-01"}),
            json!(["name", "device_type", "serial"]),
            "-name",
        ),
        objects("dcim.rack", json!({"site": "cle-01"}), json!(["name", "location", "u_height", "role"]), "name"),
        objects("dcim.location", json!({"site": "cle-01"}), json!(["name", "parent"]), "name"),
        objects(
            "dcim.interface",
            json!({"device_id": 1}),
            json!(["name", "type", "enabled", "link_peers", "connected_endpoints"]),
            "name",
        ),
        objects("dcim.cable", json!({"site": "cle-01"}), json!(["a_terminations", "b_terminations", "status"]), "id"),
        objects(
            "ipam.prefix",
            json!({"site": "cle-01"}),
            json!(["prefix", "status", "role", "vlan", "vrf", "scope"]),
            "prefix",
        ),
        objects("ipam.prefix", json!({"family": 6}), json!(["prefix", "children"]), "prefix"),
        objects(
            "ipam.ipaddress",
            json!({"q": "10."}),
            json!(["address", "assigned_object", "dns_name", "vrf"]),
            "address",
        ),
        objects("ipam.vlan", json!({"site": "cle-01"}), json!(["vid", "name", "group", "status"]), "vid"),
        objects("circuits.circuit", json!({}), json!(["cid", "provider", "type", "status", "commit_rate"]), "cid"),
        objects(
            "virtualization.virtualmachine",
            json!({}),
            json!(["name", "cluster", "status", "vcpus", "memory"]),
            "name",
        ),
        objects("tenancy.contactassignment", json!({}), json!(["contact", "role", "object_type", "object_id"]), "id"),
        ("netbox_search_objects", json!({"query": "cle-01", "fields": ["name", "status"], "limit": 3})),
        (
            "netbox_search_objects",
            json!({"query": "10.", "object_types": ["prefix", "ipaddress"], "fields": ["display"], "limit": 10}),
        ),
        (
            "netbox_get_objects",
            json!({"object_type": "dcim.device", "filters": {"site": "cle-01"}, "limit": 10, "ordering": "name"}),
        ),
        ("netbox_get_object_by_id", json!({"object_type": "dcim.site", "object_id": 1})),
    ];
    let mut different = Vec::new();
    for (tool, input) in calls {
        let (left, right) = tokio::join!(demo.call(tool, input.clone()), real.call(tool, input.clone()));
        let parsed =
            |text: &str| serde_json::from_str::<Value>(text).map_or_else(|_| json!(text), |value| comparable(&value));
        let (left, right) = (parsed(&left.model_text), parsed(&right.model_text));
        if left != right {
            different.push(format!("{tool} {input}\n  demo: {left}\n  real: {right}"));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}
