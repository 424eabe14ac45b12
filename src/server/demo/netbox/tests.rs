//! The demo NetBox asked over its routes, as a client would.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

use super::{DEMO_TOKEN, router};

async fn send(method: &str, path: &str, token: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::builder().method(method).uri(path).header("Host", "demo.example:8000");
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
    let response = router(now).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 50_000_000).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

async fn get(path: &str) -> Json {
    let (status, body) = send("GET", path, Some(DEMO_TOKEN)).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

async fn count(path: &str) -> u64 {
    get(path).await["count"].as_u64().unwrap()
}

#[tokio::test]
async fn every_list_and_its_first_object_can_be_read() {
    let root = get("/api/").await;
    let mut lists = 0;
    for app in root.as_object().unwrap().keys().filter(|app| !matches!(app.as_str(), "status" | "plugins")) {
        let found = get(&format!("/api/{app}/")).await;
        for list in found
            .as_object()
            .unwrap()
            .keys()
            .filter(|list| !matches!(list.as_str(), "config" | "connected-device" | "scripts/upload"))
        {
            let page = get(&format!("/api/{app}/{list}/?limit=2")).await;
            lists += 1;
            if let Some(url) = page["results"][0]["url"].as_str() {
                let path = url.strip_prefix("http://demo.example:8000").unwrap();
                assert_eq!(get(path).await["id"], page["results"][0]["id"]);
            }
        }
    }
    assert!(lists > 135, "{lists} lists");
}

#[tokio::test]
async fn regions_hold_what_lies_below_them() {
    assert_eq!(count("/api/dcim/sites/").await, 14);
    assert_eq!(count("/api/dcim/sites/?region=ohio").await, 4);
    assert_eq!(count("/api/dcim/sites/?region=americas").await, 9);
    assert_eq!(count("/api/dcim/sites/?status=planned&region=ohio").await, 1);
    let sites = get("/api/dcim/sites/?region=ohio&fields=name").await;
    assert_eq!(sites["results"][0], json!({"name": "Akron 01"}));
}

#[tokio::test]
async fn unknown_filters_are_ignored_and_bad_values_refused() {
    let all = count("/api/dcim/devices/?limit=1").await;
    for query in [
        "bogus=1",
        "name__in=a,b",
        "rack=A01",
        "has_primary_ip=maybe",
        "has_primary_ip=1",
        "cf_bogus=1",
        "status__in=active",
    ] {
        assert_eq!(count(&format!("/api/dcim/devices/?limit=1&{query}")).await, all, "{query}");
    }
    for (query, name, sentence) in [
        ("status=Active", "status", "Select a valid choice. Active is not one of the available choices."),
        ("site=nowhere", "site", "Select a valid choice. nowhere is not one of the available choices."),
        ("id=abc", "id", "Enter a whole number."),
        ("created__gte=soon", "created__gte", "Enter a valid date/time."),
    ] {
        let (status, body) = send("GET", &format!("/api/dcim/devices/?{query}"), Some(DEMO_TOKEN)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(serde_json::from_str::<Json>(&body).unwrap(), json!({ name: [sentence] }));
    }
}

#[tokio::test]
async fn pages_lead_to_each_other() {
    let first = get("/api/dcim/devices/?limit=200&brief=true").await;
    let second = get(first["next"].as_str().unwrap().strip_prefix("http://demo.example:8000").unwrap()).await;
    assert_eq!(first["results"].as_array().unwrap().len(), 200);
    assert!(second["previous"].as_str().unwrap().contains("limit=200"));
    assert_ne!(first["results"][0]["id"], second["results"][0]["id"]);
    assert_eq!(get("/api/dcim/interfaces/?limit=5000&fields=id").await["results"].as_array().unwrap().len(), 1000);
}

#[tokio::test]
async fn strangers_are_told_why() {
    for (token, sentence) in [
        (None, "Authentication credentials were not provided."),
        (Some("0123456789abcdef0123456789abcdef01234567"), "Invalid v1 token"),
        (Some("nbt_unknown.token"), "Invalid v2 token"),
    ] {
        let (status, body) = send("GET", "/api/dcim/sites/", token).await;
        assert_eq!((status, body), (StatusCode::FORBIDDEN, json!({"detail": sentence}).to_string()));
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let (status, body) = send("GET", "/api/dcim/sites/9999/", Some(DEMO_TOKEN)).await;
    assert_eq!((status, body.as_str()), (StatusCode::NOT_FOUND, r#"{"detail":"No Site matches the given query."}"#));
    let (status, body) = send("GET", "/api/dcim/nonsense/", Some(DEMO_TOKEN)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.starts_with("<!DOCTYPE html>"));
    assert_eq!(send("GET", "/api/dcim/sites", Some(DEMO_TOKEN)).await.0, StatusCode::MOVED_PERMANENTLY);
}

#[tokio::test]
async fn a_path_leads_through_the_panels() {
    let found = get("/api/dcim/interfaces/?device=cmh-01-leaf-01a&name=Ethernet49").await;
    let interface = &found["results"][0];
    assert_eq!(interface["connected_endpoints"][0]["device"]["name"], "cmh-01-spine-01");
    assert_eq!(interface["link_peers_type"], "dcim.frontport");
    let trace = get(&format!("/api/dcim/interfaces/{}/trace/", interface["id"])).await;
    let segments = trace.as_array().unwrap();
    assert_eq!(segments.len(), 3, "leaf - panel, panel - panel, panel - spine");
    assert_eq!(segments[2][2][0]["device"]["name"], "cmh-01-spine-01");
}

#[tokio::test]
async fn a_primary_address_is_one_of_both_families() {
    let device = get("/api/dcim/devices/?has_primary_ip=true&limit=1").await["results"][0].clone();
    assert_eq!(device["primary_ip"]["address"], device["primary_ip4"]["address"]);
    assert!(device["primary_ip"]["address"].is_string(), "{device}");
}

#[tokio::test]
async fn the_change_log_ends_now() {
    let newest = get("/api/core/object-changes/?limit=1").await;
    assert_eq!(newest["results"][0]["time"], "2026-11-22T11:50:00Z");
    let week = count("/api/core/object-changes/?time_after=2026-11-15T12:00:00Z").await;
    let all = count("/api/core/object-changes/").await;
    assert!((20..all / 2).contains(&week), "{week} of {all} in a week");
    assert_eq!(count("/api/core/object-changes/?time__gte=2026-11-22").await, all, "NetBox ignores this one");
}

#[tokio::test]
async fn changes_are_told_in_netbox_words() {
    let gone = get("/api/core/object-changes/?action=delete&limit=1").await["results"][0].clone();
    assert_eq!(gone["display"], "DCIM | device cle-01-old-18 deleted by bola.okafor");
    assert_eq!(gone["user"]["display"], "bola.okafor (Bola Okafor)");
    assert_eq!(gone["postchange_data"], json!({}));
    let (status, body) = send("GET", "/api/core/object-changes/?time_after=nonsense", Some(DEMO_TOKEN)).await;
    assert_eq!((status, body.as_str()), (StatusCode::BAD_REQUEST, r#"{"time":["Enter a valid date/time."]}"#));
}

#[tokio::test]
async fn tags_know_what_carries_them() {
    let critical = get("/api/extras/tags/?slug=critical").await["results"][0].clone();
    let items = count("/api/extras/tagged-objects/?tag=critical").await;
    assert!(items > 10 && critical["tagged_items"] == items, "{items}, {critical}");
    assert_eq!(count("/api/dcim/module-type-profiles/").await, 8);
}

#[tokio::test]
async fn ranges_answer_as_netbox_does() {
    let range = get("/api/ipam/ip-ranges/1/").await;
    assert_eq!(range["display"], "10.17.6.0-7.254/22");
    assert_eq!(get("/api/ipam/ip-ranges/1/available-ips/").await, json!([]), "it counts as full");
}

#[tokio::test]
async fn pages_for_people_escape_what_they_show() {
    let (status, body) = send("GET", "/dcim/sites/?q=%3Cscript%3E", None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(!body.contains("<script>"));
    let (status, body) = send("GET", "/dcim/sites/1/", None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("<h1>Cleveland 01</h1>") && body.contains("This is the demo NetBox"));
}

/// As [`send`], of one server whose tokens live on, and with a body.
pub(super) async fn say(
    server: &axum::Router,
    method: &str,
    path: &str,
    token: &str,
    body: Json,
) -> (StatusCode, Json) {
    let request = Request::builder().method(method).uri(path).header("Host", "demo.example:8000");
    let request = request.header("Authorization", format!("Bearer {token}")).header("Content-Type", "application/json");
    let response = server.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 50_000_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

pub(super) async fn provisioned(server: &axum::Router, name: &str, more: Json) -> (String, i64) {
    let mut body = json!({"username": name, "password": name});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (status, made) = say(server, "POST", "/api/users/tokens/provision/", "", body).await;
    assert_eq!(status, StatusCode::CREATED, "{made}");
    assert_eq!(made["user"]["username"], name);
    let token = format!("nbt_{}.{}", made["key"].as_str().unwrap(), made["token"].as_str().unwrap());
    (token, made["id"].as_i64().unwrap())
}

#[tokio::test]
async fn tokens_are_made_for_a_password_and_end_as_in_netbox() {
    let server = router("2026-11-22T12:00:00Z".parse().unwrap());
    let path = "/api/users/tokens/provision/";
    for (body, status) in [
        (json!({"username": "alice.nguyen", "password": "wrong"}), StatusCode::FORBIDDEN),
        (json!({"username": "nobody", "password": "nobody"}), StatusCode::FORBIDDEN),
        (json!({"username": "alice.nguyen"}), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(say(&server, "POST", path, "", body.clone()).await.0, status, "{body}");
    }
    let (token, id) =
        provisioned(&server, "alice.nguyen", json!({"write_enabled": false, "description": "ours"})).await;
    let (_, me) = say(&server, "GET", "/api/authentication-check/", &token, Json::Null).await;
    assert_eq!(me["username"], "alice.nguyen");
    let own = format!("/api/users/tokens/{id}/");
    assert_eq!(say(&server, "GET", &own, &token, Json::Null).await.1["description"], "ours");
    assert_eq!(say(&server, "DELETE", &own, &token, Json::Null).await.0, StatusCode::FORBIDDEN, "it may only read");
    let (writer, _) = provisioned(&server, "alice.nguyen", json!({})).await;
    let (other, _) = provisioned(&server, "bola.okafor", json!({})).await;
    assert_eq!(say(&server, "DELETE", &own, &other, Json::Null).await.0, StatusCode::NOT_FOUND, "it is not theirs");
    assert_eq!(say(&server, "DELETE", &own, &writer, Json::Null).await.0, StatusCode::NO_CONTENT);
    let (status, answer) = say(&server, "GET", "/api/dcim/sites/", &token, Json::Null).await;
    assert_eq!((status, answer), (StatusCode::FORBIDDEN, json!({"detail": "Invalid v2 token"})));
    let (late, _) = provisioned(&server, "alice.nguyen", json!({"expires": "2020-01-01T00:00:00Z"})).await;
    assert_eq!(say(&server, "GET", "/api/dcim/sites/", &late, Json::Null).await.1["detail"], "Token expired");
}

#[tokio::test]
async fn people_see_what_they_may() {
    let server = router("2026-11-22T12:00:00Z".parse().unwrap());
    let count = async |token: &str, path: &str| say(&server, "GET", path, token, Json::Null).await.1["count"].as_u64();
    let (all, _) = provisioned(&server, "alice.nguyen", json!({})).await;
    let (local, _) = provisioned(&server, "bola.okafor", json!({})).await;
    let (nobody, _) = provisioned(&server, "carl.lindqvist", json!({})).await;
    let (admin, _) = provisioned(&server, "divya.patel", json!({})).await;
    let devices = "/api/dcim/devices/?limit=1";
    let here = count(&all, "/api/dcim/devices/?limit=1&site=cle-01").await;
    assert!(here.unwrap() > 0 && here < count(&all, devices).await);
    assert_eq!(count(&local, devices).await, here);
    assert_eq!(count(&local, "/api/dcim/devices/?limit=1&site=cmh-01").await, Some(0));
    assert_eq!(count(&local, "/api/dcim/sites/").await, Some(1));
    assert_eq!(say(&server, "GET", "/api/ipam/ip-addresses/", &local, Json::Null).await.0, StatusCode::FORBIDDEN);
    let elsewhere = get("/api/dcim/devices/?limit=1&site=cmh-01&fields=id").await["results"][0]["id"].clone();
    let (status, _) = say(&server, "GET", &format!("/api/dcim/devices/{elsewhere}/"), &local, Json::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(say(&server, "GET", devices, &nobody, Json::Null).await.0, StatusCode::FORBIDDEN);
    for (token, name, superuser) in [(&admin, "divya.patel", 1), (&all, "alice.nguyen", 0)] {
        let path = format!("/api/users/users/?username={name}&is_superuser=true");
        assert_eq!(count(token, &path).await, Some(superuser), "{name}");
    }
}
