//! What is not a lookup: greetings, help, refusals. Example questions are made from what the NetBox holds.

use serde_json::Map;

use super::super::calls;
use super::super::history::Outcome;
use super::super::language::Act;
use super::super::look::{Look, Wait};
use super::super::markdown::{escape, name_of, rows};

pub(super) fn answer(act: Act, look: &mut Look) -> Result<String, Wait> {
    Ok(match act {
        Act::Thanks => "You are welcome.".into(),
        Act::Write if look.offers(calls::CHANGE) => super::wish::unclear(),
        Act::Write => super::wish::off(),
        Act::Foreign => format!("That is nothing a NetBox knows. {}", abilities()),
        Act::Identity => format!(
            "I am the stand-in model of the netbox-chatbox demo: a set of rules, not a language model. I read NetBox \
             through the same tools that a language model would use, and I say only what they return.\n\n{}",
            abilities()
        ),
        _ => {
            let lead = if act == Act::Greeting { "Hello. " } else { "" };
            let examples = examples(look)?;
            format!("{lead}I am the stand-in model of this demo. {}{examples}", abilities())
        }
    })
}

/// The answer to a question that was not understood.
pub(super) fn unclear() -> String {
    format!(
        "I am only the demo's stand-in model, and I did not understand that question. {}\n\nTry for example “How many \
         sites do we have?”, “What is the next free address in 10.0.0.0/24?” or “What changed in the last 7 days?”.",
        abilities()
    )
}

fn abilities() -> String {
    "I can count, group and list sites, racks, devices, interfaces, cables, prefixes, IP addresses, VLANs, circuits, \
     virtual machines and tenants, and describe one of them; find free addresses, blocks, VLAN ids, ports and rack \
     units; say how full a prefix is and whose an address is; trace cables, find paths and tell what breaks if \
     something fails; find what is missing or duplicate; and tell who the contacts are and what was changed."
        .into()
}

fn examples(look: &mut Look) -> Result<String, Wait> {
    look.think("To offer questions that have an answer here, I look at a few sites and devices.");
    let outcomes = look.all(vec![
        calls::with(calls::list("dcim.site", Map::new(), &["name", "region"], 2), "ordering", "-device_count".into()),
        calls::list("dcim.device", Map::new(), &["name"], 1),
    ])?;
    let first = |outcome: &Outcome| match outcome {
        Outcome::Found(list) => rows(list).first().map(|row| escape(&name_of(row))),
        Outcome::Failed(_) => None,
    };
    let mut examples = vec!["- How many devices do we have per site?".to_owned()];
    if let Some(site) = outcomes.first().and_then(first) {
        examples.push(format!("- Which racks are at {site}?"));
    }
    if let Some(device) = outcomes.get(1).and_then(first) {
        examples.push(format!("- Tell me about {device}"));
    }
    examples.push("- What changed in the last 7 days?".to_owned());
    Ok(format!("\n\nFor example:\n\n{}", examples.join("\n")))
}
