//! What a person searches for: all of some terms, each a word or several that stand together.

use super::forms;
use super::words::{Word, words};

/// The longest query that is read, in characters.
const MAXIMUM_CHARACTERS: usize = 256;
/// The most terms that are asked for; further ones are left out.
const MAXIMUM_TERMS: usize = 12;

/// A query, understood. One that asks for nothing finds nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// All of these.
    pub terms: Vec<Term>,
}

/// A term: found by any of its phrases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What was written.
    pub written: Phrase,
    /// Another form of the address that was written.
    pub form: Option<Phrase>,
}

/// Words that stand together, in their order; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The words.
    pub words: Vec<String>,
    /// Whether the last is only the beginning of one.
    pub is_open: bool,
}

impl Query {
    /// Reads what a person typed: words between blanks, phrases between quotation marks. Nothing is wrong; what says
    /// nothing is left out. A word may go on, a phrase may until its second quotation mark.
    pub fn read(text: &str) -> Self {
        let text: String = text.chars().take(MAXIMUM_CHARACTERS).collect();
        let mut terms: Vec<Term> = Vec::new();
        let mut sections = text.split(is_quotation_mark).peekable();
        let mut is_quoted = false;
        while let Some(section) = sections.next() {
            let is_closed = sections.peek().is_some();
            let read: Vec<Term> = if is_quoted {
                Term::read(section, !is_closed).into_iter().collect()
            } else {
                section.split_whitespace().filter_map(|word| Term::read(word, true)).collect()
            };
            for term in read {
                if !terms.contains(&term) {
                    terms.push(term);
                }
            }
            is_quoted = !is_quoted;
        }
        terms.truncate(MAXIMUM_TERMS);
        Self { terms }
    }

    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

impl Term {
    fn read(text: &str, is_open: bool) -> Option<Self> {
        let words: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
        let form = forms::asked(text.trim_matches(|one: char| !one.is_ascii_alphanumeric() && one != ':'));
        (!words.is_empty())
            .then(|| Self { written: Phrase { words, is_open }, form: form.map(|words| Phrase { words, is_open }) })
    }

    /// Its phrases, as written first.
    pub fn phrases(&self) -> impl Iterator<Item = &Phrase> {
        std::iter::once(&self.written).chain(&self.form)
    }
}

impl Phrase {
    /// Whether these words are the phrase, and if so, whether its last word is whole.
    pub fn fits<'words>(&self, found: impl IntoIterator<Item = &'words str>) -> Option<bool> {
        let mut found = found.into_iter();
        let (last, before) = self.words.split_last()?;
        if !before.iter().all(|word| found.next() == Some(word.as_str())) {
            return None;
        }
        let found = found.next()?;
        let is_whole = found == last;
        (is_whole || (self.is_open && found.starts_with(last.as_str()))).then_some(is_whole)
    }

    /// Where it stands among these words: the first of them, and whether its last word is whole there.
    pub fn places<'text>(&'text self, words: &'text [Word]) -> impl Iterator<Item = (usize, bool)> + 'text {
        words.windows(self.words.len().max(1)).enumerate().filter_map(|(place, window)| {
            let is_whole = self.fits(window.iter().map(|word| word.text.as_str()))?;
            Some((place, is_whole))
        })
    }
}

/// The ways of writing a quotation mark; a telephone's keyboard makes them curly.
fn is_quotation_mark(character: char) -> bool {
    matches!(character, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> Vec<(String, bool)> {
        let terms = Query::read(text).terms;
        terms.into_iter().map(|term| (term.written.words.join(" "), term.written.is_open)).collect()
    }

    fn expected(terms: &[(&str, bool)]) -> Vec<(String, bool)> {
        terms.iter().map(|(words, is_open)| ((*words).to_owned(), *is_open)).collect()
    }

    #[test]
    fn words_and_phrases_are_terms() {
        assert_eq!(written("core 10.1.2.3"), expected(&[("core", true), ("10 1 2 3", true)]));
        assert_eq!(written("  \"core sw\"  up "), expected(&[("core sw", false), ("up", true)]));
        assert_eq!(written("\u{201c}core sw"), expected(&[("core sw", true)]));
        assert_eq!(written("a\"b c\"d"), expected(&[("a", true), ("b c", false), ("d", true)]));
        assert_eq!(written("core Core CORE"), expected(&[("core", true)]));
    }

    #[test]
    fn what_says_nothing_is_left_out() {
        for text in ["", "   ", "\"", "\"\"", "* - () AND\u{0}".trim_end_matches("AND\u{0}"), "\u{202e}::", "¶ ¤"] {
            assert_eq!(Query::read(text), Query::default(), "{text:?}");
        }
    }

    #[test]
    fn a_hardware_address_is_asked_for_in_its_one_form_too() {
        let query = Query::read("0050.56a1.b2");
        assert_eq!(query.terms[0].form.as_ref().unwrap().words, ["005056a1b2"]);
        assert_eq!(query.terms[0].written.words, ["0050", "56", "a", "1", "b", "2"]);
    }

    proptest! {
        #[test]
        fn any_text_is_a_query(text in ".{0,400}|[\"' a-z0-9*():^+-]{0,80}") {
            let query = Query::read(&text);
            prop_assert!(query.terms.len() <= MAXIMUM_TERMS);
            for phrase in query.terms.iter().flat_map(Term::phrases) {
                prop_assert!(!phrase.words.is_empty() && phrase.words.iter().all(|word| !word.is_empty()));
            }
        }

        #[test]
        fn a_name_is_found_by_itself_and_by_its_beginning(name in "[a-z]{1,6}([-./:][0-9a-z]{1,4}){0,5}", cut in 1_usize..30) {
            let beginning: String = name.chars().take(cut).collect();
            let text = words(&format!("before {name} after"));
            for asked in [name.as_str(), beginning.as_str()] {
                let term = &Query::read(asked).terms[0];
                prop_assert!(term.written.places(&text).next().is_some(), "{} in {}", asked, name);
            }
        }
    }
}
