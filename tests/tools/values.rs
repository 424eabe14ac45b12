//! Values that NetBox would ignore or compare in a way nobody means: put right and told, or refused.

use serde_json::{Value, json};

use crate::side::Side;

fn input(object_type: &str, filters: &Value) -> Value {
    json!({"object_type": object_type, "filters": filters, "limit": 1})
}

/// A call of the tool has the same total as NetBox's own query, which is not that of everything.
async fn same(side: &Side, object_type: &str, filters: Value, path: &str, query: &[(&str, &str)]) -> Value {
    let answer = side.objects(input(object_type, &filters)).await;
    let truth = side.count(path, query).await;
    assert_eq!(answer["total"], truth, "{}: {object_type} {filters}: {answer}", side.name);
    answer
}

#[tokio::test]
async fn an_empty_value_asks_for_what_is_unset() {
    for side in Side::both().await {
        for value in [json!(""), json!(null), json!("null"), json!([""])] {
            let truth = [("description__empty", "true")];
            same(&side, "dcim.site", json!({"description": value}), "dcim/sites/", &truth).await;
        }
        let set = [("description__empty", "false")];
        same(&side, "dcim.site", json!({"description__n": null}), "dcim/sites/", &set).await;
        let vrf = side.call("netbox_get_objects", input("ipam.prefix", &json!({"vrf": null}))).await;
        assert!(vrf.evidence.requests[0].url.contains("vrf_id=null"), "a VRF without an RD is a VRF");
        for filters in [json!({"name__ic": ""}), json!({"site": ""}), json!({"has_primary_ip": null})] {
            side.refusal("netbox_get_objects", input("dcim.device", &filters)).await;
        }
        let text = side.refusal("netbox_get_objects", input("ipam.ipaddress", &json!({"device": ""}))).await;
        assert!(text.contains("ignores the filter device") && text.contains("write null"), "{text}");
    }
}

#[tokio::test]
async fn custom_fields_are_checked_by_type_lookup_and_value() {
    for side in Side::both().await {
        let devices = "dcim/devices/";
        let monitored = [("cf_monitored", "true")];
        same(&side, "dcim.device", json!({"cf_monitored": "yes"}), devices, &monitored).await;
        let production = [("cf_environment__ic", "prod")];
        same(&side, "dcim.device", json!({"cf_environment__ic": "prod"}), devices, &production).await;
        let late = [("cf_commissioned__gte", "2024-06-01")];
        same(&side, "dcim.device", json!({"cf_commissioned__gte": "2024-06-01"}), devices, &late).await;
        let unset = [("cf_environment__empty", "true")];
        same(&side, "dcim.device", json!({"cf_environment": null}), devices, &unset).await;
        for (object_type, filters, words) in [
            ("dcim.device", json!({"cf_cost_center": 1}), "Devices have no custom field cf_cost_center"),
            ("dcim.site", json!({"cf_cost_center": "high"}), "whole number"),
            ("dcim.site", json!({"cf_cost_center__ic": 1}), "it has cf_cost_center__empty"),
            ("dcim.device", json!({"cf_monitored": "perhaps"}), "true or false"),
            ("dcim.device", json!({"cf_monitored__empty": true}), "takes no lookup"),
            ("dcim.device", json!({"cf_support_contract__ic": "x"}), "takes no lookup"),
            ("dcim.device", json!({"cf_commissioned": "last year"}), "date or time"),
            ("dcim.device", json!({"cf_environment": ""}), ""),
        ] {
            let outcome = side.call("netbox_get_objects", input(object_type, &filters)).await;
            assert_eq!(outcome.evidence.is_error, !words.is_empty(), "{filters}: {}", outcome.model_text);
            assert!(outcome.model_text.contains(words), "{}: {filters}: {}", side.name, outcome.model_text);
        }
        let fields = json!({"object_type": "dcim.device", "fields": ["name", "cf_bogus"]});
        let text = side.refusal("netbox_get_objects", fields).await;
        assert!(text.contains("no custom field cf_bogus"), "{text}");
    }
}

#[tokio::test]
async fn custom_fields_are_known_to_those_who_may_not_list_them() {
    let viewer = Side::real_as("TEST_NETBOX_TOKEN_VIEWER");
    let answer = viewer.objects(input("dcim.device", &json!({"cf_environment": "production"}))).await;
    assert!(answer["warnings"][0].as_str().unwrap().contains("may not see custom fields"), "{answer}");
    for name in ["cf_bogus", "cf_cost_center", "cf_environment__ic"] {
        viewer.refusal("netbox_get_objects", input("dcim.device", &json!({name: "x"}))).await;
    }
}

#[tokio::test]
async fn a_number_where_a_name_is_meant_is_a_name_first() {
    for side in Side::both().await {
        let vlan = &side.raw("ipam/vlans/", &[("limit", "1")]).await["results"][0];
        let vid = vlan["vid"].to_string();
        let answer =
            same(&side, "ipam.prefix", json!({"vlan": vlan["vid"]}), "ipam/prefixes/", &[("vlan_vid", &vid)]).await;
        assert_eq!(answer["resolved"]["vlan"], json!(format!("{vid} -> vlan_vid {vid}")), "{}", side.name);
        let rack = &side.raw("dcim/racks/", &[("limit", "1")]).await["results"][0];
        let id = rack["id"].to_string();
        let answer =
            same(&side, "dcim.device", json!({"rack": rack["id"]}), "dcim/devices/", &[("rack_id", &id)]).await;
        let taken = format!("{id} -> {} (id {id})", rack["name"].as_str().unwrap());
        assert_eq!(answer["resolved"]["rack_id"], json!(taken), "{}", side.name);
    }
}

#[tokio::test]
async fn an_id_that_nothing_has_is_no_part_of_a_name() {
    for side in Side::both().await {
        let text = side.refusal("netbox_get_objects", input("dcim.interface", &json!({"device_id": 999_123}))).await;
        assert!(text.starts_with("There is no device with id 999123, or this token may not see it"), "{text}");
        // One device has this in its name: it is offered, not taken.
        let text = side.refusal("netbox_get_objects", input("dcim.interface", &json!({"device": "le-01-fw-01"}))).await;
        assert!(text.contains("no device called le-01-fw-01") && text.contains("did you mean cle-01-fw-01"), "{text}");
    }
}

#[tokio::test]
async fn unknown_places_of_filters_that_take_anything_are_told() {
    for side in Side::both().await {
        for (object_type, filters, words) in [
            ("dcim.cable", json!({"site": "no-such-place"}), "no site called no-such-place"),
            ("dcim.cable", json!({"location": "no-such-room"}), "no location called no-such-room"),
        ] {
            let text = side.refusal("netbox_get_objects", input(object_type, &filters)).await;
            assert!(text.contains(words), "{}: {text}", side.name);
        }
        let truth = [("site", "cle-01")];
        let by_name = same(&side, "dcim.cable", json!({"site": "Cleveland 01"}), "dcim/cables/", &truth).await;
        assert!(by_name["total"].as_u64() > Some(0));
    }
}

#[tokio::test]
async fn networks_are_read_before_netbox_finds_nothing() {
    for side in Side::both().await {
        let inside = [("within", "10.17.0.0/16")];
        let answer = same(&side, "ipam.prefix", json!({"within": "10.17.3.9/16"}), "ipam/prefixes/", &inside).await;
        assert_eq!(answer["resolved"], json!({"within": "10.17.3.9/16 -> 10.17.0.0/16"}), "{}", side.name);
        let exact = [("prefix", "10.17.0.0/16")];
        let answer = same(&side, "ipam.prefix", json!({"prefix": "10.17.0.7/16"}), "ipam/prefixes/", &exact).await;
        assert_eq!(answer["total"], 1);
        for filters in [json!({"parent": "Cleveland"}), json!({"address": "10.17"}), json!({"parent": "10.0.0.0/40"})] {
            let text = side.refusal("netbox_get_objects", input("ipam.ipaddress", &filters)).await;
            assert!(text.contains("takes a"), "{text}");
        }
    }
}

#[tokio::test]
async fn names_in_the_wrong_case_are_found_and_told() {
    for side in Side::both().await {
        let answer = side.objects(input("dcim.site", &json!({"name": "cleveland 01"}))).await;
        assert_eq!(answer["total"], 1, "{}: {answer}", side.name);
        assert_eq!(answer["resolved"], json!({"name": "cleveland 01 -> the same in any case"}));
        let nothing = side.objects(input("dcim.site", &json!({"name": "Atlantis"}))).await;
        assert_eq!((&nothing["total"], nothing.get("resolved")), (&json!(0), None), "{}", side.name);
    }
}

#[tokio::test]
async fn pages_are_cut_from_an_order_that_is_whole() {
    for side in Side::both().await {
        let page = json!({"object_type": "dcim.rack", "ordering": "-u_height", "limit": 1});
        let outcome = side.call("netbox_get_objects", page).await;
        assert!(
            outcome.evidence.requests[0].url.contains("ordering=-u_height%2Cid"),
            "{:?}",
            outcome.evidence.requests
        );
        let outcome = side.call("netbox_get_changelogs", json!({"filters": {"limit": 2, "offset": 1}})).await;
        let url = &outcome.evidence.requests[0].url;
        assert!(url.contains("ordering=-time%2C-id") && url.contains("limit=2&") && url.contains("offset=1"), "{url}");
        let oldest = side.answer("netbox_get_changelogs", json!({"ordering": "time", "limit": 5})).await;
        let times: Vec<_> =
            oldest["results"].as_array().unwrap().iter().map(|row| row["time"].as_str().unwrap()).collect();
        assert!(times.windows(2).all(|pair| pair[0] <= pair[1]), "{times:?}");
        let by_user = side.answer("netbox_get_changelogs", json!({"filters": {"user": "nobody-here"}})).await;
        assert_eq!(by_user["total"], 0, "{}", side.name);
    }
}
