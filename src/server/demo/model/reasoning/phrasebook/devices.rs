//! Devices: how many, which, where, and what is printed on them.

use super::super::plan::tell;
use super::{Entry, Tell};

const AGGREGATE: &str = "netbox_aggregate";
const OBJECTS: &str = "netbox_get_objects";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "devices-per-site-and-role",
        wordings: &[
            "(how many|) devices (are there|do we have|) (per|by) site and role (the ten largest|)",
            "which site has most of which kind of device",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","group_by":["site","role"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device:devices}** in {=total} groups of site and role",
            none: "NetBox shows **no devices**",
        },
    },
    Entry {
        id: "devices-per-role",
        wordings: &[
            "(how many|) devices (of|for|in|with) each role (do we have|are there|)",
            "(break|split) (our|the|all|) devices (down|up|) by role",
            "(our|) devices (per|by) role",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","group_by":["role"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device:devices}** in {=total:device role:device roles}",
            none: "NetBox shows **no devices**",
        },
    },
    Entry {
        id: "devices-of-manufacturer",
        wordings: &[
            "(what|which) {manufacturer} devices do we (run|have|use)",
            "(our|) {manufacturer} models (with numbers|and their numbers)",
            "which models of {manufacturer} do we (run|have|use)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","filters":{"manufacturer":"{manufacturer}"},"group_by":["device_type"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device:devices}** made by {manufacturer}, of {=total:model:models}",
            none: "NetBox shows **no devices** made by {manufacturer}",
        },
    },
    Entry {
        id: "devices-per-manufacturer",
        wordings: &[
            "which (manufacturers|vendors) devices do we have and how many",
            "(how many|) devices (are there|do we have|) (by|per|of each|for each) (vendor|manufacturer)",
            "which manufacturers do we (use|buy from)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","group_by":["device_type.manufacturer"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device:devices}** of {=total:manufacturer:manufacturers}",
            none: "NetBox shows **no devices**",
        },
    },
    Entry {
        id: "devices-per-type",
        wordings: &[
            "(how many|) devices (are there|do we have|) (by|per|of each|for each) (model|type|device type|hardware model)",
            "which device (models|types) do we have most of",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","group_by":["device_type"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device:devices}** of {=total:model:models}",
            none: "NetBox shows **no devices**",
        },
    },
    Entry {
        id: "devices-per-region",
        wordings: &[
            "(how many|) devices (are there|do we have|) (in each|per|by) region",
            "group the devices by (the|) region (of their site|)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","group_by":["site.region"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device:devices}** in {=total:region:regions}",
            none: "NetBox shows **no devices**",
        },
    },
    Entry {
        id: "devices-by-status",
        wordings: &[
            "which statuses do our devices have",
            "(how many|) devices (are there|do we have|) (by|per|of each|in each) (status|state)",
            "how many devices are active planned failed (and so on|and the like|)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","group_by":["status"]}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device:devices}** in {=total:state:states}",
            none: "NetBox shows **no devices**",
        },
    },
    Entry {
        id: "primary-address",
        wordings: &[
            "(what is|whats|what's) the (management|primary|mgmt) (address|ip|ip address) of {device}",
            "(primary|management) (ip|address) of {device}",
            "how do i reach {device}",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.device","filters":{"name":"{device}"},"fields":["name","primary_ip4","primary_ip6","oob_ip"]}"#,
        tell: Tell::With(tell::devices::primary_address),
    },
    Entry {
        id: "serial",
        wordings: &[
            "(which|what) device has (the|) serial (number|) {serial}",
            "(find|search|look up|search for|) (the|) serial (number|) {serial}",
        ],
        find: "",
        tool: "netbox_search_objects",
        input: r#"{"query":"{serial}","object_types":["dcim.device"],"fields":["name","serial","site"],"limit":3}"#,
        tell: Tell::With(tell::devices::by_serial),
    },
    Entry {
        id: "asset-tag",
        wordings: &[
            "what is asset (tag|) {tag}",
            "(look up|find|search for|) (the|) asset (tag|) {tag}",
            "which device has (the|) asset tag {tag}",
        ],
        find: "",
        tool: "netbox_search_objects",
        input: r#"{"query":"{tag}","object_types":["dcim.device"],"fields":["name","asset_tag","site"],"limit":3}"#,
        tell: Tell::With(tell::devices::by_asset_tag),
    },
    Entry {
        id: "hostname-fragment",
        wordings: &[
            "which devices have {fragment} in their name",
            "(find|) all (hosts|devices) (named|called) like {fragment}",
            "(hosts|devices) with {fragment} in (the|their) name",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.device","filters":{"name__ic":"{fragment}"},"fields":["name","site","role","status"],"ordering":"name","limit":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:device has:devices have}** “{fragment}” in the name",
            none: "NetBox shows **no device** with “{fragment}” in its name",
        },
    },
    Entry {
        id: "devices-of-tenant",
        wordings: &[
            "which roles of devices does {tenant} have",
            "(count|) (the|) devices of (the|) tenant {tenant} (by|per) role",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","filters":{"tenant":"{tenant}"},"group_by":["role"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device:devices}** of tenant {tenant}, in {=total:role:roles}",
            none: "NetBox shows **no devices** of tenant {tenant}",
        },
    },
    Entry {
        id: "stack-members",
        wordings: &[
            "which devices (form|are in) (the|) (virtual chassis|stack) {chassis}",
            "members of (the|) (virtual chassis|stack) {chassis}",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.device","filters":{"virtual_chassis_id":"{chassis}"},"fields":["name","vc_position"],"ordering":"vc_position","limit":10}"#,
        tell: Tell::Listed {
            lead: "**{=total:member:members}** in the virtual chassis {chassis}",
            none: "NetBox shows **no members** of {chassis}",
        },
    },
    Entry {
        id: "models-in-several-sites",
        wordings: &[
            "which (device|) models are (used|found) at more than (three|3) sites",
            "(device|) models that are spread over more than (three|3) sites",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","group_by":["device_type"],"measures":["distinct:site"],"having":"distinct:site > 3","ordering":"-distinct:site","top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=total:model is:models are}** used at more than three sites",
            none: "**No model** is used at more than three sites",
        },
    },
    Entry {
        id: "smallest-sites",
        wordings: &["which sites have the fewest devices", "(what are|) our smallest sites (by number of devices|)"],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.site","fields":["name","device_count"],"ordering":["device_count","name"],"limit":3}"#,
        tell: Tell::With(tell::devices::smallest_sites),
    },
    Entry {
        id: "unracked-devices",
        wordings: &[
            "which devices (are|) (at|of|in) {site} (but in no rack|are in no rack|without a rack|have no rack)",
            "devices (of|at|in) {site} (without a rack|in no rack) (by role|)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","filters":{"site":"{site}","rack_id":"null"},"group_by":["role"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device:devices}** at {site} without a rack",
            none: "**Every device** at {site} is in a rack",
        },
    },
];
