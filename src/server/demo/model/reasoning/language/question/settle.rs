//! What the parts mean together.

use super::super::super::kind::Kind;
use super::super::cue::{ATTRIBUTES, Act};
use super::super::lexicon::FOREIGN;
use super::super::literal::Literal;
use super::reader::Reader;
use super::{Hint, Name, Question};

impl Reader {
    /// Decides what the parts mean together.
    pub(super) fn settle(&mut self, question: &mut Question) {
        let named = !question.names.is_empty() || question.pronoun;
        let free: Vec<(&'static Kind, bool, usize)> = self
            .mentions
            .iter()
            .filter(|mention| !mention.used)
            .map(|mention| (mention.kind, mention.plural, mention.start))
            .collect();
        let contact = free.iter().any(|(kind, _, _)| kind.object_type == "tenancy.contact");
        let journal = free.iter().any(|(kind, _, _)| kind.object_type == "extras.journalentry");
        if let Some(least) = self.top {
            question.act = Some(Act::Top { least });
            question.kind = free.first().map(|(kind, _, _)| *kind);
            question.second = free.get(1).map(|(kind, _, _)| *kind);
            return;
        }
        question.kind = free.iter().find(|(_, plural, _)| *plural).or(free.first()).map(|(kind, _, _)| *kind);
        question.second = free.iter().map(|(kind, _, _)| *kind).find(|kind| Some(*kind) != question.kind);
        if self.per {
            return;
        }
        if let Some(attribute) = self.attribute {
            question.act = Some(Act::Attribute(attribute));
        } else if (contact && (named || question.act.is_none())) && question.act != Some(Act::Count) {
            question.act = Some(if named { Act::Contacts } else { Act::List });
        } else if journal {
            question.act = Some(Act::Journal);
        } else if matches!(question.act, None | Some(Act::Profile)) {
            self.settle_subject(question, &free, named);
        }
        if question.act.is_none() && question.kind.is_some() {
            question.act = Some(Act::List);
        }
        // "What is in rack A01": what is in places is devices.
        if question.act == Some(Act::List) && question.kind.is_none() && !question.names.is_empty() {
            question.kind = Kind::by_type("dcim.device");
        }
        if question.act == Some(Act::Profile)
            && question.kind.is_some()
            && question.names.is_empty()
            && !question.pronoun
        {
            question.act = Some(Act::List);
        }
        let foreign = self.tokens.iter().any(|token| FOREIGN.contains(&token.lower.as_str()));
        if foreign && !matches!(question.act, Some(Act::Changes { .. })) && question.literals.is_empty() {
            question.act = Some(Act::Foreign);
        }
    }

    pub(super) fn settle_subject(&self, question: &mut Question, free: &[(&'static Kind, bool, usize)], named: bool) {
        let addresses = question.literals.iter().any(|literal| !matches!(literal, Literal::Interface(_)));
        if addresses && !free.iter().any(|(_, plural, _)| *plural) {
            question.act = Some(Act::Literal);
            return;
        }
        if question.literals.iter().any(|literal| matches!(literal, Literal::Interface(_))) {
            question.act = Some(Act::Connected);
            return;
        }
        // "which rack is X in": a singular that is not the name's own type asks for a fact about X.
        if let [(kind, false, start), ..] = free
            && named
            && ["which", "what", "whose", "the"].contains(&self.before(*start))
            && let Some(attribute) =
                ATTRIBUTES.iter().find(|attribute| attribute.words.iter().any(|word| kind.words.contains(word)))
        {
            question.act = Some(Act::Attribute(attribute));
            return;
        }
        let asked_by_name = question.names.iter().any(|name| matches!(name.hint, Some(Hint::Kind(_)) | None));
        let word = |name: &Name| name.hint.is_none() && name.text.chars().all(|c| c.is_lowercase() || c == ' ');
        let rambling = |name: &Name| name.hint.is_none() && name.text.split(' ').count() > 2;
        let opens = self
            .tokens
            .first()
            .zip(question.names.first())
            .is_some_and(|(token, name)| name.text.starts_with(&token.text));
        let wild = question.act.is_none()
            && ((question.names.len() > 1 && question.names.iter().all(word))
                || (opens && question.names.first().is_some_and(rambling)));
        question.wild = wild;
        if free.is_empty() && asked_by_name && !question.follows && !wild {
            question.act = Some(Act::Profile);
        } else if free.iter().any(|(_, plural, _)| *plural) {
            question.act = Some(Act::List);
        }
    }
}
