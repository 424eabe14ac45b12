//! The one form of what is written in several ways: hardware addresses and IPv6 addresses. A text is known by it beside
//! its words, and a query asks for it beside its words.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::words::words;

/// Digits of a hardware address (EUI-48).
const DIGITS: usize = 12;
/// The fewest digits that look like the beginning of one: a vendor's prefix (OUI).
const FEWEST_DIGITS: usize = 6;

/// An address in its one form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The words of it.
    pub words: Vec<String>,
    /// Where the address stands in the text, in bytes.
    pub range: Range<usize>,
}

/// The addresses of a text whose form differs from how they are written.
pub fn forms(text: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    for range in pieces(text) {
        let piece = text.get(range.clone()).unwrap_or_default();
        let found = match hardware_digits(piece).filter(|digits| digits.len() == DIGITS) {
            Some(digits) => Some(vec![digits]),
            None => ipv6(piece),
        };
        forms.extend(found.map(|words| Form { words, range }));
    }
    forms
}

/// What a whole word of a query asks for besides what it says: an address, or the beginning of a hardware address.
pub fn asked(text: &str) -> Option<Vec<String>> {
    hardware_digits(text).map(|digits| vec![digits]).or_else(|| ipv6(text))
}

/// Stretches that could be addresses.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> {
    let is_of_one = |character: char| character.is_ascii_alphanumeric() || matches!(character, ':' | '.' | '-' | '/');
    let mut begin = None;
    let ends = text.char_indices().chain(std::iter::once((text.len(), ' ')));
    ends.filter_map(move |(at, character)| {
        if is_of_one(character) {
            begin.get_or_insert(at);
            return None;
        }
        let begin = begin.take()?;
        // A sentence's own marks are no part of the address in it.
        let piece = text.get(begin..at)?;
        let piece = piece.trim_end_matches(['.', '-', '/']);
        let piece = if piece.ends_with("::") { piece } else { piece.trim_end_matches(':') };
        (piece.len() >= 3).then(|| begin..begin + piece.len())
    })
}

/// The digits of a hardware address or of its beginning, written in pairs, in fours or without anything between.
fn hardware_digits(text: &str) -> Option<String> {
    let separator = text.chars().find(|character| !character.is_ascii_hexdigit());
    let size = match separator {
        Some(':' | '-') => 2,
        Some('.') => 4,
        None => DIGITS,
        Some(_) => return None,
    };
    let groups: Vec<&str> = separator.map_or_else(|| vec![text], |separator| text.split(separator).collect());
    let (last, whole) = groups.split_last()?;
    let is_regular = whole.iter().all(|group| group.len() == size) && last.len() <= size;
    let digits = groups.concat();
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Words like `facade` are none.
    let has_number = separator.is_some() || digits.bytes().any(|byte| byte.is_ascii_digit());
    let fits = (FEWEST_DIGITS..=DIGITS).contains(&digits.len());
    (is_regular && is_hexadecimal && has_number && fits).then(|| digits.to_ascii_lowercase())
}

/// The words of an IPv6 address or prefix in its shortest form (RFC 5952), unless that is how it is written.
fn ipv6(text: &str) -> Option<Vec<String>> {
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let shortest = address.parse::<Ipv6Addr>().ok()?.to_string();
    if shortest.eq_ignore_ascii_case(address) {
        return None;
    }
    let whole = length.map_or_else(|| shortest.clone(), |length| format!("{shortest}/{length}"));
    Some(words(&whole).into_iter().map(|word| word.text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, &str)> {
        forms(text).into_iter().map(|form| (form.words.join(" "), &text[form.range])).collect()
    }

    #[test]
    fn a_hardware_address_has_one_form() {
        for text in ["00:50:56:A1:b2:c3", "00-50-56-a1-b2-c3", "0050.56a1.b2c3", "005056A1B2C3"] {
            assert_eq!(found(&format!("is it {text}?")), [("005056a1b2c3".to_owned(), text)], "{text}");
        }
        assert_eq!(found("see 0050.56a1.b2c3."), [("005056a1b2c3".to_owned(), "0050.56a1.b2c3")]);
    }

    #[test]
    fn the_beginning_of_one_is_asked_for_in_every_notation() {
        for text in ["00:50:56", "00-50-56", "0050.56", "005056"] {
            assert_eq!(asked(text), Some(vec!["005056".to_owned()]), "{text}");
        }
        for text in ["facade", "10.1.2.3", "xe-0/0/3", "00:5", "2026-11-26", "00:50:56:a1:b2:c3:d4", "", "::", "."] {
            assert_eq!(asked(text), None, "{text}");
        }
    }

    #[test]
    fn an_ipv6_address_is_also_known_by_its_shortest_form() {
        assert_eq!(found("at 2001:0db8:0000::0001/64,"), [("2001 db 8 1 64".to_owned(), "2001:0db8:0000::0001/64")]);
        assert_eq!(found("at 2001:db8::1 and FE80::1"), []);
        assert_eq!(found("10:15:30 and 12.1.2.3, 1.2.3.4:80, ::, a::b::c"), []);
    }
}
