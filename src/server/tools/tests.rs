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
    assert_eq!(warnings.len(), 1, "{answer}");
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
