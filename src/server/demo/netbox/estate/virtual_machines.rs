//! Clusters and the virtual machines in them.

use serde_json::json;

use super::super::book::row;
use super::super::store::Object;
use super::addressing::Purpose;
use super::devices::Installer;
use super::places::{Kind, Place};

/// Name, platform, virtual CPUs, memory in MB, disk in MB, tenant, whether it is for development.
const MACHINES: [(&str, &str, f64, u32, u32, usize, bool); 16] = [
    ("web", "ubuntu-24-04", 4.0, 8192, 60_000, 0, false),
    ("app", "ubuntu-24-04", 8.0, 16_384, 100_000, 0, false),
    ("db", "debian-12", 16.0, 65_536, 500_000, 0, false),
    ("cache", "debian-12", 4.0, 16_384, 40_000, 0, false),
    ("dc", "windows-server-2022", 4.0, 16_384, 120_000, 0, false),
    ("dns", "debian-12", 2.0, 4096, 20_000, 0, false),
    ("ntp", "debian-12", 1.0, 2048, 20_000, 0, false),
    ("syslog", "debian-12", 4.0, 8192, 900_000, 0, false),
    ("monitor", "ubuntu-24-04", 8.0, 32_768, 400_000, 0, false),
    ("historian", "windows-server-2022", 8.0, 32_768, 1_000_000, 1, false),
    ("planner", "ubuntu-24-04", 8.0, 16_384, 200_000, 1, false),
    ("routing", "ubuntu-24-04", 4.0, 8192, 80_000, 2, false),
    ("wms", "windows-server-2022", 8.0, 32_768, 300_000, 2, false),
    ("sim", "ubuntu-24-04", 32.0, 131_072, 800_000, 3, true),
    ("ci", "ubuntu-24-04", 16.0, 32_768, 300_000, 3, true),
    ("imaging", "windows-server-2022", 8.0, 65_536, 2_000_000, 5, false),
];

/// Writes the chapter.
pub fn write(installer: &mut Installer, places: &[Place]) {
    let kind =
        installer.book.add("virtualization.clustertype", row! { name: "VMware vSphere", slug: "vmware-vsphere" });
    let groups = [("Production", "production"), ("Development", "development")]
        .map(|(name, slug)| installer.book.add("virtualization.clustergroup", row! { name: name, slug: slug }));
    let mut number = 0_u32;
    for place in places.iter().filter(|place| place.kind == Kind::DataCenter) {
        let development = place.slug == "nyc-02";
        let cluster = installer.book.add(
            "virtualization.cluster",
            row! {
                name: format!("{}-vsphere-01", place.slug), r#type: kind, group: groups[usize::from(development)], status: "active",
                scope: place.site, tenant: installer.organisation.tenants[0],
            },
        );
        let hosts: Vec<Object> =
            installer.hosts.iter().filter(|(slug, _)| *slug == place.slug).map(|(_, host)| *host).collect();
        for host in &hosts {
            installer.book.set(*host, "cluster", cluster);
        }
        for (position, machine) in MACHINES.iter().enumerate() {
            let copies = if matches!(machine.0, "web" | "app" | "ci") && !development { 2 } else { 1 };
            for copy in 1..=copies {
                number += 1;
                let host = hosts.get((position + copy) % hosts.len().max(1)).copied();
                self::machine(installer, place, (cluster, host), machine, copy, number);
            }
        }
    }
}

fn machine(
    installer: &mut Installer,
    place: &Place,
    (cluster, host): (Object, Option<Object>),
    (role, platform, cpus, memory, disk, tenant, development): &(
        &'static str,
        &'static str,
        f64,
        u32,
        u32,
        usize,
        bool,
    ),
    copy: usize,
    number: u32,
) {
    let name = format!("{role}-{copy:02}.{}", place.slug);
    let status = match number % 23 {
        7 => "offline",
        15 => "staged",
        _ => "active",
    };
    let server = installer.catalogue.role("server");
    let environment = if *development || place.slug == "nyc-02" { "development" } else { "production" };
    let tags = if *role == "db" { vec![installer.organisation.tag("critical")] } else { Vec::new() };
    let machine = installer.book.add(
        "virtualization.virtualmachine",
        row! {
            name: name.clone(), status: status, site: place.site, cluster: cluster, device: host, role: server,
            tenant: installer.organisation.tenants[*tenant], platform: installer.catalogue.platform(platform), vcpus: *cpus,
            memory: *memory, disk: *disk, tags: tags,
            custom_field_data: json!({"environment": environment, "monitored": status == "active"}),
        },
    );
    let vlan_of = if *development { Purpose::Development } else { Purpose::Servers };
    let vlan = installer.plan.vlan(place, vlan_of);
    let interface = installer.book.add(
        "virtualization.vminterface",
        row! { virtual_machine: machine, name: "eth0", enabled: true, mode: "access", untagged_vlan: vlan },
    );
    installer.mac(interface);
    installer.book.add("virtualization.virtualdisk", row! { virtual_machine: machine, name: "Disk 1", size: *disk });
    if status != "staged" {
        let dns = format!("{name}.meridian-robotics.example");
        installer.plan.machine(installer.book, place, machine, interface, (vlan_of, &dns), number.is_multiple_of(2));
    }
    let ports = match *role {
        "web" => json!(["tcp/80", "tcp/443"]),
        "db" => json!(["tcp/5432"]),
        "dns" => json!(["tcp/53", "udp/53"]),
        "ntp" => json!(["udp/123"]),
        "syslog" => json!(["udp/514", "tcp/6514"]),
        _ => return,
    };
    installer.book.add("ipam.service", row! { parent: machine, name: role.to_uppercase(), port_mappings: ports });
}
