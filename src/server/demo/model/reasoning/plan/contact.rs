//! Who is responsible for something.

use super::super::calls;
use super::super::focus::Focus;
use super::super::history::Outcome;
use super::super::language::Question;
use super::super::look::{Look, Wait};
use super::super::phrasebook::Slots;
use super::{failed, subject, tell};

pub(super) fn answer(question: &Question, focus: &mut Focus, look: &mut Look) -> Result<String, Wait> {
    let subject = match subject(question, &[], focus, look)? {
        Ok(subject) => subject,
        Err(sentence) => return Ok(sentence),
    };
    look.think(format!("The profile of {} names its contacts, and those of its site and tenant.", subject.name));
    Ok(match look.one(calls::object(&subject.object_type, subject.id))? {
        Outcome::Found(result) => tell::people::contacts(&result, &Slots::default().with("object", subject.name)),
        Outcome::Failed(reason) => failed(&reason),
    })
}
