//! Who is responsible for something.

use serde_json::{Value, json};

use super::super::calls::{self, filters};
use super::super::focus::Focus;
use super::super::history::Outcome;
use super::super::language::Question;
use super::super::look::{Look, Wait};
use super::super::markdown::{self, code, escape, field, rows, total};
use super::{failed, subject};

pub(super) fn answer(question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let subject = match subject(question, &[], focus, look)? {
        Ok(subject) => subject,
        Err(sentence) => return Ok(sentence),
    };
    look.think(format!("Contacts are assigned to objects. I ask for the assignments of {}.", subject.name));
    let call = calls::list(
        "tenancy.contactassignment",
        filters([("object_type", json!(subject.object_type)), ("object_id", json!(subject.id))]),
        &["contact", "role", "priority"],
        20,
    );
    let assignments = match look.one(call)? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let rows_of_assignments = rows(&assignments);
    if rows_of_assignments.is_empty() {
        return Ok(format!("NetBox records no contact for {}.", code(&subject.name)));
    }
    let ids: Vec<&Value> = rows_of_assignments.iter().filter_map(|row| row.get("contact_id")).collect();
    look.think("Their phone numbers and addresses are in the contacts themselves.");
    let call = calls::list("tenancy.contact", filters([("id", json!(ids))]), &["name", "title", "phone", "email"], 50);
    let contacts = match look.one(call)? {
        Outcome::Found(list) => list,
        Outcome::Failed(reason) => return Ok(failed(&reason)),
    };
    let people = rows(&contacts);
    let body: Vec<Vec<String>> = rows_of_assignments
        .iter()
        .map(|row| {
            let person = people.iter().find(|person| person.get("id") == row.get("contact_id"));
            let of = |name: &str| person.map(|person| field(person, name)).unwrap_or_default();
            vec![
                escape(&field(row, "contact")),
                escape(&field(row, "role")),
                escape(&field(row, "priority")),
                escape(&of("phone")),
                escape(&of("email")),
            ]
        })
        .collect();
    let count = total(&assignments);
    let noun = if count == 1 { "contact" } else { "contacts" };
    Ok(format!(
        "{} has **{count} {noun}**:\n\n{}",
        code(&subject.name),
        markdown::grid(&["Contact", "Role", "Priority", "Phone", "E-mail"], &body)
    ))
}
