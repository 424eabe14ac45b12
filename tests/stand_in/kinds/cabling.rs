//! Cables, power, and what depends on them.

use super::Fact::{Beside, Distinct, Empty, Most, Says, Sum, Total};
use super::Kind;

pub const KINDS: &[Kind] = &[
    (
        "connected-to",
        &["What is connected to xe-0/1/2 of cle-01-rtr-01?", "Where does xe-0/1/2 of cle-01-rtr-01 go to?"],
        &[Says("cle-01-fw-01"), Says("ethernet1/13")],
    ),
    (
        "trace-interface",
        &[
            "Trace the cable from xe-0/1/2 of cle-01-rtr-01 end to end",
            "Which patch panels lie between xe-0/1/2 of cle-01-rtr-01 and its far end?",
        ],
        &[Says("cle-01-fw-01 ethernet1/13"), Says("{{result:r")],
    ),
    (
        "trace-front-port",
        &["What is behind Front 1 of the patch panel cle-01-mmr-01?", "Follow front port Front 1 of cle-01-mmr-01"],
        &[Says("cle-01-rtr-01 xe-0/1/4")],
    ),
    (
        "console-of-device",
        &["On which console server port is cmh-01-rtr-01?", "How do I get to the console of cmh-01-rtr-01?"],
        &[Total("dcim/console-ports/?device=cmh-01-rtr-01", "console port"), Says("cmh-01-con-01")],
    ),
    (
        "neighbours",
        &["Which devices is cle-01-rtr-01 connected to?", "Neighbours of cle-01-rtr-01"],
        &[Beside("cle-01-rtr-01")],
    ),
    (
        "path-between-devices",
        &[
            "How do I get from cle-01-rtr-01 to cle-01-acc-01-1?",
            "Is there a cable path between cle-01-rtr-01 and cle-01-acc-01-1?",
        ],
        &[Says("2 links"), Says("cle-01-core-01"), Says("{{result:r")],
    ),
    (
        "impact-of-device",
        &[
            "What is affected if cle-01-core-01 fails?",
            "Who loses the network when cle-01-core-01 goes down?",
            "What breaks if cle-01-core-01 fails?",
        ],
        &[Says("**6** with a link less"), Says("cle-01-rtr-01")],
    ),
    (
        "devices-on-circuit",
        &[
            "Which devices hang on circuit MPLS-CLE-01-103?",
            "Carrier maintenance on MPLS-CLE-01-103: which of our devices are hit?",
        ],
        &[Says("cle-01-rtr-01")],
    ),
    (
        "free-ports",
        &["How many free ports does cle-01-acc-01-1 have?", "Which ports of cle-01-acc-01-1 are free?"],
        &[Total("dcim/interfaces/?device=cle-01-acc-01-1&kind=physical&occupied=false&enabled=true", "free ports")],
    ),
    (
        "free-ports-at-site",
        &["Where at Cleveland 01 are free switch ports?", "Free ports per device at Cleveland 01"],
        &[Total("dcim/interfaces/?site=cle-01&kind=physical&occupied=false&enabled=true", "free ports")],
    ),
    (
        "ports-in-use",
        &["How many ports of cle-01-core-01 are cabled?", "Which share of cle-01-core-01's interfaces is in use?"],
        &[Total("dcim/interfaces/?device=cle-01-core-01&cabled=true", "ports")],
    ),
    (
        "disabled-ports",
        &["Which interfaces are disabled?", "Shut-down ports by device"],
        &[Total("dcim/interfaces/?enabled=false", "interfaces are")],
    ),
    (
        "cables-without-type",
        &["How many cables have no type?", "Cables whose type nobody entered"],
        &[Empty("dcim/cables/", "type", "** without a type"), Empty("dcim/cables/", "label", "** without a label")],
    ),
    (
        "cables-by-type",
        &["How many cables of each type do we have?", "Our cables by type"],
        &[Total("dcim/cables/", "cables"), Most("dcim/cables/", "type")],
    ),
    (
        "cable-length",
        &["How many metres of cable lie at Cleveland 01?", "Total length of the cables in Cleveland 01"],
        &[
            Sum("dcim/cables/?site=cle-01&length_unit=m", "length", " m"),
            Total("dcim/cables/?site=cle-01&length_unit=m", "cables"),
        ],
    ),
    (
        "interface-types",
        &["Which kinds of interfaces does cle-01-core-01 have?", "Port types of cle-01-core-01 with numbers"],
        &[
            Total("dcim/interfaces/?device=cle-01-core-01", "interfaces"),
            Most("dcim/interfaces/?device=cle-01-core-01", "type.value"),
        ],
    ),
    (
        "cables-of-device",
        &["How many cables does cle-01-core-01 have, and of which type?", "Cables of cle-01-core-01 by type"],
        &[Total("dcim/cables/?device=cle-01-core-01", "cables")],
    ),
    (
        "feeds-of-rack",
        &["Which power feeds does rack A01 at Columbus 01 have?", "How is rack A01 of Columbus 01 fed?"],
        &[Total("dcim/power-feeds/?rack_id=6", "power feeds"), Says("A01-A")],
    ),
    (
        "power-of-device",
        &["Where does cle-01-rtr-01 get its power from?", "Which PDU outlets feed cle-01-rtr-01?"],
        &[Total("dcim/power-ports/?device=cle-01-rtr-01", "power ports"), Says("cle-01-pdu-mdfa: Outlet 1")],
    ),
    (
        "power-draw",
        &["How much power is allocated at Cleveland 01?", "Sum of the allocated draw in Cleveland 01"],
        &[
            Sum("dcim/power-ports/?site=cle-01", "allocated_draw", " W"),
            Total("dcim/power-ports/?site=cle-01", "power ports"),
        ],
    ),
    (
        "feeds-per-panel",
        &["How many feeds does each power panel have?", "Power panels with the number of their feeds"],
        &[Total("dcim/power-feeds/", "power feeds")],
    ),
    (
        "free-outlets",
        &["Which PDU outlets are free at Cleveland 01?", "Free power outlets per PDU in Cleveland 01"],
        &[
            Total("dcim/power-outlets/?site=cle-01&occupied=false", "power outlets are"),
            Distinct("dcim/power-outlets/?site=cle-01&occupied=false", "device.name", "devices"),
        ],
    ),
    (
        "impact-of-feed",
        &[
            "What loses power if the feed A01-A of Columbus 01 fails?",
            "Which devices hang on feed A01-A at Columbus 01?",
        ],
        &[Says("cmh-01-pdu-a01a"), Says("**7** with one power source less")],
    ),
];
