//! A question as tokens.

/// One word, name or quoted phrase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Token {
    /// As it was written, without the punctuation around it.
    pub text: String,
    pub lower: String,
    /// It stood in quotes: a name, whatever its words mean.
    pub quoted: bool,
    /// A comma or the like follows: two names on both sides of it are two names.
    pub stop: bool,
}

/// Splits a question. Punctuation inside a word (`10.0.0.0/24`, `xe-0/0/3`, `cle-01`) belongs to it.
pub(in super::super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (index, part) in quoted_parts(text).into_iter().enumerate() {
        if index % 2 == 1 {
            if !part.trim().is_empty() {
                tokens.push(token(part.trim(), true, false));
            }
            continue;
        }
        for word in part.split_whitespace() {
            let word = word.trim_start_matches(['(', '[', '<', '*', '¿', '¡', '#']);
            let bare = word.trim_end_matches(['?', '!', '.', ',', ';', ':', ')', ']', '>', '*', '…', '\'', '’']);
            let bare = bare.strip_suffix("'s").or(bare.strip_suffix("’s")).unwrap_or(bare);
            if !bare.is_empty() {
                tokens.push(token(bare, false, word.ends_with([',', ';', '?', '!', '.'])));
            }
        }
    }
    tokens
}

fn token(text: &str, quoted: bool, stop: bool) -> Token {
    // What people write together means the same as apart.
    let lower = text.to_lowercase().replace('’', "'");
    Token { text: text.to_owned(), lower, quoted, stop }
}

/// Parts outside and inside of quotes in turn. A single quote is an apostrophe, not a quote.
fn quoted_parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for character in text.chars() {
        if matches!(character, '"' | '“' | '”' | '„' | '`') {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(character);
        }
    }
    parts
}
