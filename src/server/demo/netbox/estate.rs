//! The demo's company, in one place: Meridian Robotics, its sites, its network and what happened there lately.
//!
//! Everything is fixed but the moments of the change log and the journal, which are kept as distances from now. It has
//! the blemishes of real documentation: a planned site, devices without an address, offline servers, a voice network
//! that is nearly full, the same addresses in different VRFs.

mod addressing;
mod builtin;
mod cabling;
mod campus;
mod catalogue;
mod circuits;
mod data_center;
mod devices;
mod history;
mod organisation;
mod people;
mod places;
mod planted;
mod virtual_machines;

use std::sync::LazyLock;

use super::book::{Book, row};
use super::schema::schema;
use super::store::Store;
use devices::Installer;
pub use planted::{Planted, plant};

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
    for kind in schema().types.iter().skip(1) {
        book.add("core.objecttype", row! { app_label: kind.app(), model: kind.model(), public: kind.public });
    }
    let users = people::users(&mut book);
    let organisation = organisation::write(&mut book);
    let places = places::write(&mut book, &organisation);
    people::contacts(&mut book, &organisation, &places);
    let catalogue = catalogue::write(&mut book);
    let plan = addressing::plan(&mut book, &organisation, &places);
    let mut installer = Installer::new(&mut book, &catalogue, &organisation, plan);
    for site in &places {
        match site.kind {
            places::Kind::DataCenter => data_center::build(&mut installer, site),
            places::Kind::Planned => {}
            _ => campus::build(&mut installer, site),
        }
    }
    circuits::write(&mut installer, &places);
    virtual_machines::write(&mut installer, &places);
    addressing::finish(&mut installer, &places);
    history::write(&mut book, &users);
    planted::write(&mut book);
    builtin::write(&mut book);
    book
}

#[cfg(test)]
mod tests {
    use super::super::schema::ColumnKind;
    use super::super::store::{Object, Value};
    use super::*;

    #[test]
    fn every_row_fits_the_schema() {
        let book = write();
        assert!(
            book.faults.is_empty(),
            "{} faults, first: {:#?}",
            book.faults.len(),
            &book.faults[..book.faults.len().min(20)]
        );
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let store = estate();
        for (kind, about) in (1..).zip(schema().types.iter().skip(1)) {
            for object in store.ids(kind).map(|id| Object { kind, id }) {
                for (position, value) in store.stored(object) {
                    let name = about.columns[usize::from(*position)].name;
                    let targets = match value {
                        Value::Ref(target) => vec![*target],
                        Value::Refs(targets) => (**targets).clone(),
                        _ => continue,
                    };
                    // The change log remembers what is gone.
                    let gone = about.name == "core.objectchange" && name == "changed_object";
                    let to_types = matches!(about.columns[usize::from(*position)].kind, ColumnKind::Refs(wanted)
                        if schema().kind(wanted).name == "contenttypes.contenttype");
                    for target in targets.into_iter().filter(|_| !to_types && !gone) {
                        assert!(store.exists(target), "{} {} {name} -> {target:?}", about.name, object.id);
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_is_plugged_in_twice() {
        let store = estate();
        let kind = schema().id("dcim.cabletermination");
        let mut seen = std::collections::HashSet::new();
        for id in store.ids(kind) {
            let end = store.reference(Object { kind, id }, "termination").unwrap();
            assert!(seen.insert(end), "{} {} has two cables", schema().kind(end.kind).name, end.id);
        }
    }

    #[test]
    fn the_company_has_the_size_it_claims() {
        let store = estate();
        let count = |name: &str| store.ids(schema().id(name)).count();
        assert_eq!(count("dcim.site"), 14);
        assert!((380..700).contains(&count("dcim.device")), "{} devices", count("dcim.device"));
        assert!(count("dcim.interface") > 3000, "{} interfaces", count("dcim.interface"));
        assert!(count("dcim.cable") > 800, "{} cables", count("dcim.cable"));
        assert!(count("core.objectchange") > 200);
    }
}
