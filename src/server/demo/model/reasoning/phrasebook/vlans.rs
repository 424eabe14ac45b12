//! VLANs, their numbers, and who carries them.

use super::super::plan::tell;
use super::{Entry, Tell};

const AGGREGATE: &str = "netbox_aggregate";
const OBJECTS: &str = "netbox_get_objects";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "vlan-prefix",
        wordings: &[
            "(which|what) (prefix|subnet) (belongs to|is in|is) vlan {vid} (at|in|of) {site}",
            "(prefix|subnet) of vlan {vid} (at|in|of) {site}",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"ipam.prefix","filters":{"vlan_vid":"{vid}","site":"{site}"},"fields":["prefix","vlan"],"ordering":"prefix","limit":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:prefix:prefixes}** in VLAN {vid} at {site}",
            none: "NetBox shows **no prefix** in VLAN {vid} at {site}",
        },
    },
    Entry {
        id: "free-vlan-ids",
        wordings: &[
            "which vlan ids are (free|left|available) in {group}",
            "how many vlan ids are (free|left|available) in {group}",
            "(what is|) (the|) (next|first) free vlan (id|) (of|in) {group}",
            "free vlan ids (of|in) {group}",
        ],
        find: "",
        tool: "netbox_ip_space",
        input: r#"{"question":"free_vlans","vlan_group":"{group}","limit":5}"#,
        tell: Tell::With(tell::space::free_vlans),
    },
    Entry {
        id: "vlans-without-prefix",
        wordings: &[
            "which vlans have no (prefix|subnet)",
            "vlans (without|with no) (a prefix|a subnet|prefixes|subnets|prefix)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"ipam.vlan","compare":{"object_type":"ipam.prefix","field":"vlan","keep":"without"},"top":3}"#,
        tell: Tell::Listed {
            lead: "**{=total:VLAN:VLANs}** without a prefix, of {=objects}",
            none: "**Every one of the {=objects} VLANs** has a prefix",
        },
    },
    Entry {
        id: "interfaces-in-vlan",
        wordings: &[
            "which (ports|interfaces) are in vlan {vid} (of|at|in) {site}",
            "how many (ports|interfaces) carry vlan {vid} (of|at|in) {site}",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.interface","filters":{"site":"{site}","vlan":"{vid}"},"group_by":["device"],"top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:interface:interfaces}** in VLAN {vid} at {site}, on {=total:device:devices}",
            none: "NetBox shows **no interface** in VLAN {vid} at {site}",
        },
    },
    Entry {
        id: "vlan-by-number",
        wordings: &["where is vlan {vid} used", "which sites have (a|) vlan {vid}", "where do we use vlan {vid}"],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"ipam.vlan","filters":{"vid":"{vid}"},"fields":["name","site"],"ordering":"id","limit":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:VLAN has:VLANs have}** the number {vid}",
            none: "NetBox shows **no VLAN** {vid}",
        },
    },
    Entry {
        id: "vlans-by-role",
        wordings: &["how many vlans are there (for each|per|by) role", "vlans (by|per) role"],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"ipam.vlan","group_by":["role"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:VLAN:VLANs}** in {=total:role:roles}",
            none: "NetBox shows **no VLANs**",
        },
    },
];
