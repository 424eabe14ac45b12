//! Rows that a NetBox has by itself: the profiles of module types it is installed with, and one row per tag on an
//! object. They are not part of the export.

use serde_json::Value as Json;

use super::super::book::{Book, Cell, row};
use super::super::schema::{TypeId, schema};

/// The profiles of NetBox 4.7.3, in the order of their ids.
const PROFILES: &str = include_str!("profiles.json");
/// When the company's NetBox was installed, in seconds since 1970.
const INSTALLED: i64 = 1_709_280_000;
/// What the company tagged first; everything else follows in the order of the types.
const TAGGED_FIRST: [&str; 5] = ["dcim.site", "dcim.rack", "dcim.device", "circuits.provider", "circuits.circuit"];

/// Writes the chapter, which comes last: it looks at all others.
pub fn write(book: &mut Book) {
    let profiles: Json = serde_json::from_str(PROFILES).unwrap_or_default();
    for profile in profiles.as_array().into_iter().flatten() {
        let name = profile["name"].as_str().unwrap_or_default();
        let created = Cell::Int(INSTALLED);
        book.add("dcim.moduletypeprofile", row! { name: name, schema: profile["schema"].clone(), created: created });
    }
    let first: Vec<TypeId> = TAGGED_FIRST.iter().map(|name| schema().id(name)).collect();
    let others = (1..).zip(schema().types.iter().skip(1)).map(|(kind, _)| kind).filter(|kind| !first.contains(kind));
    let kinds: Vec<TypeId> = first.iter().copied().chain(others).collect();
    for kind in kinds {
        for (object, tags) in book.references(kind, "tags") {
            for tag in tags {
                book.add("extras.taggeditem", row! { content_object: object, tag: tag });
            }
        }
    }
}
