//! What is on the other end: of one interface, or of all interfaces of a device.

use serde_json::{Value, json};

use super::super::calls::{self, filters};
use super::super::focus::{Focus, Subject};
use super::super::history::Outcome;
use super::super::language::{Literal, Question};
use super::super::look::{Look, Wait};
use super::super::markdown::{self, Row, code, field, rows, total};
use super::{failed, subject};

const FIELDS: &[&str] = &[
    "name",
    "device",
    "type",
    "enabled",
    "cable",
    "link_peers",
    "connected_endpoints",
    "connected_endpoints_reachable",
    "mark_connected",
    "description",
];

pub(super) fn answer(question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let device = match subject(question, &[], focus, look)? {
        Ok(subject) => subject,
        Err(sentence) => return Ok(sentence),
    };
    let named = question.literals.iter().find_map(|literal| match literal {
        Literal::Interface(name) => Some(name.clone()),
        _ => None,
    });
    // "And Gi1/0/6?" keeps the device; "and cle-01-sw2?" keeps the interface.
    let interface = named.or_else(|| focus.interface.clone().filter(|_| question.follows));
    focus.interface.clone_from(&interface);
    match (device.object_type.as_str(), interface) {
        ("dcim.device", Some(interface)) => one(&device, &interface, look),
        ("dcim.device", None) => all(&device, look),
        ("circuits.circuit", _) => circuit(&device, look),
        ("dcim.site" | "dcim.rack" | "dcim.location", _) => Ok(format!(
            "{} is not a device. Name a device, or a device and its interface, and I can say what is connected to it.",
            code(&device.name)
        )),
        _ => super::profile::describe(&device, look),
    }
}

/// One interface. People shorten names: `Gi1/0/5` is `GigabitEthernet1/0/5`.
fn one(device: &Subject, interface: &str, look: &mut Look) -> Result<String, Wait> {
    let digits = interface.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    look.think(format!("I need the interface of {} that ends in {}.", device.name, &interface[digits..]));
    let call = calls::list(
        "dcim.interface",
        filters([("device_id", json!(device.id)), ("name__iew", json!(&interface[digits..]))]),
        FIELDS,
        50,
    );
    let list = match look.one(call)? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let all = rows(&list);
    let fits = |row: &&&Row| same_interface(&field(row, "name"), interface);
    let exact =
        all.iter().find(|row| field(row, "name").eq_ignore_ascii_case(interface)).or_else(|| all.iter().find(fits));
    let Some(row) = exact else {
        let near: Vec<String> = all.iter().take(5).map(|row| code(&field(row, "name"))).collect();
        let near = if near.is_empty() { String::new() } else { format!(" It has {}.", markdown::series(&near, "and")) };
        return Ok(format!("{} has no interface {} in NetBox.{near}", code(&device.name), code(interface)));
    };
    let name = code(&field(row, "name"));
    let of = code(&device.name);
    let far = list_of(row, "connected_endpoints");
    let next = list_of(row, "link_peers");
    let cable = field(row, "cable");
    let cable = if cable.is_empty() { String::new() } else { format!(" (cable {})", markdown::escape(&cable)) };
    Ok(if far.is_empty() && next.is_empty() {
        if row.get("mark_connected") == Some(&Value::Bool(true)) {
            format!("{name} of {of} is marked as connected, but NetBox does not record to what.")
        } else if cable.is_empty() {
            format!("Nothing is connected to {name} of {of}: NetBox records no cable there.")
        } else {
            format!("{name} of {of} has a cable{cable}, and NetBox records nothing on its other end.")
        }
    } else if far.is_empty() {
        format!(
            "{name} of {of} is cabled to **{}**{cable}. The path ends there: NetBox records no device behind it.",
            series(&next)
        )
    } else if far == next || next.is_empty() {
        format!("{name} of {of} is connected to **{}**{cable}.", series(&far))
    } else {
        format!(
            "{name} of {of} is connected to **{}**. Its cable{cable} goes to {} first; the path continues from there.",
            series(&far),
            series(&next)
        )
    })
}

/// Every connected interface of a device.
fn all(device: &Subject, look: &mut Look) -> Result<String, Wait> {
    look.think(format!("The occupied interfaces of {} name their far ends.", device.name));
    let call = calls::list(
        "dcim.interface",
        filters([("device_id", json!(device.id)), ("occupied", json!(true))]),
        FIELDS,
        60,
    );
    let list = match look.one(call)? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let rows = rows(&list);
    let count = total(&list);
    if count == 0 {
        return by_cable(device, look);
    }
    let body: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let (far, next) = (list_of(row, "connected_endpoints"), list_of(row, "link_peers"));
            let over = if far == next || far.is_empty() { String::new() } else { series(&next) };
            let end = if far.is_empty() { format!("{} (path ends here)", series(&next)) } else { series(&far) };
            vec![code(&field(row, "name")), end, over]
        })
        .collect();
    let over = body.iter().any(|row| !row[2].is_empty());
    let head: &[&str] = if over { &["Interface", "Connected to", "First hop"] } else { &["Interface", "Connected to"] };
    let body: Vec<Vec<String>> = body.into_iter().map(|row| row.into_iter().take(head.len()).collect()).collect();
    let shown =
        if (rows.len() as u64) < count { format!("\n\n{} of {count} shown.", rows.len()) } else { String::new() };
    Ok(format!(
        "{} of {} {} connected:\n\n{}{shown}",
        markdown::headline(count, if count == 1 { "interface" } else { "interfaces" }, &list),
        code(&device.name),
        if count == 1 { "is" } else { "are" },
        markdown::grid(head, &body)
    ))
}

/// Every cable of a device: a patch panel or a power strip has other ports than interfaces.
fn by_cable(device: &Subject, look: &mut Look) -> Result<String, Wait> {
    look.think(format!(
        "No interface of {} is occupied; its other ports may be, so I ask for its cables.",
        device.name
    ));
    let fields = ["label", "a_terminations", "b_terminations", "status"];
    let list = match look.one(calls::list("dcim.cable", filters([("device_id", json!(device.id))]), &fields, 60))? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let rows = rows(&list);
    let count = total(&list);
    if count == 0 {
        return Ok(format!("Nothing is connected to {}: NetBox records no cable there.", code(&device.name)));
    }
    // A device may show its asset tag behind its name.
    let own = |end: &str| end.strip_prefix(device.name.as_str()).is_some_and(|rest| rest.starts_with([':', ' ']));
    let body: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let (a, b) = (list_of(row, "a_terminations"), list_of(row, "b_terminations"));
            let here = |ends: &[String]| ends.iter().any(|end| own(end));
            let (near, far) = if here(&a) || !here(&b) { (a, b) } else { (b, a) };
            let port = |end: &String| match end.split_once(": ") {
                Some((_, port)) if own(end) => port.to_owned(),
                _ => end.clone(),
            };
            let near: Vec<String> = near.iter().map(port).collect();
            vec![series(&near), series(&far), markdown::escape(&field(row, "status"))]
        })
        .collect();
    let shown =
        if (rows.len() as u64) < count { format!("\n\n{} of {count} shown.", rows.len()) } else { String::new() };
    Ok(format!(
        "{} {} {}:\n\n{}{shown}",
        markdown::headline(count, if count == 1 { "cable" } else { "cables" }, &list),
        if count == 1 { "ends at" } else { "end at" },
        code(&device.name),
        markdown::grid(&["Port", "Cabled to", "Status"], &body)
    ))
}

/// Both ends of a circuit.
fn circuit(circuit: &Subject, look: &mut Look) -> Result<String, Wait> {
    look.think("A circuit has terminations; each names its place and what is cabled to it.");
    let fields = ["term_side", "termination", "port_speed", "xconnect_id", "cable", "link_peers", "description"];
    let call = calls::list("circuits.circuittermination", filters([("circuit_id", json!(circuit.id))]), &fields, 10);
    let list = match look.one(call)? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let rows = rows(&list);
    if rows.is_empty() {
        return Ok(format!("NetBox records no ends of circuit {}.", code(&circuit.name)));
    }
    let body: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            vec![
                markdown::escape(&field(row, "term_side")),
                markdown::escape(&field(row, "termination")),
                series(&list_of(row, "link_peers")),
                code(&field(row, "xconnect_id")),
            ]
        })
        .collect();
    Ok(format!(
        "Circuit {} has **{} ends**:\n\n{}",
        code(&circuit.name),
        rows.len(),
        markdown::grid(&["Side", "Ends at", "Cabled to", "Cross-connect"], &body)
    ))
}

fn list_of(row: &Row, name: &str) -> Vec<String> {
    match row.get(name) {
        Some(Value::Array(entries)) => entries.iter().map(markdown::plain).filter(|text| !text.is_empty()).collect(),
        Some(Value::String(text)) if !text.is_empty() => vec![text.clone()],
        _ => Vec::new(),
    }
}

fn series(ends: &[String]) -> String {
    let ends: Vec<String> = ends.iter().map(|end| code(end)).collect();
    markdown::series(&ends, "and")
}

/// `Gi1/0/5` and `GigabitEthernet1/0/5`: the same numbers, and one word begins the other.
fn same_interface(name: &str, written: &str) -> bool {
    let parts = |text: &str| {
        let at = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        (text[..at].trim().trim_end_matches('-').to_lowercase(), text[at..].to_owned())
    };
    let ((name_word, name_number), (word, number)) = (parts(name), parts(written));
    name_number == number
        && !word.is_empty()
        && (name_word.starts_with(&word) || word.starts_with(&name_word) && !name_word.is_empty())
}
