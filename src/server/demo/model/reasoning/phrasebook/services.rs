//! Circuits, virtual machines, services and wireless networks.

use super::super::plan::tell;
use super::{Entry, Tell};

const AGGREGATE: &str = "netbox_aggregate";
const OBJECTS: &str = "netbox_get_objects";

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "circuits-per-provider",
        wordings: &[
            "how many circuits do we have from each (provider|carrier)",
            "(how many|) circuits (do we have|are there|) (by|per) (provider|carrier)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"circuits.circuit","group_by":["provider"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:circuit:circuits}** from {=total:provider:providers}",
            none: "NetBox shows **no circuits**",
        },
    },
    Entry {
        id: "provider-maintenance",
        wordings: &[
            "{provider} announces maintenance which sites are (hit|affected)",
            "which sites (depend on|are served by|use) {provider}",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"circuits.circuittermination","filters":{"provider":"{provider}","termination_type":"dcim.site"},"group_by":["termination"],"top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=total:site:sites}** with {=objects:circuit end:circuit ends} of {provider}",
            none: "NetBox shows **no site** with a circuit of {provider}",
        },
    },
    Entry {
        id: "bandwidth-per-provider",
        wordings: &[
            "how much bandwidth do we buy from each (carrier|provider)",
            "sum of the (committed|commit) rates (by|per) (provider|carrier)",
            "(total|) bandwidth (by|per) (provider|carrier)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"circuits.circuit","group_by":["provider"],"measures":["count","sum:commit_rate"],"ordering":"-sum:commit_rate","top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:circuit:circuits}** from {=total:provider:providers}; committed rates in kbps",
            none: "NetBox shows **no circuits**",
        },
    },
    Entry {
        id: "fastest-circuit",
        wordings: &[
            "which circuit has the highest (rate|bandwidth|speed)",
            "(what are|which are|) our fastest circuits",
            "(what is|) our fastest circuit",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"circuits.circuit","filters":{"commit_rate__empty":false},"fields":["cid","provider","commit_rate"],"ordering":["-commit_rate","cid"],"limit":3}"#,
        tell: Tell::With(tell::services::fastest),
    },
    Entry {
        id: "second-carrier",
        wordings: &[
            "which sites have circuits of only one (provider|carrier)",
            "sites without a second (carrier|provider)",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"circuits.circuittermination","filters":{"termination_type":"dcim.site"},"group_by":["termination"],"measures":["distinct:circuit.provider"],"having":"distinct:circuit.provider = 1","top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=total:site has:sites have}** circuits of only one provider",
            none: "**Every site** with circuits has a second provider",
        },
    },
    Entry {
        id: "machines-per-cluster",
        wordings: &[
            "how many (virtual machines|vms) are (there|) in each cluster",
            "(how many|) (virtual machines|vms) (are there|do we have|) (by|per) cluster",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"virtualization.virtualmachine","group_by":["cluster"],"top":10}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:virtual machine:virtual machines}** in {=total:cluster:clusters}",
            none: "NetBox shows **no virtual machines**",
        },
    },
    Entry {
        id: "machine-resources",
        wordings: &[
            "how much memory and how many cpus do the (vms|virtual machines) of {cluster} have",
            "how much memory do the (vms|virtual machines) (of|in) {cluster} have",
            "resources given out in {cluster}",
            "(total|sum of the|) memory of the (vms|virtual machines) (in|of) {cluster}",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"virtualization.virtualmachine","filters":{"cluster":"{cluster}"},"measures":["count","sum:vcpus","sum:memory","sum:disk"]}"#,
        tell: Tell::Facts(
            "**{=sum:memory} MB of memory**, {=sum:vcpus} virtual CPUs and {=sum:disk} MB of disk for {=count:virtual machine:virtual machines} in {cluster}",
        ),
    },
    Entry {
        id: "machines-on-host",
        wordings: &[
            "which (virtual machines|vms) run on {host}",
            "(vms|virtual machines) (of|on) (the hypervisor|) {host}",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"virtualization.virtualmachine","filters":{"device":"{host}"},"fields":["name","status"],"ordering":"name","limit":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:virtual machine runs:virtual machines run}** on {host}",
            none: "NetBox shows **no virtual machines** on {host}",
        },
    },
    Entry {
        id: "largest-machines",
        wordings: &[
            "which (virtual machines|vms) have the most memory",
            "(the|) largest (vms|virtual machines) by memory",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"virtualization.virtualmachine","fields":["name","memory","cluster"],"ordering":["-memory","name"],"limit":3}"#,
        tell: Tell::With(tell::services::largest_machines),
    },
    Entry {
        id: "service-on-port",
        wordings: &[
            "what listens on (port|tcp port|tcp) {number}",
            "which services use (tcp|udp|port) {number}",
            "(who|what) uses port {number}",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"ipam.service","filters":{"port":"{number}"},"fields":["name","parent"],"ordering":"id","limit":5}"#,
        tell: Tell::Listed {
            lead: "**{=total:service listens:services listen}** on port {number}",
            none: "NetBox records **no service** on port {number}",
        },
    },
    Entry {
        id: "services-by-name",
        wordings: &[
            "which services (run in our estate|do we run|do we have)",
            "services by name (with numbers|)",
            "how many services do we have (by|per) name",
        ],
        find: "",
        tool: AGGREGATE,
        input: r#"{"object_type":"ipam.service","group_by":["name"],"top":5}"#,
        tell: Tell::Ranked {
            lead: "**{=objects:service:services}** with {=total:name:names}",
            none: "NetBox records **no services**",
        },
    },
    Entry {
        id: "wireless-networks",
        wordings: &[
            "which wireless networks do we have (and how are they secured|)",
            "(which|) ssids (do we have|with their authentication|)",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"wireless.wirelesslan","fields":["ssid","auth_type","status"],"ordering":"id"}"#,
        tell: Tell::Listed {
            lead: "**{=total:wireless network:wireless networks}**",
            none: "NetBox shows **no wireless networks**",
        },
    },
    Entry {
        id: "tunnels",
        wordings: &[
            "which (vpn|) tunnels do we have",
            "how many (vpn|) tunnels are there",
            "how many (vpn|) tunnels do we have",
        ],
        find: "",
        tool: OBJECTS,
        input: r#"{"object_type":"vpn.tunnel","fields":["name","status","encapsulation"],"ordering":"name"}"#,
        tell: Tell::Listed { lead: "**{=total:tunnel:tunnels}**", none: "NetBox shows **no tunnels**" },
    },
];
