//! What is missing or wrong, tags and custom fields, and what may be asked at all.

use super::super::plan::tell;
use super::{Entry, Tell};

const AGGREGATE: &str = "netbox_aggregate";
const OBJECTS: &str = "netbox_get_objects";
const DESCRIBE: &str = "netbox_describe";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "no-primary-address",
        wordings: &[
            "which devices have no primary (ip|address|ip address)",
            "devices (without|with no) (a|) (management|primary) (address|ip) (by|per) role",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","filters":{"has_primary_ip":false},"group_by":["role"],"top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device has:devices have}** no primary IP address, over {=total:role:roles}",
            none: "**Every device** has a primary IP address",
        },
    },
    Entry {
        id: "missing-values",
        wordings: &[
            "how complete are our devices (serials tenants platforms descriptions|)",
            "how many devices (lack|are missing|have no) (a|) serial asset tag tenant platform or description",
            "what is missing (on|at|in) our devices",
            "how many devices (lack|have no|are without|are missing) (a|) serial (number|)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","missing":["serial","asset_tag","tenant","platform","description","primary_ip"]}"#,
        tell: Tell::With(tell::quality::missing),
    },
    Entry {
        id: "naming-pattern",
        wordings: &[
            "which device names do not end in a number",
            "devices whose name breaks the pattern ends in digits",
            "devices whose name does not end in a number",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.device","filters":{"name__regex":"[^0-9]$"},"fields":["name"],"ordering":"name","limit":3}"#,
        tell: Tell::Listed {
            lead: "**{=total:device:devices}** with a name that does not end in a number",
            none: "**Every name** of a device ends in a number",
        },
    },
    Entry {
        id: "duplicate-serials",
        wordings: &[
            "are there devices with the same serial (number|)",
            "(are there|do we have|) (any|) duplicate (serials|serial numbers)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","filters":{"serial__empty":false},"duplicates":["serial"],"top":3}"#,
        tell: Tell::With(tell::quality::duplicate_serials),
    },
    Entry {
        id: "tags-in-use",
        wordings: &["which tags do we use (and how often|)", "tags by number of (objects|uses)"],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"extras.tag","fields":["name","tagged_items"],"ordering":"name","limit":10}"#,
        tell: Tell::Listed { lead: "**{=total:tag:tags}**", none: "NetBox shows **no tags**" },
    },
    Entry {
        id: "by-custom-field",
        wordings: &["how many devices (are there|do we have|) (per|by) environment", "devices (per|by) environment"],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","group_by":["cf_environment"]}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:device:devices}** in {=total:environment:environments}",
            none: "NetBox shows **no devices**",
        },
    },
    Entry {
        id: "custom-fields-of-type",
        wordings: &[
            "which custom fields (do devices have|exist|are there) (for devices|)",
            "what extra fields can i filter devices by",
            "what custom fields (do devices have|exist|are there) (for devices|)",
        ],
        find: "",
        tool: DESCRIBE,
        input: r#"{"object_type":"dcim.device","about":"custom fields"}"#,
        tell: Tell::With(tell::quality::custom_fields),
    },
    Entry {
        id: "values-of-status",
        wordings: &[
            "(which|what) (statuses|states) can a device have",
            "possible (values|states) of (a|the) (devices|device) status",
        ],
        find: "",
        tool: DESCRIBE,
        input: r#"{"object_type":"dcim.device","about":"status"}"#,
        tell: Tell::With(tell::quality::statuses),
    },
    Entry {
        id: "filters-of-type",
        wordings: &[
            "(which|what) filters do devices have",
            "(by what|how) can i filter devices",
            "what can i filter devices by",
        ],
        find: "",
        tool: DESCRIBE,
        input: r#"{"object_type":"dcim.device"}"#,
        tell: Tell::With(tell::quality::filters),
    },
    Entry {
        id: "types-here",
        wordings: &[
            "(which|what) (object|) types (exist|are there|does this netbox have|are there here)",
            "what kinds of objects are (there|in this netbox)",
        ],
        find: "",
        tool: DESCRIBE,
        input: "{}",
        tell: Tell::With(tell::quality::types),
    },
    Entry {
        id: "compliance-address",
        wordings: &[
            "does every active device (at|in) {site} have a primary (address|ip)",
            "compliance active devices of {site} without a primary ip",
            "active devices (at|of|in) {site} without a primary (ip|address)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.device","filters":{"site":"{site}","status":"active"},"missing":["primary_ip"]}"#,
        tell: Tell::With(tell::quality::compliance),
    },
    Entry {
        id: "descriptions-with-word",
        wordings: &["which interfaces mention {word} in their description", "(ports|interfaces) described with {word}"],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.interface","filters":{"description__ic":"{word}"},"fields":["name","device","description"],"ordering":"id","limit":3}"#,
        tell: Tell::Listed {
            lead: "**{=total:interface mentions:interfaces mention}** “{word}” in the description",
            none: "**No interface** mentions “{word}”",
        },
    },
];
