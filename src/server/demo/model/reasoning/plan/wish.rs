//! Wishes for a change: what is meant is looked up, one call says all that is to change, and what came of it is told.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::super::calls;
use super::super::focus::{Focus, Subject};
use super::super::history::Outcome;
use super::super::kind::Kind;
use super::super::language::{self, Act, Hint, Lack, Name, What, Wish, Worth};
use super::super::look::{Call, Look, Wait};
use super::super::markdown::{code, escape, name_of, rows, series, shorten, total};
use super::super::resolve::{self, Resolved};
use super::failed;

/// The most objects that one wish may be about: as many as a plan of the tool may have.
const MOST: u64 = 50;
/// How much of the wish goes into NetBox's change log, in characters.
const LONGEST_REASON: usize = 200;

/// Types of which a new object needs a name, a slug, and no more.
const SLUGGED: &[&str] = &[
    "circuits.provider",
    "dcim.devicerole",
    "dcim.location",
    "dcim.manufacturer",
    "dcim.platform",
    "dcim.region",
    "dcim.site",
    "dcim.sitegroup",
    "extras.tag",
    "ipam.vlangroup",
    "tenancy.tenant",
];
/// Types of which it needs a name alone, or what the wish can say.
const NAMED: &[&str] = &["dcim.rack", "ipam.vlan", "ipam.vrf", "tenancy.contact"];

/// Why a wish leads to no call.
type Answer<T> = Result<Result<T, String>, Wait>;

pub(super) fn answer(wish: &Wish, text: &str, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    if !look.offers(calls::CHANGE) {
        return Ok(off());
    }
    let changes = match changes(wish, focus, look)? {
        Ok(changes) => changes,
        Err(sentence) => return Ok(sentence),
    };
    let reason: String = text.trim().chars().take(LONGEST_REASON).collect();
    look.think("I know what is meant. The plan goes to the person, who approves it or does not.");
    let call = Call { name: calls::CHANGE, input: json!({"reason": reason, "changes": changes}) };
    Ok(told(&look.one(call)?))
}

/// What is said where nothing can be changed.
pub(super) fn off() -> String {
    "I can only read this NetBox: changes are switched off here, so I changed nothing. Whoever runs this program \
     switches them on with `CHANGES=on`."
        .into()
}

/// What is said of a change that was not understood.
pub(super) fn unclear() -> String {
    "I did not understand that change, so I changed nothing. I understand wishes such as “Set the status of \
     cle-01-rtr-01 to offline”, “Rename the site X to Y”, “Create a tenant called Acme” or “Delete the tenant Acme”."
        .into()
}

fn changes(wish: &Wish, focus: &mut Focus, look: &mut Look) -> Answer<Vec<Value>> {
    match wish {
        Wish::Create { kind, number, name, place } => Ok(created(kind, *number, name, place.as_deref())),
        Wish::Delete { what } => each(
            what,
            focus,
            look,
            |subject| json!({"action": "delete", "object_type": subject.object_type, "id": subject.id}),
        ),
        Wish::Rename { what, name } => each(what, focus, look, |subject| {
            let field = match subject.object_type.as_str() {
                "circuits.circuit" => "cid",
                "dcim.devicetype" => "model",
                _ => "name",
            };
            update(subject, field, json!(name))
        }),
        Wish::Set { what, field, value } => {
            let value = match value {
                // Texts of NetBox are empty, not null.
                Worth::Nothing if ["description", "comments", "serial", "facility", "dns_name"].contains(field) => {
                    json!("")
                }
                Worth::Nothing => Value::Null,
                Worth::Text(text) => json!(text),
                Worth::Number(number) => json!(number),
            };
            each(what, focus, look, |subject| update(subject, field, value.clone()))
        }
    }
}

fn update(subject: &Subject, field: &str, value: Value) -> Value {
    json!({"action": "update", "object_type": subject.object_type, "id": subject.id, "values": {field: value}})
}

fn created(kind: &'static Kind, number: Option<u64>, name: &str, place: Option<&str>) -> Result<Vec<Value>, String> {
    let slugged = SLUGGED.contains(&kind.object_type);
    if !slugged && !NAMED.contains(&kind.object_type) {
        return Err(format!(
            "A new {} needs more than I understand here, so I changed nothing. I can make {}.",
            kind.singular,
            series(&plurals(), "and")
        ));
    }
    let mut values = Map::from_iter([("name".to_owned(), json!(name))]);
    if slugged {
        values.insert("slug".into(), json!(slug(name)));
    }
    match (kind.object_type, number) {
        ("ipam.vlan", None) => return Err("A new VLAN needs a number: “Add the VLAN 123 named lab”.".into()),
        ("ipam.vlan", Some(number)) => _ = values.insert("vid".into(), json!(number)),
        _ => {}
    }
    match (kind.object_type, place) {
        ("dcim.rack" | "dcim.location", None) => {
            return Err(format!("A new {} needs a site: “… called {} at cle-01”.", kind.singular, escape(name)));
        }
        ("dcim.site", Some(place)) => _ = values.insert("region".into(), json!({"name": place})),
        ("dcim.rack" | "dcim.location" | "ipam.vlan", Some(place)) => {
            let known_by = if place == slug(place) { "slug" } else { "name" };
            values.insert("site".into(), json!({known_by: place}));
        }
        (_, Some(place)) => {
            return Err(format!(
                "I do not understand what “{}” says of a new {}, so I changed nothing.",
                escape(place),
                kind.singular
            ));
        }
        (_, None) => {}
    }
    Ok(vec![json!({"action": "create", "object_type": kind.object_type, "values": values})])
}

fn plurals() -> Vec<String> {
    let types = SLUGGED.iter().chain(NAMED);
    types.filter_map(|object_type| Kind::by_type(object_type)).map(|kind| kind.plural.to_owned()).collect()
}

/// A name as NetBox writes it in addresses: `acme-robotics`.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            slug.push(letter);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches('-').to_owned()
}

/// A change for each object that is meant.
fn each(what: &What, focus: &mut Focus, look: &mut Look, change: impl Fn(&Subject) -> Value) -> Answer<Vec<Value>> {
    let subjects = match what {
        What::It => match &focus.subject {
            Some(subject) => vec![subject.clone()],
            None => return Ok(Err("I do not know what you mean by that. Name the object, please.".into())),
        },
        What::One { kind, name, place } => {
            let hint = kind.map(Hint::Kind);
            let mut names = vec![Name { text: name.clone(), hint, sure: true }];
            names.extend(place.iter().map(|place| Name { text: place.clone(), hint: None, sure: true }));
            match resolve::subject(&names, &[], look)? {
                Resolved::Found(subject) => {
                    focus.subject = Some(subject.clone());
                    vec![subject]
                }
                Resolved::Unknown(sentence) => return Ok(Err(sentence)),
                Resolved::Several { text, candidates } => return Ok(Err(super::several(&text, &candidates))),
                Resolved::Failed(reason) => return Ok(Err(failed(&reason))),
            }
        }
        What::All(words) => match all(words, look)? {
            Ok(subjects) => subjects,
            Err(sentence) => return Ok(Err(sentence)),
        },
    };
    Ok(Ok(subjects.iter().map(change).collect()))
}

/// The objects that a list of these words would show. Whatever of the words would not narrow it ends the matter: more
/// must not be changed than was asked for.
fn all(words: &str, look: &mut Look) -> Answer<Vec<Subject>> {
    let unsure = |word: &str| {
        Ok(Err(format!(
            "I did not understand “{}”, so I changed nothing. Say it in other words, please.",
            escape(word)
        )))
    };
    let question = language::read(&format!("list all {words}"), None);
    let Some(kind) = question.kind.filter(|_| matches!(question.act, Some(Act::List | Act::All))) else {
        return unsure(words);
    };
    let other_types = question.second.is_some() || question.wild || question.window.is_some();
    let counted = !matches!(question.lacks, None | Some(Lack::Filter(..)));
    let role = question.role.is_some() && kind.filter(super::super::kind::Relation::Role).is_none();
    if other_types || counted || role {
        return unsure(words);
    }
    let (selection, unused) = match super::selection(&question, kind, &Focus::default(), look)? {
        Ok(found) => found,
        Err(sentence) => return Ok(Err(sentence)),
    };
    let (filters, left) = selection.filters();
    if let Some(word) = unused.first().map(String::as_str).or(left.first().map(|_| words)) {
        return unsure(word);
    }
    look.think(format!("First I need to know which {} are meant.", kind.plural));
    let list = match look.one(calls::list(kind.object_type, filters, &["id", "display"], MOST))? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(Err(failed(&reason))),
    };
    let count = total(&list);
    if count == 0 {
        return Ok(Err(format!(
            "NetBox shows no {}{}, so there is nothing to change.",
            selection.noun(0),
            selection.phrase()
        )));
    }
    if count > MOST {
        return Ok(Err(format!(
            "Those would be {count} {}, and one plan has {MOST} changes at most. I changed nothing; ask for a part of them.",
            selection.noun(count)
        )));
    }
    let subject = |row: &super::super::markdown::Row| {
        let id = row.get("id").and_then(Value::as_u64)?;
        Some(Subject { object_type: kind.object_type.to_owned(), id, name: name_of(row) })
    };
    Ok(Ok(rows(&list).into_iter().filter_map(subject).collect()))
}

/// What came of the plan, in the tool's own facts.
fn told(outcome: &Outcome) -> String {
    let result = match outcome {
        Outcome::Found(result) => result.clone(),
        // What was not carried out comes as a failed call, with the same facts.
        Outcome::Failed(text) => match serde_json::from_str(text) {
            Ok(result @ Value::Object(_)) => result,
            _ => return refused(text),
        },
    };
    match result["decision"].as_str() {
        Some("approved") => carried_out(&result),
        Some("rejected") => "You did not approve it, so nothing was changed.".into(),
        Some("expired") => {
            "Nobody approved it in time, so nothing was changed. Ask for it again if you still want it.".into()
        }
        Some("withdrawn") => "It was stopped before anybody approved it, so nothing was changed.".into(),
        _ => "The tool did not say what came of it. Look at the object before you ask for it again.".into(),
    }
}

fn carried_out(result: &Value) -> String {
    let rows = result["applied"].as_array().map_or(&[][..], Vec::as_slice);
    let object = |row: &Value| code(row["object"].as_str().unwrap_or("an object"));
    let done: Vec<String> = rows.iter().filter(|row| row["done"] == true).map(object).collect();
    if done.len() == rows.len() {
        return match (rows, done.as_slice()) {
            ([row], [name]) => format!("Done: {name} was {}.", past(row)),
            _ => format!("Done: all {} changes were made, of {}.", rows.len(), some(&done)),
        };
    }
    let mut text = match done.len() {
        0 => "Nothing was changed.".to_owned(),
        number => format!("{number} of {} changes were made: {}.", rows.len(), some(&done)),
    };
    for row in rows.iter().filter(|row| row["problem"].is_string()) {
        let problem = row["problem"].as_str().unwrap_or_default();
        let verb = if row["done"].is_null() { "may or may not have been" } else { "was not" };
        let (sentence, hint) = problem.split_once("\nhint: ").unwrap_or((problem, ""));
        _ = write!(text, " {} {verb} {}: {}.", object(row), past(row), escape(sentence.trim_end_matches('.')));
        if !hint.is_empty() {
            _ = write!(text, " What may help: {}.", escape(hint.trim_end_matches('.')));
        }
    }
    text
}

/// What was done with an object.
fn past(row: &Value) -> &'static str {
    match row["action"].as_str() {
        Some("create") => "created",
        Some("delete") => "deleted",
        _ => "changed",
    }
}

/// The first names, and how many more there are.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names.len().saturating_sub(SHOWN) {
        0 => series(names, "and"),
        more => format!("{} and {more} more", names.get(..SHOWN).unwrap_or_default().join(", ")),
    }
}

/// A plan that could not be made.
fn refused(reason: &str) -> String {
    let mut lines = reason.lines().map(str::trim).filter(|line| !line.is_empty());
    let sentence = lines.next().unwrap_or("no reason was given").trim_end_matches('.');
    let hint = lines.next().map(|line| line.trim_start_matches("hint:").trim().trim_end_matches('.'));
    let hint = hint.map(|hint| format!(" What may help: {}.", escape(hint))).unwrap_or_default();
    format!("I could not change that: {}.{hint} Nothing was changed.", escape(&shorten(sentence, 400)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_of(result: Value) -> String {
        told(&Outcome::Found(result))
    }

    #[test]
    fn what_came_of_a_plan_is_told() {
        let row = |object: &str, done: Value| json!({"action": "update", "object": object, "done": done});
        assert_eq!(
            told_of(json!({"decision": "approved", "applied": [row("device cle-01-sw1", json!(true))]})),
            "Done: `device cle-01-sw1` was changed."
        );
        let mut second = row("device b", json!(false));
        second["problem"] = json!("It was changed since the plan was made\nhint: make a new plan");
        let text = told_of(
            json!({"decision": "approved", "applied": [row("device a", json!(true)), second, row("device c", json!(false))]}),
        );
        assert!(
            text.starts_with("1 of 3 changes were made: `device a`. `device b` was not changed: It was changed since"),
            "{text}"
        );
        assert!(text.ends_with("What may help: make a new plan."), "{text}");
        assert!(told_of(json!({"decision": "rejected", "applied": []})).contains("did not approve"));
        assert!(told_of(json!({"decision": "expired"})).contains("in time"));
        let failed = |text: &str| told(&Outcome::Failed(text.into()));
        assert!(failed("{\"decision\": \"rejected\", \"applied\": []}").contains("did not approve"));
        assert_eq!(
            failed("A new device needs site\nhint: ask the person"),
            "I could not change that: A new device needs site. What may help: ask the person. Nothing was changed."
        );
    }

    #[test]
    fn slugs_are_made_as_netbox_makes_them() {
        assert_eq!(slug("Acme Robotics (EU)"), "acme-robotics-eu");
    }
}
