//! Putting devices into racks: rows for the device and all its components.

use std::collections::HashMap;

use serde_json::json;

use super::super::book::{Book, row};
use super::super::store::Object;
use super::addressing::Plan;
use super::cabling::{CONSOLE, POWER, connect};
use super::catalogue::{Catalogue, Part, model, names};
use super::organisation::Organisation;
use super::places::Place;

/// Everything that building a site needs.
pub struct Installer<'a> {
    /// The estate.
    pub book: &'a mut Book,
    /// What can be bought.
    pub catalogue: &'a Catalogue,
    /// Tenants and tags.
    pub organisation: &'a Organisation,
    /// Who has which address.
    pub plan: Plan,
    /// The cores of the sites, which circuits end at: the site's slug, and a device with the panel beside it.
    pub edges: Vec<(&'static str, Device, Device)>,
    /// The servers that can run virtual machines, by site.
    pub hosts: Vec<(&'static str, Object)>,
    /// The names of the networks on the air.
    pub wireless_lans: Vec<Object>,
    /// How many access points hang at all sites.
    pub access_points: u32,
    /// How many waves end at a data center so far.
    pub wave_ports: HashMap<&'static str, usize>,
    at_site: HashMap<&'static str, u32>,
    serial: u64,
}

/// A device as it is ordered.
#[derive(Clone, Copy)]
pub struct Order<'a> {
    /// Where.
    pub place: &'a Place,
    /// In which room.
    pub room: Option<Object>,
    /// In which rack, and at which unit; 0 for devices that hang beside the units.
    pub rack: Option<(Object, u32)>,
    /// The slug of the device type.
    pub model: &'static str,
    /// The slug of the role.
    pub role: &'static str,
    /// The number in a stack, 1 outside one.
    pub member: u32,
    /// NetBox's status.
    pub status: &'static str,
    /// Slugs of tags.
    pub tags: &'static [&'static str],
}

/// A device with its components.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its row.
    pub object: Object,
    /// Its interfaces in the order of the catalogue.
    pub interfaces: Vec<Object>,
    /// Its console ports.
    pub consoles: Vec<Object>,
    /// The ports of a console server.
    pub console_servers: Vec<Object>,
    /// Its power ports.
    pub power: Vec<Object>,
    /// The outlets of a PDU.
    pub outlets: Vec<Object>,
    /// The front ports of a panel.
    pub fronts: Vec<Object>,
    /// The rear ports of a panel.
    pub rears: Vec<Object>,
}

impl<'a> Installer<'a> {
    /// With nothing built yet.
    pub fn new(book: &'a mut Book, catalogue: &'a Catalogue, organisation: &'a Organisation, plan: Plan) -> Self {
        let group = book.add("wireless.wirelesslangroup", row! { name: "Meridian", slug: "meridian" });
        let wireless_lans = [("Meridian", "wpa-enterprise"), ("Meridian Guest", "wpa-personal")]
            .map(|(ssid, auth)| {
                let cells = row! { ssid: ssid, group: group, status: "active", auth_type: auth, tenant: organisation.tenants[0] };
                book.add("wireless.wirelesslan", cells)
            })
            .to_vec();
        Self {
            book,
            catalogue,
            organisation,
            plan,
            edges: Vec::new(),
            hosts: Vec::new(),
            wireless_lans,
            access_points: 0,
            wave_ports: HashMap::new(),
            at_site: HashMap::new(),
            serial: 0,
        }
    }

    /// The number of the next access point at a site.
    pub fn next_access_point(&mut self, site: &'static str) -> u32 {
        let number = self.at_site.entry(site).or_insert(0);
        *number += 1;
        *number
    }

    /// A rack.
    pub fn rack(&mut self, place: &Place, room: Option<Object>, name: &str, role: &str, status: &str) -> Object {
        self.serial += 1;
        let cells = row! {
            name: name, site: place.site, location: room, role: self.catalogue.rack_role(role), status: status,
            rack_type: self.catalogue.rack_type, form_factor: "4-post-cabinet", width: 19, u_height: 42,
            serial: format!("PND{:06}", 41_000 + self.serial * 17), tenant: self.organisation.tenants[0],
        };
        self.book.add("dcim.rack", cells)
    }

    /// Puts a device in its place.
    pub fn install(&mut self, name: &str, order: &Order) -> Device {
        self.serial += 1;
        let number = self.serial;
        let bought = model(order.model);
        let (rack, unit) = order.rack.map_or((None, 0), |(rack, unit)| (Some(rack), unit));
        let tags: Vec<Object> = order.tags.iter().map(|slug| self.organisation.tag(slug)).collect();
        let passive = matches!(order.role, "patch-panel" | "pdu");
        let environment = match order.role {
            "server" | "storage" if number % 7 == 3 => "development",
            "server" if number % 11 == 5 => "staging",
            _ => "production",
        };
        let commissioned = format!("{}-{:02}-{:02}", 2021 + number % 5, 1 + number % 12, 1 + (number * 7) % 28);
        let custom = if passive {
            json!({})
        } else {
            json!({
                "environment": environment,
                "monitored": order.status == "active" && !number.is_multiple_of(17),
                "support_contract": format!("MR-{}-{:05}", &bought.slug[..2].to_uppercase(), 10_000 + number * 3),
                "commissioned": commissioned,
            })
        };
        let tenant = match (order.role, number % 6) {
            ("server", 1) => self.organisation.tenants[3],
            ("server", 4) => self.organisation.tenants[5],
            ("server", 2) => self.organisation.tenants[1],
            _ => self.organisation.tenants[0],
        };
        let object = self.book.add(
            "dcim.device",
            row! {
                name: name, device_type: self.catalogue.device_type(order.model), role: self.catalogue.role(order.role),
                tenant: tenant, platform: self.catalogue.platform(bought.platform),
                serial: format!("{}{:07}", &bought.slug[..3].to_uppercase(), 2_400_000 + number * 131),
                asset_tag: (order.role != "patch-panel").then(|| format!("MR-{number:05}")), site: order.place.site, location: order.room,
                rack: rack, position: (unit > 0).then_some(unit), face: (unit > 0).then_some("front"),
                status: order.status, tags: tags, custom_field_data: custom,
            },
        );
        self.components(object, order.member, bought.parts)
    }

    fn components(&mut self, device: Object, member: u32, parts: &[Part]) -> Device {
        let book = &mut *self.book;
        let mut built = Device {
            object: device,
            interfaces: Vec::new(),
            consoles: Vec::new(),
            console_servers: Vec::new(),
            power: Vec::new(),
            outlets: Vec::new(),
            fronts: Vec::new(),
            rears: Vec::new(),
        };
        for part in parts {
            match *part {
                Part::Interfaces(pattern, first, count, kind, management) => {
                    for name in names(pattern, member, first, count) {
                        let cells = row! { device: device, name: name, r#type: kind, mgmt_only: management };
                        built.interfaces.push(book.add("dcim.interface", cells));
                    }
                }
                Part::Console(name) => {
                    built
                        .consoles
                        .push(book.add("dcim.consoleport", row! { device: device, name: name, r#type: "rj-45" }));
                }
                Part::ConsoleServer(pattern, count) => {
                    for name in names(pattern, member, 1, count) {
                        let cells = row! { device: device, name: name, r#type: "rj-45" };
                        built.console_servers.push(book.add("dcim.consoleserverport", cells));
                    }
                }
                Part::Power(pattern, count, kind, watts) => {
                    for name in names(pattern, member, 1, count) {
                        let cells = row! { device: device, name: name, r#type: kind, maximum_draw: watts, allocated_draw: watts / 2 };
                        built.power.push(book.add("dcim.powerport", cells));
                    }
                }
                Part::Outlets(pattern, count, kind) => {
                    for name in names(pattern, member, 1, count) {
                        let cells =
                            row! { device: device, name: name, r#type: kind, power_port: built.power.first().copied() };
                        built.outlets.push(book.add("dcim.poweroutlet", cells));
                    }
                }
                Part::Panel(fronts, front_kind, rears, rear_kind) => {
                    let each = fronts / rears;
                    for number in 1..=rears {
                        let name = if each == 1 { format!("Rear {number}") } else { format!("MPO {number}") };
                        let cells = row! { device: device, name: name, r#type: rear_kind, positions: each };
                        built.rears.push(book.add("dcim.rearport", cells));
                    }
                    for number in 1..=fronts {
                        let name = format!("Front {number}");
                        let front = book.add("dcim.frontport", row! { device: device, name: name, r#type: front_kind });
                        built.fronts.push(front);
                        let rear = built.rears[((number - 1) / each) as usize];
                        book.add(
                            "dcim.portmapping",
                            row! {
                                device: device, front_port: front, front_port_position: 1, rear_port: rear,
                                rear_port_position: (number - 1) % each + 1,
                            },
                        );
                    }
                }
            }
        }
        built
    }

    /// Plugs a device's power supplies into the PDUs of its rack: each into another, or one after the other into one.
    pub fn power(&mut self, device: &Device, pdus: &[&Device], outlet: &mut usize) {
        for (position, supply) in device.power.iter().enumerate() {
            if position > 0 && position % pdus.len() == 0 {
                *outlet += 1;
            }
            if let Some(socket) = pdus[position % pdus.len()].outlets.get(*outlet) {
                connect(self.book, *supply, *socket, POWER, "connected");
            }
        }
        *outlet += 1;
    }

    /// Plugs a device's console port into the next free port of a console server.
    pub fn console(&mut self, device: &Device, server: &Device, used: &mut usize) {
        if let (Some(port), Some(socket)) = (device.consoles.first(), server.console_servers.get(*used)) {
            connect(self.book, *port, *socket, CONSOLE, "connected");
            *used += 1;
        }
    }

    /// Gives an interface a MAC address.
    pub fn mac(&mut self, interface: Object) {
        self.serial += 1;
        let number = self.serial;
        let address = format!("00:50:56:{:02X}:{:02X}:{:02X}", number >> 16 & 0xff, number >> 8 & 0xff, number & 0xff);
        let mac = self.book.add("dcim.macaddress", row! { mac_address: address, assigned_object: interface });
        self.book.set(interface, "primary_mac_address", mac);
    }
}

impl Device {
    /// The interface with a position in the catalogue.
    pub fn interface(&self, position: usize) -> Object {
        self.interfaces.get(position).copied().unwrap_or(Object { kind: self.object.kind, id: 0 })
    }
}
