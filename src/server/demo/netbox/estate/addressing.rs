//! Who has which address: aggregates, VRFs, VLANs, prefixes, and the hands that deal addresses out.

use std::collections::HashMap;

use serde_json::json;

use super::super::book::{Book, row};
use super::super::schema::schema;
use super::super::store::{Network, Object};
use super::devices::{Device, Installer};
use super::organisation::Organisation;
use super::places::{Kind, Place};

/// What a network is for. Each has its VLAN at each site that needs it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    /// Switches and whatever has no network of its own.
    Management,
    /// Desks.
    Users,
    /// Telephones.
    Voice,
    /// Laptops and scanners on the air.
    Wireless,
    /// Visitors, in a VRF of their own.
    Guest,
    /// Doors, cameras, heating.
    Building,
    /// Robots, in a VRF per plant with the same addresses everywhere.
    Line,
    /// Servers that people depend on.
    Servers,
    /// Servers that they do not.
    Development,
    /// Storage.
    Storage,
    /// Servers that the Internet reaches.
    Dmz,
}

/// Purpose, VLAN id, name, third octet within the site's /16, mask, role.
type Net = (Purpose, u32, &'static str, u32, u8, &'static str);

const CAMPUS: [Net; 6] = [
    (Purpose::Management, 10, "Management", 0, 24, "management"),
    (Purpose::Users, 20, "Users", 4, 22, "users"),
    (Purpose::Voice, 30, "Voice", 16, 26, "voice"),
    (Purpose::Wireless, 40, "Wireless", 20, 22, "users"),
    (Purpose::Guest, 50, "Guest", 0, 24, "guest"),
    (Purpose::Building, 60, "Building systems", 32, 24, "building"),
];
const LINE: Net = (Purpose::Line, 70, "Production line", 10, 24, "production-line");
const DATA_CENTER: [Net; 5] = [
    (Purpose::Management, 10, "Management", 0, 23, "management"),
    (Purpose::Servers, 100, "Servers", 8, 22, "servers"),
    (Purpose::Development, 110, "Development", 12, 23, "servers"),
    (Purpose::Storage, 120, "Storage", 16, 24, "storage"),
    (Purpose::Dmz, 200, "DMZ", 24, 24, "dmz"),
];
const ROLES: [(&str, &str); 11] = [
    ("management", "Management"),
    ("users", "Users"),
    ("voice", "Voice"),
    ("guest", "Guest"),
    ("building", "Building systems"),
    ("production-line", "Production line"),
    ("servers", "Servers"),
    ("storage", "Storage"),
    ("dmz", "DMZ"),
    ("loopbacks", "Loopbacks"),
    ("links", "Links"),
];

/// A prefix with the next free host in it.
struct Pool {
    network: Network,
    vrf: Option<Object>,
    next: u128,
}

/// Who has which address.
#[derive(Default)]
pub struct Plan {
    pools: HashMap<(u8, Purpose), Pool>,
    vlans: HashMap<(u8, Purpose), Object>,
    prefixes: Vec<(Object, Network, Option<Object>)>,
    loopbacks: HashMap<u8, u32>,
    links: HashMap<u8, u32>,
    roles: Vec<(&'static str, Object)>,
    tenant: Option<Object>,
}

fn v4(text: String) -> Network {
    Network::parse(&text).unwrap_or(Network { address: std::net::Ipv4Addr::UNSPECIFIED.into(), length: 32 })
}

/// The second octet of a site's addresses.
fn octet(place: &Place) -> u32 {
    16 + u32::from(place.number)
}

/// Writes the networks of all sites.
pub fn plan(book: &mut Book, organisation: &Organisation, places: &[Place]) -> Plan {
    let tenant = organisation.tenants[0];
    let mut plan = Plan { tenant: Some(tenant), ..Plan::default() };
    for (slug, name) in ROLES {
        plan.roles.push((slug, book.add("ipam.role", row! { name: name, slug: slug })));
    }
    let private = book.add("ipam.rir", row! { name: "RFC 1918", slug: "rfc-1918", is_private: true });
    let documentation = book.add("ipam.rir", row! { name: "RFC 3849", slug: "rfc-3849", is_private: true });
    let arin = Object { kind: schema().id("ipam.rir"), id: 1 };
    for (prefix, rir, date, description) in [
        ("10.0.0.0/8", private, "2021-01-04", "All sites"),
        ("172.16.0.0/12", private, "2021-01-04", "Guests and partners"),
        ("192.168.0.0/16", private, "2021-01-04", "Production lines"),
        ("203.0.113.0/24", arin, "2021-03-15", "Announced from the data centers"),
        ("2001:db8::/32", documentation, "2022-06-01", "All sites, IPv6"),
    ] {
        let cells = row! { prefix: prefix, rir: rir, date_added: date, description: description, tenant: tenant };
        book.add("ipam.aggregate", cells);
    }
    let target =
        book.add("ipam.routetarget", row! { name: "65001:300", description: "Production lines reach the historian" });
    let guest = book.add(
        "ipam.vrf",
        row! { name: "Guest", rd: "65001:200", tenant: tenant, description: "Visitors: Internet only" },
    );
    plan.prefix(book, "10.0.0.0/8", None, None, ("container", "All sites", None));
    plan.prefix(book, "2001:db8::/32", None, None, ("container", "All sites, IPv6", None));
    plan.prefix(book, "10.255.0.0/16", None, None, ("container", "Loopbacks", Some("loopbacks")));
    plan.prefix(book, "10.254.0.0/16", None, None, ("container", "Links between devices", Some("links")));
    plan.prefix(book, "203.0.113.0/24", None, None, ("active", "Public addresses", Some("dmz")));
    for place in places {
        site(&mut plan, book, organisation, place, guest, target);
    }
    plan
}

fn site(plan: &mut Plan, book: &mut Book, organisation: &Organisation, place: &Place, guest: Object, target: Object) {
    let second = octet(place);
    let here = Some(place.site);
    plan.prefix(book, &format!("10.{second}.0.0/16"), here, None, ("container", place.name, None));
    plan.prefix(book, &format!("2001:db8:{second:x}::/48"), here, None, ("container", place.name, None));
    if place.kind == Kind::Planned {
        return;
    }
    plan.prefix(book, &format!("10.255.{second}.0/24"), here, None, ("active", "Loopbacks", Some("loopbacks")));
    plan.prefix(book, &format!("10.254.{second}.0/24"), here, None, ("active", "Links", Some("links")));
    let group = book.add(
        "ipam.vlangroup",
        row! { name: format!("{} VLANs", place.name), slug: place.slug, scope: place.site, vid_ranges: json!([[1, 4094]]), total_vlan_ids: 4094 },
    );
    let line = (place.kind == Kind::Plant).then_some(LINE);
    let nets = if place.kind == Kind::DataCenter { &DATA_CENTER[..] } else { &CAMPUS[..] };
    for (purpose, vid, name, third, mask, role) in nets.iter().copied().chain(line) {
        let status = if place.kind == Kind::Closing { "deprecated" } else { "active" };
        let role_object = plan.role(role);
        let vlan = book.add(
            "ipam.vlan",
            row! { vid: vid, name: name, group: group, site: place.site, status: status, role: role_object, tenant: plan.tenant },
        );
        plan.vlans.insert((place.number, purpose), vlan);
        let (text, vrf) = match purpose {
            Purpose::Guest => (format!("172.16.{second}.0/{mask}"), Some(guest)),
            Purpose::Line => {
                let cells = row! {
                    name: format!("OT {}", place.name), rd: format!("65001:3{:02}", place.number), tenant: organisation.tenants[1],
                    description: "Production line: the same addresses in every plant", import_targets: vec![target], export_targets: vec![target],
                };
                (format!("192.168.{third}.0/{mask}"), Some(book.add("ipam.vrf", cells)))
            }
            _ => (format!("10.{second}.{third}.0/{mask}"), None),
        };
        let prefix = plan.prefix(book, &text, here, vrf, (status, name, Some(role)));
        book.set(prefix, "vlan", vlan);
        let network = v4(text);
        // The first ten hosts are for gateways and the like.
        plan.pools.insert((place.number, purpose), Pool { network, vrf, next: network.number() + 11 });
        if matches!(purpose, Purpose::Users | Purpose::Wireless) {
            let end = network.last() - 1;
            let start = network.number() + network.size() / 2;
            book.add(
                "ipam.iprange",
                row! {
                    start_address: network.with_number(start).to_string(), end_address: network.with_number(end).to_string(),
                    size: u32::try_from(end - start + 1).unwrap_or_default(), status: "active", role: role_object, description: "DHCP",
                    mark_populated: true,
                },
            );
        }
        if matches!(purpose, Purpose::Servers | Purpose::Management) {
            let six = format!("2001:db8:{second:x}:{vid}::/64");
            let prefix = plan.prefix(book, &six, here, None, (status, name, Some(role)));
            book.set(prefix, "vlan", vlan);
        }
    }
    if place.slug == "cle-01" {
        phones(plan, book, place);
    }
}

/// The telephones of the headquarters: their network is nearly full.
fn phones(plan: &mut Plan, book: &mut Book, place: &Place) {
    for number in 1..=50_u32 {
        let address = plan.next(place, Purpose::Voice);
        let cells = row! {
            address: address.map(|address| address.to_string()), status: if number % 3 == 0 { "dhcp" } else { "active" },
            dns_name: format!("phone-{:03}.cle-01.meridian-robotics.example", 100 + number), tenant: plan.tenant,
        };
        book.add("ipam.ipaddress", cells);
    }
}

impl Plan {
    fn role(&self, slug: &str) -> Option<Object> {
        self.roles.iter().find(|(known, _)| *known == slug).map(|(_, role)| *role)
    }

    fn prefix(
        &mut self,
        book: &mut Book,
        text: &str,
        site: Option<Object>,
        vrf: Option<Object>,
        (status, description, role): (&str, &str, Option<&str>),
    ) -> Object {
        let role = role.and_then(|role| self.role(role));
        let object = book.add(
            "ipam.prefix",
            row! {
                prefix: text, scope: site, vrf: vrf, status: status, description: description, role: role, tenant: self.tenant,
            },
        );
        self.prefixes.push((object, v4(text.to_owned()), vrf));
        object
    }

    /// The VLAN of a purpose at a site.
    pub fn vlan(&self, place: &Place, purpose: Purpose) -> Option<Object> {
        self.vlans.get(&(place.number, purpose)).copied()
    }

    fn next(&mut self, place: &Place, purpose: Purpose) -> Option<Network> {
        let pool = self.pools.get_mut(&(place.number, purpose))?;
        let number = pool.next;
        pool.next += 1;
        (number < pool.network.last()).then(|| pool.network.with_number(number))
    }

    fn vrf(&self, place: &Place, purpose: Purpose) -> Option<Object> {
        self.pools.get(&(place.number, purpose)).and_then(|pool| pool.vrf)
    }

    fn give(
        &self,
        book: &mut Book,
        address: Network,
        interface: Object,
        dns_name: &str,
        vrf: Option<Object>,
    ) -> Object {
        let cells = row! {
            address: address.to_string(), status: "active", assigned_object: interface, dns_name: dns_name, vrf: vrf, tenant: self.tenant,
        };
        book.add("ipam.ipaddress", cells)
    }

    /// An address in the site's management network as a device's primary one.
    pub fn manage(&mut self, book: &mut Book, place: &Place, device: &Device, interface: Object) {
        if let Some(address) = self.next(place, Purpose::Management) {
            let address = self.give(book, address, interface, "", None);
            book.set(device.object, "primary_ip4", address);
        }
    }

    /// The same on an interface of the management VLAN, which is added to the device.
    pub fn manage_virtual(&mut self, book: &mut Book, place: &Place, device: &Device) {
        let cells = row! { device: device.object, name: "Vlan10", r#type: "virtual", description: "Management" };
        let interface = book.add("dcim.interface", cells);
        self.manage(book, place, device, interface);
    }

    /// A device's own addresses, which are its primary ones.
    pub fn loopback(&mut self, book: &mut Book, place: &Place, device: &Device, interface: Object) {
        let number = self.loopbacks.entry(place.number).or_insert(0);
        *number += 1;
        let (second, number) = (octet(place), *number);
        let four = self.give(book, v4(format!("10.255.{second}.{number}/32")), interface, "", None);
        let six = self.give(book, v4(format!("2001:db8:ffff:{second:x}::{number:x}/128")), interface, "", None);
        book.set(device.object, "primary_ip4", four);
        book.set(device.object, "primary_ip6", six);
    }

    /// A network of two addresses between two interfaces.
    pub fn link(&mut self, book: &mut Book, place: &Place, from: Object, to: Object) {
        let number = self.links.entry(place.number).or_insert(0);
        let (second, host) = (octet(place), *number);
        *number += 2;
        for (interface, host) in [(from, host), (to, host + 1)] {
            self.give(book, v4(format!("10.254.{second}.{host}/31")), interface, "", None);
        }
    }

    /// Puts a switch port into the VLAN of a purpose.
    pub fn access(&self, book: &mut Book, place: &Place, interface: Object, purpose: Purpose) {
        if let Some(vlan) = self.vlan(place, purpose) {
            book.set(interface, "mode", "access");
            book.set(interface, "untagged_vlan", vlan);
        }
    }

    /// Puts a switch port into all VLANs of the site, with the management VLAN untagged.
    pub fn trunk(&self, book: &mut Book, place: &Place, interface: Object) {
        let mut tagged: Vec<Object> =
            [Purpose::Users, Purpose::Voice, Purpose::Wireless, Purpose::Guest, Purpose::Building]
                .into_iter()
                .filter_map(|purpose| self.vlan(place, purpose))
                .collect();
        tagged.sort_unstable();
        book.set(interface, "mode", "tagged");
        book.set(interface, "tagged_vlans", tagged);
        book.set(interface, "untagged_vlan", self.vlan(place, Purpose::Management));
    }

    /// An address for a server's management controller.
    pub fn out_of_band(&mut self, book: &mut Book, place: &Place, device: &Device, interface: Object) {
        if let Some(address) = self.next(place, Purpose::Management) {
            let address = self.give(book, address, interface, "", None);
            book.set(device.object, "oob_ip", address);
        }
    }

    /// An address for a machine, and one in IPv6 if wanted, as its primary ones.
    pub fn host(
        &mut self,
        book: &mut Book,
        place: &Place,
        device: &Device,
        interface: Object,
        purpose: Purpose,
        six_too: bool,
    ) {
        self.machine(book, place, device.object, interface, (purpose, ""), six_too);
    }

    /// The same for any machine, with a name in DNS.
    pub fn machine(
        &mut self,
        book: &mut Book,
        place: &Place,
        machine: Object,
        interface: Object,
        (purpose, dns_name): (Purpose, &str),
        six_too: bool,
    ) {
        let vrf = self.vrf(place, purpose);
        let Some(four) = self.next(place, purpose) else { return };
        let address = self.give(book, four, interface, dns_name, vrf);
        book.set(machine, "primary_ip4", address);
        if six_too && purpose == Purpose::Servers {
            let six = format!("2001:db8:{:x}:100::{:x}/64", octet(place), four.number() & 0xffff);
            let address = self.give(book, v4(six), interface, dns_name, None);
            book.set(machine, "primary_ip6", address);
        }
    }

    /// Gateways of a network on two devices that stand in for each other.
    pub fn gateway(&mut self, book: &mut Book, place: &Place, cores: &[Device], purpose: Purpose) {
        let Some(pool) = self.pools.get(&(place.number, purpose)) else { return };
        let (network, vrf) = (pool.network, pool.vrf);
        let Some(vlan) = self.vlan(place, purpose) else { return };
        let vid = DATA_CENTER.iter().chain(&CAMPUS).chain([&LINE]).find(|net| net.0 == purpose).map_or(0, |net| net.1);
        let mut interfaces = Vec::new();
        for (number, core) in (2_u128..).zip(cores) {
            let cells = row! { device: core.object, name: format!("Vlan{vid}"), r#type: "virtual", vrf: vrf, untagged_vlan: vlan, mode: "access" };
            let interface = book.add("dcim.interface", cells);
            self.give(book, network.with_number(network.number() + number), interface, "", vrf);
            interfaces.push(interface);
        }
        if cores.len() == 1 {
            return;
        }
        let group = book.add(
            "ipam.fhrpgroup",
            row! { protocol: "vrrp3", group_id: vid, description: format!("Gateway of {}", place.name) },
        );
        let shared = self.give(book, network.with_number(network.number() + 1), group, "", vrf);
        book.set(shared, "role", "vrrp");
        for (interface, priority) in interfaces.iter().zip([120, 100]) {
            book.add("ipam.fhrpgroupassignment", row! { group: group, interface: *interface, priority: priority });
        }
    }
}

/// What is known only when all is written: how prefixes lie in each other, and robots with the same addresses.
pub fn finish(installer: &mut Installer, places: &[Place]) {
    let plan = &mut installer.plan;
    let book = &mut *installer.book;
    for place in places.iter().filter(|place| place.kind == Kind::Plant) {
        for number in 1..=12_u32 {
            let Some(address) = plan.next(place, Purpose::Line) else { continue };
            let cells = row! {
                address: address.to_string(), status: "active", vrf: plan.vrf(place, Purpose::Line), tenant: plan.tenant,
                description: format!("Robot cell {number:02}"), dns_name: format!("robot-{number:02}.{}.meridian-robotics.example", place.slug),
            };
            book.add("ipam.ipaddress", cells);
        }
    }
    for (object, network, vrf) in &plan.prefixes {
        let others = || plan.prefixes.iter().filter(|(other, _, other_vrf)| other != object && other_vrf == vrf);
        let depth = others().filter(|(_, other, _)| other.contains(*network) && other != network).count();
        let children = others().filter(|(_, other, _)| network.contains(*other) && other != network).count();
        book.set(*object, "_depth", u32::try_from(depth).unwrap_or_default());
        book.set(*object, "_children", u32::try_from(children).unwrap_or_default());
    }
}
