//! Fields that NetBox computes with a method of their own.

use serde_json::{Value as Json, json};

use super::super::schema::{Field, schema};
use super::super::store::{Object, Value};
use super::{Mode, Scope};

/// Counts over a whole tree: the type with the count, its name, and the type and column that are counted.
const TREE_COUNTS: [(&str, &str, &str, &str); 11] = [
    ("dcim.region", "site_count", "dcim.site", "region"),
    ("dcim.sitegroup", "site_count", "dcim.site", "group"),
    ("dcim.location", "rack_count", "dcim.rack", "location"),
    ("dcim.location", "device_count", "dcim.device", "location"),
    ("dcim.devicerole", "device_count", "dcim.device", "role"),
    ("dcim.devicerole", "virtualmachine_count", "virtualization.virtualmachine", "role"),
    ("dcim.platform", "device_count", "dcim.device", "platform"),
    ("dcim.platform", "virtualmachine_count", "virtualization.virtualmachine", "platform"),
    ("tenancy.tenantgroup", "tenant_count", "tenancy.tenant", "group"),
    ("tenancy.contactgroup", "contact_count", "tenancy.contact", "groups"),
    ("wireless.wirelesslangroup", "wirelesslan_count", "wireless.wirelesslan", "group"),
];

impl Scope<'_> {
    /// The value of a computed field; nothing if NetBox leaves it out here.
    pub(super) fn special(&self, object: Object, field: &Field, mode: Mode) -> Option<Json> {
        let store = self.store;
        let kind = schema().kind(object.kind);
        if let Some((_, _, counted, by)) =
            TREE_COUNTS.iter().find(|(name, count, ..)| *name == kind.name && *count == field.name)
        {
            return match mode {
                Mode::Own => Some(json!(self.tree_count(object, counted, by))),
                Mode::Brief => Some(json!(0)),
                Mode::Named => None,
            };
        }
        let list = |objects: &[Object]| objects.iter().map(|object| self.brief(*object)).collect::<Json>();
        let kind_of =
            |objects: &[Object]| objects.first().map_or(Json::Null, |first| json!(schema().kind(first.kind).name));
        let number = |name: &str| match store.get(object, name) {
            Value::Int(number) => number,
            _ => 0,
        };
        Some(match (kind.name, field.name) {
            ("ipam.prefix", "_depth" | "children") => {
                self.value(&store.get(object, &format!("_{}", field.name.trim_start_matches('_'))))
            }
            (_, "_depth") => json!(store.ancestors(object).len() - 1),
            (_, "_occupied") => json!(self.occupied(object)),
            (_, "link_peers") => list(&store.link_peers(object)),
            (_, "link_peers_type") => kind_of(&store.link_peers(object)),
            (_, "connected_endpoints" | "connected_endpoints_type" | "connected_endpoints_reachable") => {
                let path = store.path(object);
                let ends = path.as_ref().map_or(&[][..], |path| path.destinations());
                match field.name {
                    "connected_endpoints" if ends.is_empty() => Json::Null,
                    "connected_endpoints" => list(ends),
                    "connected_endpoints_type" => kind_of(ends),
                    _ => json!(path.as_ref().is_some_and(|path| path.is_complete && path.is_active)),
                }
            }
            ("dcim.cable", "a_terminations") => self.cable_end(object, "A"),
            ("dcim.cable", "b_terminations") => self.cable_end(object, "B"),
            ("dcim.frontport" | "dcim.frontporttemplate", "rear_ports") => {
                self.mappings(object, "front_port", "rear_port")
            }
            ("dcim.rearport" | "dcim.rearporttemplate", "front_ports") => {
                self.mappings(object, "rear_port", "front_port")
            }
            ("dcim.interface" | "virtualization.vminterface", "mac_address") => {
                let primary = store.reference(object, "primary_mac_address");
                primary.map_or(Json::Null, |mac| self.value(&store.get(mac, "mac_address")))
            }
            (_, "count_ipaddresses") => json!(store.related(object, "ip_addresses").len()),
            (_, "count_fhrp_groups") => json!(store.related(object, "fhrp_group_assignments").len()),
            ("dcim.macaddress", "is_primary") => {
                let holder = store.reference(object, "assigned_object");
                json!(holder.and_then(|holder| store.reference(holder, "primary_mac_address")) == Some(object))
            }
            (_, "config_context") => json!({}),
            ("dcim.rackreservation", "unit_count") => json!(store.json(object, "units").as_array().map_or(0, Vec::len)),
            ("ipam.vlangroup", "vid_ranges") => self.value(&store.get(object, "vid_ranges")),
            ("ipam.vlangroup", "utilization") => {
                let total = number("total_vlan_ids");
                let used = store.related(object, "vlans").len();
                #[allow(clippy::cast_precision_loss, reason = "VLAN ids are 4094 at most")]
                let share = (total > 0).then(|| used as f64 * 100.0 / total as f64);
                share.map_or(Json::Null, |share| Json::String(format!("{share:.2}")))
            }
            // Declared, but not counted for an answer: NetBox leaves it out.
            ("ipam.asnrange", "asn_count") => return None,
            (_, "family") => self.family(object),
            ("ipam.service" | "ipam.servicetemplate", "ports") => {
                self.legacy_ports(object).map_or(Json::Null, |(_, ports)| json!(ports))
            }
            ("ipam.service" | "ipam.servicetemplate", "protocol") => {
                self.legacy_ports(object).map_or(Json::Null, |(protocol, _)| {
                    let label = schema().choices(field.argument).iter().find(|(value, _)| *value == protocol);
                    json!({"value": protocol, "label": label.map_or("", |(_, label)| *label)})
                })
            }
            ("dcim.cablebundle", "cable_count") => json!(store.related(object, "cables").len()),
            ("extras.customfieldchoiceset", "choices_count") => {
                json!(store.json(object, "extra_choices").as_array().map_or(0, Vec::len))
            }
            ("extras.customfield", "data_type") => json!(match store.text(object, "type") {
                "integer" => "integer",
                "decimal" => "decimal",
                "boolean" => "boolean",
                "json" | "object" => "object",
                "multiselect" | "multiobject" => "array",
                _ => "string",
            }),
            ("virtualization.cluster", sum @ ("allocated_vcpus" | "allocated_memory" | "allocated_disk")) => {
                if mode != Mode::Own {
                    return None;
                }
                self.allocated(object, &sum["allocated_".len()..])
            }
            ("users.group", "user_count") => json!(self.many(object, "user").len()),
            // Nothing there before, or nothing left: no null, but no columns.
            ("core.objectchange", "prechange_data" | "postchange_data") => match self.column(object, field.name) {
                Json::Null => json!({}),
                data => data,
            },
            ("core.objecttype", name) => Self::object_type(object, name),
            _ => Json::Null,
        })
    }

    fn tree_count(&self, object: Object, counted: &str, by: &str) -> usize {
        let counted = schema().id(counted);
        let below = self.store.descendants(object);
        let mut found: Vec<u32> =
            below.iter().flat_map(|node| self.store.pointing(counted, by, *node)).map(|(_, id)| *id).collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    }

    /// Whether something is plugged in, or marked as if it were.
    pub fn occupied(&self, object: Object) -> bool {
        self.store.reference(object, "cable").is_some()
            || self.store.reference(object, "wireless_link").is_some()
            || self.store.get(object, "mark_connected") == Value::Bool(true)
    }

    fn cable_end(&self, cable: Object, end: &str) -> Json {
        let ends = self.store.terminations(cable, end).into_iter();
        ends.map(|object| {
            json!({
                "object_type": schema().kind(object.kind).name,
                "object_id": object.id,
                "object": self.brief(object),
            })
        })
        .collect()
    }

    fn mappings(&self, port: Object, from: &str, to: &str) -> Json {
        let store = self.store;
        store
            .related(port, "mappings")
            .into_iter()
            .map(|mapping| {
                let position = |side: &str| self.value(&store.get(mapping, &format!("{side}_position")));
                let other = store.reference(mapping, to).map(|port| port.id);
                json!({"position": position(from), to: other, (format!("{to}_position")): position(to)})
            })
            .collect()
    }

    fn family(&self, object: Object) -> Json {
        let network =
            ["address", "prefix", "start_address"].into_iter().find_map(|name| match self.store.get(object, name) {
                Value::Network(network) => Some(network),
                _ => None,
            });
        network.map_or(Json::Null, |network| {
            let family = network.family();
            json!({"value": family, "label": format!("IPv{family}")})
        })
    }

    /// A service's protocol and ports, if it has a single protocol (the form before 4.7).
    pub fn legacy_ports(&self, object: Object) -> Option<(String, Vec<u16>)> {
        let mappings = self.store.json(object, "port_mappings");
        let pairs: Vec<(&str, u16)> = mappings
            .as_array()?
            .iter()
            .filter_map(|mapping| mapping.as_str()?.split_once('/'))
            .filter_map(|(protocol, port)| Some((protocol, port.parse().ok()?)))
            .collect();
        let (first, _) = *pairs.first()?;
        pairs
            .iter()
            .all(|(protocol, _)| *protocol == first)
            .then(|| (first.to_owned(), pairs.iter().map(|(_, port)| *port).collect()))
    }

    fn allocated(&self, cluster: Object, what: &str) -> Json {
        let machines = self.store.related(cluster, "virtual_machines").into_iter();
        let values: Vec<Value> =
            machines.map(|machine| self.store.get(machine, what)).filter(|v| *v != Value::Null).collect();
        if values.is_empty() {
            return Json::Null;
        }
        let millionths: i64 = values
            .iter()
            .map(|value| match value {
                Value::Int(value) => value * 1_000_000,
                Value::Decimal(value) => *value,
                _ => 0,
            })
            .sum();
        if what == "vcpus" { self.value(&Value::Decimal(millionths)) } else { json!(millionths / 1_000_000) }
    }

    fn object_type(object: Object, name: &str) -> Json {
        let kind = schema().kind(u16::try_from(object.id).unwrap_or_default());
        match name {
            "app_name" => json!(kind.app_name),
            "model_name" => json!(kind.singular),
            "model_name_plural" => json!(kind.plural),
            "is_plugin_model" => json!(false),
            "rest_api_endpoint" if kind.list.is_empty() => Json::Null,
            "rest_api_endpoint" => json!(kind.list),
            _ => Json::Null,
        }
    }
}
