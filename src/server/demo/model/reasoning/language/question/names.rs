//! Types, roles and names.

use super::super::super::kind::Kind;
use super::super::cue::Act;
use super::super::lexicon::STOP;
use super::super::token::Token;
use super::reader::{Mention, Reader};
use super::{Hint, Name, Question};

impl Reader {
    pub(super) fn kinds(&mut self, question: &mut Question) {
        let mut at = 0;
        while at < self.tokens.len() {
            let kind = self.kind_at(at);
            let role = self.role_at(at);
            let longer = |kind: &Option<(&Kind, usize)>, end: usize| kind.is_none_or(|(_, kind_end)| end > kind_end);
            if let Some((word, plural, many, end)) = role.filter(|(_, _, _, end)| longer(&kind, *end)) {
                question.role = Some((word, plural));
                if let Some(device) = Kind::by_type("dcim.device") {
                    self.mentions.push(Mention { start: at, end, kind: device, plural: many, used: false });
                }
                self.use_up(at, end);
                at = end;
            } else if let Some((kind, end)) = kind {
                let last = self.word(end - 1).to_owned();
                let plural = last == kind.plural.to_lowercase()
                    || kind.plural.to_lowercase().ends_with(&format!(" {last}"))
                    || (last.ends_with('s') && !kind.singular.ends_with('s') && last != "os" && last != "address");
                let each = ["per", "each", "every"].contains(&self.before(at)) || (self.before(at) == "by" && !plural);
                let named = self.tokens.get(end).is_some_and(|token| !STOP.contains(&token.lower.as_str()));
                if each && !named {
                    self.per = true;
                    question.act = Some(Act::Per(kind));
                } else {
                    self.mentions.push(Mention { start: at, end, kind, plural, used: false });
                }
                self.use_up(at, end);
                at = end;
            } else {
                at += 1;
            }
        }
    }

    pub(super) fn names(&mut self, question: &mut Question) {
        let mut at = 0;
        while at < self.tokens.len() {
            if !self.is_name(at) {
                at += 1;
                continue;
            }
            let start = at;
            at += 1;
            while at < self.tokens.len() && self.is_name(at) && !self.splits(at) {
                at += 1;
            }
            let text = self.tokens[start..at].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
            let hint = self.hint(question, start, at);
            // The first word of a sentence may be a verb that is unknown here.
            let sure =
                start > 0 || hint.is_some() || self.tokens[start].quoted || text.contains(|c: char| c.is_ascii_digit());
            question.names.push(Name { text, hint, sure });
        }
    }

    pub(super) fn is_name(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        if self.used[at] {
            return false;
        }
        // "US" is a country, "us" is not.
        let shouted = token.text.len() > 1 && token.text.chars().all(|character| character.is_ascii_uppercase());
        let country = shouted && (token.lower == "us" || token.lower == "it");
        token.quoted || country || !STOP.contains(&token.lower.as_str())
    }

    /// Whether a new name begins here: after a comma, and between two identifiers.
    pub(super) fn splits(&self, at: usize) -> bool {
        let before = &self.tokens[at - 1];
        let identifier = |token: &Token| {
            token.text.chars().any(|c| c.is_ascii_digit()) && token.text.chars().any(char::is_alphabetic)
        };
        before.stop || before.quoted || self.tokens[at].quoted || (identifier(before) && identifier(&self.tokens[at]))
    }

    pub(super) fn hint(&mut self, question: &Question, start: usize, end: usize) -> Option<Hint> {
        let before = self.before(start).to_owned();
        match before.as_str() {
            "tagged" | "tag" | "tags" => return Some(Hint::Tag),
            "named" | "called" | "matching" | "like" | "containing" | "contains" => {
                let several = self.mentions.iter().any(|mention| mention.plural) || question.role.is_some();
                return several.then_some(Hint::Contains);
            }
            "with"
                if ["starting", "beginning", "start", "starts", "begin", "begins"]
                    .contains(&self.before(start - 1)) =>
            {
                return Some(Hint::StartsWith);
            }
            "by" if matches!(question.act, Some(Act::Changes { .. })) => return Some(Hint::User),
            _ => {}
        }
        if question.act == Some(Act::Changes { action: None }) && ["user", "did", "has"].contains(&before.as_str()) {
            return Some(Hint::User);
        }
        for mention in &mut self.mentions {
            let device_by_role = mention.kind.object_type == "dcim.device" && question.role.is_some();
            if mention.plural || mention.used {
                if mention.plural && mention.start == end && device_by_role {
                    return Some(Hint::RoleModifier);
                }
                continue;
            }
            if mention.end == start || mention.start == end {
                mention.used = true;
                return Some(Hint::Kind(mention.kind));
            }
        }
        None
    }
}
