//! No tool does anything but read, whatever a model was talked into: only GET leaves the client, and the one POST of
//! GraphQL, which can only query.

use netbox_chatbox::server::tools::Toolbox;
use serde_json::{Value, json};

use crate::recorder::Recorder;
use crate::side::Side;

/// Every tool, with calls that work and calls that try to write. A tool that is not here fails the test: whoever adds
/// one thinks of what it could do.
fn calls() -> Vec<(&'static str, Vec<Value>)> {
    let list = |filters: Value| json!({"object_type": "dcim.site", "filters": filters});
    vec![
        ("netbox_aggregate", vec![json!({"object_type": "dcim.device", "group_by": ["site"]})]),
        ("netbox_describe", vec![json!({"object_type": "dcim.site"})]),
        ("netbox_get_changelogs", vec![json!({"since": "2 weeks ago"})]),
        ("netbox_get_object_by_id", vec![json!({"object_type": "dcim.device", "object_id": 1}), json!({"object_type": "dcim.site", "name": "../../users/tokens/provision"})]),
        ("netbox_get_objects", vec![list(json!({})), list(json!({"_method": "DELETE"})), list(json!({"slug": "cle-01/../../users/tokens/provision/"})), list(json!({"X-HTTP-Method-Override": "POST"}))]),
        (
            "netbox_graphql",
            [
                "{site_list{name}}",
                "mutation{delete_site(id:1){id}}",
                "mutation M{create_site(data:{name:\"x\"}){id}} query Q{site_list{name}}",
                "subscription{site{name}}",
                "query($a:Int){site_list{name}} mutation{x}",
                "# a comment\nmutation {x}",
                "{site_list{name}}\u{feff}mutation{x}",
            ]
            .map(|query| json!({"query": query}))
            .to_vec(),
        ),
        ("netbox_change", vec![
            json!({"reason": "x", "changes": [{"action": "update", "object_type": "dcim.site", "name": "cle-01", "values": {"description": "y"}}]}),
            json!({"reason": "x", "changes": [{"action": "create", "object_type": "tenancy.tenant", "values": {"name": "y", "slug": "y"}}]}),
            json!({"reason": "x", "changes": [{"action": "delete", "object_type": "dcim.site", "name": "cle-01"}]}),
            json!({"reason": "x", "changes": [{"action": "update", "object_type": "users.user", "id": 1, "values": {"is_superuser": true}}]}),
        ]),
        ("netbox_ip_space", ["utilization", "whois", "free_addresses", "free_prefixes"].map(|question| json!({"question": question, "prefix": "10.1.0.0/16", "address": "10.1.1.1"})).to_vec()),
        ("netbox_search_objects", vec![json!({"query": "cle"})]),
        ("netbox_topology", ["neighbours", "impact", "elevation", "free_ports"].map(|question| json!({"question": question, "object_type": "dcim.device", "device": "cle-01-core-sw1", "name": "cle-01-core-sw1", "site": "cle-01"})).to_vec()),
    ]
}

#[tokio::test]
async fn only_reading_leaves_the_client() {
    let demo = Side::demo().await;
    let (recorder, url) = Recorder::start(&demo.client.address().to_string(), |text| text).await;
    let side = Side::new("recorded", &url, netbox_chatbox::server::demo::netbox::DEMO_TOKEN).changing();
    let mut calls = calls();
    calls.sort_by_key(|(name, _)| *name);
    let known: Vec<&str> = calls.iter().map(|(name, _)| *name).collect();
    let offered: Vec<String> = Toolbox::definitions().into_iter().map(|tool| tool.name).collect();
    assert_eq!(offered, known, "each tool has to be tried here");
    for (tool, inputs) in calls {
        let before = recorder.requests().len();
        for input in inputs {
            let text = input.to_string();
            let outcome = side.call(tool, input).await;
            if ["mutation", "subscription"].iter().any(|word| text.contains(word)) {
                assert!(outcome.evidence.is_error, "{tool} {text}: {}", outcome.model_text);
                assert!(outcome.evidence.requests.iter().all(|request| request.method == "GET"), "{tool} {text}");
            }
            for request in &outcome.evidence.requests {
                let is_query = request.method == "POST" && request.url.ends_with("/graphql/");
                // What may be written is asked, too; that is all before a person has approved.
                let is_reading = ["GET", "OPTIONS"].contains(&request.method.as_str());
                assert!(is_reading || is_query, "{tool} {text}: {} {}", request.method, request.url);
            }
        }
        assert!(tool == "netbox_describe" || recorder.requests().len() > before, "{tool} asks NetBox");
    }
    for (method, path) in recorder.requests() {
        assert!(
            ["GET", "OPTIONS"].contains(&method.as_str()) && path.starts_with("/api/")
                || method == "POST" && path == "/graphql/",
            "{method} {path}"
        );
        assert!(!path.contains("provision"), "{path}");
    }
}
