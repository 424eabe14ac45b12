//! What people ask, of the demo and of a real NetBox; the truth comes from NetBox's own answers.

use netbox_chatbox::server::tools::rows_of;
use serde_json::{Value, json};

use crate::side::Side;

#[tokio::test]
async fn totals_are_netboxs_own() {
    for side in Side::both().await {
        for (kind, path) in
            [("dcim.site", "dcim/sites/"), ("devices", "dcim/devices/"), ("ipam/prefixes", "ipam/prefixes/")]
        {
            let truth = side.raw(path, &[("limit", "1")]).await["count"].clone();
            let answer = side.objects(json!({"object_type": kind, "limit": 1})).await;
            assert_eq!(answer["total"], truth, "{}: {kind}", side.name);
            assert!(truth.as_u64().unwrap() > 0, "{}: no {kind}: the estate is not loaded", side.name);
            assert_eq!(answer["truncated"], json!(truth.as_u64() > Some(1)));
            let shows = answer["shows"].as_str().unwrap();
            assert!(shows.starts_with("what ") && shows.ends_with(" may see"), "{shows}");
        }
    }
}

#[tokio::test]
async fn names_are_taken_for_slugs_and_the_answer_says_so() {
    for side in Side::both().await {
        let by_slug = side.objects(json!({"object_type": "dcim.device", "filters": {"site": "cle-01"}})).await;
        let by_name = side.objects(json!({"object_type": "dcim.device", "filters": {"site": "cleveland 01"}})).await;
        let by_id = side.objects(json!({"object_type": "dcim.device", "filters": {"site_id": "Cleveland 01"}})).await;
        assert_eq!(by_name["total"], by_slug["total"], "{}", side.name);
        assert_eq!(by_id["total"], by_slug["total"], "{}", side.name);
        assert_eq!(by_name["resolved"], json!({"site": "cleveland 01 -> cle-01"}));
        let truth = side.raw("dcim/devices/", &[("site", "cle-01"), ("limit", "1")]).await["count"].clone();
        assert_eq!(by_slug["total"], truth);
        let everything = side.raw("dcim/devices/", &[("limit", "1")]).await["count"].clone();
        let region = side.objects(json!({"object_type": "dcim.site", "filters": {"region": "Ohio"}})).await;
        assert!(region["total"].as_u64().unwrap() > 0);
        assert!(truth.as_u64() <= everything.as_u64());
    }
}

#[tokio::test]
async fn choices_and_kinds_are_put_right() {
    for side in Side::both().await {
        let right = side.objects(json!({"object_type": "dcim.site", "filters": {"status": "active"}})).await;
        let sloppy = side
            .objects(json!({"object_type": "Sites", "filters": "{\"status\": \"Active\"}", "limit": "5", "ordering": ["name"]}))
            .await;
        assert_eq!(right["total"], sloppy["total"], "{}", side.name);
        assert_eq!(sloppy["resolved"], json!({"status": "Active -> active"}));
        let without = side.objects(json!({"object_type": "dcim.device", "filters": {"tenant": null}})).await;
        let truth = side.raw("dcim/devices/", &[("tenant", "null"), ("limit", "1")]).await["count"].clone();
        assert_eq!(without["total"], truth, "{}", side.name);
    }
}

#[tokio::test]
async fn rows_are_flat_and_small() {
    for side in Side::both().await {
        let input = json!({"object_type": "dcim.device", "fields": ["name", "site", "role", "status", "primary_ip"], "limit": 3});
        let outcome = side.call("netbox_get_objects", input).await;
        let answer: Value = serde_json::from_str(&outcome.model_text).unwrap();
        for row in rows_of(&answer) {
            assert!(row["site"].is_string() && row["role"].is_string(), "{row}");
            assert!(row["status"].is_string() && row["id"].is_number(), "{row}");
            assert!(row.get("url").is_none() && row.get("device_type").is_none(), "{row}");
        }
        let table = outcome.evidence.table.unwrap();
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(columns, ["name", "site", "role", "status", "primary_ip"]);
        let base = side.client.address().to_string();
        for cell in table.rows.iter().flatten() {
            assert!(cell.link.as_deref().is_none_or(|link| link.starts_with(&base)), "{cell:?}");
        }
    }
}

#[tokio::test]
async fn a_page_says_where_the_next_begins_and_long_answers_lose_whole_rows() {
    for side in Side::both().await {
        let input = |offset| json!({"object_type": "dcim.device", "limit": 100, "offset": offset, "ordering": "name"});
        let outcome = side.call("netbox_get_objects", input(0)).await;
        assert!(outcome.model_text.len() <= 13_000, "{}: {}", side.name, outcome.model_text.len());
        let (mut answer, mut seen) = (serde_json::from_str::<Value>(&outcome.model_text).unwrap(), Vec::new());
        loop {
            seen.extend(rows_of(&answer).iter().map(|row| row["id"].as_u64().unwrap()));
            match answer["next_offset"].as_u64() {
                Some(next) => answer = side.objects(input(next)).await,
                None => break,
            }
        }
        assert_eq!(json!(seen.len()), answer["total"], "{}", side.name);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(json!(seen.len()), answer["total"], "{}: no object twice", side.name);
    }
}

#[tokio::test]
async fn one_object_has_its_page() {
    for side in Side::both().await {
        let list =
            side.objects(json!({"object_type": "dcim.site", "filters": {"slug": "cle-01"}, "fields": ["name"]})).await;
        let id = list["results"][0]["id"].as_u64().unwrap();
        let answer =
            side.answer("netbox_get_object_by_id", json!({"object_type": "site", "object_id": id.to_string()})).await;
        assert_eq!(answer["object"]["name"], "Cleveland 01");
        assert_eq!(answer["page"], json!(format!("{}dcim/sites/{id}/", side.client.address())));
        let missing =
            side.refusal("netbox_get_object_by_id", json!({"object_type": "site", "object_id": 999_999})).await;
        assert!(missing.starts_with("There is no site with id 999999"), "{missing}");
    }
}

#[tokio::test]
async fn a_search_leaves_out_what_has_no_hit() {
    for side in Side::both().await {
        let answer = side.answer("netbox_search_objects", json!({"query": "Cleveland 01"})).await;
        let totals = answer["totals"].as_object().unwrap();
        assert!(totals["dcim.site"].as_u64().unwrap() >= 1, "{}", side.name);
        assert!(totals.values().all(|total| total.as_u64() > Some(0)));
        assert_eq!(answer["total"], json!(totals.values().filter_map(Value::as_u64).sum::<u64>()), "{answer}");
        assert!(answer.get("errors").is_none());
        let nothing = side.answer("netbox_search_objects", json!({"query": "zzz-no-such-thing"})).await;
        assert_eq!((&nothing["totals"], &nothing["total"]), (&json!({}), &json!(0)), "{}", side.name);
    }
}

#[tokio::test]
async fn changes_come_newest_first_with_their_difference() {
    for side in Side::both().await {
        let answer = side.answer("netbox_get_changelogs", json!({"limit": 50})).await;
        let rows = answer["results"].as_array().unwrap();
        let times: Vec<_> = rows.iter().map(|row| row["time"].as_str().unwrap()).collect();
        assert!(!times.is_empty() && times.windows(2).all(|pair| pair[0] >= pair[1]), "{}: {times:?}", side.name);
        assert!(rows.iter().all(|row| row.get("prechange_data").is_none()));
        let updates = side.answer("netbox_get_changelogs", json!({"filters": {"action": "Updated"}, "limit": 5})).await;
        for row in updates["results"].as_array().unwrap() {
            assert_eq!(row["action"], "update");
            assert!(row["changes"].is_object(), "{row}");
        }
    }
}

#[tokio::test]
async fn a_list_can_be_ordered_by_a_counter_that_was_not_asked_for() {
    for side in Side::both().await {
        for shape in [json!({"fields": ["name"]}), json!({"brief": true}), json!({})] {
            let mut input = json!({"object_type": "dcim.site", "ordering": "-device_count", "limit": 3});
            input.as_object_mut().unwrap().extend(shape.as_object().unwrap().clone());
            let answer = side.objects(input).await;
            let counts: Vec<_> =
                answer["results"].as_array().unwrap().iter().map(|row| row["device_count"].as_u64()).collect();
            assert!(
                !counts.is_empty() && counts.windows(2).all(|pair| pair[0] >= pair[1]),
                "{}: {counts:?}",
                side.name
            );
        }
    }
}
