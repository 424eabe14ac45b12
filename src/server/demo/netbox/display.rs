//! How NetBox names an object in one line: its models' `__str__`.

use super::network;
use super::render::Scope;
use super::schema::schema;
use super::store::{Object, Value};

impl Scope<'_> {
    /// The object's name as NetBox displays it.
    pub fn display(&self, object: Object) -> String {
        let store = self.store;
        let text = |column: &str| store.text(object, column).to_owned();
        let of = |column: &str| store.reference(object, column).map(|target| self.display(target)).unwrap_or_default();
        let number = |column: &str| match store.get(object, column) {
            Value::Int(value) => value.to_string(),
            _ => String::new(),
        };
        let label = |column: &str| self.choice_label(object, column);
        let with = |base: String, extra: String| if extra.is_empty() { base } else { format!("{base} ({extra})") };
        let kind = schema().kind(object.kind);
        match kind.name {
            "circuits.provideraccount" => with(text("account"), text("name")),
            "circuits.circuit" | "circuits.virtualcircuit" => text("cid"),
            "circuits.circuittermination" => format!("{}: Termination {}", of("circuit"), text("term_side")),
            "circuits.circuitgroupassignment" => with(of("group"), label("priority")),
            "core.objectchange" => {
                let changed = match store.get(object, "changed_object_type") {
                    Value::Type(kind) => {
                        let kind = schema().kind(kind);
                        format!("{} | {}", kind.app_name, kind.singular)
                    }
                    _ => String::new(),
                };
                let action = label("action").to_lowercase();
                format!("{changed} {} {action} by {}", text("object_repr"), text("user_name"))
            }
            "dcim.racktype" | "dcim.devicetype" | "dcim.moduletype" => text("model"),
            "dcim.rack" => with(text("name"), text("facility_id")),
            "dcim.rackreservation" => format!("Reservation for rack {}", of("rack")),
            "dcim.device" => {
                let name = text("name");
                let model = || {
                    let device_type = store.reference(object, "device_type");
                    let maker = device_type.and_then(|kind| store.reference(kind, "manufacturer"));
                    let maker = maker.map(|maker| self.display(maker)).unwrap_or_default();
                    format!("{maker} {}", of("device_type"))
                };
                match (name.is_empty(), text("asset_tag")) {
                    (false, tag) => with(name, tag),
                    (true, tag) if tag.is_empty() => format!("{} ({})", model(), object.id),
                    (true, tag) => format!("{} ({tag})", model()),
                }
            }
            "dcim.module" => format!("{}: {} ({})", of("module_bay"), of("module_type"), object.id),
            "dcim.macaddress" => match store.get(object, "mac_address") {
                Value::Mac(address) => network::mac(address),
                _ => String::new(),
            },
            "dcim.cable" => match text("label") {
                label if label.is_empty() => format!("#{}", object.id),
                label => label,
            },
            "dcim.cabletermination" => format!("Cable {} to {}", of("cable"), of("termination")),
            "extras.customfield" => match text("label") {
                label if label.is_empty() => capitalised(&text("name").replace('_', " ")),
                label => label,
            },
            "extras.taggeditem" => format!("{} tagged with {}", of("content_object"), of("tag")),
            "extras.journalentry" => match store.get(object, "created") {
                Value::Ago(_) | Value::At(_) => {
                    let created = self.moment(&store.get(object, "created")).unwrap_or_default();
                    format!("{} {} ({})", &created[..10], &created[11..16], label("kind"))
                }
                _ => String::new(),
            },
            "ipam.asn" => match store.get(object, "asn") {
                Value::Int(asn) if asn >= 65_536 => format!("AS{asn} ({}.{})", asn >> 16, asn & 0xffff),
                Value::Int(asn) => format!("AS{asn}"),
                _ => String::new(),
            },
            "ipam.asnrange" => format!("{} ({}-{})", text("name"), number("start"), number("end")),
            "ipam.vrf" => with(text("name"), text("rd")),
            "ipam.aggregate" | "ipam.prefix" => self.network_text(object, "prefix"),
            "ipam.ipaddress" => self.network_text(object, "address"),
            "ipam.iprange" => match (store.get(object, "start_address"), store.get(object, "end_address")) {
                (Value::Network(start), Value::Network(end)) => network::range(*start, *end),
                _ => String::new(),
            },
            "ipam.fhrpgroup" => {
                let name =
                    Some(text("name")).filter(|name| !name.is_empty()).map(|name| name + " ").unwrap_or_default();
                let base = format!("{name}{}: {}", label("protocol"), number("group_id"));
                match store.related(object, "ip_addresses").first() {
                    Some(address) => format!("{base} ({})", self.display(*address)),
                    None => base,
                }
            }
            "ipam.fhrpgroupassignment" => format!("{}: {} ({})", of("interface"), of("group"), number("priority")),
            "ipam.vlan" => format!("{} ({})", text("name"), number("vid")),
            "tenancy.contactassignment" => {
                format!("{} -> {}", with(of("contact"), label("priority")), of("object"))
            }
            "users.user" => {
                let full_name = format!("{} {}", text("first_name"), text("last_name"));
                with(text("username"), full_name.trim().to_owned())
            }
            "vpn.tunneltermination" => format!("{}: Termination {}", of("tunnel"), object.id),
            "wireless.wirelesslan" => text("ssid"),
            "wireless.wirelesslink" => match text("ssid") {
                ssid if ssid.is_empty() => format!("#{}", object.id),
                ssid => ssid,
            },
            "core.objecttype" => Scope::type_display(u16::try_from(object.id).unwrap_or_default()),
            _ => with(text("name"), if kind.column("device").is_some() { text("label") } else { String::new() }),
        }
    }
}

/// The first letter in upper case, the rest in lower case.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + &letters.as_str().to_lowercase())
        .unwrap_or_default()
}
