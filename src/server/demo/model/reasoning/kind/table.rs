//! The table of object types, a row for each; the fields and filters are those of NetBox 4.7.

mod addresses;
mod devices;
mod people;
mod places;
mod services;

use super::{Column, Kind, Relation};

/// Something to read.
const fn column(field: &'static str, heading: &'static str) -> Column {
    Column { field, heading, code: false }
}

/// Something to copy.
const fn code(field: &'static str, heading: &'static str) -> Column {
    Column { field, heading, code: true }
}

type Filter = (Relation, &'static str);
const NONE: &[Filter] = &[];

/// Every object type that has words here.
pub(in super::super) fn kinds() -> impl Iterator<Item = &'static Kind> {
    [places::KINDS, devices::KINDS, addresses::KINDS, services::KINDS, people::KINDS].into_iter().flatten()
}
