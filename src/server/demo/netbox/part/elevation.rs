//! A rack's elevation: its units from top to bottom in halves, each with the device that fills it.

use serde_json::{Value as Json, json};

use super::super::filter::{Query, values};
use super::super::http::Answer;
use super::super::render::Scope;
use super::super::schema::schema;
use super::super::store::{Object, Value};

/// One face of a rack, in pages like a list.
pub fn elevation(scope: &Scope, rack: Object, query: &Query) -> Answer {
    let store = scope.store;
    let last = |name: &str| values(query, name).last().copied();
    let face = last("face").unwrap_or("front");
    if !matches!(face, "front" | "rear") {
        return Answer::Refused(json!({"face": [format!("\"{face}\" is not a valid choice.")]}));
    }
    let halves = |object: Object, column: &str| match store.get(object, column) {
        Value::Decimal(millionths) => millionths / 500_000,
        Value::Int(units) => units * 2,
        _ => 0,
    };
    let flag = |object: Object, column: &str| store.get(object, column) == Value::Bool(true);
    let height = halves(rack, "u_height");
    let first = halves(rack, "starting_unit").max(2);
    let devices: Vec<(Object, i64, i64)> = store
        .related(rack, "devices")
        .into_iter()
        .filter_map(|device| {
            let kind = store.reference(device, "device_type")?;
            let (position, size) = (halves(device, "position"), halves(kind, "u_height"));
            let here = store.text(device, "face") == face || flag(kind, "is_full_depth");
            (position > 0 && size > 0 && here).then_some((device, position, size))
        })
        .collect();
    let excluded: Vec<u32> = values(query, "exclude").into_iter().filter_map(|id| id.parse().ok()).collect();
    let label = schema().choices("face").iter().find(|(value, _)| *value == face).map(|(_, label)| *label);
    let label = label.unwrap_or(if face == "front" { "Front" } else { "Rear" });
    let mut units: Vec<i64> = (first..first + height).collect();
    if !flag(rack, "desc_units") {
        units.reverse();
    }
    let limit = last("limit").and_then(|text| text.parse::<usize>().ok()).map_or(50, |limit| match limit {
        0 => 1000,
        limit => limit.min(1000),
    });
    let offset = last("offset").and_then(|text| text.parse::<usize>().ok()).unwrap_or_default();
    let count = units.len();
    let rows = units.into_iter().skip(offset).take(limit).map(|half| {
        let device = devices.iter().find(|(device, position, size)| {
            !excluded.contains(&device.id) && (*position..position + size).contains(&half)
        });
        let whole = half / 2;
        let name = if half % 2 == 0 { format!("U{whole}") } else { format!("U{whole}.5") };
        #[allow(clippy::cast_precision_loss, reason = "a rack has at most a few hundred halves")]
        let id = half as f64 / 2.0;
        json!({
            "id": id,
            "name": name,
            "face": {"value": face, "label": label},
            "device": device.map_or(Json::Null, |(device, ..)| scope.brief(*device)),
            "occupied": device.is_some(),
            "display": name,
            "description": device.map_or(Json::Null, |(device, ..)| json!(scope.display(*device))),
        })
    });
    let results: Vec<Json> = rows.collect();
    let path = format!("/api/dcim/racks/{}/elevation/", rack.id);
    let link = |offset: usize| {
        let changes = [("limit", Some(limit.to_string())), ("offset", (offset > 0).then(|| offset.to_string()))];
        json!(super::with_query(scope.base, &path, query, changes.into_iter()))
    };
    let next = if offset + limit < count { link(offset + limit) } else { Json::Null };
    let previous = if offset == 0 { Json::Null } else { link(offset.saturating_sub(limit)) };
    Answer::Json(json!({"count": count, "next": next, "previous": previous, "results": results}))
}
