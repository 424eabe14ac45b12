//! A data center: a network rack, racks of servers, and fibre between their panels.

use super::super::book::row;
use super::super::store::Object;
use super::addressing::Purpose;
use super::cabling::{COPPER, FIBER, TRUNK, TWINAX, connect};
use super::devices::{Device, Installer, Order};
use super::places::Place;

/// How many servers stand in a rack.
const SERVERS: u32 = 8;

/// Builds a data center.
pub fn build(installer: &mut Installer, place: &Place) {
    let slug = place.slug;
    let hall = place.rooms.first().copied();
    let panel = installer.book.add("dcim.powerpanel", row! { site: place.site, location: hall, name: "Panel 1" });
    let rack = installer.rack(place, hall, "A01", "network", "active");
    let order =
        |model, role| Order { place, room: hall, rack: None, model, role, member: 1, status: "active", tags: &[] };
    let pdus = feed(installer, place, panel, rack, "a01");
    let pdus: Vec<&Device> = pdus.iter().collect();
    let (mut outlet, mut ports) = (0, 0);
    let console = {
        let mut order = order("om2216", "console-server");
        order.rack = Some((rack, 30));
        installer.install(&format!("{slug}-con-01"), &order)
    };
    installer.power(&console, &pdus, &mut outlet);
    installer.plan.manage(installer.book, place, &console, console.interface(0));
    let mut pair = |installer: &mut Installer,
                    model: &'static str,
                    role: &'static str,
                    short: &str,
                    unit: u32,
                    tags: &'static [&'static str]| {
        [1, 2].map(|number| {
            let mut order = order(model, role);
            order.rack = Some((rack, unit - number));
            order.tags = tags;
            let device = installer.install(&format!("{slug}-{short}-{number:02}"), &order);
            installer.power(&device, &pdus, &mut outlet);
            installer.console(&device, &console, &mut ports);
            device
        })
    };
    let routers = pair(installer, "mx204", "core-router", "rtr", 41, &["core", "edge", "critical"]);
    let firewalls = pair(installer, "pa-3410", "firewall", "fw", 39, &["critical", "internet-facing"]);
    let spines = pair(installer, "dcs-7050cx3-32s", "spine-switch", "spine", 37, &["core", "critical"]);
    let meet_me = {
        let mut order = order("cp24-lc", "patch-panel");
        order.rack = Some((rack, 42));
        installer.install(&format!("{slug}-mmr-01"), &order)
    };
    for (router, firewall) in routers.iter().zip(&firewalls) {
        installer.plan.loopback(installer.book, place, router, router.interface(13));
        installer.plan.manage(installer.book, place, firewall, firewall.interface(16));
        installer.mac(router.interface(0));
        for spine in &spines {
            let (from, to) = (
                router.interface(usize::from(spine.object != spines[0].object)),
                spine.interface(if router.object == routers[0].object { 30 } else { 31 }),
            );
            let status = "connected";
            connect(installer.book, from, to, FIBER, status);
            installer.plan.link(installer.book, place, from, to);
        }
        connect(installer.book, firewall.interface(12), router.interface(4), FIBER, "connected");
        installer.plan.link(installer.book, place, firewall.interface(12), router.interface(4));
    }
    // The two routers know each other.
    connect(installer.book, routers[0].interface(2), routers[1].interface(2), TWINAX, "connected");
    installer.plan.link(installer.book, place, routers[0].interface(2), routers[1].interface(2));
    for spine in &spines {
        installer.plan.loopback(installer.book, place, spine, spine.interface(33));
    }
    installer.edges.push((slug, routers[0].clone(), meet_me.clone()));
    installer.edges.push((slug, routers[1].clone(), meet_me));
    for number in 1..=place.size {
        server_rack(installer, place, panel, rack, number, &spines, (&console, &mut ports));
    }
    if slug == "cmh-01" {
        let spare = installer.rack(place, hall, "A07", "servers", "planned");
        let user = Object { kind: super::super::schema::schema().id("users.user"), id: super::FIRST_USER + 3 };
        let cells = row! {
            rack: spare, units: serde_json::json!([1, 2, 3, 4, 5, 6]), user: user, tenant: installer.organisation.tenants[3],
            description: "Research cluster, arrives in spring",
        };
        installer.book.add("dcim.rackreservation", cells);
    }
}

/// The two PDUs of a rack, each on a feed of its own.
fn feed(installer: &mut Installer, place: &Place, panel: Object, rack: Object, name: &str) -> [Device; 2] {
    [("a", "primary"), ("b", "redundant")].map(|(side, kind)| {
        let cells = row! {
            power_panel: panel, rack: rack, name: format!("{}-{}", name.to_uppercase(), side.to_uppercase()), status: "active",
            r#type: kind, supply: "ac", phase: "single-phase", voltage: 208, amperage: 30, max_utilization: 80,
        };
        let feed = installer.book.add("dcim.powerfeed", cells);
        let order = Order {
            place, room: place.rooms.first().copied(), rack: Some((rack, 0)), model: "ap8641", role: "pdu", member: 1,
            status: "active", tags: &[],
        };
        let pdu = installer.install(&format!("{}-pdu-{name}{side}", place.slug), &order);
        connect(installer.book, pdu.power[0], feed, super::cabling::POWER, "connected");
        pdu
    })
}

fn server_rack(
    installer: &mut Installer,
    place: &Place,
    power_panel: Object,
    network_rack: Object,
    number: u32,
    spines: &[Device; 2],
    (console, ports): (&Device, &mut usize),
) {
    let slug = place.slug;
    let hall = place.rooms.first().copied();
    let name = format!("A{:02}", number + 1);
    let rack = installer.rack(place, hall, &name, "servers", "active");
    let pdus = feed(installer, place, power_panel, rack, &name.to_lowercase());
    let pdus: Vec<&Device> = pdus.iter().collect();
    let mut outlet = 0;
    let order = |rack, unit, model, role| Order {
        place,
        room: hall,
        rack: Some((rack, unit)),
        model,
        role,
        member: 1,
        status: "active",
        tags: &[],
    };
    let here = installer.install(&format!("{slug}-pp-{number:02}a"), &order(rack, 42, "fcx-24lc", "patch-panel"));
    let there = installer
        .install(&format!("{slug}-pp-{number:02}b"), &order(network_rack, 28 - number, "fcx-24lc", "patch-panel"));
    for (rear, far) in here.rears.iter().zip(&there.rears) {
        connect(installer.book, *rear, *far, TRUNK, "connected");
    }
    let leaves = ["a", "b"].map(|side| {
        let unit = if side == "a" { 41 } else { 40 };
        let leaf = installer
            .install(&format!("{slug}-leaf-{number:02}{side}"), &order(rack, unit, "dcs-7050sx3-48yc8", "leaf-switch"));
        installer.power(&leaf, &pdus, &mut outlet);
        installer.console(&leaf, console, ports);
        installer.plan.loopback(installer.book, place, &leaf, leaf.interface(57));
        leaf
    });
    for (leaf_number, leaf) in leaves.iter().enumerate() {
        for (spine_number, spine) in spines.iter().enumerate() {
            let port = leaf_number * 2 + spine_number;
            let (up, down) =
                (leaf.interface(48 + spine_number), spine.interface((number as usize - 1) * 2 + leaf_number));
            connect(installer.book, up, here.fronts[port], FIBER, "connected");
            connect(installer.book, there.fronts[port], down, FIBER, "connected");
            installer.plan.link(installer.book, place, up, down);
        }
    }
    let management =
        installer.install(&format!("{slug}-mgmt-{number:02}"), &order(rack, 39, "c9200l-24t", "management-switch"));
    installer.power(&management, &pdus, &mut outlet);
    installer.plan.manage_virtual(installer.book, place, &management);
    for (port, leaf) in leaves.iter().enumerate() {
        connect(installer.book, leaf.interface(56), management.interface(20 + port), COPPER, "connected");
    }
    for slot in 0..SERVERS {
        server(installer, place, rack, (number, slot), &leaves, &management, &pdus, &mut outlet);
    }
}

#[allow(clippy::too_many_arguments, reason = "a server is plugged into all of these")]
fn server(
    installer: &mut Installer,
    place: &Place,
    rack: Object,
    (rack_number, slot): (u32, u32),
    leaves: &[Device; 2],
    management: &Device,
    pdus: &[&Device],
    outlet: &mut usize,
) {
    let serial = (rack_number - 1) * SERVERS + slot + 1;
    let is_storage = slot == SERVERS - 1 && rack_number % 2 == 1;
    let (model, role, short) = match slot {
        _ if is_storage => ("aff-a250", "storage", "san"),
        slot if slot % 2 == 0 => ("poweredge-r650", "server", "esx"),
        _ => ("proliant-dl360-gen11", "server", "srv"),
    };
    let status = match serial + u32::from(place.number) * 5 {
        n if n % 29 == 0 => "failed",
        n if n % 19 == 0 => "offline",
        n if n % 23 == 0 => "staged",
        _ => "active",
    };
    let order = Order {
        place,
        room: place.rooms.first().copied(),
        rack: Some((rack, 1 + slot * 2)),
        model,
        role,
        member: 1,
        status,
        tags: if is_storage {
            &["critical"]
        } else if serial.is_multiple_of(9) {
            &["pci"]
        } else {
            &[]
        },
    };
    let device = installer.install(&format!("{}-{short}-{serial:02}", place.slug), &order);
    installer.power(&device, pdus, outlet);
    for (port, leaf) in leaves.iter().enumerate() {
        let mine = device.interface(port);
        installer.mac(mine);
        connect(
            installer.book,
            mine,
            leaf.interface(slot as usize),
            TWINAX,
            if status == "staged" { "planned" } else { "connected" },
        );
        let purpose = if is_storage { Purpose::Storage } else { Purpose::Servers };
        installer.plan.access(installer.book, place, leaf.interface(slot as usize), purpose);
    }
    let out_of_band = device.interface(2);
    installer.mac(out_of_band);
    connect(installer.book, out_of_band, management.interface(slot as usize), COPPER, "connected");
    installer.plan.out_of_band(installer.book, place, &device, out_of_band);
    // Some servers are in service before anybody has noted their address.
    if serial % 13 != 6 {
        let purpose = match (is_storage, serial % 7) {
            (true, _) => Purpose::Storage,
            (false, 3) => Purpose::Development,
            _ => Purpose::Servers,
        };
        installer.plan.host(installer.book, place, &device, device.interface(0), purpose, place.slug != "nyc-02");
    }
    if model == "poweredge-r650" && status == "active" {
        installer.hosts.push((place.slug, device.object));
    }
}
