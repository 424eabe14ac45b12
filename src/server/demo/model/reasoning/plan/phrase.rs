//! Questions of the phrase book: one call, and what its result says. A follow-up asks the same of something else.

use serde_json::{Map, Value, json};

use super::super::calls::{GET_OBJECTS, with};
use super::super::focus::{Focus, Phrased, Selection};
use super::super::history::Outcome;
use super::super::kind::{Kind, Relation};
use super::super::language::{Token, status_of, tokens};
use super::super::look::{Call, Look, Wait};
use super::super::markdown::{code, rows, total};
use super::super::phrasebook::{self, Slots, Understood};
use super::{failed, mend, tell};

/// What the question means by the phrase book, also as a follow-up of one that it answered.
pub(super) fn understood(text: &str, focus: &Focus, look: &Look) -> Option<Phrased> {
    let refers = |slot: &str| focus.named(slot);
    let found = phrasebook::find(text, &refers).map(|Understood { entry, slots }| Phrased::new(entry, slots));
    found.or_else(|| follow_up(text, focus)).filter(|phrased| look.offers(phrased.entry.tool))
}

/// "And in Dallas?", "what about A02?", "only the active ones".
fn follow_up(text: &str, focus: &Focus) -> Option<Phrased> {
    let past = focus.phrased.as_ref()?;
    let all = tokens(text);
    let words =
        without(&all, &["and", "but", "or", "what", "how", "about", "only", "just", "now", "also", "show", "me"]);
    let opened = words.len() < all.len();
    let rest = without(words, &["in", "at", "for", "of", "on", "from", "with", "the", "only", "is", "are"]);
    if rest.is_empty() || rest.len() > 6 || !(opened || rest.len() < words.len()) {
        return None;
    }
    let bare: Vec<&Token> = rest.iter().filter(|word| !["ones", "one"].contains(&word.lower.as_str())).collect();
    if let [word] = bare.as_slice()
        && let Some(status) = status_of(&word.lower)
    {
        let kind = past.kind().filter(|kind| kind.columns.iter().any(|column| column.field == "status"))?;
        let noun = kind.plural;
        return Some(past.clone().narrowed("status", json!(status), format!("only {status} {noun}")));
    }
    // "In Dallas" is a place, whatever else the name looks like.
    let located = words.first().is_some_and(|word| ["in", "at"].contains(&word.lower.as_str()));
    if located
        && past.slots.get("site").is_some()
        && let Some(place) = place(rest)
    {
        return Some(Phrased { slots: past.slots.clone().with("site", place), ..past.clone() });
    }
    if let Some(slots) = phrasebook::replaced(&past.slots, rest) {
        return Some(Phrased { slots, ..past.clone() });
    }
    let place = place(rest)?;
    past.kind().filter(|kind| kind.filter(Relation::Site).is_some())?;
    Some(past.clone().narrowed("site", json!(place), format!("only at {place}")))
}

/// The words as the name of a place.
fn place(words: &[Token]) -> Option<String> {
    let slots = phrasebook::replaced(&Slots::default().with("site", String::new()), words)?;
    slots.get("site").map(str::to_owned)
}

fn without<'a>(words: &'a [Token], small: &[&str]) -> &'a [Token] {
    let start = words.iter().take_while(|word| !word.quoted && small.contains(&word.lower.as_str())).count();
    words.get(start..).unwrap_or_default()
}

pub(super) fn answer(phrased: &Phrased, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let entry = phrased.entry;
    let mut slots = phrased.slots.clone();
    remember(phrased, focus);
    if !entry.find.is_empty() {
        match id(entry.find, &slots, look)? {
            Ok(id) => slots = slots.with("id", id.to_string()),
            Err(sentence) => return Ok(sentence),
        }
    }
    let Some(mut input) = slots.fill(entry.input) else { return Ok(super::talk::unclear()) };
    if !phrased.extra.is_empty()
        && let Some(input) = input.as_object_mut()
    {
        let filters = input.entry("filters").or_insert_with(|| Value::Object(Map::new()));
        for (name, value, _) in &phrased.extra {
            filters[name.as_str()] = value.clone();
        }
    }
    look.think(format!("I know this kind of question ({}): one call of {} answers it.", entry.id, entry.tool));
    let result = match mend::ask(Call { name: entry.tool, input }, look)? {
        Outcome::Found(result) => result,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    focus.result = result["handle"].as_str().map(str::to_owned);
    let only: Vec<&str> = phrased.extra.iter().map(|(_, _, words)| words.as_str()).collect();
    let only = if only.is_empty() { String::new() } else { format!(" ({})", only.join(", ")) };
    Ok(tell::told(&entry.tell, &result, &slots, &only))
}

/// What the next question may refer to.
fn remember(phrased: &Phrased, focus: &mut Focus) {
    focus.phrased = Some(phrased.clone());
    focus.asked = None;
    focus.subject = None;
    focus.next = None;
    focus.interface = None;
    let whole = phrased.slots.all().next().is_none() && phrased.extra.is_empty();
    focus.selection = phrased.kind().filter(|_| whole).map(Selection::of);
}

/// The id of the object that the names mean.
fn id(find: &str, slots: &Slots, look: &mut Look) -> Result<Result<u64, String>, Wait> {
    let Some(input) = slots.fill(find) else { return Ok(Err(super::talk::unclear())) };
    let noun = input["object_type"].as_str().and_then(Kind::by_type).map_or("object", |kind| kind.singular);
    let name = input["filters"]["name"].as_str().unwrap_or_default().to_owned();
    let site = slots.get("site").unwrap_or_default().to_owned();
    look.think(format!("Several sites may have a {noun} called {name}; I need the id of the one at {site}."));
    let list = match mend::ask(with(Call { name: GET_OBJECTS, input }, "limit", json!(2)), look)? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(Err(failed(&reason))),
    };
    let found = rows(&list).first().and_then(|row| row.get("id")).and_then(Value::as_u64);
    Ok(match (total(&list), found) {
        (1, Some(id)) => Ok(id),
        (0, _) => Err(format!("NetBox shows no {noun} {} at {}.", code(&name), code(&site))),
        (many, _) => Err(format!(
            "NetBox shows {many} {noun}s called {} at {}. Name the room, please.",
            code(&name),
            code(&site)
        )),
    })
}
