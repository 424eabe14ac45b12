//! Cables: a row for the cable, one for each end, and a note on what is plugged in.

use super::super::book::{Book, row};
use super::super::store::Object;

/// How a cable looks.
#[derive(Clone, Copy)]
pub struct Style {
    /// NetBox's type of cable.
    pub kind: &'static str,
    /// Its colour, as NetBox writes it.
    pub color: &'static str,
    /// Its length in metres.
    pub length: f64,
}

/// Copper in the rack.
pub const COPPER: Style = Style { kind: "cat6a", color: "2196f3", length: 2.0 };
/// A direct-attach cable in the rack.
pub const TWINAX: Style = Style { kind: "dac-passive", color: "111111", length: 2.0 };
/// A pair of single-mode fibres.
pub const FIBER: Style = Style { kind: "smf-os2", color: "ffeb3b", length: 3.0 };
/// A trunk between two panels.
pub const TRUNK: Style = Style { kind: "mmf-om4", color: "00bcd4", length: 30.0 };
/// A power cord.
pub const POWER: Style = Style { kind: "power", color: "", length: 1.5 };
/// A console cable.
pub const CONSOLE: Style = Style { kind: "cat5e", color: "9e9e9e", length: 3.0 };

/// Connects two objects.
pub fn connect(book: &mut Book, from: Object, to: Object, style: Style, status: &str) -> Object {
    let cable = book.add(
        "dcim.cable",
        row! {
            r#type: style.kind, color: style.color, status: status, length: style.length, length_unit: "m",
        },
    );
    for (end, object) in [("A", from), ("B", to)] {
        book.add("dcim.cabletermination", row! { cable: cable, cable_end: end, termination: object });
        book.set(object, "cable", cable);
        book.set(object, "cable_end", end);
    }
    cable
}
