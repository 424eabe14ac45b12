//! One rack: both faces as NetBox draws them, reservations, and what has no place in it.

use serde_json::{Value, json};

use super::units::{Block, Face, Units, halves, largest, number, total, units as units_of};
use crate::server::netbox::Query;
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{Finding, choice_in, name, name_in, named, shown};
use crate::server::tools::frame::{Cell, Object};
use crate::server::tools::pages;
use crate::server::tools::topology::port;
use crate::wire::problem::Problem;
use crate::wire::result::{Picture, Rack, RackSlot};

const RACK: &str = "id,url,name,facility_id,site,location,status,u_height,starting_unit,desc_units";
const DEVICE: &str = "id,url,name,position,face,role,status,device_type,parent_device";

/// A rack with both faces.
#[derive(Clone, Debug, Default, PartialEq)]
struct Elevation {
    name: String,
    /// The lowest unit.
    starting_unit: u32,
    /// How many units it has.
    height: u32,
    /// Whether unit numbers grow from top to bottom.
    descending: bool,
    front: Vec<Item>,
    rear: Vec<Item>,
    reservations: Vec<Reservation>,
}

/// What fills a part of a rack's face.
#[derive(Clone, Debug, Default, PartialEq)]
struct Item {
    /// Its lowest unit; halves are possible.
    from: f64,
    /// Its height in units.
    height: f64,
    /// The device's name; nothing where the token may not see it.
    label: Option<String>,
    device: Option<u64>,
    role: Option<String>,
}

/// Units that somebody reserved.
#[derive(Clone, Debug, Default, PartialEq)]
struct Reservation {
    id: u64,
    units: Vec<u32>,
    user: String,
    description: String,
}

/// A device of the rack.
struct Device {
    id: u64,
    cell: Cell,
    name: String,
    position: Option<f64>,
    face: Option<String>,
    role: Option<String>,
    status: Option<String>,
    device_type: Option<String>,
    in_parent: bool,
}

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>) -> Result<Finding, Problem> {
    let wanted = arguments.float("units")?;
    let face = match arguments.word("face")?.as_deref() {
        None | Some("both") => None,
        Some("front") => Some(Face::Front),
        Some("rear") => Some(Face::Rear),
        Some(_) => return Err(arguments.wrong("The face is front or rear")),
    };
    let kind = port::kind("dcim.rack")?;
    let found = port::object(call, arguments, kind).await?;
    let id = found.get("id").and_then(Value::as_u64).unwrap_or_default();
    let elevation = |face: &'static str| async move {
        let query = Query::new().with("face", face).with("limit", 1000);
        call.list(&format!("dcim/racks/{id}/elevation/"), &query).await
    };
    let devices = Query::new().with("rack_id", id).with("fields", DEVICE);
    let reservations = Query::new().with("rack_id", id).with("fields", "id,url,units,user,description,tenant,status");
    let (rack, front, rear, devices, reservations) = futures::join!(
        port::by_id(call, kind, id, RACK),
        elevation("front"),
        elevation("rear"),
        pages::all(call, "dcim/devices/", &devices, 1_000, device),
        pages::all(call, "dcim/rack-reservations/", &reservations, 1_000, |row| Some(row.clone())),
    );
    let rack = rack?;
    let (front, rear) = (front.map_err(|error| error.problem())?, rear.map_err(|error| error.problem())?);
    let devices = devices.map_err(|error| error.problem())?.rows;
    let mut finding = Finding::default();
    let reservations = match reservations {
        Ok(pages) => pages.rows.iter().map(reservation).collect(),
        Err(error) => {
            finding.tell("warning", format!("Reservations could not be read: {error}"));
            Vec::new()
        }
    };
    let whole = |field: &str| rack.get(field).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
    let (starting_unit, height) = (whole("starting_unit").unwrap_or(1), whole("u_height").unwrap_or_default());
    let picture = Elevation {
        name: name(&rack),
        starting_unit,
        height,
        descending: rack.get("desc_units") == Some(&json!(true)),
        front: items(front.results(), &devices),
        rear: items(rear.results(), &devices),
        reservations,
    };
    let mut units = Units::new(starting_unit, height);
    for (items, face) in [(&picture.front, Face::Front), (&picture.rear, Face::Rear)] {
        for item in items {
            if let (Some(first), Some(count)) = (halves(item.from), halves(item.height)) {
                units.take(first, count, Some(face));
            }
        }
    }
    for unit in picture.reservations.iter().flat_map(|reservation| &reservation.units) {
        units.reserve(*unit);
    }
    tell(&mut finding, &rack, &picture, &units, face, wanted);
    let zero: Vec<&Device> = devices.iter().filter(|device| device.is_zero_unit(&picture)).collect();
    let names: Vec<&str> = zero.iter().map(|device| device.name.as_str()).collect();
    finding.tell("without_units", json!(names));
    rows(&mut finding, &picture, &devices, &zero);
    finding.picture = Some(draw(call, id, &picture));
    Ok(finding)
}

impl Device {
    /// Whether it is in the rack without a place among its units, and not in a bay of another device.
    fn is_zero_unit(&self, picture: &Elevation) -> bool {
        let drawn = picture.front.iter().chain(&picture.rear).any(|item| item.device == Some(self.id));
        !drawn && !self.in_parent
    }
}

fn device(object: &Value) -> Option<Device> {
    Some(Device {
        id: object.get("id")?.as_u64()?,
        cell: named(object),
        name: Some(name(object)).filter(|name| !name.is_empty()).or_else(|| name_in(object, "device_type"))?,
        position: object.get("position").and_then(Value::as_f64),
        face: choice_in(object, "face"),
        role: name_in(object, "role"),
        status: choice_in(object, "status"),
        device_type: object.get("device_type").and_then(|kind| kind.get("model")?.as_str()).map(str::to_owned),
        in_parent: object.get("parent_device").is_some_and(|parent| !parent.is_null()),
    })
}

fn reservation(object: &Value) -> Reservation {
    let units = object.get("units").and_then(Value::as_array).into_iter().flatten();
    Reservation {
        id: object.get("id").and_then(Value::as_u64).unwrap_or_default(),
        units: units.filter_map(|unit| u32::try_from(unit.as_u64()?).ok()).collect(),
        user: object.get("user").and_then(|user| user.get("username")?.as_str()).unwrap_or_default().to_owned(),
        description: object.get("description").and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}

/// The half units of a face as what fills them. A device that this token may not see is taken without a name.
fn items(rows: &[Value], devices: &[Device]) -> Vec<Item> {
    let mut taken: Vec<(f64, Option<u64>, Option<String>)> = rows
        .iter()
        .filter(|row| row.get("occupied") == Some(&json!(true)))
        .filter_map(|row| {
            let device = row.get("device").filter(|device| device.is_object());
            Some((
                row.get("id")?.as_f64()?,
                device.and_then(|device| device.get("id")?.as_u64()),
                device.map(|device| {
                    device.get("name").and_then(Value::as_str).map_or_else(|| name(device), str::to_owned)
                }),
            ))
        })
        .collect();
    taken.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut items: Vec<Item> = Vec::new();
    for (unit, device, label) in taken {
        match items.last_mut() {
            Some(last) if last.device == device && (last.from + last.height - unit).abs() < 0.1 => last.height += 0.5,
            _ => {
                let known = devices.iter().find(|known| device == Some(known.id));
                items.push(Item {
                    from: unit,
                    height: 0.5,
                    label,
                    device,
                    role: known.and_then(|known| known.role.clone()),
                });
            }
        }
    }
    items
}

fn tell(
    finding: &mut Finding,
    rack: &Value,
    picture: &Elevation,
    units: &Units,
    face: Option<Face>,
    wanted: Option<f64>,
) {
    finding.tell("rack", picture.name.as_str());
    for field in ["site", "location"] {
        finding.tell(field, name_in(rack, field));
    }
    finding.tell("units", picture.height);
    let free = units.free(face);
    let texts = |blocks: &[Block]| blocks.iter().map(|block| block.text()).collect::<Vec<_>>();
    let called = match face {
        None => "free_on_both_faces",
        Some(Face::Front) => "free_in_front",
        Some(Face::Rear) => "free_in_the_rear",
    };
    finding.answer.insert(called.to_owned(), json!(texts(&free)));
    finding.answer.insert("free_units".to_owned(), units_of(total(&free)));
    finding.tell("largest_free", largest(&free).map(Block::text));
    if face.is_none() {
        for (name, face) in [("also_free_in_front", Face::Front), ("also_free_in_the_rear", Face::Rear)] {
            let of_face = units.free(Some(face));
            if of_face != free {
                finding.tell(name, json!(texts(&of_face)));
            }
        }
    }
    if let Some(wanted) = wanted {
        let fitting: Vec<Block> = free.iter().copied().filter(|block| block.units() >= wanted).collect();
        finding.answer.insert(format!("room_for_{}_units", number(wanted)), json!(texts(&fitting)));
    }
    let reserved: Vec<String> = picture
        .reservations
        .iter()
        .map(|reservation| {
            let units = spans(&reservation.units);
            [units.as_str(), &reservation.description, &reservation.user]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(", ")
        })
        .collect();
    finding.tell("reserved", json!(reserved));
    finding.tell("devices", json!(lines(picture, face)));
    finding.summary = match largest(&free) {
        Some(block) => format!(
            "{} of {} units of {} are free, {} in one piece",
            number(f64::from(total(&free)) / 2.0),
            units.count() / 2,
            picture.name,
            number(block.units())
        ),
        None => format!("{} is full", picture.name),
    };
}

/// What is in a rack from top to bottom: `U41-42 core-1`, with the face where it is not on both.
fn lines(picture: &Elevation, face: Option<Face>) -> Vec<String> {
    let mut items: Vec<(&Item, Option<&str>)> = Vec::new();
    let on = |items: &[Item], item: &Item| {
        items.iter().any(|other| other.device == item.device && (other.from - item.from).abs() < 0.1)
    };
    if face != Some(Face::Rear) {
        let only = |item: &Item| (face.is_none() && !on(&picture.rear, item)).then_some("front");
        items.extend(picture.front.iter().map(|item| (item, only(item))));
    }
    if face != Some(Face::Front) {
        let rest = picture.rear.iter().filter(|item| face.is_some() || !on(&picture.front, item));
        items.extend(rest.map(|item| (item, face.is_none().then_some("rear"))));
    }
    items.sort_by(|left, right| right.0.from.total_cmp(&left.0.from));
    items
        .iter()
        .map(|(item, face)| {
            let top = item.from + item.height - 1.0;
            let units =
                if top > item.from { format!("U{}-{}", item.from, number(top)) } else { format!("U{}", item.from) };
            let face = face.map(|face| format!(" ({face})")).unwrap_or_default();
            format!("{units} {}{face}", item.label.as_deref().unwrap_or("a device this token may not see"))
        })
        .collect()
}

/// The rack as a picture: places are half units from the bottom, whichever way the units are numbered.
fn draw(call: &Call<'_>, id: u64, elevation: &Elevation) -> Picture {
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

fn runs(units: &[u32]) -> Vec<(u32, u32)> {
    let mut sorted = units.to_vec();
    sorted.sort_unstable();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for unit in sorted {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == unit => *last = unit,
            _ => runs.push((unit, unit)),
        }
    }
    runs
}

fn spans(units: &[u32]) -> String {
    let text =
        |(first, last): &(u32, u32)| if first == last { format!("U{first}") } else { format!("U{first}-{last}") };
    runs(units).iter().map(text).collect::<Vec<_>>().join(", ")
}

fn rows(finding: &mut Finding, picture: &Elevation, devices: &[Device], zero: &[&Device]) {
    finding.columns = vec!["unit", "height", "device", "face", "role", "type", "status"];
    let mut seen = Vec::new();
    let mut items: Vec<&Item> = picture.front.iter().chain(&picture.rear).collect();
    items.sort_by(|left, right| right.from.total_cmp(&left.from));
    for item in items {
        if item.device.is_some() && seen.contains(&item.device) {
            continue;
        }
        seen.push(item.device);
        let device = devices.iter().find(|device| item.device == Some(device.id));
        let text = |of: fn(&Device) -> Option<&String>| Cell::plain(device.and_then(of).cloned().unwrap_or_default());
        let hidden = || Cell::plain(item.label.clone().unwrap_or_else(|| "not visible to this token".to_owned()));
        finding.rows.push(vec![
            Cell::plain(device.and_then(|device| device.position).unwrap_or(item.from)),
            Cell::plain(item.height),
            device.map_or_else(hidden, |device| device.cell.clone()),
            text(|device| device.face.as_ref()),
            text(|device| device.role.as_ref()),
            text(|device| device.device_type.as_ref()),
            text(|device| device.status.as_ref()),
        ]);
    }
    for device in zero {
        let text = |text: Option<&String>| Cell::plain(text.cloned().unwrap_or_default());
        finding.rows.push(vec![
            Cell::plain(""),
            Cell::plain(0),
            device.cell.clone(),
            text(device.face.as_ref()),
            text(device.role.as_ref()),
            text(device.device_type.as_ref()),
            text(device.status.as_ref()),
        ]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(unit: f64, device: Option<u64>) -> Value {
        let device = device.map(|id| json!({"id": id, "name": format!("d{id}")}));
        json!({"id": unit, "occupied": true, "device": device})
    }

    #[test]
    fn half_units_become_devices() {
        let rows = [
            row(3.5, Some(1)),
            row(3.0, Some(1)),
            row(2.5, Some(2)),
            row(1.0, None),
            json!({"id": 1.5, "occupied": false}),
        ];
        let found = items(&rows, &[]);
        let told: Vec<(f64, f64, Option<u64>)> =
            found.iter().map(|item| (item.from, item.height, item.device)).collect();
        assert_eq!(told, [(1.0, 0.5, None), (2.5, 0.5, Some(2)), (3.0, 1.0, Some(1))]);
        let picture = Elevation { rear: items(&rows[..2], &[]), front: found, ..Elevation::default() };
        assert_eq!(lines(&picture, None), ["U3 d1", "U2.5 d2 (front)", "U1 a device this token may not see (front)"]);
        assert_eq!(lines(&picture, Some(Face::Rear)), ["U3 d1"]);
    }

    #[test]
    fn reserved_units_are_told_in_spans() {
        assert_eq!(spans(&[3, 1, 2, 9]), "U1-3, U9");
    }
}
