//! Sites where people work: a core in the main room, stacks of switches on the floors, access points under the ceiling.

use super::super::book::row;
use super::super::store::Object;
use super::addressing::Purpose;
use super::cabling::{COPPER, FIBER, TRUNK, connect};
use super::devices::{Device, Installer, Order};
use super::places::{Kind, Place};

/// Builds a site.
pub fn build(installer: &mut Installer, place: &Place) {
    let slug = place.slug;
    let closing = place.kind == Kind::Closing;
    let status = if closing { "decommissioning" } else { "active" };
    let room = place.rooms.first().copied();
    let rack = installer.rack(place, room, "MDF-1", "distribution", if closing { "deprecated" } else { "active" });
    let order =
        |unit, model, role, tags| Order { place, room, rack: Some((rack, unit)), model, role, member: 1, status, tags };
    let pdus =
        ["a", "b"].map(|side| installer.install(&format!("{slug}-pdu-mdf{side}"), &order(0, "ap8641", "pdu", &[])));
    let pdus: Vec<&Device> = pdus.iter().collect();
    let mut outlet = 0;
    let big = matches!(place.kind, Kind::Headquarters | Kind::Plant);
    let (router_model, router_role) = if big { ("mx204", "core-router") } else { ("srx345", "branch-router") };
    let router =
        installer.install(&format!("{slug}-rtr-01"), &order(40, router_model, router_role, &["edge", "critical"]));
    let loopback = router.interface(if big { 13 } else { 17 });
    installer.plan.loopback(installer.book, place, &router, loopback);
    installer.power(&router, &pdus, &mut outlet);
    let panel = installer.install(&format!("{slug}-mmr-01"), &order(42, "cp24-lc", "patch-panel", &[]));
    installer.edges.push((slug, router.clone(), panel));
    if matches!(place.kind, Kind::Branch | Kind::Closing) {
        let switch = installer.install(
            &format!("{slug}-acc-01"),
            &order(38, "c9300-48p", "access-switch", if closing { &["legacy"] } else { &[] }),
        );
        installer.power(&switch, &pdus, &mut outlet);
        installer.plan.manage_virtual(installer.book, place, &switch);
        connect(installer.book, router.interface(1), switch.interface(47), COPPER, "connected");
        desks(installer, place, &switch);
        if !closing {
            access_points(installer, place, &[switch], place.rooms.get(1).copied(), 3);
        }
        return;
    }
    let mut cores = Vec::new();
    for number in 1..=if big { 2 } else { 1 } {
        let core = installer
            .install(&format!("{slug}-core-{number:02}"), &order(38 - number, "c9500-24y4c", "core-switch", &["core"]));
        installer.power(&core, &pdus, &mut outlet);
        installer.plan.loopback(installer.book, place, &core, core.interface(29));
        let uplink = router.interface(if big { 3 + number as usize } else { 1 });
        connect(installer.book, core.interface(23), uplink, FIBER, "connected");
        installer.plan.link(installer.book, place, core.interface(23), uplink);
        cores.push(core);
    }
    if let [first, second] = cores.as_slice() {
        connect(installer.book, first.interface(24), second.interface(24), FIBER, "connected");
        installer.plan.link(installer.book, place, first.interface(24), second.interface(24));
    }
    for purpose in [Purpose::Users, Purpose::Voice, Purpose::Wireless, Purpose::Guest, Purpose::Building, Purpose::Line]
    {
        installer.plan.gateway(installer.book, place, &cores, purpose);
    }
    if big {
        let firewall = installer
            .install(&format!("{slug}-fw-01"), &order(35, "pa-3410", "firewall", &["critical", "internet-facing"]));
        installer.power(&firewall, &pdus, &mut outlet);
        installer.plan.manage(installer.book, place, &firewall, firewall.interface(16));
        connect(installer.book, firewall.interface(12), router.interface(6), FIBER, "connected");
        installer.plan.link(installer.book, place, firewall.interface(12), router.interface(6));
    }
    for floor in 1..=place.size {
        self::floor(installer, place, floor, rack, &cores);
    }
}

/// A floor: a rack with a stack of switches, behind a pair of panels to the core.
fn floor(installer: &mut Installer, place: &Place, floor: u32, core_rack: Object, cores: &[Device]) {
    let slug = place.slug;
    let room = place.rooms.get(floor as usize).copied();
    let rack = installer.rack(place, room, &format!("IDF-{floor}"), "distribution", "active");
    let order = |room, rack, unit, model, role, member| Order {
        place,
        room,
        rack: Some((rack, unit)),
        model,
        role,
        member,
        status: "active",
        tags: &[],
    };
    let pdu = installer.install(&format!("{slug}-pdu-idf{floor}"), &order(room, rack, 0, "ap8641", "pdu", 1));
    let core_room = place.rooms.first().copied();
    let here = installer.install(&format!("{slug}-pp-idf{floor}"), &order(room, rack, 42, "cp24-lc", "patch-panel", 1));
    let there = installer.install(
        &format!("{slug}-pp-mdf{floor}"),
        &order(core_room, core_rack, 30 - floor, "cp24-lc", "patch-panel", 1),
    );
    for port in 0..4 {
        connect(installer.book, here.rears[port], there.rears[port], TRUNK, "connected");
    }
    let chassis = installer.book.add("dcim.virtualchassis", row! { name: format!("{slug}-acc-{floor:02}") });
    let members = if place.kind == Kind::Headquarters { 3 } else { 2 };
    let mut stack = Vec::new();
    let mut outlet = 0;
    for member in 1..=members {
        let name = format!("{slug}-acc-{floor:02}-{member}");
        let switch = installer.install(&name, &order(room, rack, 41 - member, "c9300-48p", "access-switch", member));
        installer.power(&switch, &[&pdu], &mut outlet);
        installer.book.set(switch.object, "virtual_chassis", chassis);
        installer.book.set(switch.object, "vc_position", member);
        desks(installer, place, &switch);
        stack.push(switch);
    }
    let master = &stack[0];
    installer.book.set(chassis, "master", master.object);
    installer.plan.manage_virtual(installer.book, place, master);
    for (port, core) in cores.iter().enumerate() {
        // One uplink from the first member, the other from the last.
        let member = if port == 0 { master } else { &stack[stack.len() - 1] };
        let (up, down) = (member.interface(48 + port), core.interface(floor as usize - 1));
        connect(installer.book, up, here.fronts[port], FIBER, "connected");
        let status = if slug == "yyz-01" && floor == 2 { "planned" } else { "connected" };
        connect(installer.book, there.fronts[port], down, FIBER, status);
        installer.plan.trunk(installer.book, place, up);
        installer.plan.trunk(installer.book, place, down);
    }
    let count = if place.kind == Kind::Headquarters { 4 } else { 3 };
    access_points(installer, place, &stack, room, count);
}

/// The ports of a switch that people plug into.
fn desks(installer: &mut Installer, place: &Place, switch: &Device) {
    for port in 0..40 {
        let interface = switch.interface(port);
        installer.plan.access(
            installer.book,
            place,
            interface,
            if port < 34 { Purpose::Users } else { Purpose::Building },
        );
        // Half of the desks have something in them that is not in NetBox.
        if port % 2 == 0 && place.kind != Kind::Closing {
            installer.book.set(interface, "mark_connected", true);
        }
        if port >= 37 {
            installer.book.set(interface, "enabled", false);
            installer.book.set(interface, "description", "Spare");
        }
    }
}

fn access_points(installer: &mut Installer, place: &Place, stack: &[Device], room: Option<Object>, count: u32) {
    for number in 0..count {
        let switch = &stack[number as usize % stack.len()];
        let port = 40 + number as usize / stack.len();
        installer.access_points += 1;
        let name = format!("{}-ap-{:02}", place.slug, installer.next_access_point(place.slug));
        let status = if installer.access_points.is_multiple_of(17) { "offline" } else { "active" };
        let order = Order {
            place,
            room,
            rack: None,
            model: "ap-535",
            role: "access-point",
            member: 1,
            status,
            tags: &["wireless"],
        };
        let point = installer.install(&name, &order);
        installer.mac(point.interface(0));
        let uplink = switch.interface(port);
        connect(installer.book, point.interface(0), uplink, COPPER, "connected");
        installer.plan.trunk(installer.book, place, uplink);
        installer.book.set(uplink, "description", name);
        installer.book.set(uplink, "poe_mode", "pse");
        installer.book.set(uplink, "poe_type", "type2-ieee802.3at");
        let lans = installer.wireless_lans.clone();
        for radio in [2, 3] {
            let interface = point.interface(radio);
            installer.book.set(interface, "rf_role", "ap");
            installer.book.set(interface, "wireless_lans", lans.clone());
        }
        if number > 0 {
            installer.plan.host(installer.book, place, &point, point.interface(0), Purpose::Management, false);
        }
    }
}
