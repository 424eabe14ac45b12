//! What can be bought: manufacturers, device types with their components, platforms and roles.

use super::super::book::{Book, row};
use super::super::store::Object;
use super::organisation::named;

/// A component, or a row of them. `{m}` in a name is the member's number in a stack, `{n}` counts from the first.
#[derive(Clone, Copy)]
pub enum Part {
    /// Network interfaces: name, first number, how many, NetBox's type, whether for management only.
    Interfaces(&'static str, u32, u32, &'static str, bool),
    /// A console port.
    Console(&'static str),
    /// Ports of a console server.
    ConsoleServer(&'static str, u32),
    /// Power ports: name, how many, type, watts at most.
    Power(&'static str, u32, &'static str, u32),
    /// Outlets fed by the first power port.
    Outlets(&'static str, u32, &'static str),
    /// A panel: front ports, their type, rear ports, their type. The fronts are spread evenly over the rears.
    Panel(u32, &'static str, u32, &'static str),
}

use Part::{Console, ConsoleServer, Interfaces, Outlets, Panel, Power};

/// A device type: slug, manufacturer, model, part number, height in units, full depth, platform, components.
pub struct Model {
    /// Its slug.
    pub slug: &'static str,
    maker: &'static str,
    name: &'static str,
    part_number: &'static str,
    height: f64,
    full_depth: bool,
    /// The slug of the software it runs, empty for none.
    pub platform: &'static str,
    /// What is in it.
    pub parts: &'static [Part],
}

const TWO_FEEDS: Part = Power("PSU {n}", 2, "iec-60320-c14", 350);

/// Every device type.
pub const MODELS: [Model; 15] = [
    Model {
        slug: "c9300-48p",
        maker: "Cisco",
        name: "Catalyst 9300-48P",
        part_number: "C9300-48P-A",
        height: 1.0,
        full_depth: true,
        platform: "ios-xe",
        parts: &[
            Interfaces("GigabitEthernet{m}/0/{n}", 1, 48, "1000base-t", false),
            Interfaces("TenGigabitEthernet{m}/1/{n}", 1, 4, "10gbase-x-sfpp", false),
            Interfaces("GigabitEthernet{m}/0", 0, 1, "1000base-t", true),
            Console("Console"),
            TWO_FEEDS,
        ],
    },
    Model {
        slug: "c9200l-24t",
        maker: "Cisco",
        name: "Catalyst 9200L-24T-4G",
        part_number: "C9200L-24T-4G-E",
        height: 1.0,
        full_depth: false,
        platform: "ios-xe",
        parts: &[
            Interfaces("GigabitEthernet{m}/0/{n}", 1, 24, "1000base-t", false),
            Interfaces("GigabitEthernet{m}/1/{n}", 1, 4, "1000base-x-sfp", false),
            Console("Console"),
            Power("PSU {n}", 1, "iec-60320-c14", 125),
        ],
    },
    Model {
        slug: "c9500-24y4c",
        maker: "Cisco",
        name: "Catalyst 9500-24Y4C",
        part_number: "C9500-24Y4C-A",
        height: 1.0,
        full_depth: true,
        platform: "ios-xe",
        parts: &[
            Interfaces("TwentyFiveGigE1/0/{n}", 1, 24, "25gbase-x-sfp28", false),
            Interfaces("HundredGigE1/0/{n}", 25, 4, "100gbase-x-qsfp28", false),
            Interfaces("GigabitEthernet0/{n}", 0, 1, "1000base-t", true),
            Interfaces("Loopback{n}", 0, 1, "virtual", false),
            Console("Console"),
            TWO_FEEDS,
        ],
    },
    Model {
        slug: "mx204",
        maker: "Juniper",
        name: "MX204",
        part_number: "MX204-IR",
        height: 1.0,
        full_depth: true,
        platform: "junos",
        parts: &[
            Interfaces("et-0/0/{n}", 0, 4, "100gbase-x-qsfp28", false),
            Interfaces("xe-0/1/{n}", 0, 8, "10gbase-x-sfpp", false),
            Interfaces("fxp{n}", 0, 1, "1000base-t", true),
            Interfaces("lo{n}", 0, 1, "virtual", false),
            Console("Console"),
            TWO_FEEDS,
        ],
    },
    Model {
        slug: "srx345",
        maker: "Juniper",
        name: "SRX345",
        part_number: "SRX345-SYS-JE",
        height: 1.0,
        full_depth: false,
        platform: "junos",
        parts: &[
            Interfaces("ge-0/0/{n}", 0, 16, "1000base-t", false),
            Interfaces("fxp{n}", 0, 1, "1000base-t", true),
            Interfaces("lo{n}", 0, 1, "virtual", false),
            Console("Console"),
            Power("PSU {n}", 1, "iec-60320-c14", 122),
        ],
    },
    Model {
        slug: "pa-3410",
        maker: "Palo Alto Networks",
        name: "PA-3410",
        part_number: "PAN-PA-3410",
        height: 1.0,
        full_depth: true,
        platform: "pan-os",
        parts: &[
            Interfaces("ethernet1/{n}", 1, 12, "10gbase-t", false),
            Interfaces("ethernet1/{n}", 13, 4, "25gbase-x-sfp28", false),
            Interfaces("management", 0, 1, "1000base-t", true),
            Console("Console"),
            TWO_FEEDS,
        ],
    },
    Model {
        slug: "dcs-7050cx3-32s",
        maker: "Arista",
        name: "DCS-7050CX3-32S",
        part_number: "DCS-7050CX3-32S-F",
        height: 1.0,
        full_depth: true,
        platform: "eos",
        parts: &[
            Interfaces("Ethernet{n}", 1, 32, "100gbase-x-qsfp28", false),
            Interfaces("Management{n}", 1, 1, "1000base-t", true),
            Interfaces("Loopback{n}", 0, 1, "virtual", false),
            Console("Console"),
            TWO_FEEDS,
        ],
    },
    Model {
        slug: "dcs-7050sx3-48yc8",
        maker: "Arista",
        name: "DCS-7050SX3-48YC8",
        part_number: "DCS-7050SX3-48YC8-F",
        height: 1.0,
        full_depth: true,
        platform: "eos",
        parts: &[
            Interfaces("Ethernet{n}", 1, 48, "25gbase-x-sfp28", false),
            Interfaces("Ethernet{n}", 49, 8, "100gbase-x-qsfp28", false),
            Interfaces("Management{n}", 1, 1, "1000base-t", true),
            Interfaces("Loopback{n}", 0, 1, "virtual", false),
            Console("Console"),
            TWO_FEEDS,
        ],
    },
    Model {
        slug: "om2216",
        maker: "Opengear",
        name: "OM2216",
        part_number: "OM2216-L",
        height: 1.0,
        full_depth: false,
        platform: "",
        parts: &[Interfaces("net{n}", 1, 2, "1000base-t", false), ConsoleServer("Port {n}", 16), TWO_FEEDS],
    },
    Model {
        slug: "poweredge-r650",
        maker: "Dell",
        name: "PowerEdge R650",
        part_number: "210-AYJZ",
        height: 1.0,
        full_depth: true,
        platform: "esxi-8",
        parts: &[
            Interfaces("eno{n}", 1, 2, "25gbase-x-sfp28", false),
            Interfaces("iDRAC", 0, 1, "1000base-t", true),
            Power("PSU {n}", 2, "iec-60320-c14", 800),
        ],
    },
    Model {
        slug: "proliant-dl360-gen11",
        maker: "HPE",
        name: "ProLiant DL360 Gen11",
        part_number: "P52499-B21",
        height: 1.0,
        full_depth: true,
        platform: "ubuntu-24-04",
        parts: &[
            Interfaces("ens1f{n}", 0, 2, "25gbase-x-sfp28", false),
            Interfaces("iLO", 0, 1, "1000base-t", true),
            Power("PSU {n}", 2, "iec-60320-c14", 800),
        ],
    },
    Model {
        slug: "aff-a250",
        maker: "NetApp",
        name: "AFF A250",
        part_number: "AFF-A250A",
        height: 2.0,
        full_depth: true,
        platform: "ontap",
        parts: &[
            Interfaces("e0{n}", 1, 2, "25gbase-x-sfp28", false),
            Interfaces("e0M", 0, 1, "1000base-t", true),
            Power("PSU {n}", 2, "iec-60320-c14", 1200),
        ],
    },
    Model {
        slug: "ap8641",
        maker: "APC",
        name: "AP8641",
        part_number: "AP8641",
        height: 0.0,
        full_depth: false,
        platform: "",
        parts: &[Power("Input", 1, "nema-l6-30p", 5760), Outlets("Outlet {n}", 24, "iec-60320-c13")],
    },
    Model {
        slug: "ap-535",
        maker: "Aruba",
        name: "AP-535",
        part_number: "JZ336A",
        height: 0.0,
        full_depth: false,
        platform: "",
        parts: &[Interfaces("eth{n}", 0, 2, "2.5gbase-t", false), Interfaces("wlan{n}", 0, 2, "ieee802.11ax", false)],
    },
    Model {
        slug: "fcx-24lc",
        maker: "Panduit",
        name: "FCX 24-port LC/MPO cassette panel",
        part_number: "FCX-24-10Y",
        height: 1.0,
        full_depth: false,
        platform: "",
        parts: &[Panel(24, "lc", 2, "mpo")],
    },
];

/// A patch panel whose front ports each have a rear port of their own.
pub const THROUGH_PANEL: Model = Model {
    slug: "cp24-lc",
    maker: "Panduit",
    name: "CP24 24-port LC panel",
    part_number: "CP24BLY",
    height: 1.0,
    full_depth: false,
    platform: "",
    parts: &[Panel(24, "lc", 24, "lc")],
};

/// Device roles: slug, name, colour, and whether virtual machines have it too.
const ROLES: [(&str, &str, &str, bool); 14] = [
    ("core-router", "Core router", "3f51b5", false),
    ("branch-router", "Branch router", "2196f3", false),
    ("firewall", "Firewall", "f44336", false),
    ("spine-switch", "Spine switch", "009688", false),
    ("leaf-switch", "Leaf switch", "4caf50", false),
    ("core-switch", "Core switch", "3f51b5", false),
    ("access-switch", "Access switch", "8bc34a", false),
    ("management-switch", "Management switch", "607d8b", false),
    ("server", "Server", "9c27b0", true),
    ("storage", "Storage", "673ab7", false),
    ("access-point", "Access point", "00bcd4", false),
    ("console-server", "Console server", "795548", false),
    ("patch-panel", "Patch panel", "9e9e9e", false),
    ("pdu", "PDU", "ff9800", false),
];

/// Platforms: slug, name, manufacturer.
const PLATFORMS: [(&str, &str, &str); 9] = [
    ("ios-xe", "Cisco IOS XE", "Cisco"),
    ("junos", "Junos OS", "Juniper"),
    ("pan-os", "PAN-OS", "Palo Alto Networks"),
    ("eos", "Arista EOS", "Arista"),
    ("esxi-8", "VMware ESXi 8", ""),
    ("ubuntu-24-04", "Ubuntu 24.04 LTS", ""),
    ("debian-12", "Debian 12", ""),
    ("windows-server-2022", "Windows Server 2022", ""),
    ("ontap", "ONTAP 9", "NetApp"),
];

/// What the other chapters pick from.
pub struct Catalogue {
    types: Vec<(&'static str, Object)>,
    roles: Vec<(&'static str, Object)>,
    platforms: Vec<(&'static str, Object)>,
    rack_roles: Vec<(&'static str, Object)>,
    /// The one type of rack that is bought.
    pub rack_type: Object,
}

impl Catalogue {
    /// A device type by its slug.
    pub fn device_type(&self, slug: &str) -> Object {
        named(&self.types, slug)
    }

    /// A device role by its slug.
    pub fn role(&self, slug: &str) -> Object {
        named(&self.roles, slug)
    }

    /// A platform by its slug; none for the empty one.
    pub fn platform(&self, slug: &str) -> Option<Object> {
        (!slug.is_empty()).then(|| named(&self.platforms, slug))
    }

    /// A role of racks by its slug.
    pub fn rack_role(&self, slug: &str) -> Object {
        named(&self.rack_roles, slug)
    }
}

/// The model with a slug.
pub fn model(slug: &str) -> &'static Model {
    MODELS.iter().find(|model| model.slug == slug).unwrap_or(&THROUGH_PANEL)
}

/// Writes the chapter.
pub fn write(book: &mut Book) -> Catalogue {
    let mut makers: Vec<(&'static str, Object)> = Vec::new();
    let mut maker = |book: &mut Book, name: &'static str| {
        if let Some((_, known)) = makers.iter().find(|(known, _)| *known == name) {
            return *known;
        }
        let slug = name.to_lowercase().replace(' ', "-");
        let object = book.add("dcim.manufacturer", row! { name: name, slug: slug });
        makers.push((name, object));
        object
    };
    let mut platforms = Vec::new();
    for (slug, name, made_by) in PLATFORMS {
        let made_by = (!made_by.is_empty()).then(|| maker(book, made_by));
        platforms.push((slug, book.add("dcim.platform", row! { name: name, slug: slug, manufacturer: made_by })));
    }
    let mut types = Vec::new();
    for model in MODELS.iter().chain([&THROUGH_PANEL]) {
        let made_by = maker(book, model.maker);
        let platform = (!model.platform.is_empty()).then(|| named(&platforms, model.platform));
        let object = book.add(
            "dcim.devicetype",
            row! {
                manufacturer: made_by, model: model.name, slug: format!("{}-{}", model.maker.to_lowercase().replace(' ', "-"), model.slug),
                part_number: model.part_number, u_height: model.height, is_full_depth: model.full_depth, default_platform: platform,
            },
        );
        templates(book, object, model.parts);
        types.push((model.slug, object));
    }
    let roles = ROLES.map(|(slug, name, color, virtual_too)| {
        (slug, book.add("dcim.devicerole", row! { name: name, slug: slug, color: color, vm_role: virtual_too }))
    });
    let rack_roles = [
        ("network", "Network", "3f51b5"),
        ("servers", "Servers", "9c27b0"),
        ("distribution", "Distribution", "8bc34a"),
    ]
    .map(|(slug, name, color)| (slug, book.add("dcim.rackrole", row! { name: name, slug: slug, color: color })));
    let panduit = maker(book, "Panduit");
    let rack_type = book.add(
        "dcim.racktype",
        row! {
            manufacturer: panduit, model: "Net-Access S7822B", slug: "panduit-net-access-s7822b", form_factor: "4-post-cabinet",
            width: 19, u_height: 42, description: "42U cabinet, 800 mm wide",
        },
    );
    Catalogue { types, roles: roles.to_vec(), platforms, rack_roles: rack_roles.to_vec(), rack_type }
}

/// The names of a part's components.
pub fn names(pattern: &str, member: u32, first: u32, count: u32) -> impl Iterator<Item = String> {
    (first..first + count)
        .map(move |number| pattern.replace("{m}", &member.to_string()).replace("{n}", &number.to_string()))
}

fn templates(book: &mut Book, device_type: Object, parts: &[Part]) {
    for part in parts {
        match *part {
            Interfaces(pattern, first, count, kind, management) => {
                for name in names(pattern, 1, first, count) {
                    book.add(
                        "dcim.interfacetemplate",
                        row! { device_type: device_type, name: name, r#type: kind, mgmt_only: management },
                    );
                }
            }
            Console(name) => {
                book.add("dcim.consoleporttemplate", row! { device_type: device_type, name: name, r#type: "rj-45" });
            }
            ConsoleServer(pattern, count) => {
                for name in names(pattern, 1, 1, count) {
                    book.add(
                        "dcim.consoleserverporttemplate",
                        row! { device_type: device_type, name: name, r#type: "rj-45" },
                    );
                }
            }
            Power(pattern, count, kind, watts) => {
                for name in names(pattern, 1, 1, count) {
                    book.add(
                        "dcim.powerporttemplate",
                        row! { device_type: device_type, name: name, r#type: kind, maximum_draw: watts },
                    );
                }
            }
            Outlets(pattern, count, kind) => {
                for name in names(pattern, 1, 1, count) {
                    book.add("dcim.poweroutlettemplate", row! { device_type: device_type, name: name, r#type: kind });
                }
            }
            Panel(..) => {}
        }
    }
}
