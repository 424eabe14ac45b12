//! Power: feeds, who hangs on them, and how much.

use super::super::plan::tell;
use super::{Entry, Tell};

const AGGREGATE: &str = "netbox_aggregate";
const OBJECTS: &str = "netbox_get_objects";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "feeds-of-rack",
        wordings: &[
            "which power feeds does rack {rack} (at|in|of) {site} have",
            "how is rack {rack} (at|in|of) {site} (fed|powered)",
        ],
        find: r#"{"object_type":"dcim.rack","filters":{"site":"{site}","name":"{rack}"},"fields":["name"],"limit":2}"#,
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.powerfeed","filters":{"rack_id":"{id}"},"fields":["name","type","voltage","amperage"],"ordering":"name"}"#,
        tell: Tell::Listed {
            lead: "**{=total:power feed:power feeds}** of rack {rack} at {site}",
            none: "NetBox records **no power feed** of rack {rack} at {site}",
        },
    },
    Entry {
        id: "power-of-device",
        wordings: &[
            "where does {device} get (its|the) power from",
            "which (pdu|) outlets feed {device}",
            "how is {device} powered",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.powerport","filters":{"device":"{device}"},"fields":["name","connected_endpoints"],"ordering":"name"}"#,
        tell: Tell::Listed {
            lead: "**{=total:power port:power ports}** of {device}",
            none: "NetBox records **no power port** of {device}",
        },
    },
    Entry {
        id: "power-draw",
        wordings: &[
            "how much power is allocated (at|in) {site}",
            "sum of the allocated draw (at|in) {site}",
            "power draw (at|in|of) {site}",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.powerport","filters":{"site":"{site}"},"measures":["count","sum:maximum_draw","sum:allocated_draw"]}"#,
        tell: Tell::Facts(
            "**{=sum:allocated_draw} W** are allocated at {site} ({=sum:maximum_draw} W at most), over {=count:power port:power ports}",
        ),
    },
    Entry {
        id: "feeds-per-panel",
        wordings: &[
            "how many feeds does each power panel have",
            "power panels with the number of (their|) feeds",
            "power feeds (per|by) (power|) panel",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.powerfeed","group_by":["power_panel.site","power_panel"],"top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:power feed:power feeds}** on {=total:panel:panels}",
            none: "NetBox shows **no power feeds**",
        },
    },
    Entry {
        id: "free-outlets",
        wordings: &[
            "which (pdu|power|) outlets are free (at|in) {site}",
            "free (power|pdu) outlets (per pdu|) (at|in) {site}",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.poweroutlet","filters":{"site":"{site}","occupied":false},"group_by":["device"],"top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:power outlet is:power outlets are}** free at {site}, on {=total:device:devices}",
            none: "**No power outlet** is free at {site}",
        },
    },
    Entry {
        id: "impact-of-feed",
        wordings: &[
            "what loses power if (the|) feed {feed} (of|at) {site} fails",
            "(which|what) devices hang on (the|) feed {feed} (of|at|in) {site}",
        ],
        find: r#"{"object_type":"dcim.powerfeed","filters":{"site":"{site}","name":"{feed}"},"fields":["name","rack"],"limit":2}"#,
        tool: "netbox_topology",
        input: r#"{"question":"impact","object_type":"dcim.powerfeed","object_id":"{id}","limit":20}"#,
        tell: Tell::With(tell::cabling::impact),
    },
];
