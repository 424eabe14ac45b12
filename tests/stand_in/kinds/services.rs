//! Circuits, virtual machines, services and wireless networks.

use super::Fact::{Distinct, Field, Most, Says, Sum, Total};
use super::Kind;

pub const KINDS: &[Kind] = &[
    (
        "circuits-at-site",
        &["Which circuits serve Columbus 01?", "Circuits at Columbus 01"],
        &[Total("circuits/circuits/?site=cmh-01", "circuits")],
    ),
    (
        "circuits-per-provider",
        &["How many circuits do we have from each provider?", "Circuits by carrier"],
        &[Total("circuits/circuits/", "circuits"), Most("circuits/circuits/", "provider.name")],
    ),
    (
        "circuit-profile",
        &["Tell me about circuit MPLS-CLE-01-103", "details of circuit MPLS-CLE-01-103"],
        &[Field("circuits/circuits/?cid=MPLS-CLE-01-103", "provider.name"), Says("MPLS")],
    ),
    (
        "provider-maintenance",
        &["Northline Carrier announces maintenance: which sites are hit?", "Which sites depend on Northline Carrier?"],
        &[
            Distinct(
                "circuits/circuit-terminations/?provider=northline-carrier&termination_type=dcim.site",
                "termination.name",
                "sites",
            ),
            Most(
                "circuits/circuit-terminations/?provider=northline-carrier&termination_type=dcim.site",
                "termination.name",
            ),
        ],
    ),
    (
        "bandwidth-per-provider",
        &["How much bandwidth do we buy from each carrier?", "Sum of the committed rates by provider"],
        &[
            Total("circuits/circuits/", "circuits"),
            Sum("circuits/circuits/?provider=northline-carrier", "commit_rate", ")"),
        ],
    ),
    (
        "fastest-circuit",
        &["Which circuit has the highest rate?", "Our fastest circuits"],
        &[Field("circuits/circuits/?commit_rate__empty=false&ordering=-commit_rate,cid", "cid")],
    ),
    (
        "second-carrier",
        &["Which sites have circuits of only one provider?", "Sites without a second carrier"],
        &[Says("provider")],
    ),
    (
        "circuits-by-status",
        &["Which circuits are not active?", "How many circuits are not active?"],
        &[Total("circuits/circuits/?status__n=active", "not active circuit")],
    ),
    (
        "machines-per-cluster",
        &["How many virtual machines are in each cluster?", "VMs by cluster"],
        &[
            Total("virtualization/virtual-machines/", "virtual machines"),
            Most("virtualization/virtual-machines/", "cluster.name"),
        ],
    ),
    (
        "machine-resources",
        &[
            "How much memory and how many CPUs do the VMs of cmh-01-vsphere-01 have?",
            "Resources given out in cmh-01-vsphere-01",
        ],
        &[
            Sum("virtualization/virtual-machines/?cluster=cmh-01-vsphere-01", "memory", " MB of memory"),
            Total("virtualization/virtual-machines/?cluster=cmh-01-vsphere-01", "virtual machines"),
        ],
    ),
    (
        "machines-on-host",
        &["Which virtual machines run on dfw-01-esx-09?", "VMs of the hypervisor dfw-01-esx-09"],
        &[Total("virtualization/virtual-machines/?device=dfw-01-esx-09", "virtual machines")],
    ),
    (
        "machine-profile",
        &["Tell me about the virtual machine web-01.cmh-01", "details of web-01.cmh-01"],
        &[Says("web-01.cmh-01"), Field("virtualization/virtual-machines/?name=web-01.cmh-01", "cluster.name")],
    ),
    (
        "largest-machines",
        &["Which virtual machines have the most memory?", "The largest VMs by memory"],
        &[Field("virtualization/virtual-machines/?ordering=-memory,name", "name")],
    ),
    (
        "service-on-port",
        &["What listens on port 443?", "Which services use TCP 443?"],
        &[Total("ipam/services/?port=443", "services")],
    ),
    (
        "services-by-name",
        &["Which services run in our estate?", "Services by name with numbers"],
        &[Total("ipam/services/", "services"), Most("ipam/services/", "name")],
    ),
    (
        "wireless-networks",
        &["Which wireless networks do we have and how are they secured?", "SSIDs with their authentication"],
        &[Total("wireless/wireless-lans/", "wireless networks"), Says("wpa-enterprise")],
    ),
    (
        "access-points",
        &["How many access points does each site have?", "access points per site"],
        &[Total("dcim/devices/?role=access-point", "access points")],
    ),
    ("tunnels", &["Which VPN tunnels do we have?", "How many tunnels are there?"], &[Says("tunnels")]),
];
