use super::*;

fn parameter(name: &str, schema: &str, description: &str) -> String {
    format!(r#"{{"in":"query","name":"{name}","schema":{schema},"description":"{description}"}}"#)
}

fn document(path: &str, component: &str, properties: &str, parameters: &[String]) -> String {
    format!(
        r##"{{"openapi":"3.0.3","info":{{"title":"NetBox REST API","version":"4.7.3 (4.7)"}},
        "paths":{{"{path}":{{"get":{{"parameters":[{}],"responses":{{"200":{{"content":{{"application/json":{{"schema":
        {{"$ref":"#/components/schemas/Paginated{component}List"}}}}}}}}}}}},"post":{{"ignored":[1,{{"x":"y"}}]}}}},
        "{path}{{id}}/":{{"get":{{"parameters":[]}}}}}},
        "components":{{"schemas":{{"Paginated{component}List":{{"type":"object","properties":{{"results":{{"type":"array",
        "items":{{"$ref":"#/components/schemas/{component}"}}}}}}}},"{component}":{{"type":"object","properties":{{{properties}}}}}}}}}}}"##,
        parameters.join(",")
    )
}

const TEXTS: &str = r#"{"type":"array","items":{"type":"string"}}"#;

#[test]
fn a_document_of_a_plugin_names_its_types() {
    let parameters = [
        parameter("limit", r#"{"type":"integer"}"#, ""),
        parameter("name", TEXTS, ""),
        parameter("name__ic", TEXTS, ""),
        parameter(
            "status",
            r#"{"type":"array","items":{"type":"string","enum":["active","", "null"],"x-spec-enum-id":"0123456789abcdef"}}"#,
            "",
        ),
        parameter("view_id", r#"{"type":"array","items":{"type":"integer"}}"#, "View (ID)"),
        parameter("since", r#"{"type":"string","format":"date"}"#, "Escaped \\\" text (slug)"),
    ];
    let text = document("/api/plugins/netbox-dns/zones/", "Zone", r#""id":{"type":"integer"},"name":{}"#, &parameters);
    let reduced = reduce(text.as_bytes(), &[]).unwrap();
    assert!(
        reduced.contains("type netbox_dns.zone plugins/netbox-dns/zones\n[plugins/netbox-dns/zones]\nfields id name\n")
    );
    assert!(reduced.contains("lookups l0 = ic\n") && reduced.contains("text l0: name\n"), "{reduced}");
    assert!(reduced.contains("choices 01234567 = active\n") && reduced.contains("choice none: status=01234567\n"));
    assert!(reduced.contains("date/one none: since\n"));
    let named = [NamedType { name: "dns.zone".into(), endpoint: "plugins/netbox-dns/zones".into(), words: None }];
    assert!(reduce(text.as_bytes(), &named).unwrap().contains("type dns.zone plugins/netbox-dns/zones\n"));
}

#[test]
fn what_is_no_document_is_refused() {
    for text in ["", "{}", "[]", r#"{"info":{"version":"4.7"},"paths":{},"components":{"schemas":{}}}"#, "<html>"] {
        assert!(reduce(text.as_bytes(), &[]).is_err(), "{text}");
    }
}

/// The document of a real NetBox, where there is one: `TEST_NETBOX_SCHEMA` names the file.
#[test]
fn the_document_of_a_real_netbox_gives_the_embedded_catalogue() {
    let Ok(path) = std::env::var("TEST_NETBOX_SCHEMA") else { return };
    let started = std::time::Instant::now();
    let reduced = reduce(&std::fs::read(path).unwrap(), &[]).unwrap();
    println!("reduced in {:?}", started.elapsed());
    let embedded = include_str!("../../catalogue/4.7.txt");
    for (ours, theirs) in reduced.lines().zip(embedded.lines()) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(reduced.len(), embedded.len());
}
