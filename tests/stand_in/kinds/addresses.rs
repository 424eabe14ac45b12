//! Addresses, prefixes and VLANs.

use super::Fact::{Field, Free, Most, Says, Total, Without};
use super::Kind;

pub const KINDS: &[Kind] = &[
    (
        "whois-address",
        &[
            "What is 10.255.17.2?",
            "Who has 10.255.17.2?",
            "Which device and prefix does 10.255.17.2 belong to?",
            "Which device has the IP 10.255.17.2?",
        ],
        &[
            Field("ipam/ip-addresses/?address=10.255.17.2", "assigned_object.device.name"),
            Field("ipam/ip-addresses/?address=10.255.17.2", "assigned_object.name"),
            Says("10.255.17.0/24"),
        ],
    ),
    (
        "whois-free-address",
        &["Is 10.17.0.1 free?", "Does anything use 10.17.0.1?"],
        &[Says("free"), Says("10.17.0.0/24")],
    ),
    (
        "next-address",
        &["What is the next free address in 10.17.0.0/24?", "Give me a free IP in 10.17.0.0/24"],
        &[Free("10.17.0.0/24")],
    ),
    (
        "utilization",
        &[
            "How full is 10.17.16.0/26?",
            "How many addresses are free in 10.17.16.0/26?",
            "Utilisation of 10.17.16.0/26",
        ],
        &[Total("ipam/ip-addresses/?parent=10.17.16.0/26", "of 62 addresses"), Says("85.48 %")],
    ),
    (
        "container-utilization",
        &["How much of 10.0.0.0/8 is given out?", "Use of the container 10.0.0.0/8"],
        &[Says("6.25 %")],
    ),
    (
        "full-prefixes",
        &["Which prefixes are more than 80 % full?", "Prefixes over 80 % used"],
        &[Says("1 prefix"), Says("10.17.16.0/26")],
    ),
    (
        "free-block",
        &[
            "First free /26 in 10.17.0.0/16",
            "Where can I put a new /26 inside 10.17.0.0/16?",
            "Which /26 blocks are free in 10.17.0.0/16?",
        ],
        &[Says("10.17.1.0/26")],
    ),
    (
        "duplicate-addresses",
        &["Do we have duplicate IP addresses?", "Which addresses are used twice?"],
        &[Says("No IP address"), Total("ipam/ip-addresses/", "")],
    ),
    (
        "overlapping-prefixes",
        &["Do any prefixes overlap?", "Are there overlapping prefixes?"],
        &[Says("No prefixes overlap"), Total("ipam/prefixes/", "of them")],
    ),
    (
        "addresses-outside",
        &["Which addresses are in no prefix?", "Addresses outside every prefix"],
        &[Says("No address"), Total("ipam/ip-addresses/", "")],
    ),
    (
        "mac-address",
        &["Which device has the MAC address 00:50:56:00:00:11?", "Where is 00:50:56:00:00:11 plugged in?"],
        &[Field("dcim/interfaces/?mac_address=00:50:56:00:00:11", "device.name")],
    ),
    (
        "addresses-by-status",
        &["How many addresses are active, reserved, DHCP?", "IP addresses by status"],
        &[Total("ipam/ip-addresses/", "IP addresses"), Most("ipam/ip-addresses/", "status.value")],
    ),
    (
        "addresses-of-device",
        &["Which addresses does cle-01-core-01 have?", "All IP addresses on cle-01-core-01"],
        &[Total("ipam/ip-addresses/?device=cle-01-core-01", "IP addresses")],
    ),
    (
        "dhcp-ranges",
        &["Which DHCP ranges do we have?", "Address ranges with their size, the largest first"],
        &[Total("ipam/ip-ranges/", "address ranges")],
    ),
    (
        "prefix-in-vrfs",
        &["In which VRFs is 10.17.0.0/24?", "Does 10.17.0.0/24 exist more than once?"],
        &[Total("ipam/prefixes/?prefix=10.17.0.0/24", "time")],
    ),
    (
        "prefixes-of-vrf",
        &["How many prefixes are in the VRF Guest?", "Count the prefixes in VRF Guest"],
        &[Total("ipam/prefixes/?vrf_id=1", "prefixes")],
    ),
    (
        "asn-of-site",
        &["Which AS numbers does Cleveland 01 use?", "What is the ASN of Cleveland 01?"],
        &[Total("ipam/asns/?site=cle-01", "AS number"), Field("ipam/asns/?site=cle-01", "asn")],
    ),
    (
        "aggregates-used",
        &["Which aggregates do we have and from which registry?", "List our address blocks with their RIRs"],
        &[Total("ipam/aggregates/", "aggregates")],
    ),
    (
        "prefixes-per-site",
        &["How many prefixes does each site have?", "Prefixes by site, the five largest"],
        &[Most("ipam/prefixes/?scope_type=dcim.site", "scope.name")],
    ),
    (
        "vlan-prefix",
        &["Which prefix belongs to VLAN 20 at Cleveland 01?", "What subnet is VLAN 20 in Cleveland 01?"],
        &[Field("ipam/prefixes/?vlan_vid=20&site=cle-01", "prefix")],
    ),
    (
        "vlans-at-site",
        &["Which VLANs are there at Cleveland 01?", "VLANs that I can use at Cleveland 01"],
        &[Total("ipam/vlans/?available_at_site=1", "VLANs")],
    ),
    (
        "free-vlan-ids",
        &[
            "Which VLAN ids are free in Columbus 01 VLANs?",
            "How many VLAN ids are left in Columbus 01 VLANs?",
            "Next free VLAN of Columbus 01 VLANs",
        ],
        &[Says("4089 VLAN ids"), Says("next one is **1**")],
    ),
    (
        "vlans-without-prefix",
        &["Which VLANs have no prefix?", "VLANs without a subnet"],
        &[Without("ipam/vlans/", "ipam/prefixes/", "vlan.id", "VLAN"), Total("ipam/vlans/", "VLANs")],
    ),
    (
        "interfaces-in-vlan",
        &["Which ports are in VLAN 20 of Cleveland 01?", "How many interfaces carry VLAN 20 at Cleveland 01?"],
        &[Total("dcim/interfaces/?site=cle-01&vlan=20", "interfaces")],
    ),
    (
        "vlan-by-number",
        &["Where is VLAN 20 used?", "Which sites have a VLAN 20?"],
        &[Total("ipam/vlans/?vid=20", "VLANs have")],
    ),
    (
        "vlans-by-role",
        &["How many VLANs are there for each role?", "VLANs by role"],
        &[Total("ipam/vlans/", "VLANs"), Most("ipam/vlans/", "role.name")],
    ),
];
