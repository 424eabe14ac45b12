//! A rack as a picture.

use super::one::{Elevation, runs};
use super::units::halves;
use crate::server::tools::call::Call;
use crate::server::tools::finding::shown;
use crate::server::tools::frame::Object;
use crate::wire::result::{Picture, Rack, RackSlot};

/// Places are half units from the bottom, whichever way the units are numbered.
pub(super) fn picture(call: &Call<'_>, id: u64, elevation: &Elevation) -> Picture {
    let (base, whole) = (elevation.starting_unit * 2, elevation.height * 2);
    let place = |first: u32, count: u32| {
        let from = first.saturating_sub(base);
        if elevation.descending { whole.saturating_sub(from + count) } else { from }
    };
    let mut slots = Vec::new();
    for (face, items) in [("front", &elevation.front), ("rear", &elevation.rear)] {
        for item in items {
            let (Some(first), Some(count)) = (halves(item.from), halves(item.height)) else { continue };
            let object = item.device.map(|id| Object { endpoint: "dcim/devices", id });
            slots.push(RackSlot {
                face: face.to_owned(),
                from: place(first, count),
                height: count,
                kind: "device".to_owned(),
                label: shown(call, item.label.as_deref().unwrap_or("not visible to this token"), object),
                detail: item.role.clone().unwrap_or_default(),
            });
        }
        for reservation in &elevation.reservations {
            for (first, last) in runs(&reservation.units) {
                let count = (last - first + 1) * 2;
                let object = Object { endpoint: "dcim/rack-reservations", id: reservation.id };
                slots.push(RackSlot {
                    face: face.to_owned(),
                    from: place(first * 2, count),
                    height: count,
                    kind: "reservation".to_owned(),
                    label: shown(call, reservation.description.as_str(), Some(object)),
                    detail: reservation.user.clone(),
                });
            }
        }
    }
    Picture::Rack(Rack {
        name: shown(call, elevation.name.as_str(), Some(Object { endpoint: "dcim/racks", id })),
        height: whole,
        starting_unit: elevation.starting_unit,
        descending: elevation.descending,
        slots,
    })
}
