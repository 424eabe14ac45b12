//! Carriers and their circuits: each site has a private network and Internet, the data centers have waves between them.

use super::super::book::row;
use super::super::store::Object;
use super::cabling::{FIBER, connect};
use super::devices::{Device, Installer};
use super::places::{Kind, Place};

/// Writes the chapter.
pub fn write(installer: &mut Installer, places: &[Place]) {
    let book = &mut *installer.book;
    let asn = Object { kind: super::super::schema::schema().id("ipam.asn"), id: 1 };
    let carriers = [
        ("Northline Carrier", "northline-carrier", "NL-4471-02"),
        ("Great Lakes Fiber", "great-lakes-fiber", "MR-20871"),
        ("Rheinkabel", "rheinkabel", "K-7719003"),
        ("Straits Link", "straits-link", "SL-88120"),
    ]
    .map(|(name, slug, account)| {
        let asns = if slug == "northline-carrier" { vec![asn] } else { Vec::new() };
        let provider = book.add("circuits.provider", row! { name: name, slug: slug, asns: asns });
        let account = book
            .add("circuits.provideraccount", row! { provider: provider, account: account, name: "Meridian Robotics" });
        (provider, account)
    });
    let support = Object { kind: super::super::schema::schema().id("tenancy.contact"), id: 12 };
    let role = Object { kind: super::super::schema::schema().id("tenancy.contactrole"), id: 1 };
    for (number, (provider, _)) in (0_u32..3).zip(carriers) {
        let contact = Object { id: support.id + number, ..support };
        book.add(
            "tenancy.contactassignment",
            row! { object: provider, contact: contact, role: role, priority: "primary" },
        );
    }
    let clouds: Vec<Object> = carriers
        .iter()
        .zip(["Northline MPLS", "GLF Ethernet", "Rheinkabel VPN", "Straits MPLS"])
        .map(|((provider, _), name)| book.add("circuits.providernetwork", row! { provider: *provider, name: name }))
        .collect();
    let kinds =
        [("MPLS", "mpls", "3f51b5"), ("Internet", "internet", "4caf50"), ("Wavelength", "wavelength", "9c27b0")]
            .map(|(name, slug, color)| book.add("circuits.circuittype", row! { name: name, slug: slug, color: color }));
    let tenant = installer.organisation.tenants[0];
    for place in places {
        let (carrier, other) = match place.slug {
            "fra-01" | "muc-01" | "rtm-01" | "lon-01" => (2, 0),
            "sin-01" => (3, 0),
            "cle-01" | "cmh-01" | "cvg-01" | "akr-01" => (1, 0),
            _ => (0, 1),
        };
        let speed = match place.kind {
            Kind::DataCenter => 10_000_000,
            Kind::Headquarters | Kind::Plant => 1_000_000,
            _ => 200_000,
        };
        let planned = place.kind == Kind::Planned;
        let status = match place.kind {
            Kind::Planned => "provisioning",
            Kind::Closing => "deprovisioning",
            _ => "active",
        };
        let edges: Vec<(Device, Device)> = installer
            .edges
            .iter()
            .filter(|(slug, ..)| *slug == place.slug)
            .map(|(_, router, panel)| (router.clone(), panel.clone()))
            .collect();
        for (number, kind) in [(1_usize, 0_usize), (2, 1)] {
            if planned && number == 2 {
                continue;
            }
            let from = if number == 1 { carrier } else { other };
            let (provider, account) = carriers[from];
            let book = &mut *installer.book;
            let cid = format!(
                "{}-{}-{:03}",
                ["MPLS", "INET"][kind],
                place.slug.to_uppercase(),
                100 + u32::from(place.number) * 3
            );
            let circuit = book.add(
                "circuits.circuit",
                row! {
                    cid: cid, provider: provider, provider_account: account, r#type: kinds[kind], status: status, tenant: tenant,
                    install_date: (!planned).then(|| format!("202{}-{:02}-15", 1 + place.number % 4, 1 + place.number % 12)),
                    commit_rate: speed, description: format!("{} of {}", ["Private network", "Internet access"][kind], place.name),
                },
            );
            let near = book.add(
                "circuits.circuittermination",
                row! {
                    circuit: circuit, term_side: "A", termination: place.site, port_speed: speed,
                    xconnect_id: (place.kind == Kind::DataCenter).then(|| format!("XC{}{number:02}", 8000 + u32::from(place.number))),
                },
            );
            let far = book.add(
                "circuits.circuittermination",
                row! { circuit: circuit, term_side: "Z", termination: clouds[from] },
            );
            book.set(circuit, "termination_a", near);
            book.set(circuit, "termination_z", far);
            if let Some((router, panel)) = edges.get((number - 1) % edges.len().max(1)) {
                // In a data center two routers share the panel: each circuit has a port of its own on both.
                let wan = wan_port(router, number);
                let port = number - 1;
                connect(book, wan, panel.fronts[port], FIBER, "connected");
                connect(book, panel.rears[port], near, FIBER, "connected");
            }
        }
    }
    waves(installer, places, carriers[0], kinds[2], tenant);
}

/// The router's port for a circuit.
fn wan_port(router: &Device, number: usize) -> Object {
    // MX204: the 10G ports behind those of the firewall; SRX345: the copper ports behind the one to the switch.
    if router.interfaces.len() == 14 { router.interface(7 + number) } else { router.interface(3 + number) }
}

/// Dark colours between the data centers: each end has a router behind a panel.
fn waves(
    installer: &mut Installer,
    places: &[Place],
    (provider, account): (Object, Object),
    kind: Object,
    tenant: Object,
) {
    let find = |slug: &str| places.iter().find(|place| place.slug == slug);
    for (number, (from, to)) in
        (1_usize..).zip([("cmh-01", "nyc-02"), ("cmh-01", "dfw-01"), ("nyc-02", "fra-01"), ("dfw-01", "nyc-02")])
    {
        let (Some(a), Some(z)) = (find(from), find(to)) else { continue };
        let circuit = installer.book.add(
            "circuits.circuit",
            row! {
                cid: format!("WAVE-{:04}", 7000 + number * 11), provider: provider, provider_account: account, r#type: kind,
                status: if number == 4 { "planned" } else { "active" }, tenant: tenant, commit_rate: 100_000_000,
                description: format!("{} to {}", a.name, z.name), install_date: (number != 4).then_some("2023-05-02"),
            },
        );
        for (side, place, column) in [("A", a, "termination_a"), ("Z", z, "termination_z")] {
            let end = installer.book.add(
                "circuits.circuittermination",
                row! { circuit: circuit, term_side: side, termination: place.site, port_speed: 100_000_000 },
            );
            installer.book.set(circuit, column, end);
            if number == 4 {
                continue;
            }
            let used = installer.wave_ports.entry(place.slug).or_insert(0);
            let position = *used;
            *used += 1;
            let edges: Vec<(Device, Device)> = installer
                .edges
                .iter()
                .filter(|(slug, ..)| *slug == place.slug)
                .map(|(_, router, panel)| (router.clone(), panel.clone()))
                .collect();
            let Some((router, panel)) = edges.get(position % 2) else { continue };
            connect(installer.book, router.interface(3), panel.fronts[4 + position], FIBER, "connected");
            connect(installer.book, panel.rears[4 + position], end, FIBER, "connected");
        }
    }
}
