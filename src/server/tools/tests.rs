//! The tools against small servers that answer as no NetBox at hand does: an old one, and something else.

use std::sync::Arc;

use axum::Router;
use axum::extract::RawQuery;
use axum::routing::get;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::*;
use crate::server::netbox::{Address, Settings};

/// An answer for each path below `/api/`; a list gets its query.
type Answer = fn(query: &str) -> Value;

async fn toolbox(paths: &[(&str, Answer)]) -> Toolbox {
    let mut router = Router::new();
    for (path, answer) in paths {
        let answer = *answer;
        router = router.route(
            &format!("/api/{path}"),
            get(move |RawQuery(query): RawQuery| async move { axum::Json(answer(&query.unwrap_or_default())) }),
        );
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Toolbox::new(Arc::new(Client::new(Settings::new(Address::parse(&url).unwrap())).unwrap()))
}

async fn ask(toolbox: &Toolbox, filters: Value) -> Outcome {
    let credentials = Credentials::new(&SecretString::from("nbt_key.token"));
    toolbox
        .call(
            Asking::new(&credentials, "test"),
            "netbox_get_objects",
            &json!({"object_type": "dcim.device", "filters": filters}),
        )
        .await
}

/// A list of this path that gives at most three at once, whatever is asked for.
fn clamped(query: &str, count: usize, object: impl Fn(usize) -> Value) -> Value {
    let ids: Vec<usize> = query.split('&').filter_map(|pair| pair.strip_prefix("id=")?.parse().ok()).collect();
    let all: Vec<usize> = if ids.is_empty() { (1..=count).collect() } else { ids };
    let of = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.parse::<usize>().ok());
    let (offset, limit) = (of("offset=").unwrap_or(0), of("limit=").unwrap_or(50).min(3));
    let results: Vec<Value> = all.iter().skip(offset).take(limit).map(|id| object(*id)).collect();
    json!({"count": all.len(), "results": results})
}

fn device(id: usize) -> Value {
    json!({
        "id": id, "url": format!("http://x/api/dcim/devices/{id}/"), "name": format!("sw{id}"),
        "serial": format!("S{id}"),
        "status": {"value": "active", "label": "Active"},
        "tags": if id == 1 { json!([{"id": 1, "display": "a"}, {"id": 2, "display": "b"}]) } else { json!([]) },
        "site": {"id": id, "url": format!("http://x/api/dcim/sites/{id}/"), "display": format!("Site {id}")},
    })
}

fn site(id: usize) -> Value {
    let url = format!("http://x/api/dcim/regions/{}/", id % 2);
    json!({"id": id, "region": {"id": id % 2, "url": url, "display": format!("Region {}", id % 2)}})
}

fn rack(id: usize) -> Value {
    let place = json!({"id": id, "url": format!("http://x/api/dcim/sites/{id}/"), "display": format!("Site {id}")});
    json!({
        "id": id, "name": "A1", "site": place, "u_height": if id == 3 { Value::Null } else { json!("1.5") },
        "weight": 2.0, "weight_unit": {"value": if id > 2 { "lb" } else { "kg" }, "label": "x"},
    })
}

/// Ten devices at ten sites, of which this token may not see the last.
async fn small_pages() -> Toolbox {
    let sites: Answer = |query| {
        let mut answer = clamped(query, 9, site);
        if let Some(results) = answer["results"].as_array_mut() {
            results.retain(|site| site["id"] != 10);
        }
        if query.contains("id=10") {
            answer["count"] = json!(9);
        }
        answer
    };
    toolbox(&[
        ("status/", |_| json!({"netbox-version": "4.7.3"})),
        ("dcim/devices/", |query| clamped(query, 10, device)),
        ("dcim/sites/", sites),
        ("dcim/racks/", |query| clamped(query, 4, rack)),
    ])
    .await
}

async fn call(toolbox: &Toolbox, credentials: &str, name: &str, input: Value) -> Outcome {
    let credentials = Credentials::new(&SecretString::from(credentials));
    toolbox.call(Asking::new(&credentials, "test"), name, &input).await
}

async fn answer(toolbox: &Toolbox, name: &str, input: Value) -> Value {
    let outcome = call(toolbox, "nbt_key.token", name, input).await;
    serde_json::from_str(&outcome.model_text).unwrap_or(json!(outcome.model_text))
}

#[tokio::test]
async fn small_pages_of_netbox_lose_nothing() {
    let netbox = small_pages().await;
    let list = json!({"object_type": "dcim.device", "fields": ["name", "site.region"], "all": true});
    let all = answer(&netbox, "netbox_get_objects", list).await;
    assert_eq!((&all["total"], all["rows"].as_array().map(Vec::len)), (&json!(10), Some(10)), "{all}");
    assert_eq!(all["rows"][8], json!([9, "sw9", "Region 1"]));
    assert!(all["warnings"][0].as_str().unwrap().contains("may not see 1 site"), "{all}");
    let by = json!({"object_type": "dcim.device", "group_by": "site.region"});
    let groups = answer(&netbox, "netbox_aggregate", by).await;
    assert_eq!(groups["rows"], json!([["Region 1", 5], ["Region 0", 4], [null, 1]]), "{groups}");
    assert!(groups["warnings"][0].as_str().unwrap().contains("counts as none"), "{groups}");
}

#[tokio::test]
async fn pages_of_all_and_of_a_handle_go_on_where_they_were_and_keep_every_row() {
    let netbox = small_pages().await;
    let all = json!({"object_type": "dcim.device", "fields": ["name"], "all": true, "offset": 4, "limit": 2});
    let all = answer(&netbox, "netbox_get_objects", all).await;
    assert_eq!((&all["rows"], &all["next_offset"]), (&json!([[5, "sw5"], [6, "sw6"]]), &json!(6)), "{all}");
    let later = answer(&netbox, "netbox_get_objects", json!({"from": "r1", "offset": 8, "ordering": "-name"})).await;
    assert_eq!(later["rows"], json!([[2, "sw2"], [1, "sw1"]]), "{later}");
    // What was skipped for the model is kept for the person, and for what comes next.
    let again = answer(&netbox, "netbox_get_objects", json!({"from": "r2", "limit": 1})).await;
    assert_eq!((&again["total"], &again["rows"]), (&json!(10), &json!([[10, "sw10"]])), "{again}");
    let mixed = answer(&netbox, "netbox_get_objects", json!({"from": "r1", "object_type": "dcim.site"})).await;
    assert!(mixed.as_str().unwrap().contains("r1 holds devices"), "{mixed}");
}

#[tokio::test]
async fn results_are_of_those_who_asked() {
    let netbox = small_pages().await;
    let list = json!({"object_type": "dcim.device", "limit": 1});
    assert!(!call(&netbox, "nbt_a.token", "netbox_get_objects", list).await.evidence.is_error);
    let other = call(&netbox, "nbt_b.token", "netbox_get_objects", json!({"from": "r1"})).await;
    assert!(other.evidence.is_error && other.model_text.contains("no earlier result r1"), "{}", other.model_text);
    let same = call(&netbox, "nbt_a.token", "netbox_get_objects", json!({"from": "r1"})).await;
    assert!(!same.evidence.is_error, "{}", same.model_text);
}

#[tokio::test]
async fn what_has_no_answer_is_refused_and_not_answered_with_none() {
    let netbox = small_pages().await;
    let device = |more: Value| {
        let mut input = json!({"object_type": "dcim.device"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    for (input, words) in [
        (device(json!({"group_by": "status.label"})), "status is a value"),
        (device(json!({"group_by": "tags.slug"})), "tags is a list"),
        (device(json!({"measures": "sum:serial"})), "S1"),
        (device(json!({"measures": "sum:site.region"})), "is none"),
        (json!({"object_type": "dcim.rack", "measures": "average:weight"}), "mix units"),
        (device(json!({"missing": ["site.region"]})), "takes own fields"),
        (device(json!({"duplicates": ["site.region"]})), "takes own fields"),
        (device(json!({"compare": {"object_type": "dcim.rack", "field": "site"}})), "does not name"),
        (device(json!({"compare": {"object_type": "dcim.rack", "field": "id"}})), "does not name"),
    ] {
        let text = answer(&netbox, "netbox_aggregate", input.clone()).await;
        assert!(text.as_str().is_some_and(|text| text.contains(words) && text.contains("hint")), "{input}: {text}");
    }
    let fields = device(json!({"fields": ["name", "status.label"], "limit": 3}));
    let text = answer(&netbox, "netbox_get_objects", fields).await;
    assert!(text.as_str().is_some_and(|text| text.contains("status is a value")), "{text}");
}

#[tokio::test]
async fn lists_count_for_each_of_their_values_and_units_are_told() {
    let netbox = small_pages().await;
    let by = answer(&netbox, "netbox_aggregate", json!({"object_type": "dcim.device", "group_by": "tags"})).await;
    assert_eq!(by["rows"], json!([[null, 9], ["a", 1], ["b", 1]]), "{by}");
    assert!(by["warnings"][0].as_str().unwrap().contains("group of each"), "{by}");
    let input = json!({"object_type": "dcim.rack", "group_by": "weight_unit", "measures": "sum:weight"});
    let weights = answer(&netbox, "netbox_aggregate", input).await;
    assert_eq!(weights["rows"], json!([["kg", 4], ["lb", 4]]), "{weights}");
    let input = json!({"object_type": "dcim.rack", "measures": "sum:u_height"});
    let heights = answer(&netbox, "netbox_aggregate", input).await;
    assert_eq!((&heights["sum:u_height"], &heights["unset"]), (&json!(4.5), &json!({"sum:u_height": 1})), "{heights}");
    // With the handle of a list: the related object is known, so that its field can be looked up.
    let list = json!({"object_type": "dcim.device", "fields": ["name", "site"], "limit": 1});
    let handle = answer(&netbox, "netbox_get_objects", list).await["handle"].clone();
    let by = answer(&netbox, "netbox_aggregate", json!({"from": handle, "group_by": "site.region"})).await;
    assert_eq!(by["rows"], json!([["Region 1", 5], ["Region 0", 4], [null, 1]]), "{by}");
    let with = json!({"object_type": "dcim.site", "compare": {"object_type": "dcim.rack", "field": "site"}});
    let without = answer(&netbox, "netbox_aggregate", with).await;
    assert_eq!((&without["total"], &without["objects"]), (&json!(5), &json!(9)), "{without}");
}

#[tokio::test]
async fn an_older_netbox_that_ignores_a_filter_is_noticed() {
    let devices: Answer = |query| {
        let count = if query.contains("name=") { 2 } else { 10 };
        json!({"count": count, "results": [{"id": 1, "name": "sw1"}]})
    };
    let old = toolbox(&[("status/", |_| json!({"netbox-version": "4.5.3"})), ("dcim/devices/", devices)]).await;
    let outcome = ask(&old, json!({"name": "sw1", "cooling_method": "air"})).await;
    let answer: Value = serde_json::from_str(&outcome.model_text).unwrap();
    let warnings = answer["warnings"].as_array().unwrap();
    let told = warnings.iter().filter(|warning| warning.as_str().unwrap().contains("may not know the filter"));
    assert_eq!(told.count(), 1, "{answer}");
    assert!(warnings[0].as_str().unwrap().contains("NetBox 4.5.3 may not know the filter cooling_method"), "{answer}");
    let known = ask(&old, json!({"name": "sw1"})).await;
    assert_eq!(known.evidence.requests.len(), 1, "what was seen to work is not compared again");
    let tags = ask(&old, json!({"tag__any": ["a", "b"]})).await;
    assert!(tags.evidence.is_error && tags.model_text.contains("4.6.6"), "{}", tags.model_text);
    let new = toolbox(&[("status/", |_| json!({"netbox-version": "4.7.3"})), ("dcim/devices/", devices)]).await;
    let outcome = ask(&new, json!({"cooling_method": "air"})).await;
    assert!(!outcome.model_text.contains("warnings"), "{}", outcome.model_text);
    assert_eq!(outcome.evidence.requests.len(), 1);
}

#[tokio::test]
async fn json_of_another_shape_is_no_empty_list() {
    for body in [|_: &str| json!({"message": "welcome"}), |_: &str| json!([]), |_: &str| json!({"count": 3})] {
        let other = toolbox(&[("dcim/devices/", body)]).await;
        let outcome = ask(&other, json!({})).await;
        assert!(outcome.evidence.is_error, "{}", outcome.model_text);
        assert!(outcome.model_text.contains("it sent JSON that is no list of objects"), "{}", outcome.model_text);
    }
}

#[tokio::test]
async fn a_look_up_that_fails_leaves_netboxs_answer() {
    let nothing: Answer = |_| json!({"count": 0, "results": []});
    // It has no sites to ask for: the look-up of the name fails, the answer stands.
    let half = toolbox(&[("dcim/devices/", nothing)]).await;
    let outcome = ask(&half, json!({"site": "cle-01"})).await;
    assert!(!outcome.evidence.is_error, "{}", outcome.model_text);
    assert!(outcome.model_text.contains("site could not be looked up"), "{}", outcome.model_text);
}

#[tokio::test]
async fn several_names_are_looked_up_at_once() {
    let sites: Answer = |_| {
        json!({"count": 2, "results": [{"id": 1, "name": "Cleveland 01", "slug": "cle-01"},
                                       {"id": 2, "name": "Columbus 01", "slug": "cmh-01"}]})
    };
    let devices: Answer = |_| json!({"count": 7, "results": [{"id": 1, "name": "sw1"}]});
    let netbox = toolbox(&[("dcim/devices/", devices), ("dcim/sites/", sites)]).await;
    let outcome = ask(&netbox, json!({"site": ["cleveland 01", "Columbus 01"]})).await;
    assert!(!outcome.evidence.is_error, "{}", outcome.model_text);
    let urls: Vec<_> = outcome.evidence.requests.iter().map(|request| request.url.as_str()).collect();
    assert_eq!(urls.iter().filter(|url| url.contains("/dcim/sites/")).count(), 1, "{urls:?}");
    assert!(urls.iter().any(|url| url.contains("site=cle-01&site=cmh-01")), "{urls:?}");
    let many: Vec<String> = (0..51).map(|number| format!("Site {number}")).collect();
    let outcome = ask(&netbox, json!({"site": many})).await;
    assert!(outcome.model_text.contains("50 names of sites at most"), "{}", outcome.model_text);
}
