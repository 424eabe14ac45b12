//! Texts that somebody planted: for tests of what hostile data can do, every one is put into every kind of field that
//! people type into, each in a site of its own with a rack, a device, an interface and more.

use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::json;

use super::super::book::{Book, Cell, row};
use super::super::schema::schema;
use super::super::store::Object;

static PLANTED: OnceLock<Vec<Planted>> = OnceLock::new();

/// A text to plant.
#[derive(Clone, Debug, Deserialize)]
pub struct Planted {
    /// What it tries.
    pub kind: String,
    /// The text.
    text: String,
    /// How often it is repeated.
    #[serde(default = "once")]
    times: usize,
}

fn once() -> usize {
    1
}

impl Planted {
    /// The whole text.
    pub fn whole(&self) -> String {
        self.text.repeat(self.times)
    }

    /// Its beginning: what a field of so many characters holds of it.
    pub fn cut(&self, characters: usize) -> String {
        let room = characters.div_ceil(self.text.chars().count().max(1));
        self.text.repeat(self.times.min(room)).chars().take(characters).collect()
    }
}

/// Plants these texts into every demo NetBox of this process. Gives false when an estate was written before: then
/// nothing is planted.
pub fn plant(texts: Vec<Planted>) -> bool {
    PLANTED.set(texts).is_ok()
}

/// Writes the chapter. Without texts nothing is written; an estate that is written can have none planted any more.
pub fn write(book: &mut Book) {
    for (number, planted) in (1_u32..).zip(PLANTED.get_or_init(Vec::new)) {
        write_one(book, number, planted);
    }
}

/// What the objects of a text are called where it cannot be part of their name.
fn slug(number: u32) -> String {
    format!("hostile-{number:03}")
}

fn write_one(book: &mut Book, number: u32, planted: &Planted) {
    let first = |kind: &str| Object { kind: schema().id(kind), id: 1 };
    let slug = slug(number);
    let described = || planted.cut(200);
    let tag = book.add("extras.tag", row! { name: planted.cut(100), slug: slug.as_str(), description: described() });
    let site = book.add(
        "dcim.site",
        row! {
            name: planted.cut(100), slug: slug.as_str(), status: "active", facility: planted.cut(50),
            description: described(), physical_address: described(), comments: planted.whole(), tags: vec![tag],
        },
    );
    let rack = book.add(
        "dcim.rack",
        row! { name: planted.cut(100), site: site, status: "active", serial: planted.cut(50), comments: described() },
    );
    let device = book.add(
        "dcim.device",
        row! {
            name: planted.cut(64), device_type: first("dcim.devicetype"), role: first("dcim.devicerole"), site: site,
            rack: rack, position: 10.0, face: "front", status: "active", serial: planted.cut(50),
            description: described(), comments: planted.cut(2_000), tags: vec![tag],
            custom_field_data: json!({"support_contract": planted.cut(400)}),
        },
    );
    book.add(
        "dcim.interface",
        row! {
            device: device, name: planted.cut(64), label: planted.cut(64), r#type: "1000base-t",
            description: described(),
        },
    );
    let (high, low) = (number / 256, number % 256);
    book.add(
        "ipam.prefix",
        row! { prefix: format!("10.{}.{low}.0/24", 250 + high), scope: site, status: "active", description: described() },
    );
    book.add(
        "ipam.vlan",
        row! { vid: 100 + number, name: planted.cut(64), site: site, status: "active", description: described() },
    );
    book.add(
        "tenancy.contact",
        row! {
            name: planted.cut(100), title: planted.cut(100), phone: planted.cut(50), link: "https://evil.invalid/",
            description: described(), comments: planted.cut(2_000),
        },
    );
    book.add(
        "extras.journalentry",
        row! { assigned_object: site, kind: "info", comments: planted.cut(5_000), created: Cell::Ago(400 + i64::from(number)) },
    );
    let after = json!({"name": planted.cut(100), "description": described()});
    book.add(
        "core.objectchange",
        row! {
            time: Cell::Ago(60), user_name: planted.cut(150), request_id: format!("0000000{:01x}-0000-4000-a000-{number:012x}", number % 16),
            action: "update", changed_object: site, object_repr: described(), message: described(),
            prechange_data: json!({"name": "before", "description": planted.cut(50)}), postchange_data: after,
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_holds_the_beginning() {
        let planted: Planted = serde_json::from_value(json!({"kind": "long", "text": "ab", "times": 1_000})).unwrap();
        assert_eq!((planted.cut(3).as_str(), planted.whole().len()), ("aba", 2_000));
        let short: Planted = serde_json::from_value(json!({"kind": "x", "text": "é"})).unwrap();
        assert_eq!((short.cut(3).as_str(), short.whole().as_str()), ("é", "é"));
    }

    #[test]
    fn every_planted_row_fits_the_schema() {
        let mut book = Book::new(1);
        let planted = serde_json::from_value(json!({"kind": "x", "text": "=1+1"})).unwrap();
        write_one(&mut book, 1, &planted);
        assert!(book.faults.is_empty(), "{:#?}", book.faults);
    }
}
