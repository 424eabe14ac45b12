//! What people wrote in the journal.

use std::fmt::Write as _;

use serde_json::{Map, json};

use super::super::calls;
use super::super::focus::Focus;
use super::super::history::Outcome;
use super::super::kind::Kind;
use super::super::language::Question;
use super::super::look::{Look, Wait};
use super::super::markdown::{self, code, headline, rows, total};
use super::{failed, subject};

pub(super) fn answer(question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let Some(kind) = Kind::by_type("extras.journalentry") else { return Ok(super::talk::unclear()) };
    let mut filters = Map::new();
    let mut phrase = String::new();
    if !question.names.is_empty() || question.pronoun {
        let subject = match subject(question, &[], focus, look)? {
            Ok(subject) => subject,
            Err(sentence) => return Ok(sentence),
        };
        filters.insert("assigned_object_type".into(), json!(subject.object_type));
        filters.insert("assigned_object_id".into(), json!(subject.id));
        phrase = format!(" about {}", code(&subject.name));
    }
    if let Some(window) = &question.window {
        filters.insert("created_after".into(), json!(window.after.to_string()));
        if let Some(before) = window.before {
            filters.insert("created_before".into(), json!(before.to_string()));
        }
        _ = write!(phrase, " {}", window.words);
    }
    look.think("Journal entries are objects of their own; the newest come first.");
    let call = calls::list(kind.object_type, filters, &kind.fields(), question.limit.unwrap_or(15));
    let list = match look.one(calls::with(call, "ordering", json!("-created")))? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let count = total(&list);
    if count == 0 {
        return Ok(format!("NetBox shows **no journal entries**{phrase}."));
    }
    let is = if count == 1 { "is" } else { "are" };
    let shown = rows(&list).len() as u64;
    let more = if shown < count { format!("\n\nThe newest {shown} of {count}.") } else { String::new() };
    Ok(format!(
        "There {is} {}{phrase}:\n\n{}{more}",
        headline(count, kind.counted(count), &list),
        markdown::table(kind.columns, &rows(&list))
    ))
}
