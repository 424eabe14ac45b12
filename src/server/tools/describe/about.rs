//! What a description shall be about: words, of which any may occur in a name.

use std::fmt::Write as _;

/// Words to narrow a description by.
pub(super) struct About {
    text: String,
    words: Vec<String>,
}

/// So many values of a list are told where nobody asked for it.
const FEW: usize = 8;
/// So many where somebody did.
const MANY: usize = 150;

impl About {
    pub(super) fn new(text: &str) -> Self {
        // Words that say nothing about which filter is meant.
        const IDLE: [&str; 14] = [
            "the", "of", "by", "a", "an", "and", "or", "filter", "filters", "field", "fields", "values", "what",
            "which",
        ];
        let words = text
            .to_lowercase()
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
            .flat_map(|word| [word.split("__").next().unwrap_or(word)])
            .filter(|word| word.len() > 1 && !IDLE.contains(word))
            .map(|word| {
                word.strip_suffix('s').filter(|stem| stem.len() > 3 && !stem.ends_with('u')).unwrap_or(word).to_owned()
            })
            .collect();
        Self { text: text.trim().to_owned(), words }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether one of its words is this one.
    pub(super) fn is(&self, word: &str) -> bool {
        self.words.iter().any(|own| own == word)
    }

    /// Whether a name is about one of its words: it holds it, or is spelled nearly like it.
    pub(super) fn matches(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let plain = name.replace(['_', '-', ' ', '.'], "");
        self.words.iter().any(|word| {
            let bare = word.replace('_', "");
            plain.contains(&bare)
                || name.split(['_', '-', ' ', '.']).any(|part| strsim::jaro_winkler(part, word) >= 0.93)
                || strsim::jaro_winkler(&name, word) >= 0.93
        })
    }

    /// Values, the first few of them unless somebody asked for it.
    pub(super) fn cut<'a>(&self, values: impl Iterator<Item = &'a str>) -> String {
        let values: Vec<&str> = values.collect();
        let most = if self.is_empty() { FEW } else { MANY };
        let mut text = values.iter().take(most).copied().collect::<Vec<_>>().join("|");
        if values.len() > most {
            let _ = write!(text, "|… ({})", values.len());
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_find_names() {
        let about = About::new("the statuses and primary IP");
        assert!(about.matches("has_primary_ip") && about.matches("primary_ip4") && about.matches("status"));
        assert!(!about.matches("serial"));
        assert!(About::new("name__ic").matches("name") && About::new("vlans").matches("vlan_vid"));
        assert!(About::new("filters of").is_empty());
    }
}
