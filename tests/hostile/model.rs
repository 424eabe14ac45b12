//! What the model reads: everything a tool says is one JSON object that is data through and through, or one sentence
//! with one hint. Nothing in it can be taken for our own frame, and nothing is hidden.

use netbox_chatbox::server::tools::{Outcome, Toolbox};
use regex::Regex;
use serde_json::{Value, json};

use crate::corpus::{TEXTS, both, kept};
use crate::side::Side;

/// The most that the model is given of one call, in bytes: rows, and what stands around them.
const LARGEST: usize = 40_000;

/// Checks what holds for every text of a tool.
fn check(outcome: &Outcome, about: &str) {
    let text = &outcome.model_text;
    let shown: String = text.chars().take(3_000).collect();
    let tag = Regex::new(r"<[A-Za-z/!|?]").unwrap();
    assert!(!tag.is_match(text), "{about}: a tag begins in {shown}");
    assert!(!text.contains("{{"), "{about}: a placeholder in {shown}");
    let hidden = |letter: char| {
        (letter.is_control() && letter != '\n')
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}' | '\u{fe00}'..='\u{fe0f}' | '\u{ad}')
    };
    assert!(!text.chars().any(hidden), "{about}: hidden characters in {shown}");
    assert!(text.len() <= LARGEST, "{about}: {} bytes", text.len());
    if outcome.evidence.is_error {
        assert!(text.lines().count() <= 2, "{about}: more than a sentence and a hint: {shown}");
        assert!(!text.starts_with('{'), "{about}: {shown}");
        return;
    }
    assert_eq!(text.lines().count(), 1, "{about}: {shown}");
    let answer: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{about}: {error}: {shown}"));
    // A handle is there where something is kept under it, and it is ours.
    let handle = answer.get("handle").and_then(Value::as_str);
    if let Some(reference) = &outcome.evidence.result {
        assert_eq!(handle, Some(reference.handle.as_str()), "{about}: {shown}");
    }
    if let Some(handle) = handle {
        assert!(text.starts_with(&format!(r#"{{"handle":"{handle}""#)), "{about}: {shown}");
        assert!(
            handle.strip_prefix('r').and_then(|number| number.parse::<u32>().ok()).is_some_and(|number| number < 900),
            "{about}: {handle}"
        );
    }
    assert!(!text.starts_with(r#"{"handle":"r999"#), "{about}: {shown}");
}

async fn ask(side: &Side, tool: &str, input: Value) -> Outcome {
    let outcome = side.call(tool, input.clone()).await;
    let input: String = input.to_string().chars().take(300).collect();
    check(&outcome, &format!("{}: {tool} {input}", side.name));
    outcome
}

#[tokio::test]
async fn lists_say_every_text_as_it_is_and_as_data() {
    for side in both().await {
        let mut seen = 0;
        for offset in [0, 50, 100] {
            let input = json!({"object_type": "dcim.site", "filters": {"slug__isw": "hostile-"}, "limit": 50, "offset": offset,
                               "fields": ["slug", "name"], "ordering": "slug"});
            let outcome = ask(&side, "netbox_get_objects", input).await;
            let answer: Value = serde_json::from_str(&outcome.model_text).unwrap();
            assert_eq!(answer["total"], TEXTS.len(), "{}", side.name);
            let columns: Vec<&str> =
                answer["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
            let place = |name: &str| columns.iter().position(|column| *column == name).unwrap();
            for row in answer["rows"].as_array().unwrap() {
                let number: usize = row[place("slug")].as_str().unwrap()[8..].parse().unwrap();
                assert_eq!(row[place("name")], kept(&side, &TEXTS[number - 1].cut(100)), "{}", side.name);
                seen += 1;
            }
        }
        assert_eq!(seen, TEXTS.len(), "{}", side.name);
    }
}

#[tokio::test]
async fn every_kind_of_object_is_data() {
    for side in both().await {
        for kind in [
            "dcim.site",
            "dcim.rack",
            "dcim.device",
            "dcim.interface",
            "ipam.prefix",
            "ipam.vlan",
            "extras.tag",
            "tenancy.contact",
            "extras.journalentry",
        ] {
            let whole = json!({"object_type": kind, "limit": 100, "ordering": "-id"});
            ask(&side, "netbox_get_objects", whole).await;
            for measure in [
                json!({"object_type": kind, "group_by": ["description"]}),
                json!({"object_type": kind, "group_by": ["name"]}),
            ] {
                ask(&side, "netbox_aggregate", measure).await;
            }
        }
        ask(&side, "netbox_get_changelogs", json!({"filters": {"action": "update"}, "limit": 100})).await;
    }
}

#[tokio::test]
async fn every_site_and_device_by_its_own_name_is_data() {
    for side in both().await {
        // The real one takes a second for a profile.
        let step = if side.name == "real" { 5 } else { 1 };
        for (number, text) in (1..).zip(TEXTS.iter()).step_by(step) {
            let slug = format!("hostile-{number:03}");
            let outcome =
                ask(&side, "netbox_get_object_by_id", json!({"object_type": "dcim.site", "name": slug})).await;
            assert!(!outcome.evidence.is_error, "{}: {slug}: {}", side.name, outcome.model_text);
            if number % 6 == 0 || matches!(text.kind.as_str(), "framing" | "placeholder") {
                let name = kept(&side, &text.cut(64));
                ask(&side, "netbox_get_object_by_id", json!({"object_type": "dcim.device", "name": name})).await;
                ask(&side, "netbox_search_objects", json!({"query": name})).await;
                ask(&side, "netbox_get_objects", json!({"object_type": "dcim.device", "filters": {"site": kept(&side, &text.cut(100)), name.as_str(): "1"}})).await;
            }
        }
    }
}

#[tokio::test]
async fn pictures_and_profiles_are_data() {
    for side in both().await {
        for number in (1..=TEXTS.len()).step_by(11) {
            let slug = format!("hostile-{number:03}");
            let rack = kept(&side, &TEXTS[number - 1].cut(100));
            ask(&side, "netbox_topology", json!({"question": "elevation", "name": rack, "site": slug})).await;
            let prefix = format!("10.{}.{}.0/24", 250 + number / 256, number % 256);
            ask(&side, "netbox_ip_space", json!({"question": "utilization", "prefix": prefix})).await;
            ask(&side, "netbox_graphql", json!({"query": format!("{{site_list(filters:{{slug:{{exact:\"{slug}\"}}}}){{handle:name description comments}}}}")})).await;
        }
        ask(&side, "netbox_describe", json!({"object_type": "dcim.site"})).await;
    }
}

#[tokio::test]
async fn arguments_of_a_misled_model_come_back_as_data() {
    let side = crate::corpus::demo().await;
    for text in TEXTS.iter().filter(|text| text.whole().len() < 10_000) {
        let text = text.whole();
        ask(&side, &text, json!({})).await;
        for definition in Toolbox::definitions() {
            let properties = definition.input_schema["properties"].as_object().unwrap().clone();
            let input: Value =
                properties.keys().map(|name| (name.clone(), json!(text))).collect::<serde_json::Map<_, _>>().into();
            ask(&side, &definition.name, input).await;
        }
    }
}

#[tokio::test]
async fn a_title_is_one_line_and_short() {
    let side = crate::corpus::demo().await;
    let toolbox = Toolbox::new(std::sync::Arc::clone(&side.client));
    for text in TEXTS.iter() {
        for definition in Toolbox::definitions() {
            let input = json!({"object_type": text.whole(), "query": text.whole(), "name": text.whole(), "filters": {"name": text.whole()}});
            let title = toolbox.title(&definition.name, &input);
            assert!(title.chars().count() < 400, "{}: {} characters", definition.name, title.chars().count());
            assert!(
                !title.contains(|letter: char| letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter)),
                "{}: {title:?}",
                definition.name
            );
        }
    }
}
