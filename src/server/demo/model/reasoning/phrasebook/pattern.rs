//! A wording, word for word: `how full is {prefix}`, with `(a|b|)` for either or nothing.

use super::super::language::Token;
use super::slot::{self, Slots};

/// A part of a wording.
enum Part<'a> {
    Word(&'a str),
    Slot(&'a str),
    Either(Vec<Vec<Part<'a>>>),
}

/// What the slots hold when the words fit, all of them.
pub(in super::super) fn matches(wording: &str, words: &[Token]) -> Option<Slots> {
    let parts = parse(wording);
    let parts: Vec<&Part<'_>> = parts.iter().collect();
    fit(&parts, words, &Slots::default())
}

fn parse(wording: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = wording.trim();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('(') {
            let (choices, after) = inside.split_once(')').unwrap_or((inside, ""));
            parts.push(Part::Either(choices.split('|').map(parse).collect()));
            rest = after.trim_start();
        } else {
            let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
            let slot = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
            parts.push(slot.map_or(Part::Word(word), Part::Slot));
            rest = after.trim_start();
        }
    }
    parts
}

fn fit(parts: &[&Part<'_>], words: &[Token], slots: &Slots) -> Option<Slots> {
    let Some((part, rest)) = parts.split_first() else {
        return words.is_empty().then(|| slots.clone());
    };
    match part {
        Part::Word(word) => {
            let (first, after) = words.split_first()?;
            if first.quoted || first.lower != *word { None } else { fit(rest, after, slots) }
        }
        Part::Either(choices) => choices.iter().find_map(|choice| {
            let parts: Vec<&Part<'_>> = choice.iter().chain(rest.iter().copied()).collect();
            fit(&parts, words, slots)
        }),
        Part::Slot(name) => (1..=slot::longest(name).min(words.len())).find_map(|length| {
            let (held, after) = words.split_at_checked(length)?;
            let value = slot::read(name, held)?;
            fit(rest, after, &slots.clone().with(name, value))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::language::tokens;
    use super::*;

    fn slots(wording: &str, text: &str) -> Option<Vec<(String, String)>> {
        matches(wording, &tokens(text)).map(|slots| slots.all().map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
    }

    #[test]
    fn all_words_must_fit() {
        assert_eq!(slots("how full is {prefix}", "How full is 10.0.0.0/8?").unwrap()[0].1, "10.0.0.0/8");
        assert!(slots("how full is {prefix}", "How full is 10.0.0.0/8 really?").is_none());
        assert!(slots("how full is {prefix}", "How full is Ohio?").is_none());
    }

    #[test]
    fn choices_may_be_nothing_and_hold_slots() {
        let wording = "(what is|whats) (the|) path from {start} to {end}";
        let found = slots(wording, "What is the path from cle-01-rtr-01 to cle-01-core-01?").unwrap();
        assert_eq!(found[1].1, "cle-01-core-01");
        assert!(slots(wording, "whats path from a1 to b1").is_some());
        assert!(slots(wording, "path from a1 to b1").is_none());
    }

    #[test]
    fn names_may_have_several_words() {
        let found = slots("contacts of {site}", "Contacts of the site Columbus 01").unwrap();
        assert_eq!(found[0].1, "Columbus 01");
    }
}
