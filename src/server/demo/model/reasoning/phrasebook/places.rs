//! Sites, racks and the room in them.

use super::super::plan::tell;
use super::{Entry, Tell};

const AGGREGATE: &str = "netbox_aggregate";
const OBJECTS: &str = "netbox_get_objects";
const TOPOLOGY: &str = "netbox_topology";
/// Many sites use the same names for their racks.
const FIND_RACK: &str =
    r#"{"object_type":"dcim.rack","filters":{"site":"{site}","name":"{rack}"},"fields":["name"],"limit":2}"#;

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "sites-without-rack",
        wordings: &[
            "(which|are there|do we have|) (any|) sites (have no|without|without any|with no|that have no) (rack|racks)",
            "is there a site without (a rack|racks)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.site","compare":{"object_type":"dcim.rack","field":"site","keep":"without"},"top":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:site:sites}** without a rack, of {=objects}",
            none: "**Every one of the {=objects} sites** has a rack",
        },
    },
    Entry {
        id: "racks-per-site",
        wordings: &[
            "how many racks (are|) (at|in) each site",
            "(how many|) racks (are there|do we have|) (per|by) site",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.rack","group_by":["site"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:rack:racks}** at {=total:site:sites}",
            none: "NetBox shows **no racks**",
        },
    },
    Entry {
        id: "empty-racks",
        wordings: &[
            "(which|how many|are there any|) racks (are|) empty",
            "(which|) racks (without|with no|have no) (a device|devices|any devices)",
            "(are there|) (any|) empty racks",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.rack","compare":{"object_type":"dcim.device","field":"rack","keep":"without"},"top":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:rack is:racks are}** empty, of {=objects}",
            none: "**None of the {=objects} racks** is empty",
        },
    },
    Entry {
        id: "rack-elevation",
        wordings: &[
            "(what is|what's|whats) in rack {rack} (at|in|of) {site}",
            "(the|) elevation of (rack|) {rack} (at|in|of) {site}",
            "(the|) rack {rack} (at|in|of) {site} from top to bottom",
            "what does rack {rack} (at|in|of) {site} look like",
            "draw rack {rack} (at|in|of) {site}",
        ],
        find: FIND_RACK,
        tool: TOPOLOGY,
        input: r#"{"question":"elevation","object_type":"dcim.rack","object_id":"{id}"}"#,
        tell: Tell::With(tell::places::elevation),
    },
    Entry {
        id: "free-units",
        wordings: &[
            "how much (room|space) is (left|free) in rack {rack} (at|in|of) {site}",
            "free units (of|in) (rack|) {rack} (at|in|of|) {site}",
            "where is room for {units} units in rack {rack} (at|in|of) {site}",
            "how many (rack|) units are free in (rack|) {rack} (at|in|of) {site}",
        ],
        find: FIND_RACK,
        tool: TOPOLOGY,
        input: r#"{"question":"elevation","object_type":"dcim.rack","object_id":"{id}"}"#,
        tell: Tell::With(tell::places::free_units),
    },
    Entry {
        id: "impact-of-rack",
        wordings: &[
            "what (fails|breaks|goes down) (if|when) rack {rack} (at|in|of) {site} (loses power|fails|goes down|burns)",
            "what is affected (if|when) (i take down|we take down|) rack {rack} (at|in|of) {site} (fails|goes down|)",
        ],
        find: FIND_RACK,
        tool: TOPOLOGY,
        input: r#"{"question":"impact","object_type":"dcim.rack","object_id":"{id}","limit":5}"#,
        tell: Tell::With(tell::cabling::impact),
    },
    Entry {
        id: "room-at-site",
        wordings: &[
            "where (at|in) {site} is (there|) room for {units} units (in one piece|)",
            "which racks (of|at|in) {site} (can take a device of|have room for) {units} units",
            "which racks (of|at|in) {site} have {units} free units (in one piece|)",
        ],
        find: "",
        tool: TOPOLOGY,
        input: r#"{"question":"elevation","object_type":"dcim.site","name":"{site}","units":"{units}","limit":10}"#,
        tell: Tell::With(tell::places::room),
    },
    Entry {
        id: "reserved-units",
        wordings: &[
            "which rack units are reserved (and what for|)",
            "(the|) rack reservations",
            "which racks are reserved",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.rackreservation","fields":["rack","units","tenant","description"],"ordering":"id","limit":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:reservation:reservations}** of rack units",
            none: "**No rack units** are reserved",
        },
    },
    Entry {
        id: "site-of-address",
        wordings: &["what is the (postal|street|physical) address of {site}", "(postal|street) address of {site}"],
        find: "",
        tool: "netbox_get_object_by_id",
        input: r#"{"object_type":"dcim.site","name":"{site}","fields":["name","physical_address"]}"#,
        tell: Tell::With(tell::places::address),
    },
];
