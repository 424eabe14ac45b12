//! The racks of a site, location or region: which have room, in a number of requests that does not grow with them.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use super::units::{Block, Face, Units, halves, largest, number, total, units};
use crate::server::netbox::{ObjectType, Query};
use crate::server::tools::arguments::Arguments;
use crate::server::tools::call::Call;
use crate::server::tools::finding::{Finding, choice_in, id_in, name, name_in, named};
use crate::server::tools::frame::Cell;
use crate::server::tools::pages;
use crate::server::tools::topology::port;
use crate::wire::problem::Problem;

const MOST_RACKS: u64 = 5_000;
const MOST_DEVICES: u64 = 50_000;

struct Rack {
    cell: Cell,
    name: String,
    site: Option<String>,
    location: Option<String>,
    units: Units,
}

/// A device that has a place in a rack.
struct Mounted {
    rack: u64,
    first: u32,
    face: Option<Face>,
    device_type: u64,
}

pub(super) async fn run(
    call: &Call<'_>,
    arguments: &Arguments<'_>,
    kind: &'static ObjectType,
) -> Result<Finding, Problem> {
    let limit = usize::try_from(arguments.limit(10)?).unwrap_or(10);
    let wanted = arguments.float("units")?.unwrap_or(1.0);
    let face = match arguments.word("face")?.as_deref() {
        Some("front") => Some(Face::Front),
        Some("rear") => Some(Face::Rear),
        _ => None,
    };
    let place = port::object(call, arguments, kind).await?;
    let id = place.get("id").map(Value::to_string).unwrap_or_default();
    let filter = match kind.name {
        "dcim.location" => "location_id",
        "dcim.region" => "region_id",
        "dcim.sitegroup" => "site_group_id",
        _ => "site_id",
    };
    let query = |fields: &str| Query::new().with(filter, &id).with("fields", fields);
    let of_racks = query("id,url,name,site,location,u_height,starting_unit");
    let of_devices = query("id,rack,position,face,device_type").with("position__empty", "false");
    let of_reservations = query("id,rack,units");
    let (racks, devices, reservations) = futures::join!(
        pages::all(call, "dcim/racks/", &of_racks, MOST_RACKS, rack),
        pages::all(call, "dcim/devices/", &of_devices, MOST_DEVICES, mounted),
        pages::all(call, "dcim/rack-reservations/", &of_reservations, MOST_RACKS, |row| Some(row.clone())),
    );
    let racks = racks.map_err(|error| error.problem())?;
    let devices = devices.map_err(|error| error.problem())?;
    let mut finding = Finding::default();
    let types: BTreeSet<u64> = devices.rows.iter().map(|device| device.device_type).collect();
    let types: Vec<u64> = types.into_iter().collect();
    let sizes = sizes(call, &types).await?;
    let partial = !racks.is_complete() || devices.total > MOST_DEVICES;
    let mut racks: HashMap<u64, Rack> = racks.rows.into_iter().collect();
    for device in devices.rows {
        let Some(rack) = racks.get_mut(&device.rack) else { continue };
        let (count, full_depth) = sizes.get(&device.device_type).copied().unwrap_or((2, true));
        rack.units.take(device.first, count, device.face.filter(|_| !full_depth));
    }
    match reservations {
        Ok(pages) => {
            for reservation in &pages.rows {
                let rack = id_in(reservation, "rack").and_then(|rack| racks.get_mut(&rack));
                let units = reservation.get("units").and_then(Value::as_array).into_iter().flatten();
                if let Some(rack) = rack {
                    units
                        .filter_map(|unit| u32::try_from(unit.as_u64()?).ok())
                        .for_each(|unit| rack.units.reserve(unit));
                }
            }
        }
        Err(error) => finding.tell("warning", format!("Reservations could not be read: {error}")),
    }
    let count = racks.len();
    let mut found: Vec<(Rack, Vec<Block>)> = racks
        .into_values()
        .map(|rack| {
            let free = rack.units.free(face);
            (rack, free)
        })
        .collect();
    let longest = |free: &[Block]| largest(free).map_or(0, |block| block.count);
    found.sort_by(|(left, one), (right, other)| {
        longest(other)
            .cmp(&longest(one))
            .then_with(|| total(other).cmp(&total(one)))
            .then_with(|| left.name.cmp(&right.name))
    });
    found.retain(|(_, free)| largest(free).is_some_and(|block| block.units() >= wanted));
    finding.tell(kind.model(), name(&place));
    finding.tell("racks", count);
    finding.answer.insert(format!("with_{}_units_in_one_piece", number(wanted)), json!(found.len()));
    let told: Vec<Value> = found.iter().take(limit).map(|(rack, free)| Value::Object(row(rack, free, kind))).collect();
    finding.answer.insert("returned".to_owned(), json!(told.len()));
    finding.answer.insert("results".to_owned(), json!(told));
    if partial {
        finding.tell("partial", "Not all racks or devices could be read");
    }
    finding
        .tell("limits", "Devices that this token may not see count as free here; the elevation of one rack knows them");
    finding.columns = vec!["rack", "site", "location", "free_units", "largest", "free"];
    finding.rows = found
        .iter()
        .map(|(rack, free)| {
            let texts: Vec<String> = free.iter().map(|block| block.text()).collect();
            vec![
                rack.cell.clone(),
                Cell::plain(rack.site.clone().unwrap_or_default()),
                Cell::plain(rack.location.clone().unwrap_or_default()),
                Cell::plain(units(total(free))),
                Cell::plain(largest(free).map_or(0.0, Block::units)),
                Cell::plain(texts.join(", ")),
            ]
        })
        .collect();
    finding.summary = format!("{} of {count} racks have {} free units in one piece", found.len(), number(wanted));
    Ok(finding)
}

fn row(rack: &Rack, free: &[Block], kind: &ObjectType) -> Map<String, Value> {
    let mut row = Map::from_iter([("rack".to_owned(), json!(rack.name))]);
    let site = rack.site.as_ref().filter(|_| !matches!(kind.name, "dcim.site" | "dcim.location"));
    for (field, value) in [("site", site), ("location", rack.location.as_ref())] {
        if let Some(value) = value {
            row.insert(field.to_owned(), json!(value));
        }
    }
    row.insert("largest".to_owned(), json!(largest(free).map(Block::text)));
    row.insert("free_units".to_owned(), units(total(free)));
    row
}

fn rack(object: &Value) -> Option<(u64, Rack)> {
    let whole = |field: &str| object.get(field).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
    let rack = Rack {
        cell: named(object),
        name: name(object),
        site: name_in(object, "site"),
        location: name_in(object, "location"),
        units: Units::new(whole("starting_unit").unwrap_or(1), whole("u_height").unwrap_or_default()),
    };
    Some((object.get("id")?.as_u64()?, rack))
}

fn mounted(object: &Value) -> Option<Mounted> {
    let face = match choice_in(object, "face").as_deref() {
        Some("front") => Some(Face::Front),
        Some("rear") => Some(Face::Rear),
        _ => None,
    };
    Some(Mounted {
        rack: id_in(object, "rack")?,
        first: halves(object.get("position")?.as_f64()?)?,
        face,
        device_type: id_in(object, "device_type")?,
    })
}

/// Height in half units and whether it takes both faces, of each device type.
async fn sizes(call: &Call<'_>, types: &[u64]) -> Result<HashMap<u64, (u32, bool)>, Problem> {
    if types.is_empty() {
        return Ok(HashMap::new());
    }
    let query = Query::new().with("fields", "id,u_height,is_full_depth");
    let found = pages::of_ids(call, "dcim/device-types/", &query, ("id", types), 5_000, |row| {
        let full_depth = row.get("is_full_depth").and_then(Value::as_bool).unwrap_or(true);
        Some((row.get("id")?.as_u64()?, (halves(row.get("u_height")?.as_f64()?)?, full_depth)))
    })
    .await;
    Ok(found.map_err(|error| error.problem())?.rows.into_iter().collect())
}
