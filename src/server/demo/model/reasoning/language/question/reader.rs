//! A question while it is read: its words, and which of them are understood.

use super::super::super::kind::{Kind, kinds};
use super::super::cue::Attribute;
use super::super::lexicon::{ROLE_WORDS, STOP};
use super::super::token::Token;

/// `Ohio`, but not `VLAN` and not `vlan`.
fn is_capitalised(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(char::is_uppercase) && characters.next().is_some_and(char::is_lowercase)
}

/// A mention of an object type.
pub(super) struct Mention {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: &'static Kind,
    pub(super) plural: bool,
    pub(super) used: bool,
}

pub(super) struct Reader {
    pub(super) tokens: Vec<Token>,
    /// Tokens whose meaning is known.
    pub(super) used: Vec<bool>,
    pub(super) mentions: Vec<Mention>,
    pub(super) attribute: Option<&'static Attribute>,
    pub(super) top: Option<bool>,
    pub(super) per: bool,
}

impl Reader {
    pub(super) fn new(tokens: Vec<Token>) -> Self {
        let used = vec![false; tokens.len()];
        Self { tokens, used, mentions: Vec::new(), attribute: None, top: None, per: false }
    }

    pub(super) fn word(&self, at: usize) -> &str {
        self.tokens.get(at).filter(|token| !token.quoted).map_or("", |token| token.lower.as_str())
    }

    pub(super) fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.word(at))
    }

    pub(super) fn phrase(&self) -> String {
        self.tokens.iter().map(|token| token.lower.as_str()).collect::<Vec<_>>().join(" ")
    }

    pub(super) fn use_up(&mut self, start: usize, end: usize) {
        for used in self.used.iter_mut().take(end).skip(start) {
            *used = true;
        }
    }

    /// Whether the words of `term` stand at `at`, none of them used up.
    pub(super) fn stands(&self, at: usize, term: &str) -> Option<usize> {
        let words = term.split(' ');
        let mut position = at;
        for word in words {
            if self.word(position) != word || self.used.get(position) != Some(&false) {
                return None;
            }
            position += 1;
        }
        Some(position)
    }

    pub(super) fn find(&self, term: &str) -> Option<(usize, usize)> {
        (0..self.tokens.len()).find_map(|at| self.stands(at, term).map(|end| (at, end)))
    }

    pub(super) fn has_cue(&self, term: &str) -> bool {
        self.find(term).is_some()
    }

    /// The first word when the sentence is a command.
    pub(super) fn imperative(&self) -> Option<String> {
        const POLITE: &[&str] =
            &["please", "can", "could", "would", "will", "you", "to", "i", "want", "need", "like", "let's"];
        self.tokens.iter().map(|token| token.lower.clone()).find(|word| !POLITE.contains(&word.as_str()))
    }

    pub(super) fn begins_as_follow_up(&mut self) -> bool {
        const OPENINGS: &[&str] = &[
            "and",
            "what about",
            "how about",
            "only",
            "just",
            "but",
            "also",
            "same",
            "or",
            "then",
            "show me only",
            "now only",
        ];
        for opening in OPENINGS {
            if let Some(end) = self.stands(0, opening) {
                self.use_up(0, end);
                // "and what about", "and only".
                if let Some(end) =
                    ["what about", "how about", "only", "also", "just"].iter().find_map(|next| self.stands(end, next))
                {
                    self.use_up(0, end);
                }
                return true;
            }
        }
        false
    }

    /// The object type named at `at`, and where its term ends.
    pub(super) fn kind_at(&self, at: usize) -> Option<(&'static Kind, usize)> {
        (1..=3).rev().find_map(|length| {
            let end = at + length;
            let words = self.tokens.get(at..end)?;
            if words.iter().any(|token| token.quoted) || self.used.get(at..end)?.contains(&true) {
                return None;
            }
            // "VRF Guest", "Northline Carrier": a capitalised word after a name or a type belongs to a name.
            if length == 1 && at > 1 && is_capitalised(&words[0].text) && self.continues_name(at) {
                return None;
            }
            let term = words.iter().map(|token| token.lower.as_str()).collect::<Vec<_>>().join(" ");
            kinds().find(|kind| kind.words.contains(&term.as_str())).map(|kind| (kind, end))
        })
    }

    /// Whether the word before `at` is capitalised like a name, or a type in the singular.
    pub(super) fn continues_name(&self, at: usize) -> bool {
        let before = &self.tokens[at - 1];
        let singular = |kind: &Kind| kind.singular.to_lowercase() == before.lower;
        !before.stop
            && (kinds().any(singular) || (is_capitalised(&before.text) && !STOP.contains(&before.lower.as_str())))
    }

    pub(super) fn role_at(&self, at: usize) -> Option<(&'static str, &'static str, bool, usize)> {
        (1..=2).rev().find_map(|length| {
            let end = at + length;
            let words = self.tokens.get(at..end)?;
            if words.iter().any(|token| token.quoted) || self.used.get(at..end)?.contains(&true) {
                return None;
            }
            let term = words.iter().map(|token| token.lower.as_str()).collect::<Vec<_>>().join(" ");
            ROLE_WORDS.iter().find_map(|(word, role, plural)| {
                let many = term == plural.to_lowercase()
                    || term == format!("{word}s")
                    || *word == "leaves" && term == "leaves";
                (term == *word || many).then_some((*role, *plural, many, end))
            })
        })
    }
}
