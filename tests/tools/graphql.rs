//! Joins over GraphQL, asked of the real NetBox and compared with what REST says.

use netbox_chatbox::server::tools::Toolbox;
use serde_json::{Value, json};

use crate::side::Side;

async fn ask(side: &Side, query: &str) -> Value {
    side.answer("netbox_graphql", json!({"query": query})).await
}

#[tokio::test]
async fn joins_count_each_object_once() {
    let side = Side::real();
    let joined = ask(&side, r#"{device_list(filters:{interfaces:{name:{i_contains:"gi"}}}){name}}"#).await;
    let rest = side.raw("dcim/interfaces/", &[("name__ic", "gi"), ("limit", "1000"), ("fields", "device")]).await;
    let mut devices: Vec<&str> =
        rest["results"].as_array().unwrap().iter().map(|one| one["device"]["name"].as_str().unwrap()).collect();
    devices.sort_unstable();
    devices.dedup();
    if rest["count"].as_u64().unwrap() <= 1000 {
        assert_eq!(joined["total"], devices.len());
    }
    assert!(joined["columns"] == json!(["name"]) && joined["handle"].is_string(), "{joined}");
}

#[tokio::test]
async fn tree_filters_below_a_relation_find_what_rest_finds() {
    let side = Side::real();
    for region in
        side.raw("dcim/regions/", &[("limit", "6"), ("fields", "id,name,slug")]).await["results"].as_array().unwrap()
    {
        let (id, slug) = (region["id"].to_string(), region["slug"].as_str().unwrap());
        let rest = side.raw("dcim/devices/", &[("region_id", &id), ("limit", "1")]).await;
        for node in [id.as_str(), slug] {
            let query = format!(
                r#"{{device_list(filters:{{site:{{region_id:{{id:"{node}", match_type:SELF_AND_DESCENDANTS}}}}}}){{name}}}}"#
            );
            assert_eq!(ask(&side, &query).await["total"], rest["count"], "{query}");
        }
    }
}

#[tokio::test]
async fn lists_are_paged_to_their_end() {
    let side = Side::real();
    let answer = ask(&side, "{interface_list{name device{name}}}").await;
    let rest = side.raw("dcim/interfaces/", &[("limit", "1")]).await;
    let total = rest["count"].as_u64().unwrap();
    assert_eq!(answer["total"].as_u64().unwrap(), total.min(5_000));
    let three = ask(&side, "{site_list(pagination:{offset:1,limit:3}){name}}").await;
    assert_eq!(three["total"], 3);
    assert!(three["warnings"][0].as_str().unwrap().contains("more than these 3"), "{three}");
}

#[tokio::test]
async fn several_types_are_joined_in_one_call() {
    let side = Side::real();
    let answer =
        ask(&side, "{vlan_list(filters:{site:{name:\"Cleveland 01\"}}){vid name prefixes{prefix} site{name}}}").await;
    let rest = side.raw("ipam/vlans/", &[("site", "cle-01"), ("limit", "1")]).await;
    assert_eq!(answer["total"], rest["count"]);
    assert!(answer["results"][0]["site"] == "Cleveland 01" && answer["results"][0]["prefixes"].is_array(), "{answer}");
    assert!(answer["resolved"][0].as_str().unwrap().contains("exact"), "{answer}");
    let both = ask(&side, "{site_list{name} some:tag_list(filters:{name:\"no such tag\"}){name}}").await;
    assert!(both["site_list"]["total"].as_u64().unwrap() > 0 && both["some"]["total"] == 0, "{both}");
    assert!(both["warnings"][0].as_str().unwrap().contains("none of them matches"), "{both}");
    assert!(both["site_list"]["rows"].to_string().contains("Cleveland 01"));
}

#[tokio::test]
async fn nothing_is_told_from_not_allowed() {
    let side = Side::real_as("TEST_NETBOX_TOKEN_NOBODY");
    let answer = ask(&side, "{device_list{name}}").await;
    assert!(answer["warnings"][0].as_str().unwrap().contains("may not view devices"), "{answer}");
}

#[tokio::test]
async fn what_netbox_refuses_is_told_in_its_words() {
    let side = Side::real();
    let text = side.refusal("netbox_graphql", json!({"query": "{device(id: 99999999){name}}"})).await;
    assert!(text.contains("matching query does not exist"), "{text}");
    let text = side.refusal("netbox_graphql", json!({"query": "{device_list{nam}}"})).await;
    assert!(text.contains("did you mean name"), "{text}");
}

#[tokio::test]
async fn every_list_of_the_schema_can_be_asked() {
    let side = Side::real();
    let schema = side.client.graphql_schema(&side.credentials).await.unwrap();
    let lists: Vec<&String> =
        schema.query().unwrap().iter().filter(|(_, field)| field.kind.is_list()).map(|(name, _)| name).collect();
    assert!(lists.len() > 100);
    for list in lists {
        let outcome =
            side.call("netbox_graphql", json!({"query": format!("{{{list}(pagination:{{limit:2}})}}")})).await;
        assert!(!outcome.evidence.is_error, "{list}: {}", outcome.model_text);
    }
}

#[tokio::test]
async fn the_tool_is_offered_where_netbox_has_graphql() {
    let [demo, real] = Side::both().await;
    let reading = Toolbox::definitions().into_iter().filter(|tool| tool.is_read_only);
    let all: Vec<String> = reading.map(|tool| tool.name).collect();
    assert_eq!(real.offered().await, all);
    let without: Vec<String> = all.into_iter().filter(|name| name != "netbox_graphql").collect();
    assert_eq!(demo.offered().await, without);
}

#[tokio::test]
async fn changes_are_offered_to_whom_may_have_them() {
    let all: Vec<String> = Toolbox::definitions().into_iter().map(|tool| tool.name).collect();
    assert_eq!(Side::real().changing().offered().await, all);
}
