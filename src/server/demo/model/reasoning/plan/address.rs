//! What an IP address, a prefix or a MAC address is.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::calls::{self, filters};
use super::super::focus::Focus;
use super::super::history::Outcome;
use super::super::kind::{Kind, Relation};
use super::super::language::{Literal, Question};
use super::super::look::{Look, Wait};
use super::super::markdown::{self, Row, code, escape, field, headline, rows, total};
use super::failed;
use super::profile::by_row;

pub(super) fn answer(question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    match question.literals.iter().find(|literal| !matches!(literal, Literal::Interface(_))) {
        Some(Literal::Address(text)) => address(text, focus, look),
        Some(Literal::Prefix(text)) => prefix(text, focus, look),
        Some(Literal::Mac(text)) => mac(text, focus, look),
        _ => Ok(super::talk::unclear()),
    }
}

/// The address itself and the prefixes around it, in one round.
fn address(text: &str, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let (Some(addresses), Some(prefixes)) = (Kind::by_type("ipam.ipaddress"), Kind::by_type("ipam.prefix")) else {
        return Ok(super::talk::unclear());
    };
    look.think(format!("{text} may be recorded as an address, and it lies inside prefixes. I ask for both at once."));
    let mut fields = addresses.fields();
    fields.extend(["role", "tenant"]);
    let mut outcomes = look
        .all(vec![
            calls::list(addresses.object_type, filters([("address", json!(text))]), &fields, 20),
            calls::list(prefixes.object_type, filters([("contains", json!(text))]), &prefixes.fields(), 20),
        ])?
        .into_iter();
    let (found, around) = match (outcomes.next(), outcomes.next()) {
        (Some(Outcome::Found(found)), Some(Outcome::Found(around))) => (found, around),
        (Some(Outcome::Failed(reason)), _) | (_, Some(Outcome::Failed(reason))) => return Ok(failed(&reason)),
        _ => return Err(Wait),
    };
    let rows_found = rows(&found);
    if let [row] = rows_found.as_slice() {
        focus.subject = by_row("ipam.ipaddress", row);
        // "And its interfaces?" means the device that has the address.
        if let (Some(id), name) =
            (row.get("assigned_object_device_id").and_then(Value::as_u64), field(row, "assigned_object_device"))
        {
            focus.subject = Some(super::super::focus::Subject { object_type: "dcim.device".into(), id, name });
        }
    }
    let mut text_out = match rows_found.as_slice() {
        [] => format!("NetBox records no IP address `{text}`."),
        [row] => described(row, &found),
        several => format!(
            "`{text}` is recorded {} times, in different VRFs or with different masks:\n\n{}",
            several.len(),
            markdown::table(addresses.columns, several)
        ),
    };
    let mut nets = rows(&around);
    nets.sort_by_key(|row| std::cmp::Reverse(mask(row)));
    match nets.as_slice() {
        [] => text_out.push_str(" No prefix in NetBox contains it."),
        [row] => _ = write!(text_out, "\n\nThe prefix around it is {}.", net(row)),
        [nearest, ..] => {
            _ = write!(
                text_out,
                "\n\nThe nearest of {} prefixes around it is {}:\n\n{}",
                total(&around),
                net(nearest),
                markdown::table(prefixes.columns, &nets)
            );
        }
    }
    Ok(text_out)
}

fn described(row: &Row, list: &Value) -> String {
    let address = markdown::link(&code(&field(row, "address")), list);
    let status = field(row, "status");
    let interface = field(row, "assigned_object");
    let mut text = match (interface.is_empty(), markdown::owner(row, "assigned_object")) {
        (false, Some(owner)) => format!("**{address}** is assigned to {} of **{}**", code(&interface), code(&owner)),
        (false, None) => format!("**{address}** is assigned to {}", code(&interface)),
        (true, _) => format!("**{address}** is recorded and assigned to nothing"),
    };
    let mut details = Vec::new();
    for (label, key) in
        [("status", "status"), ("role", "role"), ("VRF", "vrf"), ("tenant", "tenant"), ("DNS name", "dns_name")]
    {
        let value = field(row, key);
        if !value.is_empty() {
            details.push(format!("{label} {}", if key == "dns_name" { code(&value) } else { escape(&value) }));
        }
    }
    if !details.is_empty() && !status.is_empty() {
        _ = write!(text, " ({})", details.join(", "));
    }
    let description = field(row, "description");
    if !description.is_empty() {
        _ = write!(text, ": {}", escape(&description));
    }
    format!("{}.", text.trim_end_matches('.'))
}

fn mask(row: &Row) -> u32 {
    field(row, "prefix").rsplit('/').next().and_then(|mask| mask.parse().ok()).unwrap_or(0)
}

fn net(row: &Row) -> String {
    let mut words = code(&field(row, "prefix"));
    for (before, key) in [(" at ", "scope"), (", VLAN ", "vlan"), (", VRF ", "vrf")] {
        let value = field(row, key);
        if !value.is_empty() {
            _ = write!(words, "{before}{}", escape(&value));
        }
    }
    words
}

/// A prefix, the prefixes inside it and the addresses in it.
fn prefix(text: &str, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let (Some(addresses), Some(prefixes)) = (Kind::by_type("ipam.ipaddress"), Kind::by_type("ipam.prefix")) else {
        return Ok(super::talk::unclear());
    };
    look.think(format!("I ask for {text} itself, for the prefixes inside it and for the addresses in it, at once."));
    let mut fields = prefixes.fields();
    fields.push("tenant");
    let mut outcomes = look
        .all(vec![
            calls::list(prefixes.object_type, filters([("prefix", json!(text))]), &fields, 10),
            calls::list(prefixes.object_type, filters([("within", json!(text))]), &prefixes.fields(), 15),
            calls::list(addresses.object_type, filters([("parent", json!(text))]), &addresses.fields(), 15),
        ])?
        .into_iter();
    let mut next = || match outcomes.next() {
        Some(Outcome::Found(list)) => Ok(Ok(list)),
        Some(Outcome::Failed(reason)) => Ok(Err(failed(&reason))),
        None => Err(Wait),
    };
    let (itself, within, inside) = match (next()?, next()?, next()?) {
        (Ok(itself), Ok(within), Ok(inside)) => (itself, within, inside),
        (Err(reason), _, _) | (_, Err(reason), _) | (_, _, Err(reason)) => return Ok(reason),
    };
    let found = rows(&itself);
    let mut text_out = match found.as_slice() {
        [] => format!("NetBox records no prefix `{text}`."),
        [row] => {
            focus.subject = by_row("ipam.prefix", row);
            let description = field(row, "description");
            let description =
                if description.is_empty() { String::new() } else { format!(": {}", escape(&description)) };
            let mut facts = Vec::new();
            for (before, key) in [
                ("", "status"),
                ("at ", "scope"),
                ("VLAN ", "vlan"),
                ("VRF ", "vrf"),
                ("role ", "role"),
                ("tenant ", "tenant"),
            ] {
                let value = field(row, key);
                if !value.is_empty() {
                    facts.push(format!("{before}{}", escape(&value)));
                }
            }
            format!("**{}** ({}){description}.", markdown::link(&code(text), &itself), facts.join(", "))
        }
        several => {
            format!("`{text}` exists {} times:\n\n{}", several.len(), markdown::table(prefixes.columns, several))
        }
    };
    for (kind, list, words) in [(prefixes, &within, "inside it"), (addresses, &inside, "in it")] {
        let count = total(list);
        if count == 0 {
            _ = write!(text_out, "\n\nNo {} {words}.", kind.plural);
            continue;
        }
        let rows = rows(list);
        let more = if (rows.len() as u64) < count { format!(" ({} shown)", rows.len()) } else { String::new() };
        _ = write!(
            text_out,
            "\n\n{} {words}{more}:\n\n{}",
            headline(count, kind.counted(count), list),
            markdown::table(kind.columns, &rows)
        );
    }
    Ok(text_out)
}

/// The interfaces that carry a MAC address.
fn mac(text: &str, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let Some(interfaces) = Kind::by_type("dcim.interface") else { return Ok(super::talk::unclear()) };
    let Some(virtual_interfaces) = Kind::by_type("virtualization.vminterface") else {
        return Ok(super::talk::unclear());
    };
    look.think("A MAC address belongs to an interface, of a device or of a virtual machine. I ask for both.");
    let mut outcomes = look
        .all(vec![
            calls::list(interfaces.object_type, filters([("mac_address", json!(text))]), &interfaces.fields(), 10),
            calls::list(
                virtual_interfaces.object_type,
                filters([("mac_address", json!(text))]),
                &virtual_interfaces.fields(),
                10,
            ),
        ])?
        .into_iter();
    let mut parts = Vec::new();
    for kind in [interfaces, virtual_interfaces] {
        match outcomes.next() {
            Some(Outcome::Found(list)) if total(&list) > 0 => {
                let rows = rows(&list);
                for row in &rows {
                    let (key, object_type) = if kind == interfaces {
                        ("device", Relation::Device)
                    } else {
                        ("virtual_machine", Relation::Machine)
                    };
                    let owner = field(row, key);
                    if let Some(id) = row.get(&format!("{key}_id")).and_then(Value::as_u64) {
                        focus.subject = Some(super::super::focus::Subject {
                            object_type: object_type.object_type().into(),
                            id,
                            name: owner.clone(),
                        });
                    }
                    parts.push(format!("`{text}` is on {} of **{}**.", code(&field(row, "name")), code(&owner)));
                }
            }
            Some(Outcome::Found(_)) => {}
            Some(Outcome::Failed(reason)) => return Ok(failed(&reason)),
            None => return Err(Wait),
        }
    }
    if parts.is_empty() {
        return Ok(format!("NetBox shows no interface with the MAC address `{text}`."));
    }
    Ok(parts.join("\n\n"))
}
