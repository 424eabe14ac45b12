//! Questions that one call of a tool answers, by their wordings: a phrase book. What stands in it wins over reading
//! the words one by one, because it says exactly which call it takes and how its result is told.

mod cabling;
mod changes;
mod devices;
mod fit;
pub(super) mod pattern;
mod people;
mod places;
mod power;
mod quality;
mod services;
mod slot;
mod space;
mod vlans;

use serde_json::Value;

pub(super) use fit::replaced;
pub(super) use slot::Slots;

use super::language::{Token, tokens};

/// A kind of question.
#[derive(Debug)]
pub(super) struct Entry {
    /// The kind's name, as `tests/questions` call it.
    pub id: &'static str,
    /// `how full is {prefix}`; `(a|b|)` takes either or nothing.
    pub wordings: &'static [&'static str],
    /// A list that turns names into the id that the call needs, as `{id}`; empty when the call takes names.
    pub find: &'static str,
    pub tool: &'static str,
    /// The arguments as JSON, with the slots of the wordings: `{"prefix":"{prefix}"}`.
    pub input: &'static str,
    pub tell: Tell,
}

/// How a result becomes an answer. `{slot}` in a sentence is what was asked about, `{=total}` a number of the result,
/// `{=total:site:sites}` one with its noun.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tell {
    /// Groups with numbers; the largest are named.
    Ranked { lead: &'static str, none: &'static str },
    /// Objects: named when they are few.
    Listed { lead: &'static str, none: &'static str },
    /// Numbers only.
    Facts(&'static str),
    /// Something of its own.
    With(fn(&Value, &Slots) -> String),
}

/// A question that the book knows, with what it was asked about.
#[derive(Clone, Debug)]
pub(super) struct Understood {
    pub entry: &'static Entry,
    pub slots: Slots,
}

/// All kinds. The first that fits is taken.
const BOOK: &[&[Entry]] = &[
    quality::ENTRIES,
    space::ENTRIES,
    cabling::ENTRIES,
    power::ENTRIES,
    places::ENTRIES,
    vlans::ENTRIES,
    services::ENTRIES,
    people::ENTRIES,
    changes::ENTRIES,
    devices::ENTRIES,
];

fn entries() -> impl Iterator<Item = &'static Entry> {
    BOOK.iter().flat_map(|entries| entries.iter())
}

/// Finds the question in the book. `refers` says what a pronoun in a slot stands for.
pub(super) fn find(text: &str, refers: &dyn Fn(&str) -> Option<String>) -> Option<Understood> {
    let tokens = tokens(text);
    let bare = without_courtesy(&tokens);
    let attempts: &[&[Token]] = if bare.len() == tokens.len() { &[&tokens] } else { &[&tokens, bare] };
    attempts.iter().find_map(|words| {
        entries().find_map(|entry| {
            let slots = entry.wordings.iter().find_map(|wording| pattern::matches(wording, words))?;
            Some(Understood { entry, slots: slots.with_referents(refers)? })
        })
    })
}

/// What a person says around the question.
fn without_courtesy(tokens: &[Token]) -> &[Token] {
    const BEFORE: &[&str] = &[
        "please", "can", "could", "would", "you", "hey", "hi", "hello", "ok", "and", "tell", "show", "list", "give",
        "me", "us", "find", "check", "i", "want", "need", "like", "to", "see", "know", "for",
    ];
    const AFTER: &[&str] = &["please", "now", "right", "currently", "today's", "thanks", "exactly"];
    let start = tokens.iter().take_while(|token| BEFORE.contains(&token.lower.as_str())).count();
    let end = tokens.iter().rev().take_while(|token| AFTER.contains(&token.lower.as_str())).count();
    tokens.get(start..tokens.len() - end).filter(|rest| !rest.is_empty()).unwrap_or(tokens)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn understood(text: &str) -> Option<(&'static str, Slots)> {
        find(text, &|_| None).map(|found| (found.entry.id, found.slots))
    }

    #[test]
    fn every_entry_has_wordings_and_arguments_with_their_slots() {
        let mut ids = HashSet::new();
        for entry in entries() {
            assert!(ids.insert(entry.id), "{} stands twice in the book", entry.id);
            assert!(!entry.wordings.is_empty(), "{}", entry.id);
            for text in [entry.input, entry.find].into_iter().filter(|text| !text.is_empty()) {
                let input: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", entry.id));
                assert!(input.is_object(), "{}", entry.id);
                for slot in slot::names(text).filter(|slot| *slot != "id") {
                    for wording in entry.wordings {
                        assert!(wording.contains(&format!("{{{slot}}}")), "{}: {wording} lacks {slot}", entry.id);
                    }
                }
            }
        }
    }

    #[test]
    fn slots_are_read_and_courtesy_is_not() {
        let (id, slots) = understood("Please tell me: how full is 10.17.16.0/26 right now?").unwrap();
        assert_eq!((id, slots.get("prefix")), ("utilization", Some("10.17.16.0/26")));
        let (id, slots) = understood("What is affected if cle-01-core-01 fails?").unwrap();
        assert_eq!((id, slots.get("device")), ("impact-of-device", Some("cle-01-core-01")));
        let (id, slots) = understood("what is in rack A01 at Columbus 01").unwrap();
        assert_eq!((id, slots.get("rack"), slots.get("site")), ("rack-elevation", Some("A01"), Some("Columbus 01")));
        assert!(understood("How many sites do we have?").is_none());
        assert!(understood("how full is it?").is_none());
    }
}
