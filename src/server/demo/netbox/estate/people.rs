//! Who works with NetBox, and whom to call.

use super::super::book::{Book, row};
use super::super::store::Object;
use super::organisation::Organisation;
use super::places::Place;

/// The accounts that changes are recorded under: the first is the demo's own.
const USERS: [(&str, &str, &str); 6] = [
    ("demo", "Demo", "Account"),
    ("alice.nguyen", "Alice", "Nguyen"),
    ("bola.okafor", "Bola", "Okafor"),
    ("carl.lindqvist", "Carl", "Lindqvist"),
    ("divya.patel", "Divya", "Patel"),
    ("netops-automation", "", ""),
];

const CONTACTS: [(&str, &str, &str, usize); 14] = [
    ("Alice Nguyen", "Network engineer", "alice.nguyen@meridian-robotics.example", 1),
    ("Bola Okafor", "Network engineer", "bola.okafor@meridian-robotics.example", 1),
    ("Carl Lindqvist", "Data center lead, Europe", "carl.lindqvist@meridian-robotics.example", 2),
    ("Divya Patel", "Head of network operations", "divya.patel@meridian-robotics.example", 1),
    ("Erin Walsh", "Facilities manager, Ohio", "erin.walsh@meridian-robotics.example", 3),
    ("Felix Brandt", "Plant IT, Munich", "felix.brandt@meridian-robotics.example", 3),
    ("Grace Kim", "Office manager, San Francisco", "grace.kim@meridian-robotics.example", 3),
    ("Hassan Ali", "Office manager, London", "hassan.ali@meridian-robotics.example", 3),
    ("Ines Moreau", "Office manager, Toronto", "ines.moreau@meridian-robotics.example", 3),
    ("Jun Tan", "Branch IT, Singapore", "jun.tan@meridian-robotics.example", 3),
    ("Network operations center", "24x7 desk", "noc@meridian-robotics.example", 1),
    ("Northline Carrier support", "Carrier NOC", "support@northline.example", 4),
    ("Great Lakes Fiber support", "Carrier NOC", "noc@greatlakesfiber.example", 4),
    ("Rheinkabel support", "Carrier NOC", "service@rheinkabel.example", 4),
];

/// Writes the accounts.
pub fn users(book: &mut Book) -> Vec<(Object, &'static str)> {
    USERS
        .iter()
        .map(|(name, first, last)| {
            let email = if first.is_empty() { String::new() } else { format!("{name}@meridian-robotics.example") };
            let joined = 1_709_280_000;
            let cells =
                row! { username: *name, first_name: *first, last_name: *last, email: email, date_joined: joined };
            (book.add("users.user", cells), *name)
        })
        .collect()
}

/// Writes contacts and who is responsible for what.
pub fn contacts(book: &mut Book, organisation: &Organisation, places: &[Place]) {
    let groups = ["Meridian", "Network operations", "Data center operations", "Local sites", "Carriers"];
    let parent = book.add("tenancy.contactgroup", row! { name: groups[0], slug: "meridian" });
    let groups: Vec<Object> = groups
        .iter()
        .skip(1)
        .map(|name| {
            let slug = name.to_lowercase().replace(' ', "-");
            let above = (*name != "Carriers").then_some(parent);
            book.add("tenancy.contactgroup", row! { name: *name, slug: slug, parent: above })
        })
        .collect();
    let roles: Vec<Object> = ["Technical", "Facilities", "Escalation", "Billing"]
        .iter()
        .map(|name| book.add("tenancy.contactrole", row! { name: *name, slug: name.to_lowercase() }))
        .collect();
    let contacts: Vec<Object> = (0..)
        .zip(CONTACTS)
        .map(|(number, (name, title, email, group))| {
            let phone = format!("+1-216-555-{:04}", 100 + number * 7);
            let groups = vec![groups[group - 1]];
            book.add("tenancy.contact", row! { name: name, title: title, phone: phone, email: email, groups: groups })
        })
        .collect();
    let mut assign = |object: Object, contact: usize, role: usize, priority: &str| {
        let cells = row! { object: object, contact: contacts[contact], role: roles[role], priority: priority };
        book.add("tenancy.contactassignment", cells);
    };
    for place in places {
        let local = match place.slug {
            "cle-01" | "cmh-01" | "cvg-01" | "akr-01" => 4,
            "muc-01" => 5,
            "fra-01" => 2,
            "sfo-01" => 6,
            "lon-01" | "rtm-01" => 7,
            "yyz-01" => 8,
            "sin-01" => 9,
            _ => 3,
        };
        assign(place.site, local, 1, "primary");
        assign(place.site, 10, 0, if local == 10 { "primary" } else { "secondary" });
    }
    for (tenant, contact) in organisation.tenants.iter().zip([3, 4, 0, 1, 4, 3]) {
        assign(*tenant, contact, 2, "primary");
    }
}
