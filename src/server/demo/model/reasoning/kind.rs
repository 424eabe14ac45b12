//! The object types that the stand-in knows words for: how people call them, which columns show them, what narrows
//! them. NetBox's own names throughout; no data of any NetBox.

mod table;

pub(super) use table::kinds;

/// One object type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// NetBox's name, `dcim.site`.
    pub object_type: &'static str,
    pub singular: &'static str,
    pub plural: &'static str,
    /// Other words for it, lower case, singular and plural, space between the words of one term.
    pub words: &'static [&'static str],
    /// The columns of a list; their fields are what is asked for.
    pub columns: &'static [Column],
    /// What a list can be narrowed by, and the filter for it.
    pub filters: &'static [(Relation, &'static str)],
}

/// One column of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// NetBox's field.
    pub field: &'static str,
    pub heading: &'static str,
    /// Set as code: something one copies, like a name of a device or a prefix.
    pub code: bool,
}

/// What an object can belong to. Each is itself an object with a name that a question may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Relation {
    Region,
    SiteGroup,
    Site,
    Location,
    Rack,
    Device,
    Machine,
    Cluster,
    ClusterType,
    Tenant,
    Provider,
    CircuitType,
    Vrf,
    VlanGroup,
    Vlan,
    Role,
    RackRole,
    PrefixRole,
    Manufacturer,
    DeviceType,
    Platform,
    Tag,
}

impl Relation {
    /// The object type whose names stand for it.
    pub fn object_type(self) -> &'static str {
        match self {
            Self::Region => "dcim.region",
            Self::SiteGroup => "dcim.sitegroup",
            Self::Site => "dcim.site",
            Self::Location => "dcim.location",
            Self::Rack => "dcim.rack",
            Self::Device => "dcim.device",
            Self::Machine => "virtualization.virtualmachine",
            Self::Cluster => "virtualization.cluster",
            Self::ClusterType => "virtualization.clustertype",
            Self::Tenant => "tenancy.tenant",
            Self::Provider => "circuits.provider",
            Self::CircuitType => "circuits.circuittype",
            Self::Vrf => "ipam.vrf",
            Self::VlanGroup => "ipam.vlangroup",
            Self::Vlan => "ipam.vlan",
            Self::Role => "dcim.devicerole",
            Self::RackRole => "dcim.rackrole",
            Self::PrefixRole => "ipam.role",
            Self::Manufacturer => "dcim.manufacturer",
            Self::DeviceType => "dcim.devicetype",
            Self::Platform => "dcim.platform",
            Self::Tag => "extras.tag",
        }
    }

    /// The words before the name in an answer: "in Ohio", "of Acme".
    pub fn preposition(self) -> &'static str {
        match self {
            Self::Region | Self::SiteGroup | Self::Location => "in",
            Self::Site => "at",
            Self::Rack => "in rack",
            Self::Device | Self::Machine => "of",
            Self::Cluster => "in cluster",
            Self::ClusterType | Self::CircuitType | Self::DeviceType => "of type",
            Self::Tenant => "of tenant",
            Self::Provider => "from",
            Self::Vrf => "in VRF",
            Self::VlanGroup => "in VLAN group",
            Self::Vlan => "in VLAN",
            Self::Role | Self::RackRole | Self::PrefixRole => "with role",
            Self::Manufacturer => "made by",
            Self::Platform => "on platform",
            Self::Tag => "tagged",
        }
    }

    /// Relations of one class replace each other in a follow-up: "and at cle-01?" after "in Ohio".
    pub fn class(self) -> u8 {
        match self {
            Self::Region | Self::SiteGroup | Self::Site | Self::Location | Self::Rack => 0,
            Self::Device | Self::Machine => 1,
            Self::Cluster => 2,
            Self::Tenant => 3,
            Self::Provider => 4,
            Self::Vrf => 5,
            Self::VlanGroup | Self::Vlan => 6,
            Self::Role | Self::RackRole | Self::PrefixRole | Self::ClusterType | Self::CircuitType => 7,
            Self::Manufacturer | Self::DeviceType => 8,
            Self::Platform => 9,
            Self::Tag => 10,
        }
    }

    /// The relation that names of an object type stand for, among those that narrow `kind`.
    pub fn of(object_type: &str, kind: &Kind) -> Option<Self> {
        kind.filters.iter().map(|(relation, _)| *relation).find(|relation| relation.object_type() == object_type)
    }
}

impl Kind {
    pub fn by_type(object_type: &str) -> Option<&'static Self> {
        kinds().find(|kind| kind.object_type == object_type)
    }

    /// The filter for a relation, where there is one.
    pub fn filter(&self, relation: Relation) -> Option<&'static str> {
        self.filters.iter().find(|(other, _)| *other == relation).map(|(_, key)| *key)
    }

    /// The fields that a list asks for.
    pub fn fields(&self) -> Vec<&'static str> {
        let mut fields = vec!["id", "display"];
        fields.extend(self.columns.iter().map(|column| column.field));
        fields
    }

    /// `1 site`, `14 sites`.
    pub fn counted(&self, count: u64) -> &'static str {
        if count == 1 { self.singular } else { self.plural }
    }

    /// The column that counts objects of `other`, where NetBox keeps such a counter.
    pub fn counter(&self, other: &Self) -> Option<&'static str> {
        let counter = match other.object_type {
            "dcim.device" => "device_count",
            "dcim.rack" => "rack_count",
            "dcim.site" => "site_count",
            "ipam.prefix" => "prefix_count",
            "ipam.vlan" => "vlan_count",
            "ipam.ipaddress" => "ipaddress_count",
            "circuits.circuit" => "circuit_count",
            "virtualization.virtualmachine" => "virtualmachine_count",
            "dcim.interface" => "interface_count",
            "virtualization.cluster" => "cluster_count",
            _ => return None,
        };
        COUNTERS.iter().find(|(kind, counters)| *kind == self.object_type && counters.contains(&counter))?;
        Some(counter)
    }
}

/// The counters that NetBox 4.7 gives with each type (its serializers).
const COUNTERS: &[(&str, &[&str])] = &[
    (
        "dcim.site",
        &["circuit_count", "device_count", "prefix_count", "rack_count", "virtualmachine_count", "vlan_count"],
    ),
    ("dcim.region", &["site_count", "prefix_count"]),
    ("dcim.sitegroup", &["site_count", "prefix_count"]),
    ("dcim.location", &["rack_count", "device_count", "prefix_count"]),
    ("dcim.rack", &["device_count"]),
    ("dcim.devicerole", &["device_count", "virtualmachine_count"]),
    ("dcim.devicetype", &["device_count"]),
    ("dcim.platform", &["device_count", "virtualmachine_count"]),
    ("dcim.device", &["interface_count"]),
    ("virtualization.cluster", &["device_count", "virtualmachine_count"]),
    ("virtualization.virtualmachine", &["interface_count"]),
    ("circuits.provider", &["circuit_count"]),
    ("circuits.circuittype", &["circuit_count"]),
    ("ipam.vlan", &["prefix_count"]),
    ("ipam.vlangroup", &["vlan_count"]),
    ("ipam.vrf", &["ipaddress_count", "prefix_count"]),
    (
        "tenancy.tenant",
        &[
            "circuit_count",
            "device_count",
            "ipaddress_count",
            "prefix_count",
            "rack_count",
            "site_count",
            "virtualmachine_count",
            "vlan_count",
            "cluster_count",
        ],
    ),
];
