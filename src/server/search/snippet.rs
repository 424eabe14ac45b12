//! Which piece of a text shows why it was found, and how well it fits.

use std::ops::Range;

use super::forms::{Form, forms};
use super::query::{Query, Term};
use super::words::{Word, words};

/// How much of a text is shown, in bytes.
const LENGTH: usize = 180;
/// How much of it before the first word that was searched for.
const BEFORE: usize = 40;
/// The most occurrences of a term that are looked at.
const MAXIMUM_PLACES: usize = 100;

/// How well a text fits a query. Greater is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fit {
    /// How many of the terms are in it.
    pub terms: usize,
    /// How many of them as whole words.
    pub whole: usize,
    /// How often, each counted up to five times.
    pub times: usize,
}

/// Where a term stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Match {
    term: usize,
    range: Range<usize>,
}

/// How a text fits, and the piece of it to show: text that was not searched for and text that was, in turns. The first
/// is never what was searched for, and may be empty.
pub fn snippet(text: &str, query: &Query) -> (Fit, Vec<String>) {
    let (words, forms) = (words(text), forms(text));
    let mut fit = Fit::default();
    let mut matches = Vec::new();
    for (term, asked) in query.terms.iter().enumerate() {
        let (places, has_whole) = places(asked, &words, &forms);
        if places.is_empty() {
            continue;
        }
        fit.terms += 1;
        fit.whole += usize::from(has_whole);
        fit.times += places.len().min(5);
        matches.extend(places.into_iter().map(|range| Match { term, range }));
    }
    matches.sort_by_key(|found| (found.range.start, found.range.end));
    let shown = best_window(text, &matches);
    (fit, pieces(text, &shown, &matches))
}

/// Where a term stands, and whether it does as a whole word anywhere.
fn places(term: &Term, words: &[Word], forms: &[Form]) -> (Vec<Range<usize>>, bool) {
    let mut has_whole = false;
    let mut ranges = Vec::new();
    for phrase in term.phrases() {
        let length = phrase.words.len();
        for (place, is_whole) in phrase.places(words).take(MAXIMUM_PLACES) {
            has_whole |= is_whole;
            let (first, last) = (words.get(place), words.get(place + length - 1));
            ranges.extend(first.zip(last).map(|(first, last)| first.range.start..last.range.end));
        }
        for form in forms.iter().take(MAXIMUM_PLACES) {
            let fits =
                (0..form.words.len()).find_map(|place| phrase.fits(form.words.iter().skip(place).map(String::as_str)));
            if let Some(is_whole) = fits {
                has_whole |= is_whole;
                ranges.push(form.range.clone());
            }
        }
    }
    (ranges, has_whole)
}

/// The stretch with the most terms, the first of those.
fn best_window(text: &str, matches: &[Match]) -> Range<usize> {
    let mut best = (0, 0);
    for (index, first) in matches.iter().enumerate() {
        let end = first.range.start + LENGTH - BEFORE;
        let inside = matches.iter().skip(index).take_while(|found| found.range.end <= end);
        let mut terms: Vec<usize> = inside.map(|found| found.term).collect();
        terms.sort_unstable();
        terms.dedup();
        if terms.len() > best.0 {
            best = (terms.len(), first.range.start);
        }
    }
    let begin = word_border(text, best.1.saturating_sub(BEFORE), best.1);
    let end = (begin + LENGTH).min(text.len());
    let last = matches.iter().find(|found| found.range.start == best.1).map_or(begin, |found| found.range.end);
    begin..border_before(text, end, last.min(end).max(begin))
}

/// The first border between words from `from` on, and not after `limit`.
fn word_border(text: &str, from: usize, limit: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let from = text.ceil_char_boundary(from);
    let rest = text.get(from..limit).unwrap_or_default();
    rest.find(char::is_whitespace).map_or(from.min(limit), |at| from + at)
}

/// The last border between words up to `from`, and not before `limit`.
fn border_before(text: &str, from: usize, limit: usize) -> usize {
    if from >= text.len() {
        return text.len();
    }
    let from = text.floor_char_boundary(from).max(text.ceil_char_boundary(limit));
    let rest = text.get(limit..from).unwrap_or_default();
    rest.rfind(char::is_whitespace).map_or(from, |at| limit + at)
}

/// The stretch in turns.
fn pieces(text: &str, shown: &Range<usize>, matches: &[Match]) -> Vec<String> {
    let mut pieces = vec![String::new()];
    if shown.start > 0 {
        add(&mut pieces, "\u{2026}");
    }
    let mut at = shown.start;
    for found in matches {
        let (begin, end) = (found.range.start.max(at), found.range.end.min(shown.end));
        if begin >= end {
            continue;
        }
        add(&mut pieces, text.get(at..begin).unwrap_or_default());
        pieces.push(String::new());
        add(&mut pieces, text.get(begin..end).unwrap_or_default());
        pieces.push(String::new());
        at = end;
    }
    add(&mut pieces, text.get(at..shown.end).unwrap_or_default());
    if shown.end < text.len() {
        add(&mut pieces, "\u{2026}");
    }
    while pieces.len() > 1 && pieces.last().is_some_and(String::is_empty) {
        pieces.pop();
    }
    pieces
}

/// Adds text to the last piece, in one line.
fn add(pieces: &mut [String], text: &str) {
    let is_after_blank = pieces.iter().rev().find_map(|piece| piece.chars().next_back()).is_none_or(|last| last == ' ');
    let Some(piece) = pieces.last_mut() else { return };
    let mut is_after_blank = is_after_blank;
    for character in text.chars() {
        let is_blank = character.is_whitespace() || character.is_control();
        if !is_blank {
            piece.push(character);
        } else if !is_after_blank {
            piece.push(' ');
        }
        is_after_blank = is_blank;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, query: &str) -> Vec<String> {
        snippet(text, &Query::read(query)).1
    }

    #[test]
    fn what_was_searched_for_is_marked() {
        assert_eq!(shown("The core-sw-1 is up", "core"), ["The ", "core", "-sw-1 is up"]);
        assert_eq!(shown("xe-0/0/3 of core-sw-1", "core sw xe-0/0"), ["", "xe-0/0", "/3 of ", "core", "-", "sw", "-1"]);
        assert_eq!(shown("nothing here", "core"), ["nothing here"]);
        assert_eq!(shown("", "core"), [""]);
    }

    #[test]
    fn an_address_is_marked_however_it_is_written() {
        assert_eq!(shown("seen 00:50:56:A1:B2:C3 today", "0050.56a1"), ["seen ", "00:50:56:A1:B2:C3", " today"]);
        assert_eq!(shown("at 2001:0db8::1.", "2001:db8::1"), ["at ", "2001:0db8::1", "."]);
    }

    #[test]
    fn the_stretch_with_most_of_the_terms_is_shown_in_one_line() {
        let text = format!("core {}\n\ncore\tand  leaf {}", "filler ".repeat(100), "more ".repeat(100));
        let pieces = shown(&text, "core leaf");
        assert_eq!(pieces[1..4], ["core", " and ", "leaf"]);
        assert!(pieces[0].starts_with('\u{2026}') && pieces[4].ends_with('\u{2026}'), "{pieces:?}");
        assert!(pieces.concat().len() < LENGTH + 20);
    }

    #[test]
    fn whole_words_fit_better() {
        let fit = |text: &str| snippet(text, &Query::read("vlan 10")).0;
        assert!(fit("vlan 10") > fit("vlan 100"));
        assert!(fit("vlan 100") > fit("vlans"));
    }

    proptest! {
        #[test]
        fn a_snippet_is_a_piece_of_its_text(text in "(.{0,30}|core |\u{e9}{1,20}|0050\\.56a1\\.b2c3 ){0,20}", query in ".{0,12}|core 00:50:56") {
            let (_, pieces) = snippet(&text, &Query::read(&query));
            let flat = |text: &str| -> String {
                text.chars().filter(|one| !one.is_whitespace() && !one.is_control() && *one != '\u{2026}').collect()
            };
            prop_assert!(flat(&text).contains(&flat(&pieces.concat())));
            prop_assert!(pieces.concat().len() <= 2 * LENGTH);
        }
    }
}
