//! What an IP address, a prefix or a MAC address is.

use std::fmt::Write as _;

use serde_json::json;

use super::super::calls::{self, filters};
use super::super::focus::Focus;
use super::super::history::Outcome;
use super::super::kind::Kind;
use super::super::language::{Literal, Question};
use super::super::look::{Look, Wait};
use super::super::markdown::{self, code, escape, field, headline, rows, total};
use super::failed;
use super::profile::by_row;

pub(super) fn answer(question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let asked = match question.literals.iter().find(|literal| !matches!(literal, Literal::Interface(_))) {
        Some(Literal::Address(text)) => format!("what is {text}"),
        Some(Literal::Mac(text)) => format!("who has {text}"),
        Some(Literal::Prefix(text)) => return prefix(text, focus, look),
        _ => return Ok(super::talk::unclear()),
    };
    match super::phrase::understood(&asked, focus, look) {
        Some(phrased) => super::phrase::answer(&phrased, focus, look),
        None => Ok(super::talk::unclear()),
    }
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
