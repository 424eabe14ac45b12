//! In what numbers are counted. NetBox sends them bare: a commit rate of 1000000 is a gigabit, and a length of 3 may be
//! three metres or three feet, which another field says.

use serde_json::{Map, Value, json};

use crate::server::netbox::ObjectType;
use crate::server::netbox::catalogue::Endpoint;

/// The field beside `field` that says its unit.
pub(super) fn beside(endpoint: &Endpoint, field: &str) -> Option<&'static str> {
    let name = match field {
        "max_weight" => "weight_unit".to_owned(),
        "outer_width" | "outer_height" | "outer_depth" => "outer_unit".to_owned(),
        field => format!("{field}_unit"),
    };
    endpoint.fields.iter().copied().find(|known| *known == name)
}

/// The unit that NetBox always means.
pub(super) fn fixed(kind: &ObjectType, field: &str) -> Option<&'static str> {
    Some(match (kind.name, field.rsplit('.').next().unwrap_or(field)) {
        (_, "speed" | "commit_rate" | "port_speed" | "upstream_speed") => "kbit/s",
        (_, "memory" | "disk" | "allocated_memory" | "allocated_disk") | ("virtualization.virtualdisk", "size") => "MB",
        (_, "maximum_draw" | "allocated_draw") => "W",
        (_, "voltage") => "V",
        (_, "amperage") => "A",
        (_, "available_power") => "VA",
        (_, "tx_power") => "dBm",
        (_, "rf_channel_frequency" | "rf_channel_width") => "MHz",
        (_, "mounting_depth") => "mm",
        _ => return None,
    })
}

/// The units of those columns that have one.
pub(super) fn of<'a>(
    kind: Option<&ObjectType>,
    columns: impl IntoIterator<Item = &'a str>,
) -> Option<Map<String, Value>> {
    let kind = kind?;
    let units: Map<String, Value> =
        columns.into_iter().filter_map(|name| Some((name.to_owned(), json!(fixed(kind, name)?)))).collect();
    (!units.is_empty()).then_some(units)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::netbox::{catalogue, object_type};

    #[test]
    fn units_stand_beside_or_are_known() {
        let cables = catalogue::endpoint("dcim/cables").unwrap();
        assert_eq!((beside(cables, "length"), beside(cables, "status")), (Some("length_unit"), None));
        let racks = catalogue::endpoint("dcim/racks").unwrap();
        assert_eq!(
            (beside(racks, "max_weight"), beside(racks, "outer_width")),
            (Some("weight_unit"), Some("outer_unit"))
        );
        let circuit = object_type::by_name("circuits.circuit").unwrap();
        assert_eq!(Value::Object(of(Some(circuit), ["cid", "commit_rate"]).unwrap()), json!({"commit_rate": "kbit/s"}));
        assert_eq!(of(object_type::by_name("ipam.iprange"), ["size"]), None);
    }
}
