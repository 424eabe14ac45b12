//! Only the configured NetBox is ever called, whatever it says about others.

use std::sync::atomic::Ordering;

use netbox_chatbox::server::demo::netbox;
use netbox_chatbox::server::tools::{Asking, Toolbox};
use netbox_chatbox::wire::result::ResultQuery;
use serde_json::json;

use crate::recorder::{Recorder, trap};
use crate::side::Side;

#[tokio::test]
async fn addresses_in_answers_lead_nowhere_else() {
    let demo = Side::demo().await;
    let own = demo.client.address().to_string();
    let (trapped, visits) = trap().await;
    let there = format!("http://{trapped}/");
    for there in [
        there.clone(),
        format!("//{trapped}/"),
        format!("http://user:password@{trapped}/"),
        format!("http:\\\\{trapped}\\"),
    ] {
        let (from, to) = (own.clone(), there.replace('\\', "\\\\"));
        let (recorder, url) = Recorder::start(&own, move |text| text.replace(&from, &to)).await;
        let side = Side::new("lying", &url, netbox::DEMO_TOKEN);
        let toolbox = Toolbox::new(std::sync::Arc::clone(&side.client));
        let asking = Asking::new(&side.credentials, "lying");
        // More than one page, whose `next` is elsewhere, and every object's `url`, too.
        let input = json!({"object_type": "dcim.interface", "fields": ["name", "device"], "limit": 10});
        let outcome = toolbox.call(asking, "netbox_get_objects", &input).await;
        assert!(!outcome.evidence.is_error, "{}", outcome.model_text);
        let handle = outcome.evidence.result.unwrap().handle;
        let page = toolbox.result_page(asking, &handle, &ResultQuery::default()).await.unwrap();
        assert!(page.kept > 1_000, "{} rows over several pages", page.kept);
        for link in page.rows.iter().flatten().filter_map(|cell| cell.link.as_ref()).chain(&page.page) {
            assert!(link.starts_with(&url), "{link}");
        }
        for (tool, input) in [
            ("netbox_get_object_by_id", json!({"object_type": "dcim.device", "object_id": 5})),
            ("netbox_search_objects", json!({"query": "cle"})),
            ("netbox_aggregate", json!({"object_type": "dcim.device", "group_by": ["site.region"]})),
            ("netbox_get_changelogs", json!({"since": "2 weeks ago"})),
            ("netbox_topology", json!({"question": "elevation", "site": "cle-01"})),
        ] {
            let outcome = toolbox.call(asking, tool, &input).await;
            for request in &outcome.evidence.requests {
                assert!(request.url.starts_with(&url), "{}", request.url);
            }
        }
        assert!(recorder.requests().len() > 5);
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0, "somebody followed an address");
}

#[tokio::test]
async fn redirects_are_not_followed_and_take_no_token_along() {
    let (trapped, visits) = trap().await;
    for status in [301, 302, 303, 307, 308] {
        for location in [
            format!("http://{trapped}/api/"),
            format!("//{trapped}/"),
            format!("http://127.0.0.1@{trapped}/"),
            format!("https://{trapped}/api/dcim/sites/"),
            "file:///etc/passwd".to_owned(),
            "http://[".to_owned(),
        ] {
            let url = crate::answers::server(move |_| {
                format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n").into_bytes()
            })
            .await;
            let side = Side::new("redirecting", &url, "nbt_key.secret-token");
            let error = side.try_raw("dcim/sites/", &[]).await.unwrap_err();
            let shown = format!("{} {error:?}", error.problem());
            assert!(shown.contains("elsewhere") || shown.contains("Redirect"), "{shown}");
            assert!(!shown.contains("secret-token"), "{shown}");
            let outcome = side.call("netbox_get_objects", json!({"object_type": "dcim.site"})).await;
            assert!(outcome.evidence.is_error, "{}", outcome.model_text);
        }
    }
    assert_eq!(visits.load(Ordering::SeqCst), 0, "somebody followed a redirect");
}

#[tokio::test]
async fn names_with_slashes_and_dots_stay_values() {
    let demo = Side::demo().await;
    let own = demo.client.address().to_string();
    let (recorder, url) = Recorder::start(&own, |text| text).await;
    let side = Side::new("recorded", &url, netbox::DEMO_TOKEN);
    for name in [
        "../../admin",
        "..%2f..%2fadmin",
        "1/../../../login",
        "//evil.invalid/x",
        "\\\\evil.invalid\\x",
        "1?brief=true#",
        "1\r\nHost: evil.invalid",
        "@evil.invalid",
        "1;id=2",
    ] {
        for (tool, input) in [
            ("netbox_get_object_by_id", json!({"object_type": "dcim.site", "name": name})),
            ("netbox_get_object_by_id", json!({"object_type": name, "object_id": 1})),
            ("netbox_get_object_by_id", json!({"object_type": format!("dcim/sites/{name}"), "object_id": name})),
            ("netbox_get_objects", json!({"object_type": "dcim.device", "filters": {"site": name, "cf_x/../": name}})),
            ("netbox_get_objects", json!({"object_type": "dcim.device", "fields": [name], "ordering": name})),
            ("netbox_topology", json!({"question": "elevation", "name": name, "site": name})),
            ("netbox_ip_space", json!({"question": "utilization", "prefix": name})),
            ("netbox_search_objects", json!({"query": name, "object_types": [name]})),
        ] {
            side.call(tool, input).await;
        }
    }
    for (method, path) in recorder.requests() {
        let is_api = method == "GET"
            && path.strip_prefix("/api/").is_some_and(|rest| {
                rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-'))
            });
        assert!(is_api || path == "/graphql/", "{method} {path}");
    }
}
