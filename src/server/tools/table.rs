//! The table of tools: name, description for a model, schema of the arguments.

use serde_json::{Value, json};

use super::Definition;

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    GetChangelogs,
    GetObjectById,
    GetObjects,
    IpSpace,
    SearchObjects,
    Topology,
}

impl Tool {
    /// Every tool, sorted by name.
    pub(super) const ALL: [Self; 6] = [
        Self::GetChangelogs,
        Self::GetObjectById,
        Self::GetObjects,
        Self::IpSpace,
        Self::SearchObjects,
        Self::Topology,
    ];

    pub(super) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::GetChangelogs => "netbox_get_changelogs",
            Self::GetObjectById => "netbox_get_object_by_id",
            Self::GetObjects => "netbox_get_objects",
            Self::IpSpace => "netbox_ip_space",
            Self::SearchObjects => "netbox_search_objects",
            Self::Topology => "netbox_topology",
        }
    }

    pub(super) fn definition(self) -> Definition {
        Definition {
            name: self.name().to_owned(),
            description: self.description().to_owned(),
            input_schema: self.input_schema(),
        }
    }

    /// A call that works, for descriptions and for whoever sent arguments of a wrong shape.
    pub(super) fn example(self) -> &'static str {
        match self {
            Self::GetChangelogs => {
                r#"{"filters":{"action":"update","changed_object_type":"dcim.device","time_after":"2026-01-15T00:00:00Z"},"limit":20}"#
            }
            Self::GetObjectById => r#"{"object_type":"dcim.device","object_id":42}"#,
            Self::GetObjects => {
                r#"{"object_type":"dcim.device","filters":{"site":"Cleveland 01","status":"active"},"fields":["name","role","rack","primary_ip"],"limit":50}"#
            }
            Self::IpSpace => r#"{"question":"next_address","prefix":"10.17.0.0/24"}"#,
            Self::SearchObjects => r#"{"query":"core-sw","object_types":["dcim.device","ipam.ipaddress"]}"#,
            Self::Topology => r#"{"question":"trace","device":"cle-01-sw-1","name":"GigabitEthernet1/0/1"}"#,
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::GetChangelogs => CHANGELOGS,
            Self::GetObjectById => OBJECT,
            Self::GetObjects => OBJECTS,
            Self::IpSpace => IP_SPACE,
            Self::SearchObjects => SEARCH,
            Self::Topology => TOPOLOGY,
        }
    }

    fn input_schema(self) -> Value {
        let object_type = json!({"type": "string", "description": "app.model, such as dcim.site or ipam.prefix"});
        let fields = json!({"type": "array", "items": {"type": "string"}, "description": "Only these fields. Related objects come as name plus <field>_id. Custom fields: cf_<name>"});
        let filters =
            |description: &str| json!({"type": "object", "additionalProperties": true, "description": description});
        let limit = |default: u32| json!({"type": "integer", "minimum": 1, "maximum": 100, "default": default});
        let offset = json!({"type": "integer", "minimum": 0, "default": 0});
        let ordering = |description: &str| json!({"type": ["string", "array"], "items": {"type": "string"}, "description": description});
        let (properties, required) = match self {
            Self::GetChangelogs => (
                json!({"filters": filters("Such as user, action, changed_object_type, changed_object_id, time_after"), "limit": limit(20), "offset": offset, "ordering": ordering("A field, descending with -; -time unless given")}),
                json!([]),
            ),
            Self::GetObjectById => (
                json!({"object_type": object_type, "object_id": {"type": "integer", "minimum": 1}, "fields": fields, "brief": {"type": "boolean", "default": false}}),
                json!(["object_type", "object_id"]),
            ),
            Self::GetObjects => (
                json!({
                    "object_type": object_type,
                    "filters": filters("NetBox filters; all must hold; a list of values means any of them"),
                    "fields": fields,
                    "brief": {"type": "boolean", "default": false},
                    "limit": limit(5),
                    "offset": offset,
                    "ordering": ordering("A field, descending with -, such as -device_count"),
                }),
                json!(["object_type"]),
            ),
            Self::IpSpace => (
                json!({
                    "question": {"type": "string", "enum": super::ip_space::QUESTIONS},
                    "prefix": {"type": ["string", "integer"], "description": "CIDR or id"},
                    "address": {"type": "string"},
                    "vrf": {"type": ["string", "integer"], "description": "Name, RD or id; \"global\" for none"},
                    "length": {"type": "integer", "minimum": 1, "maximum": 128},
                    "vlan_group": {"type": ["string", "integer"]},
                    "filters": filters("Of prefixes, for many"),
                    "over": {"type": "number", "description": "Percent"},
                    "limit": limit(10),
                }),
                json!(["question"]),
            ),
            Self::Topology => (
                json!({
                    "question": {"type": "string", "enum": super::topology::QUESTIONS},
                    "object_type": object_type,
                    "object_id": {"type": "integer", "minimum": 1},
                    "name": {"type": "string"},
                    "device": {"type": "string", "description": "The device of the port called name"},
                    "site": {"type": "string", "description": "Where several racks have this name"},
                    "to": {"type": "string", "description": "path: the other device"},
                    "face": {"type": "string", "enum": ["front", "rear"]},
                    "units": {"type": "number", "description": "elevation: free units wanted in one piece"},
                    "type": {"type": "string", "description": "free_ports: kind of port, such as 10gbase-x-sfpp"},
                    "limit": limit(20),
                }),
                json!(["question"]),
            ),
            Self::SearchObjects => (
                json!({
                    "query": {"type": "string", "description": "Part of a name, address, serial, ..."},
                    "object_types": {"type": "array", "items": {"type": "string"}},
                    "fields": fields,
                    "limit": limit(5),
                }),
                json!(["query"]),
            ),
        };
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    }
}

const OBJECTS: &str = r#"Lists, filters and counts objects of one type in NetBox.

The answer has "total" (how many match in all, exact), "returned", "truncated" and "next_offset". To count, use limit 1 and read "total". Never count rows yourself when "truncated" is true.

Types (app.model): dcim.site region sitegroup location rack device devicetype devicerole manufacturer platform interface frontport rearport cable consoleport powerport poweroutlet powerfeed powerpanel virtualchassis inventoryitem module macaddress; ipam.prefix ipaddress iprange vlan vlangroup vrf aggregate asn rir role service fhrpgroup; circuits.circuit circuittermination provider; virtualization.virtualmachine cluster vminterface; tenancy.tenant contact contactassignment; vpn.tunnel l2vpn; wireless.wirelesslan; extras.tag journalentry customfield; and every other NetBox type.

Filters: site, region, role, tenant, manufacturer, platform take a slug or a name; <name>_id takes an id or a name. Regions, locations and roles include their children. Choices are lower case (status: active, planned, offline, ...). null means unset. tag: all of them, tag__any: any. Custom fields: cf_<name>. Lookups after the name: __n not, __ic contains, __isw starts with, __iew ends with, __empty, __gt __gte __lt __lte, __regex; there is no __in, give a list. Useful: q (text search); dcim.device has_primary_ip, rack_id; dcim.interface device_id, kind=physical, occupied, enabled, mac_address; ipam.ipaddress address, parent (a prefix), device_id; ipam.prefix contains (an address), within, within_include, vlan_vid, site, family; ipam.vlan vid, available_at_site (site id); dcim.cable device_id, site_id; circuits.circuit provider, site; dcim.location site. An unknown filter or field is refused with the nearest names.

An interface's "link_peers" is the next hop of its cable, "connected_endpoints" the far end behind patch panels.

Example: {"object_type":"dcim.device","filters":{"site":"Cleveland 01","status":"active"},"fields":["name","role","rack","primary_ip"],"limit":50}"#;

const OBJECT: &str = r#"Gets one object of NetBox with all its fields, by the id that another call returned. Do not guess ids: find the object by name first.

Example: {"object_type":"dcim.device","object_id":42}"#;

const CHANGELOGS: &str = r#"Lists what was changed in NetBox, newest first: when, by whom, what; for updates the fields with [before, after].

Filters: user (name), action (create, update, delete), changed_object_type (dcim.device), changed_object_id, object_repr__ic (part of the name), time_after and time_before (2026-01-15T00:00:00Z), request_id, q. Changes to a device's interfaces are objects of their own: changed_object_type dcim.interface. To count, read "total".

Example: {"filters":{"action":"update","changed_object_type":"dcim.device","time_after":"2026-01-15T00:00:00Z"},"limit":20}"#;

const SEARCH: &str = r#"Searches several types of object at once for a text: names, addresses, serials, descriptions. Use it when you do not know of which type something is; otherwise netbox_get_objects with a filter is exact. Without object_types it searches devices, sites, locations, racks, interfaces, IP addresses, prefixes, VLANs, circuits, providers, virtual machines and tenants. Types without a hit are left out; "errors" says which types could not be searched.

Example: {"query":"core-sw","object_types":["dcim.device","ipam.ipaddress"]}"#;

const IP_SPACE: &str = r#"Answers about address space, computed as NetBox's interface does: next_address (free addresses of a prefix), free_prefixes (free blocks of length in a prefix), free_vlans (of vlan_group), utilization (of one prefix, or of all that filters choose, fullest first, only those over a percentage), whois (what an address is: object, prefixes of each VRF, VLAN, site, device), overlaps (prefixes inside one that is no container, duplicates, ranges), outside (addresses in no prefix).

Example: {"question":"next_address","prefix":"10.17.0.0/24"}"#;

const TOPOLOGY: &str = r#"Answers about cabling and racks: trace (a port, power feed or circuit to its far end), neighbours (of a device), path (from device to device "to"), impact (what is affected if a device, rack, site, circuit, cable, power feed or panel fails), elevation (a rack, or of a site where units are free), free_ports (of a device or site; object_type of the port, interfaces unless given). A port is device and name.

Example: {"question":"trace","device":"cle-01-sw-1","name":"GigabitEthernet1/0/1"}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_all_tools_is_small_and_sorted() {
        let definitions: Vec<_> = Tool::ALL.iter().map(|tool| tool.definition()).collect();
        assert!(definitions.windows(2).all(|pair| pair[0].name < pair[1].name));
        let size: usize = definitions
            .iter()
            .map(|definition| {
                definition.name.len() + definition.description.len() + definition.input_schema.to_string().len()
            })
            .sum();
        assert!(size <= 10 * 1024, "{size} bytes");
        for tool in Tool::ALL {
            assert!(tool.definition().description.ends_with(tool.example()), "{}", tool.name());
            serde_json::from_str::<Value>(tool.example()).unwrap();
        }
    }
}
