//! The demo's company, in one place: Meridian Robotics, its sites, networks and what happened there lately.

use std::sync::LazyLock;

use super::book::{Book, row};
use super::schema::schema;
use super::store::Store;

/// The id of the first user: a real NetBox that is filled with this estate has some of its own before.
pub const FIRST_USER: u32 = 101;

static ESTATE: LazyLock<Store> = LazyLock::new(|| write().finish());

/// The estate, made at the first call.
pub fn estate() -> &'static Store {
    &ESTATE
}

/// Writes the whole estate.
pub fn write() -> Book {
    let mut book = Book::new(FIRST_USER);
    book.add("users.user", row! { username: "demo", first_name: "Demo", last_name: "Account" });
    for (id, kind) in (0..).zip(&schema().types).skip(1) {
        let _: u16 = id;
        book.add("core.objecttype", row! { app_label: kind.app(), model: kind.model(), public: kind.public });
    }
    let region = book.add("dcim.region", row! { name: "Americas", slug: "americas" });
    let ohio = book.add("dcim.region", row! { name: "Ohio", slug: "ohio", parent: region });
    book.add("dcim.site", row! { name: "Cleveland 01", slug: "cle-01", region: ohio, time_zone: "America/New_York" });
    book
}
