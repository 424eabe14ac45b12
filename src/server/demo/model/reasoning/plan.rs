//! From a question to an answer: which lookups are made and what is said about their results.

mod address;
mod change;
mod connection;
mod contact;
mod find;
mod journal;
mod list;
mod mend;
mod phrase;
mod profile;
mod ranking;
mod refine;
mod talk;
mod tally;
pub(super) mod tell;
mod wish;

use jiff::Timestamp;

use super::focus::{Asked, Focus, Selection};
use super::kind::Kind;
use super::language::{self, Act, Hint, Literal, Question};
use super::look::{Look, Wait};
use super::markdown;
use super::resolve::{self, Candidate, Resolved};

/// Answers one question, and keeps in `focus` what the next may refer to.
pub(super) fn answer(text: &str, now: Option<Timestamp>, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    if let Some(wish) = language::read_wish(text) {
        return wish::answer(&wish, text, focus, look);
    }
    if let Some(text) = refine::answer(text, focus, look)? {
        return Ok(text);
    }
    if let Some(phrased) = phrase::understood(text, focus, look) {
        return phrase::answer(&phrased, focus, look);
    }
    let mut question = language::read(text, now);
    inherit(&mut question, focus);
    let Some(act) = question.act else { return Ok(talk::unclear()) };
    if question.timeless {
        return Ok("I was not told the current time in this conversation, so I cannot work out what that time means. \
                   Give me a date, for example “since 2026-11-01”."
            .into());
    }
    // Small talk leaves alone what the conversation is about.
    let talk = matches!(act, Act::Thanks | Act::Greeting | Act::Help | Act::Identity | Act::Write | Act::Foreign);
    if !talk {
        let by_user = question.names.iter().any(|name| name.hint == Some(Hint::User));
        focus.asked = Some(Asked { act, second: question.second, limit: question.limit, by_user });
        focus.window.clone_from(&question.window);
        focus.result = None;
    }
    let told = match act {
        Act::Greeting | Act::Thanks | Act::Help | Act::Identity | Act::Write | Act::Foreign => talk::answer(act, look),
        Act::Count | Act::List | Act::Ports { .. } => list::answer(act, &question, focus, look),
        Act::All | Act::More => list::further(act, &question, focus, look),
        Act::Top { least } => ranking::top(least, &question, focus, look),
        Act::Per(group) => ranking::per(group, &question, focus, look),
        Act::Profile => profile::answer(&question, focus, look),
        Act::Attribute(attribute) => profile::attribute(attribute, &question, focus, look),
        Act::Literal => address::answer(&question, focus, look),
        Act::Find(finder) => find::answer(finder, &question, focus, look),
        Act::Connected => connection::answer(&question, focus, look),
        Act::Contacts => contact::answer(&question, focus, look),
        Act::Changes { action } => change::answer(action, &question, focus, look),
        Act::Journal => journal::answer(&question, focus, look),
    };
    if !talk && told.is_ok() {
        focus.phrased = None;
    }
    let text = told?;
    Ok(if matches!(act, Act::Count | Act::List | Act::Top { .. } | Act::Per(_)) {
        format!("{text}{}", role_left_out(&question, focus))
    } else {
        text
    })
}

/// A role in the question that did not narrow the answer must not look as if it had.
fn role_left_out(question: &Question, focus: &Focus) -> String {
    let kind = focus.selection.as_ref().map(|selection| selection.kind);
    // A list tells of a second type by itself.
    if question.second.is_some() {
        return String::new();
    }
    match (question.role, kind.filter(|kind| kind.filter(super::kind::Relation::Role).is_none())) {
        (Some((_, plural)), Some(kind)) => format!(
            "\n\nI did not take “{plural}” into account: NetBox cannot filter {} by the role of devices.",
            kind.plural
        ),
        _ => String::new(),
    }
}

/// Fills a follow-up with what the question before it said.
fn inherit(question: &mut Question, focus: &Focus) {
    let Some(asked) = &focus.asked else { return };
    if question.wild && !question.follows {
        return;
    }
    let bare = question.kind.is_none()
        && matches!(question.act, None | Some(Act::Profile))
        && (!question.names.is_empty()
            || !question.statuses.is_empty()
            || question.window.is_some()
            || question.role.is_some());
    // "in Ohio?" continues a list; "cle-01" alone asks about cle-01.
    let place_only = bare && question.act == Some(Act::Profile) && !question.follows;
    if !question.follows && (!bare || place_only) {
        return;
    }
    question.follows = true;
    let listing = |act: Act| {
        matches!(act, Act::Count | Act::List | Act::All | Act::More | Act::Ports { .. } | Act::Top { .. } | Act::Per(_))
    };
    let own_subject = question.pronoun && focus.subject.is_some();
    if question.kind.is_none() && (question.act.is_none() || (question.act == Some(Act::Profile) && !own_subject)) {
        question.act = Some(match asked.act {
            Act::All | Act::More => Act::List,
            // "only the offline ones" after a profile has nothing to narrow.
            act => act,
        });
        question.second = question.second.or(asked.second);
        question.limit = question.limit.or(asked.limit);
        if question.window.is_none() {
            question.window.clone_from(&focus.window);
        }
        // "And bola?" after what alice did.
        if asked.by_user
            && let [name] = question.names.as_mut_slice()
        {
            name.hint = Some(Hint::User);
        }
        if listing(asked.act) {
            question.kind = focus.selection.as_ref().map(|selection| selection.kind);
        }
    } else if question.act == Some(Act::List) && matches!(asked.act, Act::Count | Act::Per(_)) && !question.pronoun {
        // "and the racks?" after "how many devices are there in Ohio?".
        question.act = Some(asked.act);
    }
    if matches!(question.act, Some(Act::Count | Act::List)) && question.kind.is_none() {
        question.kind = focus.selection.as_ref().map(|selection| selection.kind);
    }
}

/// The selection that a question means, with everything that carries over from the one before.
fn selection(
    question: &Question,
    kind: &'static Kind,
    focus: &Focus,
    look: &mut Look,
) -> Result<Result<(Selection, Vec<String>), String>, Wait> {
    let mut selection = Selection::of(kind);
    let old = focus.selection.as_ref().filter(|_| question.follows);
    if let Some(old) = old {
        selection.scopes.clone_from(&old.scopes);
        if old.kind == kind {
            selection.noun = old.noun;
            selection.statuses.clone_from(&old.statuses);
            selection.lacks = old.lacks;
            selection.pattern.clone_from(&old.pattern);
            selection.occupied = old.occupied;
        }
    }
    // "its interfaces" after a question about one object narrows by that object.
    if question.follows
        && let Some(subject) = &focus.subject
        && question.names.is_empty()
        && let Some(relation) = super::kind::Relation::of(&subject.object_type, kind)
            .or_else(|| PLACES.into_iter().find(|place| place.object_type() == subject.object_type))
        && Some(kind.object_type) != Some(subject.object_type.as_str())
    {
        selection.narrow(super::focus::Scope {
            relation,
            ids: vec![subject.id],
            slugs: Vec::new(),
            names: vec![subject.name.clone()],
        });
    }
    if !question.statuses.is_empty() {
        selection.statuses.clone_from(&question.statuses);
    }
    selection.lacks = question.lacks.or(selection.lacks);
    let mut names = question.names.clone();
    names.retain(|name| match name.hint {
        Some(hint @ (Hint::Contains | Hint::StartsWith)) => {
            let (lookup, words) =
                if hint == Hint::Contains { ("ic", "whose name contains") } else { ("isw", "whose name starts with") };
            let field = match kind.object_type {
                "circuits.circuit" => "cid",
                "dcim.devicetype" => "model",
                "ipam.ipaddress" => "dns_name",
                _ => "name",
            };
            let phrase = format!("{words} “{}”", markdown::escape(&name.text));
            selection.pattern = Some((format!("{field}__{lookup}"), serde_json::json!(name.text), phrase));
            false
        }
        _ => true,
    });
    for literal in &question.literals {
        if let Literal::Prefix(prefix) | Literal::Address(prefix) = literal {
            let (key, words) = match kind.object_type {
                "ipam.ipaddress" => ("parent", "inside"),
                "ipam.prefix" if matches!(literal, Literal::Address(_)) => ("contains", "that contain"),
                "ipam.prefix" => ("within", "inside"),
                _ => continue,
            };
            selection.pattern =
                Some((key.into(), serde_json::json!(prefix), format!("{words} {}", markdown::code(prefix))));
        }
    }
    let role = question.role.filter(|_| kind.filter(super::kind::Relation::Role).is_some());
    match resolve::scopes(&names, role.map(|(word, _)| word), kind, look)? {
        Resolved::Failed(reason) => Ok(Err(failed(&reason))),
        Resolved::Unknown(sentence) => Ok(Err(sentence)),
        Resolved::Several { text, candidates } => Ok(Err(several(&text, &candidates))),
        Resolved::Found(found) => {
            if let Some(roles) = found.roleless
                && let Some((word, _)) = question.role
            {
                let roles: Vec<String> = roles.iter().map(|role| markdown::escape(role)).collect();
                return Ok(Err(format!(
                    "No device role in this NetBox is called “{word}”. The roles that I see are {}.",
                    markdown::series(&roles, "and")
                )));
            }
            if let Some((_, plural)) = role {
                selection.noun = Some(plural);
            }
            // What this question names replaces what was inherited; among itself it adds up: "rack A02 at Dallas".
            let named: Vec<u8> = found.scopes.iter().map(|scope| scope.relation.class()).collect();
            selection.scopes.retain(|old| !named.contains(&old.relation.class()));
            selection.scopes.extend(found.scopes);
            Ok(Ok((selection, found.unused)))
        }
    }
}

const PLACES: [super::kind::Relation; 3] =
    [super::kind::Relation::Region, super::kind::Relation::SiteGroup, super::kind::Relation::Site];

/// The object that a question is about: named in it, or the one that was talked about.
fn subject(
    question: &Question,
    types: &[&'static str],
    focus: &mut Focus,
    look: &mut Look,
) -> Result<Result<super::focus::Subject, String>, Wait> {
    let named = question.names.iter().any(|name| name.hint != Some(Hint::User));
    if !named
        && focus.subject.is_none()
        && let Some((object_type, name)) = focus.object_of_phrase()
    {
        let hint = Kind::by_type(object_type).map(Hint::Kind);
        let names = [super::language::Name { text: name, hint, sure: true }];
        return Ok(match resolve::subject(&names, &[object_type], look)? {
            Resolved::Found(subject) => {
                focus.subject = Some(subject.clone());
                Ok(subject)
            }
            Resolved::Unknown(sentence) => Err(sentence),
            Resolved::Several { text, candidates } => Err(several(&text, &candidates)),
            Resolved::Failed(reason) => Err(failed(&reason)),
        });
    }
    if !named {
        return Ok(focus
            .subject
            .clone()
            .ok_or_else(|| "I do not know which object you mean. Name it, please.".to_owned()));
    }
    Ok(match resolve::subject(&question.names, types, look)? {
        Resolved::Found(subject) => {
            focus.subject = Some(subject.clone());
            Ok(subject)
        }
        Resolved::Unknown(sentence) => Err(sentence),
        Resolved::Several { text, candidates } => Err(several(&text, &candidates)),
        Resolved::Failed(reason) => Err(failed(&reason)),
    })
}

/// Says that a tool failed, with NetBox's own reason.
fn failed(reason: &str) -> String {
    let mut lines = reason.lines().map(str::trim).filter(|line| !line.is_empty());
    let sentence = lines.next().unwrap_or("no reason was given").trim_end_matches('.');
    let hint = lines.next().map(|line| line.trim_start_matches("hint:").trim().trim_end_matches('.'));
    let hint = hint.map(|hint| format!("\n\nWhat may help: {}.", markdown::escape(hint))).unwrap_or_default();
    format!("I could not look that up: {}.{hint}", markdown::escape(sentence))
}

/// Asks which of several objects is meant.
fn several(text: &str, candidates: &[Candidate]) -> String {
    let body: Vec<Vec<String>> = candidates
        .iter()
        .take(12)
        .map(|candidate| {
            let kind = Kind::by_type(&candidate.object_type).map_or("object", |kind| kind.singular);
            vec![markdown::code(&candidate.name), kind.to_owned(), markdown::escape(&candidate.site)]
        })
        .collect();
    let exact = candidates.iter().all(|candidate| candidate.score >= 95);
    let lead = if exact {
        format!("Several objects are called “{}”. Which one do you mean?", markdown::escape(text))
    } else {
        format!("Nothing is called exactly “{}”. These come near:", markdown::escape(text))
    };
    format!("{lead}\n\n{}", markdown::grid(&["Name", "Type", "Site"], &body))
}

/// Tells which words were not used.
fn ignored(unused: &[String]) -> String {
    if unused.is_empty() {
        return String::new();
    }
    let words: Vec<String> = unused.iter().map(|word| format!("“{}”", markdown::escape(word))).collect();
    format!("\n\nI did not use {}: NetBox shows nothing called that.", markdown::series(&words, "and"))
}
