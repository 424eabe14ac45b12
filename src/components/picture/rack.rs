//! A rack's elevation: front and rear, unit by unit.

use super::scene::Scene;
use crate::components::format;
use crate::wire::result::{Rack, RackSlot};

/// The height of a half unit.
const HALF: u32 = 9;
/// Above the units: the names of the faces.
const TOP: u32 = 22;
/// How wide a face is, and where each begins.
const FACE: u32 = 150;
const FRONT: u32 = 26;
const REAR: u32 = FRONT + FACE + 12;

/// The picture of a rack.
pub fn rack(rack: &Rack) -> Scene {
    let units = rack.height / 2;
    let mut scene = Scene { height: TOP + units * 2 * HALF + 6, ..Scene::default() };
    let mut said = Vec::new();
    for (name, face, left) in [("Front", "front", FRONT), ("Rear", "rear", REAR)] {
        let slots: Vec<&RackSlot> = rack.slots.iter().filter(|slot| slot.face == face).collect();
        let free: Vec<u32> = (0..units).filter(|unit| is_free(&slots, *unit)).collect();
        let counted = format!("{} of {units} free", free.len());
        said.push(format!("{}: {counted}", name.to_lowercase()));
        scene.words([left, 14], "picture-heading", name);
        scene.words([left + FACE, 14], "picture-note picture-end", counted);
        for unit in 0..units {
            let place = [left, top(rack, unit * 2, 2), FACE, 2 * HALF];
            let number = number(rack, unit);
            let hint = if free.contains(&unit) { format!("Unit {number}: free") } else { format!("Unit {number}") };
            scene.bare(place, "picture-free", hint);
        }
        for slot in
            slots.iter().filter(|slot| slot.kind != "device").chain(slots.iter().filter(|slot| slot.kind == "device"))
        {
            let height = slot.height.min(rack.height.saturating_sub(slot.from));
            if height == 0 {
                continue;
            }
            let place = [left + 1, top(rack, slot.from, height) + 1, FACE - 2, (height * HALF).saturating_sub(2)];
            let class = if slot.kind == "device" { "picture-used" } else { "picture-reserved" };
            scene.labelled(place, class, &slot.label, hint(rack, slot));
        }
    }
    for unit in 0..units {
        let base = top(rack, unit * 2, 2) + HALF + 4;
        scene.words([FRONT - 5, base], "picture-number picture-end", number(rack, unit).to_string());
    }
    scene.title =
        format!("Rack {}, {}; {}", rack.name.text, format::counted(units.into(), "unit", "units"), said.join(", "));
    scene
}

/// Where something of a height in half units begins, from the top.
fn top(rack: &Rack, from: u32, height: u32) -> u32 {
    TOP + rack.height.saturating_sub(from + height) * HALF
}

/// What a unit is called, counted from the bottom.
fn number(rack: &Rack, unit: u32) -> u32 {
    let place = if rack.descending { (rack.height / 2).saturating_sub(unit + 1) } else { unit };
    rack.starting_unit + place
}

fn is_free(slots: &[&RackSlot], unit: u32) -> bool {
    !slots.iter().any(|slot| slot.from < unit * 2 + 2 && slot.from + slot.height > unit * 2)
}

fn hint(rack: &Rack, slot: &RackSlot) -> String {
    let [lowest, highest] =
        [slot.from / 2, (slot.from + slot.height).saturating_sub(1) / 2].map(|unit| number(rack, unit));
    let units = if lowest == highest { format!("unit {lowest}") } else { format!("units {lowest} to {highest}") };
    let what = if slot.kind == "device" { "" } else { "reserved: " };
    let detail = if slot.detail.is_empty() { String::new() } else { format!(" ({})", slot.detail) };
    format!("{what}{}{detail}, {units}", slot.label.text)
}

#[cfg(test)]
mod tests {
    use super::super::scene::Shape;
    use super::*;
    use crate::wire::tool::Cell;

    fn slot(face: &str, from: u32, height: u32, kind: &str, text: &str) -> RackSlot {
        let label = Cell { text: text.into(), link: None };
        RackSlot { face: face.into(), from, height, kind: kind.into(), label, detail: String::new() }
    }

    fn boxes(scene: &Scene) -> Vec<(&str, [u32; 4])> {
        let labelled = |shape| match shape {
            &Shape::Box { place, ref label, .. } if !label.text.is_empty() => Some((label.text.as_str(), place)),
            _ => None,
        };
        scene.shapes.iter().filter_map(labelled).collect()
    }

    #[test]
    fn units_count_from_the_bottom_and_half_units_are_half_as_high() {
        let drawn = rack(&Rack {
            height: 84,
            starting_unit: 1,
            slots: vec![slot("front", 0, 4, "device", "sw1"), slot("rear", 83, 1, "device", "pdu")],
            ..Rack::default()
        });
        let boxes = boxes(&drawn);
        assert_eq!(boxes[0], ("sw1", [FRONT + 1, TOP + 80 * HALF + 1, FACE - 2, 4 * HALF - 2]));
        assert_eq!(boxes[1], ("pdu", [REAR + 1, TOP + 1, FACE - 2, HALF - 2]));
        assert!(drawn.title.ends_with("42 units; front: 40 of 42 free, rear: 41 of 42 free"), "{}", drawn.title);
    }

    #[test]
    fn a_rack_numbered_from_the_top_says_so() {
        let turned = Rack { height: 8, starting_unit: 1, descending: true, ..Rack::default() };
        assert_eq!(hint(&turned, &slot("front", 0, 2, "device", "x")), "x, unit 4");
        assert_eq!(hint(&turned, &slot("front", 4, 4, "reservation", "x")), "reserved: x, units 2 to 1");
    }

    #[test]
    fn what_reaches_out_of_the_rack_is_cut() {
        let small = Rack {
            height: 4,
            slots: vec![slot("front", 2, 40, "device", "x"), slot("front", 9, 1, "device", "y")],
            ..Rack::default()
        };
        assert_eq!(boxes(&rack(&small)), [("x", [FRONT + 1, TOP + 1, FACE - 2, 2 * HALF - 2])]);
    }
}
