//! What a word is. Names in a network are no language: `core-sw-1`, `xe-0/0/3` and `10.1.2.0/24` are found by any part
//! of them and, since a query's words have to stand together in their order, by all of it and by how it begins.
//!
//! A word is a run of letters or a run of digits, so that `vlan100`, `VLAN 100` and `vlan-100` are the same. Scripts
//! that put no space between words have one for each character.

use std::ops::Range;

/// The longest word that is told from others, in characters.
const MAXIMUM_CHARACTERS: usize = 64;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is compared: in small letters.
    pub text: String,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

/// What a character is to words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    /// A word by itself.
    Ideograph,
    /// Between words.
    Between,
}

/// The words of a text, in their order.
pub fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut before = Class::Between;
    let mut characters = 0;
    for (begin, character) in text.char_indices() {
        let class = class(character);
        let end = begin + character.len_utf8();
        let continues = class == before && matches!(class, Class::Letter | Class::Digit);
        before = class;
        if class == Class::Between {
            continue;
        }
        if let Some(word) = words.last_mut().filter(|_| continues) {
            characters += 1;
            word.range.end = end;
            if characters <= MAXIMUM_CHARACTERS {
                push_small(&mut word.text, character);
            }
        } else {
            characters = 1;
            let mut text = String::new();
            push_small(&mut text, character);
            words.push(Word { text, range: begin..end });
        }
    }
    words
}

/// Marks that a small letter brings with it (the dot over a Turkish `İ`) would end a word for whoever reads it again.
fn push_small(word: &mut String, character: char) {
    word.extend(character.to_lowercase().filter(|character| class(*character) != Class::Between));
}

fn class(character: char) -> Class {
    if character.is_numeric() {
        Class::Digit
    } else if is_ideograph(character) {
        Class::Ideograph
    } else if character.is_alphabetic() {
        Class::Letter
    } else {
        Class::Between
    }
}

/// Han, Hiragana and Katakana (the blocks of Unicode's chapter 18, "East Asia").
fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn names_of_a_network_fall_into_their_parts() {
        assert_eq!(texts("core-sw-1"), ["core", "sw", "1"]);
        assert_eq!(texts("10.1.2.0/24"), ["10", "1", "2", "0", "24"]);
        assert_eq!(texts("xe-0/0/3"), ["xe", "0", "0", "3"]);
        assert_eq!(texts("VLAN100, vlan 100"), ["vlan", "100", "vlan", "100"]);
        assert_eq!(texts("FDO2213A0BC"), ["fdo", "2213", "a", "0", "bc"]);
        assert_eq!(texts("東京-dc1"), ["東", "京", "dc", "1"]);
        assert_eq!(texts("\u{201c}\u{202e}\0 -- ¶¤"), [""; 0]);
    }

    #[test]
    fn a_very_long_word_is_known_by_its_beginning() {
        let long = "x".repeat(100_000);
        let found = words(&long);
        assert_eq!((found.len(), found[0].text.len(), found[0].range.clone()), (1, MAXIMUM_CHARACTERS, 0..100_000));
    }

    proptest! {
        #[test]
        fn words_are_where_they_say_and_stay_words(text in "\\PC{0,80}|.{0,80}") {
            let mut last = 0;
            for word in words(&text) {
                prop_assert!(last <= word.range.start && word.range.start < word.range.end);
                last = word.range.end;
                prop_assert!(text.get(word.range.clone()).is_some());
                // What is compared is itself one word or, for letters with several small ones, some: never nothing else.
                prop_assert!(word.text.chars().all(|character| class(character) != Class::Between));
            }
        }
    }
}
