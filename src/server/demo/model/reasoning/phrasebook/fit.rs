//! Which slot the words of a follow-up are for: "and in Dallas?", "what about 10.17.4.0/22?".

use super::super::language::Token;
use super::slot::{self, Slots};

/// The slots with one replaced by what the words say; nothing when they fit none.
pub(in super::super) fn replaced(slots: &Slots, words: &[Token]) -> Option<Slots> {
    let mut fitting: Vec<(u32, &str, String)> = slots
        .all()
        .filter(|(name, _)| words.len() <= slot::longest(name))
        .filter_map(|(name, old)| slot::read(name, words).map(|new| (likeness(old, &new), name, new)))
        .collect();
    // Of equally good ones the first in the question.
    fitting.sort_by_key(|(likeness, _, _)| std::cmp::Reverse(*likeness));
    let (_, name, new) = fitting.into_iter().next()?;
    let name = name.to_owned();
    Some(slots.clone().with(&name, new))
}

/// How much two names look alike: `A01` and `A02` more than `A01` and `Columbus 01`.
fn likeness(old: &str, new: &str) -> u32 {
    let traits = |text: &str| {
        [
            text.contains(' '),
            text.contains('-'),
            text.contains('/'),
            text.contains('.'),
            text.contains(|c: char| c.is_ascii_digit()),
            text.starts_with(|c: char| c.is_uppercase()),
            text.len() > 5,
        ]
    };
    let same = traits(old).into_iter().zip(traits(new)).filter(|(old, new)| old == new).count();
    u32::try_from(same).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::super::language::tokens;
    use super::*;

    #[test]
    fn a_name_goes_where_its_like_was() {
        let slots = Slots::default().with("rack", "A01".into()).with("site", "Columbus 01".into());
        assert_eq!(replaced(&slots, &tokens("A02?")).unwrap().get("rack"), Some("A02"));
        assert_eq!(replaced(&slots, &tokens("Dallas 01?")).unwrap().get("site"), Some("Dallas 01"));
        let slots = Slots::default().with("prefix", "10.0.0.0/8".into());
        assert!(replaced(&slots, &tokens("Dallas 01")).is_none());
    }
}
