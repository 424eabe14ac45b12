//! The sites, and the rooms in them.

use serde_json::json;

use super::super::book::{Book, row};
use super::super::store::Object;
use super::organisation::Organisation;

/// What sort of place a site is, which decides what stands there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Halls with rows of server racks.
    DataCenter,
    /// The headquarters: four floors.
    Headquarters,
    /// One or two floors.
    Office,
    /// A factory with an office.
    Plant,
    /// A few rooms.
    Branch,
    /// Being closed.
    Closing,
    /// Not built yet.
    Planned,
}

/// A site as the other chapters know it.
pub struct Place {
    /// Its row.
    pub site: Object,
    /// `cle-01`.
    pub slug: &'static str,
    /// `Cleveland 01`.
    pub name: &'static str,
    /// What stands there.
    pub kind: Kind,
    /// Its number, which is part of its addresses.
    pub number: u8,
    /// Its rooms: for data centers the hall, else the main distribution room and the floors.
    pub rooms: Vec<Object>,
    /// How many racks of servers, or how many floors with switches, it has.
    pub size: u32,
}

type Row = (&'static str, &'static str, Kind, &'static str, &'static str, &'static str, &'static str, (f64, f64), u32);

const SITES: [Row; 14] = [
    (
        "cle-01",
        "Cleveland 01",
        Kind::Headquarters,
        "ohio",
        "headquarters",
        "America/New_York",
        "1375 E 9th St, Cleveland, OH 44114",
        (41.505, -81.6905),
        4,
    ),
    (
        "cmh-01",
        "Columbus 01",
        Kind::DataCenter,
        "ohio",
        "data-centers",
        "America/New_York",
        "535 Scherers Ct, Columbus, OH 43085",
        (40.1118, -83.001),
        5,
    ),
    (
        "cvg-01",
        "Cincinnati 01",
        Kind::Plant,
        "ohio",
        "plants",
        "America/New_York",
        "3000 Red Bank Expy, Cincinnati, OH 45227",
        (39.155, -84.402),
        3,
    ),
    (
        "akr-01",
        "Akron 01",
        Kind::Planned,
        "ohio",
        "branch-offices",
        "America/New_York",
        "80 E Exchange St, Akron, OH 44308",
        (41.0765, -81.519),
        0,
    ),
    (
        "nyc-01",
        "New York 01",
        Kind::Office,
        "new-york",
        "branch-offices",
        "America/New_York",
        "250 W 34th St, New York, NY 10119",
        (40.7505, -73.991),
        2,
    ),
    (
        "nyc-02",
        "New York 02",
        Kind::DataCenter,
        "new-york",
        "data-centers",
        "America/New_York",
        "60 Hudson St, New York, NY 10013",
        (40.7177, -74.0083),
        2,
    ),
    (
        "dfw-01",
        "Dallas 01",
        Kind::DataCenter,
        "texas",
        "data-centers",
        "America/Chicago",
        "1950 N Stemmons Fwy, Dallas, TX 75207",
        (32.801, -96.819),
        4,
    ),
    (
        "sfo-01",
        "San Francisco 01",
        Kind::Office,
        "california",
        "branch-offices",
        "America/Los_Angeles",
        "500 Howard St, San Francisco, CA 94105",
        (37.788, -122.397),
        2,
    ),
    (
        "yyz-01",
        "Toronto 01",
        Kind::Office,
        "ontario",
        "branch-offices",
        "America/Toronto",
        "151 Front St W, Toronto, ON M5J 2N1",
        (43.6446, -79.384),
        2,
    ),
    (
        "fra-01",
        "Frankfurt 01",
        Kind::DataCenter,
        "hesse",
        "data-centers",
        "Europe/Berlin",
        "Kleyerstraße 79, 60326 Frankfurt am Main",
        (50.098, 8.632),
        4,
    ),
    (
        "muc-01",
        "Munich 01",
        Kind::Plant,
        "bavaria",
        "plants",
        "Europe/Berlin",
        "Dachauer Straße 665, 80995 München",
        (48.199, 11.507),
        3,
    ),
    (
        "lon-01",
        "London 01",
        Kind::Office,
        "united-kingdom",
        "branch-offices",
        "Europe/London",
        "110 Bishopsgate, London EC2N 4AY",
        (51.5163, -0.0812),
        2,
    ),
    (
        "rtm-01",
        "Rotterdam 01",
        Kind::Closing,
        "netherlands",
        "warehouses",
        "Europe/Amsterdam",
        "Reeweg 25, 3088 KA Rotterdam",
        (51.882, 4.42),
        1,
    ),
    (
        "sin-01",
        "Singapore 01",
        Kind::Branch,
        "singapore",
        "branch-offices",
        "Asia/Singapore",
        "1 Raffles Pl, Singapore 048616",
        (1.2844, 103.851),
        1,
    ),
];

/// Writes the sites and their rooms.
pub fn write(book: &mut Book, organisation: &Organisation) -> Vec<Place> {
    let american = asn_of(book, "ARIN", "arin", false);
    let european = asn_of(book, "RIPE NCC", "ripe-ncc", false);
    let private = asn_of(book, "RFC 6996", "rfc-6996", true);
    let role = book.add("ipam.role", row! { name: "Routing", slug: "routing", weight: 900 });
    book.add(
        "ipam.asnrange",
        row! { name: "Private sites", slug: "private-sites", rir: private, start: 65_000, end: 65_099 },
    );
    let public = [
        book.add(
            "ipam.asn",
            row! { asn: 394_900, rir: american, role: role, description: "Announced in North America" },
        ),
        book.add("ipam.asn", row! { asn: 212_345, rir: european, role: role, description: "Announced in Europe" }),
    ];
    (1_u8..)
        .zip(SITES)
        .map(|(number, (slug, name, kind, region, group, time_zone, address, (latitude, longitude), size))| {
            let asn = book.add(
                "ipam.asn",
                row! { asn: 65_000 + u32::from(number), rir: private, role: role, tenant: organisation.tenants[0],
                description: format!("Routing inside {name}") },
            );
            let mut asns = vec![asn];
            if kind == Kind::DataCenter {
                asns.push(public[usize::from(slug == "fra-01")]);
            }
            let status = match kind {
                Kind::Planned => "planned",
                Kind::Closing => "decommissioning",
                _ => "active",
            };
            let tenant = match kind {
                Kind::Plant => organisation.tenants[1],
                Kind::Closing => organisation.tenants[2],
                _ => organisation.tenants[0],
            };
            let description = match kind {
                Kind::DataCenter => "Leased hall with own cage",
                Kind::Headquarters => "Headquarters",
                Kind::Plant => "Assembly plant",
                Kind::Planned => "Opens next year; lease signed",
                Kind::Closing => "Warehouse, closes at the end of the year",
                _ => "",
            };
            let tags = if kind == Kind::DataCenter {
                vec![organisation.tag("critical"), organisation.tag("backup-power")]
            } else {
                Vec::new()
            };
            let facility =
                if kind == Kind::DataCenter { format!("Cage {}", 100 + u32::from(number) * 7) } else { String::new() };
            let site = book.add(
                "dcim.site",
                row! {
                    name: name, slug: slug, status: status, region: organisation.region(region),
                    group: organisation.group(group), tenant: tenant, facility: facility, time_zone: time_zone,
                    description: description, physical_address: address, latitude: latitude, longitude: longitude,
                    asns: asns, tags: tags, custom_field_data: json!({"cost_center": 4000 + u32::from(number) * 10}),
                },
            );
            let rooms = rooms(book, site, kind, size);
            Place { site, slug, name, kind, number, rooms, size }
        })
        .collect()
}

fn asn_of(book: &mut Book, name: &str, slug: &str, private: bool) -> Object {
    book.add("ipam.rir", row! { name: name, slug: slug, is_private: private })
}

fn rooms(book: &mut Book, site: Object, kind: Kind, floors: u32) -> Vec<Object> {
    let mut room = |name: &str, parent: Option<Object>| {
        let slug = name.to_lowercase().replace(' ', "-");
        book.add("dcim.location", row! { name: name, slug: slug, site: site, parent: parent, status: "active" })
    };
    match kind {
        Kind::Planned => Vec::new(),
        Kind::DataCenter => {
            let building = room("Building 1", None);
            vec![room("Hall A", Some(building)), building]
        }
        _ => {
            let building = room("Main building", None);
            let mut rooms = vec![room("MDF", Some(building))];
            for floor in 1..=floors {
                let floor_room = room(&format!("Floor {floor}"), Some(building));
                rooms.push(room(&format!("IDF {floor}"), Some(floor_room)));
            }
            if kind == Kind::Plant {
                rooms.push(room("Plant floor", None));
            }
            rooms
        }
    }
}
