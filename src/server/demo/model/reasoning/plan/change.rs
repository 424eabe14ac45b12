//! Who changed what, and when.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::super::calls::CHANGES;
use super::super::focus::{Focus, Subject};
use super::super::history::Outcome;
use super::super::kind::Kind;
use super::super::language::{Hint, Question};
use super::super::look::{Call, Look, Wait};
use super::super::markdown::{self, Row, code, escape, field, moment, rows, shorten, total};
use super::{failed, subject};

/// Changes that are shown at once.
const ROWS: u64 = 10;

pub(super) fn answer(
    action: Option<&'static str>,
    question: &Question,
    focus: &mut Focus,
    look: &mut Look,
) -> Result<String, Wait> {
    let mut filters = Map::new();
    let mut phrase = String::new();
    let mut beside = String::new();
    let users: Vec<String> =
        question.names.iter().filter(|name| name.hint == Some(Hint::User)).map(|name| name.text.clone()).collect();
    let named = question.names.iter().any(|name| name.hint != Some(Hint::User));
    let pointed = question.pronoun || (question.follows && question.kind.is_none() && focus.subject.is_some());
    if named || pointed {
        let subject = match subject(question, &[], focus, look)? {
            Ok(subject) => subject,
            Err(sentence) => return Ok(sentence),
        };
        filters.insert("changed_object_type".into(), json!(subject.object_type));
        filters.insert("changed_object_id".into(), json!(subject.id));
        phrase = format!(" of {}", code(&subject.name));
        beside = elsewhere(&subject, question.kind);
    } else if let Some(kind) = question.kind {
        filters.insert("changed_object_type".into(), json!(kind.object_type));
        phrase = format!(" of {}", kind.plural);
    }
    if let Some(user) = users.first() {
        filters.insert("user_name__ie".into(), json!(user));
        _ = write!(phrase, " by {}", code(user));
    }
    if let Some(action) = action {
        filters.insert("action".into(), json!(action));
    }
    let mut input = Map::new();
    if let Some(window) = &question.window {
        input.insert("since".into(), json!(window.after.to_string()));
        if let Some(before) = window.before {
            input.insert("until".into(), json!(before.to_string()));
        }
        _ = write!(phrase, " {}", window.words);
    }
    look.think("The change log answers this: filtered by what was asked, the newest first.");
    if !filters.is_empty() {
        input.insert("filters".into(), Value::Object(filters));
    }
    input.insert("limit".into(), json!(question.limit.unwrap_or(ROWS)));
    let list = match look.one(Call { name: CHANGES, input: Value::Object(input) })? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    focus.result = list["handle"].as_str().map(str::to_owned);
    let rows = rows(&list);
    let count = total(&list);
    let noun = match (action, count) {
        (Some("create"), 1) => "creation",
        (Some("create"), _) => "creations",
        (Some("delete"), 1) => "deletion",
        (Some("delete"), _) => "deletions",
        (Some(_), 1) => "update",
        (Some(_), _) => "updates",
        (None, 1) => "change",
        (None, _) => "changes",
    };
    if count == 0 {
        return Ok(format!("NetBox shows **no {noun}**{phrase}.{beside}"));
    }
    let by: BTreeSet<String> = rows.iter().map(|row| field(row, "user_name")).filter(|user| !user.is_empty()).collect();
    let by: Vec<String> = by.iter().map(|user| code(user)).collect();
    let whole = rows.len() as u64 == count;
    let is = if count == 1 { "is" } else { "are" };
    let whom = if whole && users.is_empty() && by.len() <= 6 {
        format!(", by {}", markdown::series(&by, "and"))
    } else {
        String::new()
    };
    // The page shows all of many, with what each changed.
    if !whole && let Some(handle) = focus.result.as_deref() {
        let lead = markdown::headline(count, noun, &list);
        return Ok(format!("There {is} {lead}{phrase}:\n\n{}{beside}", super::tell::place(handle)));
    }
    let single = phrase.starts_with(" of `");
    let body: Vec<Vec<String>> = rows.iter().map(|row| cells(row, single)).collect();
    let head: &[&str] = if single {
        &["When (UTC)", "Who", "What", "Changes"]
    } else {
        &["When (UTC)", "Who", "What", "Object", "Changes"]
    };
    let mut shown = if whole { String::new() } else { format!("\n\nThe newest {} of {count}.", rows.len()) };
    shown.push_str(&beside);
    Ok(format!(
        "There {is} {}{phrase}{whom}:\n\n{}{shown}",
        markdown::headline(count, noun, &list),
        markdown::grid(head, &body)
    ))
}

/// What a person may have meant beside the object itself. The change log has no filter for it.
fn elsewhere(subject: &Subject, asked: Option<&Kind>) -> String {
    let holds = matches!(
        subject.object_type.as_str(),
        "dcim.region" | "dcim.sitegroup" | "dcim.site" | "dcim.location" | "dcim.rack" | "virtualization.cluster"
    );
    let kind = Kind::by_type(&subject.object_type);
    match (kind, asked.filter(|asked| Some(*asked) != kind)) {
        (Some(kind), Some(asked)) => format!(
            "\n\nThese are changes of the {} itself: NetBox's change log cannot be filtered by the {} that {} belong to.",
            kind.singular, kind.singular, asked.plural
        ),
        (Some(kind), None) if holds => format!(
            "\n\nThese are changes of the {} itself, not of what is in it: NetBox's change log has no filter for that.",
            kind.singular
        ),
        _ => String::new(),
    }
}

fn cells(row: &Row, single: bool) -> Vec<String> {
    let action = match field(row, "action").as_str() {
        "create" => "created".to_owned(),
        "update" => "updated".to_owned(),
        "delete" => "deleted".to_owned(),
        other => escape(other),
    };
    let object_type = field(row, "changed_object_type");
    let noun = Kind::by_type(&object_type).map_or(object_type.as_str(), |kind| kind.singular).to_owned();
    let mut cells = vec![moment(&field(row, "time")), code(&field(row, "user_name")), action];
    if !single {
        cells.push(format!("{} {}", escape(&noun), code(&shorten(&field(row, "object_repr"), 60))));
    }
    let message = field(row, "message");
    let changes: Vec<String> = row
        .get("changes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "last_updated")
        .take(4)
        .map(|(name, sides)| {
            let side = |at: usize| {
                let text = sides.get(at).map(markdown::plain).unwrap_or_default();
                if text.is_empty() { "nothing".to_owned() } else { escape(&shorten(&text, 40)) }
            };
            format!("{}: {} → {}", escape(name), side(0), side(1))
        })
        .collect();
    let mut text = changes.join("; ");
    if !message.is_empty() {
        let message = escape(&shorten(&message, 80));
        text = if text.is_empty() { message } else { format!("{text} ({message})") };
    }
    cells.push(text);
    cells
}
