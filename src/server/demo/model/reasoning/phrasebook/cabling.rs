//! Cables, what they lead to, and what depends on them.

use super::super::plan::tell;
use super::{Entry, Tell};

const AGGREGATE: &str = "netbox_aggregate";
const OBJECTS: &str = "netbox_get_objects";
const TOPOLOGY: &str = "netbox_topology";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "trace-front-port",
        wordings: &["what is behind {port} of (the|) patch panel {device}", "follow front port {port} of {device}"],
        find: "",
        tool: TOPOLOGY,
        input: r#"{"question":"trace","object_type":"dcim.frontport","device":"{device}","name":"{port}"}"#,
        tell: Tell::With(tell::cabling::trace),
    },
    Entry {
        id: "trace-interface",
        wordings: &[
            "trace (the|) (cable|path|port|interface|) (from|of|) {port} (of|on|at) {device} (end to end|)",
            "(follow|trace) (the cable from|) {port} (of|on) {device}",
            "which patch panels lie between {port} (of|on) {device} and its far end",
        ],
        find: "",
        tool: TOPOLOGY,
        input: r#"{"question":"trace","object_type":"dcim.interface","device":"{device}","name":"{port}"}"#,
        tell: Tell::With(tell::cabling::trace),
    },
    Entry {
        id: "console-of-device",
        wordings: &[
            "on which console server (port|) is {device}",
            "how do i get to the console of {device}",
            "where is the console of {device} (connected|)",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.consoleport","filters":{"device":"{device}"},"fields":["name","connected_endpoints"],"limit":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:console port:console ports}** of {device}",
            none: "NetBox records **no console port** of {device}",
        },
    },
    Entry {
        id: "neighbours",
        wordings: &[
            "which devices (is|are) {device} connected to",
            "(who|what|which) are the (neighbours|neighbors) of {device}",
            "(neighbours|neighbors) of {device}",
        ],
        find: "",
        tool: TOPOLOGY,
        input: r#"{"question":"neighbours","object_type":"dcim.device","name":"{device}","limit":20}"#,
        tell: Tell::With(tell::cabling::neighbours),
    },
    Entry {
        id: "path-between-devices",
        wordings: &[
            "how do i get from {start} to {end}",
            "is there a (cable|) path (between|from) {start} (and|to) {end}",
            "(what is|) (the|) (cable|) path (between|from) {start} (and|to) {end}",
            "how are {start} and {end} connected",
        ],
        find: "",
        tool: TOPOLOGY,
        input: r#"{"question":"path","object_type":"dcim.device","name":"{start}","to":"{end}"}"#,
        tell: Tell::With(tell::cabling::path),
    },
    Entry {
        id: "impact-of-device",
        wordings: &[
            "what is affected (if|when) {device} (fails|goes down|is down|dies)",
            "(who|what) loses the network (if|when) {device} (fails|goes down)",
            "what (breaks|fails|happens|goes down) (if|when) {device} (fails|goes down|dies|breaks)",
            "(impact|blast radius) of {device}",
        ],
        find: "",
        tool: TOPOLOGY,
        input: r#"{"question":"impact","object_type":"dcim.device","name":"{device}","limit":5}"#,
        tell: Tell::With(tell::cabling::impact),
    },
    Entry {
        id: "devices-on-circuit",
        wordings: &[
            "which devices hang on (the|) circuit {circuit}",
            "(carrier|) maintenance on (circuit|) {circuit} which of our devices are (hit|affected)",
            "what (breaks|fails|is affected) (if|when) circuit {circuit} (fails|goes down)",
        ],
        find: "",
        tool: TOPOLOGY,
        input: r#"{"question":"impact","object_type":"circuits.circuit","name":"{circuit}"}"#,
        tell: Tell::With(tell::cabling::impact),
    },
    Entry {
        id: "free-ports",
        wordings: &[
            "how many free ports (does|do) {device} have",
            "(which|how many) (ports|interfaces) (of|on) {device} are (free|unused|available)",
            "(free|unused|available) (ports|interfaces) (of|on) {device}",
            "(are there|) (any|) free ports (on|of) {device}",
        ],
        find: "",
        tool: TOPOLOGY,
        input: r#"{"question":"free_ports","object_type":"dcim.device","name":"{device}"}"#,
        tell: Tell::With(tell::cabling::free_ports),
    },
    Entry {
        id: "free-ports-at-site",
        wordings: &[
            "where (at|in) {site} are free (switch|) ports",
            "free (switch|) ports per device (at|in) {site}",
            "which devices (at|in) {site} have free ports",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.interface","filters":{"site":"{site}","kind":"physical","occupied":false,"enabled":true},"group_by":["device"],"top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:free port:free ports}** at {site}, on {=total:device:devices}",
            none: "NetBox shows **no free port** at {site}",
        },
    },
    Entry {
        id: "ports-in-use",
        wordings: &[
            "how many (ports|interfaces) (of|on) {device} are (cabled|in use)",
            "which share of the (ports|interfaces) (of|on) {device} is (in use|cabled)",
            "which share of {device} (ports|interfaces) is (in use|cabled)",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"dcim.interface","filters":{"device":"{device}","cabled":true},"fields":["name","type","description"],"ordering":"name","limit":5}"#,
        tell: Tell::With(tell::cabling::in_use),
    },
    Entry {
        id: "disabled-ports",
        wordings: &[
            "which (interfaces|ports) are disabled",
            "(shut-down|disabled) (ports|interfaces) (by|per) device",
            "how many (interfaces|ports) are disabled",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.interface","filters":{"enabled":false},"group_by":["device"],"top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:interface is:interfaces are}** disabled, on {=total:device:devices}",
            none: "**No interface** is disabled",
        },
    },
    Entry {
        id: "cables-without-type",
        wordings: &["how many cables have no type", "cables whose type nobody entered", "cables without a type"],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.cable","missing":["type","label"]}"#,
        tell: Tell::With(tell::quality::missing),
    },
    Entry {
        id: "cables-by-type",
        wordings: &[
            "how many cables of each type do we have",
            "(our|) cables (by|per) type",
            "how many cables (are there|do we have) (by|per) type",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.cable","group_by":["type"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:cable:cables}** of {=total:type:types}",
            none: "NetBox shows **no cables**",
        },
    },
    Entry {
        id: "cable-length",
        wordings: &[
            "how many (metres|meters) of cable (lie|are) (at|in) {site}",
            "(total|) length of (the|) cables (in|at) {site}",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.cable","filters":{"site":"{site}","length_unit":"m"},"measures":["count","sum:length"]}"#,
        tell: Tell::Facts(
            "**{=sum:length} m** of cable lie at {site}, in {=count:cable:cables} whose length is recorded in metres",
        ),
    },
    Entry {
        id: "interface-types",
        wordings: &["which kinds of interfaces does {device} have", "port types of {device} (with numbers|)"],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.interface","filters":{"device":"{device}"},"group_by":["type"]}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:interface:interfaces}** of {=total:type:types} on {device}",
            none: "NetBox shows **no interfaces** of {device}",
        },
    },
    Entry {
        id: "cables-of-device",
        wordings: &["how many cables does {device} have and of which type", "cables of {device} (by|per) type"],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"dcim.cable","filters":{"device":"{device}"},"group_by":["type"]}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:cable:cables}** of {=total:type:types} at {device}",
            none: "NetBox shows **no cables** of {device}",
        },
    },
];
