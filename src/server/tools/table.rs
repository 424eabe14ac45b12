//! The table of tools: name, description for a model, schema of the arguments.

use serde_json::{Value, json};

use super::Definition;

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Describe,
    GetChangelogs,
    GetObjectById,
    GetObjects,
    Graphql,
    SearchObjects,
}

impl Tool {
    /// Every tool, sorted by name.
    pub(super) const ALL: [Self; 6] = [
        Self::Describe,
        Self::GetChangelogs,
        Self::GetObjectById,
        Self::GetObjects,
        Self::Graphql,
        Self::SearchObjects,
    ];

    pub(super) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Describe => "netbox_describe",
            Self::Graphql => "netbox_graphql",
            Self::GetChangelogs => "netbox_get_changelogs",
            Self::GetObjectById => "netbox_get_object_by_id",
            Self::GetObjects => "netbox_get_objects",
            Self::SearchObjects => "netbox_search_objects",
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
            Self::Describe => super::describe::EXAMPLE,
            Self::Graphql => super::graphql::EXAMPLE,
            Self::GetChangelogs => {
                r#"{"filters":{"action":"update","changed_object_type":"dcim.device","time_after":"2026-01-15T00:00:00Z"},"limit":20}"#
            }
            Self::GetObjectById => r#"{"object_type":"dcim.device","object_id":42}"#,
            Self::GetObjects => {
                r#"{"object_type":"dcim.device","filters":{"site":"Cleveland 01","status":"active"},"fields":["name","role","rack","primary_ip"],"limit":50}"#
            }
            Self::SearchObjects => r#"{"query":"core-sw","object_types":["dcim.device","ipam.ipaddress"]}"#,
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Describe => super::describe::DESCRIPTION,
            Self::Graphql => super::graphql::DESCRIPTION,
            Self::GetChangelogs => CHANGELOGS,
            Self::GetObjectById => OBJECT,
            Self::GetObjects => OBJECTS,
            Self::SearchObjects => SEARCH,
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
            Self::Describe => (
                json!({
                    "object_type": object_type,
                    "about": {"type": "string", "description": "A filter, field or words to narrow it by"},
                }),
                json!([]),
            ),
            Self::Graphql => (
                json!({"query": {"type": "string"}, "variables": {"type": "object", "additionalProperties": true}}),
                json!(["query"]),
            ),
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
