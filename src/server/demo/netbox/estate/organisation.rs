//! What the whole company shares: tenants, tags, custom fields, regions and groups of sites.

use serde_json::json;

use super::super::book::{Book, row};
use super::super::schema::schema;
use super::super::store::Object;

/// What other chapters refer to.
pub struct Organisation {
    /// Corporate IT, Robotics, Logistics, Research, Facilities, Orbit Medical (a customer).
    pub tenants: Vec<Object>,
    tags: Vec<(&'static str, Object)>,
    regions: Vec<(&'static str, Object)>,
    groups: Vec<(&'static str, Object)>,
}

const TAGS: [(&str, &str, &str); 10] = [
    ("Critical", "f44336", "An outage here stops work at a site"),
    ("Core", "3f51b5", ""),
    ("Edge", "2196f3", "Faces a carrier or the Internet"),
    ("Wireless", "00bcd4", ""),
    ("OT", "ff9800", "Plant floor: changes only in the maintenance window"),
    ("PCI", "9c27b0", "In scope of the card payment audit"),
    ("Legacy", "795548", "No longer bought"),
    ("To be replaced", "ff5722", "In this year's budget"),
    ("Backup power", "4caf50", "On the generator"),
    ("Internet facing", "e91e63", ""),
];

const REGIONS: [(&str, &str, &str); 17] = [
    ("Americas", "americas", ""),
    ("United States", "united-states", "americas"),
    ("Ohio", "ohio", "united-states"),
    ("New York", "new-york", "united-states"),
    ("Texas", "texas", "united-states"),
    ("California", "california", "united-states"),
    ("Canada", "canada", "americas"),
    ("Ontario", "ontario", "canada"),
    ("Europe", "europe", ""),
    ("Germany", "germany", "europe"),
    ("Hesse", "hesse", "germany"),
    ("Bavaria", "bavaria", "germany"),
    ("United Kingdom", "united-kingdom", "europe"),
    ("Netherlands", "netherlands", "europe"),
    ("Asia Pacific", "asia-pacific", ""),
    ("Singapore", "singapore", "asia-pacific"),
    ("Japan", "japan", "asia-pacific"),
];

const GROUPS: [(&str, &str, &str); 6] = [
    ("Data centers", "data-centers", ""),
    ("Offices", "offices", ""),
    ("Headquarters", "headquarters", "offices"),
    ("Branch offices", "branch-offices", "offices"),
    ("Plants", "plants", ""),
    ("Warehouses", "warehouses", ""),
];

impl Organisation {
    /// A tag by its slug.
    pub fn tag(&self, slug: &str) -> Object {
        named(&self.tags, slug)
    }

    /// A region by its slug.
    pub fn region(&self, slug: &str) -> Object {
        named(&self.regions, slug)
    }

    /// A group of sites by its slug.
    pub fn group(&self, slug: &str) -> Object {
        named(&self.groups, slug)
    }
}

/// The object with a name, or one that does not exist, which the tests of the estate find.
pub fn named(objects: &[(&'static str, Object)], name: &str) -> Object {
    objects.iter().find(|(known, _)| *known == name).map_or(Object { kind: 1, id: 0 }, |(_, object)| *object)
}

/// Writes the chapter.
pub fn write(book: &mut Book) -> Organisation {
    const SLUGS: [&str; 10] = [
        "critical",
        "core",
        "edge",
        "wireless",
        "ot",
        "pci",
        "legacy",
        "to-be-replaced",
        "backup-power",
        "internet-facing",
    ];
    let tags = TAGS.iter().zip(SLUGS).map(|((name, color, description), slug)| {
        (slug, book.add("extras.tag", row! { name: *name, slug: slug, color: *color, description: *description }))
    });
    let tags = tags.collect();
    custom_fields(book);
    let regions = tree(book, "dcim.region", &REGIONS);
    let groups = tree(book, "dcim.sitegroup", &GROUPS);
    let shared = book.add("tenancy.tenantgroup", row! { name: "Shared services", slug: "shared-services" });
    let units = book.add("tenancy.tenantgroup", row! { name: "Business units", slug: "business-units" });
    let customers = book.add("tenancy.tenantgroup", row! { name: "Customers", slug: "customers" });
    let tenants = [
        ("Corporate IT", "corporate-it", shared),
        ("Robotics", "robotics", units),
        ("Logistics", "logistics", units),
        ("Research", "research", units),
        ("Facilities", "facilities", shared),
        ("Orbit Medical", "orbit-medical", customers),
    ];
    let tenants = tenants
        .iter()
        .map(|(name, slug, group)| book.add("tenancy.tenant", row! { name: *name, slug: *slug, group: *group }))
        .collect();
    Organisation { tenants, tags, regions, groups }
}

/// Rows of a tree, parents before children.
fn tree(
    book: &mut Book,
    kind: &str,
    rows: &[(&'static str, &'static str, &'static str)],
) -> Vec<(&'static str, Object)> {
    let mut known: Vec<(&'static str, Object)> = Vec::new();
    for (name, slug, parent) in rows {
        let parent = (!parent.is_empty()).then(|| named(&known, parent));
        let object = book.add(kind, row! { name: *name, slug: *slug, parent: parent });
        known.push((slug, object));
    }
    known
}

fn custom_fields(book: &mut Book) {
    let choices = json!([["production", "Production"], ["staging", "Staging"], ["development", "Development"]]);
    let set = book.add("extras.customfieldchoiceset", row! { name: "Environment", extra_choices: choices });
    let types = |names: &[&str]| -> Vec<Object> {
        let kind = schema().id("core.objecttype");
        names.iter().map(|name| Object { kind, id: schema().id(name).into() }).collect()
    };
    let machines = types(&["dcim.device", "virtualization.virtualmachine"]);
    book.add(
        "extras.customfield",
        row! {
            name: "environment", label: "Environment", r#type: "select", choice_set: set, filter_logic: "exact",
            object_types: machines.clone(), group_name: "Operations", weight: 100,
        },
    );
    book.add(
        "extras.customfield",
        row! {
            name: "monitored", label: "Monitored", r#type: "boolean", filter_logic: "exact", object_types: machines,
            group_name: "Operations", weight: 110, description: "Watched by the monitoring system",
        },
    );
    book.add(
        "extras.customfield",
        row! {
            name: "support_contract", label: "Support contract", r#type: "text", filter_logic: "loose",
            object_types: types(&["dcim.device"]), group_name: "Purchasing", weight: 200,
        },
    );
    book.add(
        "extras.customfield",
        row! {
            name: "commissioned", r#type: "date", filter_logic: "exact", object_types: types(&["dcim.device"]),
            group_name: "Purchasing", weight: 210,
        },
    );
    book.add(
        "extras.customfield",
        row! {
            name: "cost_center", label: "Cost center", r#type: "integer", filter_logic: "exact",
            object_types: types(&["dcim.site", "tenancy.tenant"]), weight: 100,
        },
    );
}
