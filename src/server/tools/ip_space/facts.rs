//! Reading NetBox's prefixes, addresses and ranges as facts to calculate with.

use serde_json::{Map, Value, json};

use super::intervals::Interval;
use super::network::{Family, Network, parse_address};
use super::utilization::{Prefix, Range, Vrf};
use crate::server::tools::finding::{choice_in, id_in, name_in};

/// The fields that [`prefix`] reads.
pub(super) const PREFIX: &str = "id,prefix,vrf,status,is_pool,mark_utilized";
/// The fields that [`host`] reads.
pub(super) const HOST: &str = "id,address,vrf";
/// The fields that [`range`] reads.
pub(super) const RANGE: &str = "id,start_address,end_address,vrf,mark_populated,mark_utilized";

/// A prefix with what it is called by.
#[derive(Clone, Debug)]
pub(super) struct NamedPrefix {
    pub(super) id: u64,
    pub(super) facts: Prefix,
    /// The VRF's name; nothing for the global table.
    pub(super) vrf_name: Option<String>,
    pub(super) status: String,
}

impl NamedPrefix {
    pub(super) fn read(object: &Value) -> Option<Self> {
        Some(Self {
            id: object.get("id")?.as_u64()?,
            facts: prefix(object)?,
            vrf_name: name_in(object, "vrf"),
            status: choice_in(object, "status").unwrap_or_default(),
        })
    }

    /// How it is told to a model: a VRF only where there is one.
    pub(super) fn row(&self) -> Map<String, Value> {
        let mut row = Map::from_iter([("prefix".to_owned(), json!(self.facts.network.to_string()))]);
        if let Some(vrf) = &self.vrf_name {
            row.insert("vrf".to_owned(), json!(vrf));
        }
        row
    }

    /// `10.0.0.0/24 in VRF Guest`.
    pub(super) fn called(&self) -> String {
        format!("{}{}", self.facts.network, in_vrf(self.vrf_name.as_deref()))
    }
}

/// ` in VRF Guest`, or nothing.
pub(super) fn in_vrf(name: Option<&str>) -> String {
    name.map(|name| format!(" in VRF {name}")).unwrap_or_default()
}

pub(super) fn vrf(object: &Value) -> Vrf {
    id_in(object, "vrf")
}

fn flag(object: &Value, field: &str) -> Option<bool> {
    object.get(field).and_then(Value::as_bool)
}

pub(super) fn prefix(object: &Value) -> Option<Prefix> {
    Some(Prefix {
        network: Network::parse(object.get("prefix")?.as_str()?)?,
        vrf: vrf(object),
        is_container: choice_in(object, "status").is_some_and(|status| status == "container"),
        is_pool: flag(object, "is_pool").unwrap_or(false),
        mark_utilized: flag(object, "mark_utilized").unwrap_or(false),
    })
}

/// VRF, family and number of an address, whatever its mask.
pub(super) fn host(object: &Value) -> Option<(Vrf, Family, u128)> {
    let (family, number, _) = parse_address(object.get("address")?.as_str()?)?;
    Some((vrf(object), family, number))
}

pub(super) fn range(object: &Value) -> Option<Range> {
    let (family, first, _) = parse_address(object.get("start_address")?.as_str()?)?;
    let (other, last, _) = parse_address(object.get("end_address")?.as_str()?)?;
    let utilized = flag(object, "mark_utilized").unwrap_or(false);
    (family == other && first <= last).then(|| Range {
        family,
        vrf: vrf(object),
        interval: Interval { first, last },
        // NetBox before 4.3 had one mark for both.
        mark_populated: flag(object, "mark_populated").unwrap_or(utilized),
        mark_utilized: utilized,
    })
}
