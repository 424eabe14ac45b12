//! What NetBox says of itself: its document gives the embedded catalogue, its types are the program's, and what
//! `netbox_describe` tells is true.

use std::sync::Arc;

use netbox_chatbox::server::netbox::schema::reduce::reduce;
use netbox_chatbox::server::netbox::{Address, Client, Origin, Settings, object_type};
use serde_json::json;

use crate::side::{Side, setting};

/// What a NetBox sends as its document.
async fn document(url: &str) -> Vec<u8> {
    let http = reqwest::Client::builder().build().unwrap();
    let answer = http.get(format!("{}/api/schema/?format=json", url.trim_end_matches('/'))).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    answer.bytes().await.unwrap().to_vec()
}

fn same_as_embedded(reduced: &str) {
    let embedded = include_str!("../../src/server/netbox/catalogue/4.7.txt");
    for (line, (ours, theirs)) in reduced.lines().zip(embedded.lines()).enumerate() {
        assert_eq!(ours, theirs, "line {}", line + 1);
    }
    assert_eq!(reduced.len(), embedded.len());
}

#[tokio::test]
async fn the_document_of_the_real_netbox_gives_the_embedded_catalogue() {
    same_as_embedded(&reduce(&document(&setting("TEST_NETBOX_URL")).await, &[]).unwrap());
}

#[tokio::test]
async fn the_document_of_the_demo_gives_the_embedded_catalogue() {
    let side = Side::demo().await;
    same_as_embedded(&reduce(&document(side.client.address().as_url().as_str()).await, &[]).unwrap());
}

#[tokio::test]
async fn the_schema_becomes_live_and_is_kept() {
    let folder = std::env::temp_dir().join(format!("netbox-chatbox-schema-{}", std::process::id()));
    let real = Side::real();
    let mut settings = Settings::new(Address::parse(&setting("TEST_NETBOX_URL")).unwrap());
    settings.cache_directory = Some(folder.clone());
    let first = Arc::new(Client::new(settings.clone()).unwrap());
    let schema = first.settled_schema(&real.credentials).await;
    assert_eq!(schema.origin, Origin::Live);
    for kind in object_type::all() {
        assert!(schema.type_named(kind.name).is_some() && schema.endpoint(kind.endpoint).is_some(), "{}", kind.name);
    }
    // The next start has it at once, without asking for the document.
    let started = std::time::Instant::now();
    let second = Client::new(settings).unwrap();
    assert_eq!(second.schema(&real.credentials).await.origin, Origin::Live);
    assert!(started.elapsed().as_secs() < 2);
    assert!(first.capabilities(&real.credentials).await.has_omit());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn descriptions_are_small_and_name_what_there_is() {
    for side in Side::both().await {
        let describe = async |input| {
            let outcome = side.call("netbox_describe", input).await;
            assert!(!outcome.evidence.is_error, "{}: {}", side.name, outcome.model_text);
            assert!(outcome.model_text.len() <= 3_200, "{}", outcome.model_text);
            let answer: serde_json::Value = serde_json::from_str(&outcome.model_text).unwrap();
            answer["description"].as_str().unwrap().to_owned()
        };
        let all = describe(json!({})).await;
        assert!(all.contains("139 types") && all.contains("dcim: cable"), "{all}");
        let device = describe(json!({"object_type": "devices"})).await;
        for words in
            ["site[_id]", "has_primary_ip", "status=offline|active", "cf_environment: choice, one of production|"]
        {
            assert!(device.contains(words), "{}: {words}: {device}", side.name);
        }
        let status = describe(json!({"object_type": "dcim.device", "about": "status"})).await;
        assert!(status.contains("decommissioning") && status.len() < 700, "{status}");
        for kind in object_type::all() {
            describe(json!({"object_type": kind.name})).await;
        }
        let text = side.refusal("netbox_describe", json!({"object_type": "dcim.devise"})).await;
        assert!(text.contains("dcim.device"), "{text}");
    }
}

#[tokio::test]
async fn saved_filters_are_checked() {
    for side in Side::both().await {
        let input = json!({"object_type": "dcim.device", "filters": {"filter": "no-such-filter"}});
        let text = side.refusal("netbox_get_objects", input).await;
        assert!(text.contains("no saved filter no-such-filter"), "{text}");
    }
}
