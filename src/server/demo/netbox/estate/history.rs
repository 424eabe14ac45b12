//! What happened lately: the change log of the last six weeks and the journal.
//!
//! An update's "after" is what the estate says now; its "before" is made from it. So the change log and the rest of
//! the estate never contradict each other.

use serde_json::{Value as Json, json};

use super::super::book::{Book, Cell, row};
use super::super::schema::schema;
use super::super::store::Object;

/// How many changes there are.
const CHANGES: u32 = 320;
/// Seconds between them, on average: about six a day.
const PACE: i64 = 12_300;
const DAY: i64 = 86_400;

type Users = [(Object, &'static str)];

/// One entry of the change log.
struct Change {
    ago: i64,
    user: usize,
    action: &'static str,
    object: Object,
    repr: String,
    message: &'static str,
    before: Json,
    after: Json,
}

/// Writes the chapter.
pub fn write(book: &mut Book, users: &Users) {
    journal(book, users);
    for number in 0..CHANGES {
        // The oldest first, as the ids of a real change log ascend with time; the last a few minutes ago.
        let back = i64::from(CHANGES - 1 - number);
        let ago = 600 + back * PACE + (back * back * 37) % 5000;
        let change = match number % 8 {
            0 => address_created(book, number, ago),
            1 => described(book, number, ago),
            2 => status_changed(book, number, ago),
            3 => machine_grown(book, number, ago),
            4 => cabled(book, number, ago),
            5 => prefix_or_circuit(book, number, ago),
            6 if number % 24 == 6 => removed(book, number, ago),
            6 => named_in_dns(book, number, ago),
            _ => noted(book, number, ago),
        };
        record(book, users, number, change);
    }
}

fn object(kind: &str, number: u32, book: &Book) -> Object {
    let count = u32::try_from(book.count(kind)).unwrap_or(1).max(1);
    // A step that shares no factor with the counts that occur: entries wander over the whole estate.
    Object { kind: schema().id(kind), id: 1 + number.wrapping_mul(7919) % count }
}

fn record(book: &mut Book, users: &Users, number: u32, change: Change) {
    let (user, name) = users[change.user % users.len()];
    if change.action != "delete" {
        book.set(change.object, "last_updated", Cell::Ago(change.ago));
    }
    let request = format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        0x5eed_0000_u32 + number * 977,
        number * 31 % 0xffff,
        number % 0xfff,
        number * 7 % 0xfff,
        u64::from(number) * 65_537
    );
    book.add(
        "core.objectchange",
        row! {
            time: Cell::Ago(change.ago), user: user, user_name: name, request_id: request, action: change.action,
            changed_object: change.object, object_repr: change.repr, message: change.message,
            prechange_data: change.before, postchange_data: change.after,
        },
    );
}

/// An update of one column: what it was before, everything else as it is now.
fn updated(book: &Book, target: Object, column: &str, before: Json) -> (Json, Json) {
    let after = book.snapshot(target);
    let mut earlier = after.clone();
    earlier[column] = before;
    (earlier, after)
}

fn change(number: u32, ago: i64, object: Object, repr: String, (before, after): (Json, Json)) -> Change {
    let user = [5, 1, 2, 3, 5, 4, 1][number as usize % 7];
    Change { ago, user, action: "update", object, repr, message: "", before, after }
}

fn created(book: &Book, number: u32, ago: i64, target: Object, repr: String) -> Change {
    let user = [5, 5, 1, 3][number as usize % 4];
    Change {
        ago,
        user,
        action: "create",
        object: target,
        repr,
        message: "",
        before: Json::Null,
        after: book.snapshot(target),
    }
}

fn address_created(book: &mut Book, number: u32, ago: i64) -> Change {
    let target = object("ipam.ipaddress", number, book);
    book.set(target, "created", Cell::Ago(ago));
    let repr = book.network(target, "address");
    created(book, number, ago, target, repr)
}

fn described(book: &mut Book, number: u32, ago: i64) -> Change {
    let target = object("dcim.interface", number, book);
    book.set(target, "description", format!("Ticket {}", 40_100 + number * 3));
    let change =
        change(number, ago, target, book.text(target, "name"), updated(book, target, "description", json!("")));
    Change { message: if number.is_multiple_of(3) { "Port reassigned" } else { "" }, ..change }
}

fn status_changed(book: &mut Book, number: u32, ago: i64) -> Change {
    let target = object("dcim.device", number, book);
    let earlier = match book.text(target, "status").as_str() {
        "active" if number.is_multiple_of(3) => "staged",
        "active" => "planned",
        _ => "active",
    };
    let repr = device_name(book, target);
    change(number, ago, target, repr, updated(book, target, "status", json!(earlier)))
}

fn machine_grown(book: &mut Book, number: u32, ago: i64) -> Change {
    let target = object("virtualization.virtualmachine", number, book);
    let repr = book.text(target, "name");
    if number % 16 == 3 {
        book.set(target, "created", Cell::Ago(ago));
        return created(book, number, ago, target, repr);
    }
    let memory = book.snapshot(target)["memory"].as_i64().unwrap_or_default();
    let change = change(number, ago, target, repr, updated(book, target, "memory", json!(memory / 2)));
    Change { message: "Capacity review", ..change }
}

fn cabled(book: &mut Book, number: u32, ago: i64) -> Change {
    let target = object("dcim.cable", number, book);
    let repr = format!("#{}", target.id);
    if number % 16 == 4 {
        return change(number, ago, target, repr, updated(book, target, "status", json!("planned")));
    }
    book.set(target, "created", Cell::Ago(ago));
    created(book, number, ago, target, repr)
}

fn prefix_or_circuit(book: &mut Book, number: u32, ago: i64) -> Change {
    if number % 16 == 5 {
        let target = object("circuits.circuit", number, book);
        let rate = book.snapshot(target)["commit_rate"].as_i64().unwrap_or_default();
        let repr = book.text(target, "cid");
        let change = change(number, ago, target, repr, updated(book, target, "commit_rate", json!(rate / 10)));
        return Change { message: "Upgrade done by the carrier", ..change };
    }
    let target = object("ipam.prefix", number, book);
    let repr = book.network(target, "prefix");
    change(number, ago, target, repr, updated(book, target, "status", json!("reserved")))
}

fn removed(book: &mut Book, number: u32, ago: i64) -> Change {
    let kind = schema().id("dcim.device");
    let gone = Object { kind, id: 5000 + number };
    let name = format!("{}-old-{:02}", ["cle-01", "dfw-01", "rtm-01"][number as usize % 3], number % 50);
    let before = json!({"name": name, "status": "decommissioning", "serial": format!("OLD{:06}", number * 311), "comments": "", "tags": ["Legacy"]});
    let _ = book;
    Change { ago, user: 2, action: "delete", object: gone, repr: name, message: "Scrapped", before, after: Json::Null }
}

fn named_in_dns(book: &mut Book, number: u32, ago: i64) -> Change {
    let target = object("ipam.ipaddress", number * 3 + 1, book);
    book.set(target, "description", "Checked against DNS");
    let repr = book.network(target, "address");
    change(number, ago, target, repr, updated(book, target, "description", json!("")))
}

fn noted(book: &mut Book, number: u32, ago: i64) -> Change {
    let kind = ["dcim.site", "dcim.rack", "ipam.vlan", "tenancy.contact"][number as usize / 8 % 4];
    let target = object(kind, number, book);
    book.set(target, "comments", "Reviewed in the yearly audit.");
    let repr = match kind {
        "ipam.vlan" => format!("{} ({})", book.text(target, "name"), book.snapshot(target)["vid"]),
        _ => book.text(target, "name"),
    };
    change(number, ago, target, repr, updated(book, target, "comments", json!("")))
}

/// A device as NetBox displays it.
fn device_name(book: &Book, device: Object) -> String {
    match book.text(device, "asset_tag") {
        tag if tag.is_empty() => book.text(device, "name"),
        tag => format!("{} ({tag})", book.text(device, "name")),
    }
}

fn journal(book: &mut Book, users: &Users) {
    let entries: [(&str, u32, &str, &str); 12] = [
        (
            "dcim.site",
            4,
            "info",
            "Lease signed. Carrier survey is booked; the landlord gives access from the first of the month.",
        ),
        ("dcim.site", 13, "warning", "Closes at the end of the year. Do not order anything for this site."),
        ("dcim.site", 2, "success", "Generator test passed: 42 minutes on load, fuel at 91 %."),
        (
            "circuits.circuit",
            1,
            "danger",
            "Outage of 3 h 20 min, cut fibre on Euclid Avenue. Carrier ticket GLF-55120.",
        ),
        ("circuits.circuit", 1, "success", "Fibre spliced, circuit clean since 14:10."),
        ("dcim.device", 12, "warning", "Fan tray 2 reports high speed. Spare is ordered."),
        ("dcim.device", 40, "info", "Firmware updated in the regular window."),
        ("dcim.device", 77, "danger", "Crashed twice this week. Case opened with the vendor."),
        ("virtualization.virtualmachine", 3, "info", "Disk grown by 200 GB after the alert on free space."),
        ("ipam.prefix", 10, "info", "Half of it is promised to the building systems project."),
        ("dcim.rack", 3, "warning", "PDU B is at 78 % of its feed."),
        ("tenancy.tenant", 6, "info", "Contract renewed for two years."),
    ];
    let mut last = 41 * DAY;
    for (number, (kind, id, sort, text)) in (0..).zip(entries) {
        let target = Object { kind: schema().id(kind), id };
        let (user, _) = users[1 + number % 4];
        book.add(
            "extras.journalentry",
            row! { assigned_object: target, created_by: user, kind: sort, comments: text, created: Cell::Ago(last) },
        );
        last -= 3 * DAY + 4000;
    }
}
