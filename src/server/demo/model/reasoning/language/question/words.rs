//! Words that mean the same wherever they stand: times, addresses, numbers, states, pronouns.

use jiff::Timestamp;

use super::super::lexicon::{PRONOUNS, STATUSES};
use super::super::literal::Literal;
use super::super::time;
use super::reader::Reader;
use super::{Question, Status};

impl Reader {
    pub(super) fn window(&mut self, question: &mut Question, now: Option<Timestamp>) {
        if let Some(found) = time::find(&self.tokens, now) {
            self.use_up(found.start, found.end);
            question.timeless = found.window.is_none();
            question.window = found.window;
        }
    }

    pub(super) fn literals(&mut self, question: &mut Question) {
        for at in 0..self.tokens.len() {
            if self.used[at] {
                continue;
            }
            if let Some(literal) = Literal::read(&self.tokens[at].text) {
                self.used[at] = true;
                question.literals.push(literal);
            }
        }
    }

    /// "top 5", "5 largest", "first 10".
    pub(super) fn limit(&mut self, question: &mut Question) {
        const BIG: &[&str] =
            &["largest", "biggest", "most", "busiest", "fullest", "smallest", "fewest", "least", "emptiest"];
        for at in 0..self.tokens.len() {
            if self.used[at] {
                continue;
            }
            let word = self.word(at).to_owned();
            if word == "top" || word == "first" || word == "last" {
                if let Ok(number) = self.word(at + 1).parse::<u64>() {
                    question.limit = Some(number.clamp(1, 100));
                    self.use_up(at, at + 2);
                }
                if word == "top" {
                    self.top = Some(false);
                    self.used[at] = true;
                }
            } else if ["latest", "newest", "recent"].contains(&word.as_str()) {
                self.used[at] = true;
                if let Ok(number) = self.word(at + 1).parse::<u64>() {
                    question.limit = Some(number.clamp(1, 100));
                    self.use_up(at, at + 2);
                }
            } else if BIG.contains(&word.as_str()) {
                self.top = Some(matches!(word.as_str(), "smallest" | "fewest" | "least" | "emptiest"));
                self.used[at] = true;
                if let Some(number) = at.checked_sub(1).and_then(|at| self.word(at).parse::<u64>().ok()) {
                    question.limit = Some(number.clamp(1, 100));
                    self.used[at - 1] = true;
                }
            }
        }
    }

    pub(super) fn statuses(&mut self, question: &mut Question) {
        for at in 0..self.tokens.len() {
            if self.used[at] {
                continue;
            }
            let word = self.word(at);
            if word == "inactive" {
                question.statuses.push(Status { value: "active", negated: true });
                self.used[at] = true;
                continue;
            }
            let bare = word.strip_prefix("non-").unwrap_or(word);
            let Some((_, value)) = STATUSES.iter().find(|(term, _)| *term == bare) else { continue };
            let negated = bare != word || ["not", "non", "isn't", "aren't"].contains(&self.before(at));
            question.statuses.push(Status { value, negated });
            self.used[at] = true;
        }
    }

    pub(super) fn pronouns(&mut self, question: &mut Question) {
        for at in 0..self.tokens.len() {
            let word = self.word(at);
            if self.used[at] || !PRONOUNS.contains(&word) {
                continue;
            }
            let next = self.word(at + 1);
            let last = at + 1 == self.tokens.len();
            let refers = match word {
                "there" => last && !["is", "are", "was", "were", "exist", "be"].contains(&self.before(at)),
                "that" | "this" => last || self.kind_at(at + 1).is_some(),
                "one" | "ones" => ["which", "that", "the", "this", "those"].contains(&self.before(at)),
                "same" => true,
                "they" | "them" | "those" | "these" | "their" | "it" | "its" => next != "is" || word != "it" || at > 0,
                _ => false,
            };
            if refers {
                question.follows = true;
                question.pronoun |= matches!(word, "it" | "its" | "that" | "this" | "one");
                self.used[at] = true;
            }
        }
    }
}
