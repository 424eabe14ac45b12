//! The texts, and the two that hold them.

use std::sync::LazyLock;

use netbox_chatbox::server::demo::netbox::{Planted, plant};

use crate::side::{Side, setting};

/// A text as it is planted. Each has objects of its own, numbered from 1: the site `hostile-001`, ...
pub static TEXTS: LazyLock<Vec<Planted>> = LazyLock::new(|| serde_json::from_str(include_str!("fields.json")).unwrap());

/// The demo NetBox with the texts in it.
pub async fn demo() -> Side {
    // Also asked for when it is too late: then another test of this process has planted them.
    plant(TEXTS.clone());
    Side::demo().await
}

/// The real NetBox with the texts in it.
pub fn real() -> Side {
    Side::new("real", &setting("TEST_NETBOX_HOSTILE_URL"), &setting("TEST_NETBOX_TOKEN_READONLY"))
}

/// Both.
pub async fn both() -> [Side; 2] {
    [demo().await, real()]
}

/// What a NetBox keeps of a text: PostgreSQL has no place for one character.
pub fn kept(side: &Side, text: &str) -> String {
    if side.name == "real" { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

#[tokio::test]
async fn there_are_at_least_eighty_and_all_of_them_are_planted() {
    assert!(TEXTS.len() >= 80, "{}", TEXTS.len());
    let mut kinds: Vec<&str> = TEXTS.iter().map(|text| text.kind.as_str()).collect();
    kinds.dedup();
    let wanted = [
        "instruction",
        "framing",
        "placeholder",
        "markdown",
        "html",
        "terminal",
        "unicode",
        "spreadsheet",
        "confusing",
        "long",
    ];
    assert_eq!(kinds, wanted);
    assert!(TEXTS.iter().any(|text| text.whole().len() >= 1024 * 1024), "a text of a megabyte");
    for side in both().await {
        for (path, filters) in [
            ("dcim/sites/", [("slug__isw", "hostile-")]),
            ("extras/tags/", [("slug__isw", "hostile-")]),
            ("tenancy/contacts/", [("link", "https://evil.invalid/")]),
            ("ipam/vlans/", [("vid__gte", "101")]),
        ] {
            let count = side.count(path, &filters).await.as_u64().unwrap();
            assert!(count >= TEXTS.len() as u64, "{}: {path}: {count}", side.name);
        }
        let sites = side
            .raw("dcim/sites/", &[("slug__isw", "hostile-"), ("limit", "1000"), ("fields", "slug,name,comments")])
            .await;
        for (site, text) in sites["results"].as_array().unwrap().iter().zip(sorted(&sites)) {
            let planted = &TEXTS[text - 1];
            assert_eq!(site["name"], kept(&side, &planted.cut(100)), "{}: {}", side.name, site["slug"]);
            assert_eq!(site["comments"], kept(&side, &planted.whole()), "{}: {}", side.name, site["slug"]);
        }
    }
}

/// The numbers of listed objects.
fn sorted(list: &serde_json::Value) -> Vec<usize> {
    let slugs = list["results"].as_array().unwrap().iter();
    slugs.map(|row| row["slug"].as_str().unwrap().rsplit_once('-').unwrap().1.parse().unwrap()).collect()
}
