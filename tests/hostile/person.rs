//! What a person gets: cells that say exactly what NetBox holds, cut where they are long, and lead to the configured
//! NetBox or nowhere.

use netbox_chatbox::server::tools::{Asking, Toolbox};
use netbox_chatbox::wire::result::ResultQuery;
use netbox_chatbox::wire::tool::Cell;
use serde_json::json;

use crate::corpus::{TEXTS, both, kept};

/// The longest text of a cell, in characters, with the mark of a cut.
const LONGEST_CELL: usize = 201;

#[tokio::test]
async fn cells_say_what_netbox_holds_and_lead_to_it_or_nowhere() {
    for side in both().await {
        let own = side.client.address().to_string();
        let toolbox = Toolbox::new(std::sync::Arc::clone(&side.client));
        let asking = Asking::new(&side.credentials, "person");
        for (kind, fields) in [
            ("dcim.site", vec!["name", "slug", "facility", "description", "physical_address", "comments", "tags"]),
            ("dcim.device", vec!["name", "site", "rack", "serial", "description", "comments", "cf_support_contract"]),
            ("dcim.interface", vec!["name", "device", "label", "description"]),
            ("tenancy.contact", vec!["name", "title", "phone", "email", "link", "comments"]),
            ("extras.journalentry", vec!["assigned_object", "comments"]),
        ] {
            let input = json!({"object_type": kind, "fields": fields, "ordering": "-id", "limit": 5});
            let outcome = toolbox.call(asking, "netbox_get_objects", &input).await;
            assert!(!outcome.evidence.is_error, "{}: {kind}: {}", side.name, outcome.model_text);
            for request in &outcome.evidence.requests {
                assert!(request.url.starts_with(&own), "{}", request.url);
                assert!(request.page.as_ref().is_none_or(|page| page.starts_with(&own)), "{:?}", request.page);
            }
            let handle = outcome.evidence.result.unwrap().handle;
            let query = ResultQuery { limit: 1_000, ..ResultQuery::default() };
            let page = toolbox.result_page(asking, &handle, &query).await.unwrap();
            assert!(page.rows.len() >= TEXTS.len(), "{}: {kind}: {}", side.name, page.rows.len());
            assert!(page.page.as_ref().is_none_or(|page| page.starts_with(&own)), "{:?}", page.page);
            for cell in page.rows.iter().flatten() {
                check(cell, &own);
            }
            if kind == "dcim.site" {
                let slug = page.columns.iter().position(|column| column.name == "slug").unwrap();
                let rows = page.rows.iter().filter(|row| row[slug].text.starts_with("hostile-"));
                for row in rows {
                    let number: usize = row[slug].text[8..].parse().unwrap();
                    assert_eq!(row[0].text, kept(&side, &TEXTS[number - 1].cut(100)));
                    assert!(row[0].link.is_some(), "{number}");
                }
            }
        }
    }
}

fn check(cell: &Cell, own: &str) {
    assert!(cell.text.chars().count() <= LONGEST_CELL, "{} characters", cell.text.chars().count());
    assert!(cell.link.as_ref().is_none_or(|link| link.starts_with(own)), "{:?}", cell.link);
}

#[tokio::test]
async fn pictures_lead_to_the_own_netbox_or_nowhere() {
    for side in both().await {
        let own = side.client.address().to_string();
        let toolbox = Toolbox::new(std::sync::Arc::clone(&side.client));
        let asking = Asking::new(&side.credentials, "pictures");
        let mut drawn = 0;
        for number in (1..=TEXTS.len()).step_by(5) {
            let input = json!({"question": "elevation", "name": kept(&side, &TEXTS[number - 1].cut(100)), "site": format!("hostile-{number:03}")});
            let outcome = toolbox.call(asking, "netbox_topology", &input).await;
            let Some(result) = outcome.evidence.result else { continue };
            let page = toolbox.result_page(asking, &result.handle, &ResultQuery::default()).await.unwrap();
            let text = serde_json::to_string(&page.picture).unwrap();
            let links = text.match_indices("\"link\":\"").map(|(start, mark)| &text[start + mark.len()..]);
            for link in links {
                assert!(link.starts_with(&own), "{link:.100}");
                drawn += 1;
            }
        }
        assert!(drawn > 3, "{}: {drawn} links", side.name);
    }
}
