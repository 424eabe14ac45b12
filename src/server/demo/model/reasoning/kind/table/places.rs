//! Sites, racks and the places between.

use super::super::Kind;
use super::super::Relation::{Location, Rack, RackRole, Region, Site, SiteGroup, Tag, Tenant};
use super::{NONE, code, column};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        object_type: "dcim.site",
        singular: "site",
        plural: "sites",
        words: &[
            "datacenter",
            "datacenters",
            "data center",
            "data centers",
            "data centre",
            "data centres",
            "office",
            "offices",
            "branch",
            "branches",
            "campus",
            "site",
            "sites",
        ],
        columns: &[
            column("name", "Site"),
            column("status", "Status"),
            column("region", "Region"),
            column("tenant", "Tenant"),
            column("rack_count", "Racks"),
            column("device_count", "Devices"),
        ],
        filters: &[(Region, "region_id"), (SiteGroup, "group_id"), (Tenant, "tenant_id"), (Site, "id"), (Tag, "tag")],
    },
    Kind {
        object_type: "dcim.region",
        singular: "region",
        plural: "regions",
        words: &["country", "countries", "region", "regions"],
        columns: &[column("name", "Region"), column("parent", "Part of"), column("site_count", "Sites")],
        filters: &[(Region, "ancestor_id"), (Tag, "tag")],
    },
    Kind {
        object_type: "dcim.sitegroup",
        singular: "site group",
        plural: "site groups",
        words: &["site group", "site groups"],
        columns: &[column("name", "Site group"), column("parent", "Part of"), column("site_count", "Sites")],
        filters: NONE,
    },
    Kind {
        object_type: "dcim.location",
        singular: "location",
        plural: "locations",
        words: &["room", "rooms", "floor", "floors", "building", "buildings", "cage", "cages", "location", "locations"],
        columns: &[
            column("name", "Location"),
            column("site", "Site"),
            column("status", "Status"),
            column("rack_count", "Racks"),
            column("device_count", "Devices"),
        ],
        filters: &[
            (Region, "region_id"),
            (SiteGroup, "site_group_id"),
            (Site, "site_id"),
            (Tenant, "tenant_id"),
            (Tag, "tag"),
        ],
    },
    Kind {
        object_type: "dcim.rack",
        singular: "rack",
        plural: "racks",
        words: &["cabinet", "cabinets", "rack", "racks"],
        columns: &[
            code("name", "Rack"),
            column("site", "Site"),
            column("location", "Location"),
            column("status", "Status"),
            column("role", "Role"),
            column("u_height", "Units"),
            column("device_count", "Devices"),
        ],
        filters: &[
            (Region, "region_id"),
            (SiteGroup, "site_group_id"),
            (Site, "site_id"),
            (Location, "location_id"),
            (Tenant, "tenant_id"),
            (RackRole, "role_id"),
            (Rack, "id"),
            (Tag, "tag"),
        ],
    },
];
