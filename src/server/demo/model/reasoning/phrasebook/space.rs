//! Addresses and prefixes: what they are, what is free, what is wrong.

use super::super::plan::tell;
use super::{Entry, Tell};

const SPACE: &str = "netbox_ip_space";
const AGGREGATE: &str = "netbox_aggregate";
const OBJECTS: &str = "netbox_get_objects";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "whois-address",
        wordings: &[
            "(what is|what's|whats|whois|who is|who has|who uses) {address}",
            "(which|what) device (has|uses) (the|) (ip|address|ip address|) {address}",
            "which device and prefix does {address} belong to",
            "(who owns|where is) (the|) (ip|address|ip address|) {address}",
            "is {address} (free|used|in use|taken)",
            "does (anything|anybody|anyone) use {address}",
            "{address}",
        ],
        find: "",
        tool: SPACE,
        input: r#"{"question":"whois","address":"{address}"}"#,
        tell: Tell::With(tell::space::whois),
    },
    Entry {
        id: "next-address",
        wordings: &[
            "(what is|what's|) (the|) (next|first) (free|available) (address|ip|ip address) (in|of) {prefix}",
            "(give me|i need|find|) (a|one) free (address|ip|ip address) (in|from|of) {prefix}",
            "which address can i use in {prefix}",
        ],
        find: "",
        tool: SPACE,
        input: r#"{"question":"next_address","prefix":"{prefix}","limit":1}"#,
        tell: Tell::With(tell::space::next_address),
    },
    Entry {
        id: "utilization",
        wordings: &[
            "how full is (prefix|subnet|) {prefix}",
            "how many (addresses|ips) are (free|left|available) in {prefix}",
            "(what is the|) (utilisation|utilization|usage) of {prefix}",
            "how much of {prefix} is (given out|used|in use)",
            "use of the container {prefix}",
        ],
        find: "",
        tool: SPACE,
        input: r#"{"question":"utilization","prefix":"{prefix}"}"#,
        tell: Tell::With(tell::space::utilization),
    },
    Entry {
        id: "full-prefixes",
        wordings: &[
            "which (active|) (prefixes|subnets) are (more than|over|above) {percent} (%|percent|) (full|used|)",
            "(prefixes|subnets) (over|above) {percent} (%|percent|) (used|full|)",
            "which (prefixes|subnets) are fuller than {percent} (%|percent|)",
        ],
        find: "",
        tool: SPACE,
        input: r#"{"question":"utilization","filters":{"status":"active","family":4},"over":"{percent}","limit":5}"#,
        tell: Tell::With(tell::space::full),
    },
    Entry {
        id: "free-block",
        wordings: &[
            "(what is the|which is the|) (first|next) free (block of|) {length} (block|prefix|subnet|) (in|of) {prefix}",
            "where can i put a (new|) {length} (inside|in) {prefix}",
            "(which|) free {length} (blocks|prefixes|subnets|s) (are|) (there|left|) (in|of) {prefix}",
            "which {length} (blocks|prefixes|subnets) are free in {prefix}",
        ],
        find: "",
        tool: SPACE,
        input: r#"{"question":"free_prefixes","prefix":"{prefix}","length":"{length}","limit":3}"#,
        tell: Tell::With(tell::space::free_blocks),
    },
    Entry {
        id: "duplicate-addresses",
        wordings: &[
            "(do we have|are there|) (any|) duplicate (ip|) addresses",
            "(which|are any) (ip|) addresses (are|) used (twice|more than once)",
            "(do we have|are there|) (any|) duplicate ips",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"ipam.ipaddress","duplicates":["address"],"top":5}"#,
        tell: Tell::With(tell::space::duplicates),
    },
    Entry {
        id: "overlapping-prefixes",
        wordings: &[
            "(do|) (any|which) (prefixes|subnets) overlap",
            "(are there|do we have|) (any|) overlapping (prefixes|subnets)",
            "the same prefix entered twice or active prefixes inside each other",
        ],
        find: "",
        tool: SPACE,
        input: r#"{"question":"overlaps","limit":5}"#,
        tell: Tell::With(tell::space::overlaps),
    },
    Entry {
        id: "addresses-outside",
        wordings: &[
            "which (ip|) addresses are (in no|outside every|outside any|outside of any) prefix",
            "(ip|) addresses (outside|outside of|without) (every|any|a) prefix",
        ],
        find: "",
        tool: SPACE,
        input: r#"{"question":"outside","limit":5}"#,
        tell: Tell::With(tell::space::outside),
    },
    Entry {
        id: "mac-address",
        wordings: &[
            "(which|what) (device|interface) has (the|) mac (address|) {mac}",
            "(where is|who has|what is|find|) (the|) (mac|mac address|) {mac} (plugged in|)",
        ],
        find: "",
        tool: "netbox_search_objects",
        input: r#"{"query":"{mac}","limit":3}"#,
        tell: Tell::With(tell::space::mac),
    },
    Entry {
        id: "addresses-by-status",
        wordings: &[
            "how many addresses are active reserved dhcp",
            "(how many|) (ip|) addresses (are there|do we have|) (by|per|of each) (status|state)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"ipam.ipaddress","group_by":["status"]}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:IP address:IP addresses}** in {=total:state:states}",
            none: "NetBox shows **no IP addresses**",
        },
    },
    Entry {
        id: "addresses-of-device",
        wordings: &[
            "which (ip|) (addresses|ips) does {device} have",
            "(all|) (ip|) addresses (on|of) {device}",
            "what (ips|ip addresses) are on {device}",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"ipam.ipaddress","filters":{"device":"{device}"},"fields":["address","assigned_object"],"ordering":"id","limit":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:IP address:IP addresses}** on {device}",
            none: "NetBox shows **no IP addresses** on {device}",
        },
    },
    Entry {
        id: "dhcp-ranges",
        wordings: &[
            "which (dhcp|ip|address) ranges do we have",
            "(dhcp|ip|address) ranges with their size (the largest first|)",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"ipam.iprange","fields":["start_address","end_address","size"],"ordering":["-size","id"],"limit":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:address range:address ranges}**, the largest first",
            none: "NetBox shows **no address ranges**",
        },
    },
    Entry {
        id: "prefix-in-vrfs",
        wordings: &[
            "in which vrfs is {prefix}",
            "does {prefix} exist (twice|more than once)",
            "in which vrf is {prefix}",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"ipam.prefix","filters":{"prefix":"{prefix}"},"fields":["prefix","vrf","status"],"ordering":"id","limit":5}"#,
        tell: Tell::Listed {
            lead: "{prefix} is recorded **{=total:time:times}**",
            none: "NetBox records **no prefix** {prefix}",
        },
    },
    Entry {
        id: "asn-of-site",
        wordings: &["(which|what) (as numbers|asns) does {site} use", "what is the (asn|as number) of {site}"],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"ipam.asn","filters":{"site":"{site}"},"fields":["asn","rir"],"ordering":"asn","limit":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:AS number:AS numbers}** at {site}",
            none: "NetBox shows **no AS number** at {site}",
        },
    },
    Entry {
        id: "aggregates-used",
        wordings: &[
            "which aggregates do we have (and from which registry|)",
            "(our|) address blocks with their (rirs|registries)",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"ipam.aggregate","fields":["prefix","rir"],"ordering":"prefix","limit":5}"#,
        tell: Tell::Listed { lead: "**{=total:aggregate:aggregates}**", none: "NetBox shows **no aggregates**" },
    },
    Entry {
        id: "prefixes-per-site",
        wordings: &[
            "how many prefixes does each site have",
            "(how many|) prefixes (are there|do we have|) (by|per) site (the five largest|)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"ipam.prefix","filters":{"scope_type":"dcim.site"},"group_by":["scope"],"top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:prefix:prefixes}** of {=total:site:sites}",
            none: "NetBox shows **no prefix** of a site",
        },
    },
];
