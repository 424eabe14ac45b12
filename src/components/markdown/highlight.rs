//! Light colouring of JSON, YAML and device configurations: enough to find one's way, without a grammar.

/// A language as far as colouring goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// Commands and configurations of devices, and shells.
    CommandLine,
    /// Anything else: not coloured.
    Plain,
}

impl Language {
    /// The language that a code fence names.
    pub fn named(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "json" | "jsonc" | "json5" => Self::Json,
            "yaml" | "yml" => Self::Yaml,
            "cli" | "ios" | "eos" | "junos" | "nxos" | "cisco" | "arista" | "juniper" | "sh" | "bash" | "shell"
            | "console" | "config" | "conf" | "ini" => Self::CommandLine,
            _ => Self::Plain,
        }
    }
}

/// What a piece of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing in particular.
    Plain,
    /// The name of a value.
    Key,
    /// Text in quotes.
    Text,
    /// A number or an address.
    Number,
    /// `true`, `null`, `no`, ...
    Word,
    /// A remark.
    Remark,
}

impl Kind {
    /// The class that colours it.
    pub fn class(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Key => Some("code-key"),
            Self::Text => Some("code-text"),
            Self::Number => Some("code-number"),
            Self::Word => Some("code-word"),
            Self::Remark => Some("code-remark"),
        }
    }
}

/// Parts `code` into pieces with their kinds; together the pieces are the code again. Takes linear time.
pub fn highlight(language: Language, code: &str) -> Vec<(Kind, &str)> {
    if language == Language::Plain {
        return vec![(Kind::Plain, code)];
    }
    let mut pieces: Vec<(Kind, &str)> = Vec::new();
    let mut rest = code;
    let mut at_line_start = true;
    while let Some(first) = rest.chars().next() {
        let (mut kind, length) = token(language, first, rest, at_line_start);
        let (piece, after) = rest.split_at(length);
        if kind == Kind::Text && language != Language::CommandLine && after.trim_start_matches(' ').starts_with(':') {
            kind = Kind::Key;
        }
        if first == '\n' {
            at_line_start = true;
        } else if !(first.is_whitespace() || language == Language::Yaml && piece == "-") {
            at_line_start = false;
        }
        push(&mut pieces, code, kind, piece);
        rest = after;
    }
    pieces
}

/// The token at the start of `rest`, which is not empty: what it is and how many bytes it has.
fn token(language: Language, first: char, rest: &str, at_line_start: bool) -> (Kind, usize) {
    let is_remark = match language {
        Language::Json | Language::Plain => false,
        Language::Yaml => first == '#',
        Language::CommandLine => first == '#' || (first == '!' && at_line_start),
    };
    if is_remark {
        return (Kind::Remark, rest.find('\n').unwrap_or(rest.len()));
    }
    if first == '"' || (first == '\'' && language != Language::Json) {
        return (Kind::Text, quoted_length(rest, first));
    }
    let in_word = |character: char| is_word_character(character) && (character != ':' || language != Language::Json);
    if !in_word(first) {
        return (Kind::Plain, first.len_utf8());
    }
    let length = rest.find(|character| !in_word(character)).unwrap_or(rest.len());
    let (word, after) = rest.split_at(length);
    let kind = match language {
        Language::Yaml if at_line_start && (word.ends_with(':') || after.starts_with(':')) => Kind::Key,
        Language::CommandLine if at_line_start => Kind::Key,
        _ if matches!(word, "true" | "false" | "null" | "no" | "yes") => Kind::Word,
        _ if word.starts_with(|character: char| character.is_ascii_digit()) => Kind::Number,
        _ => Kind::Plain,
    };
    (kind, length)
}

/// Words hold what interface names, addresses and numbers hold.
fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '/' | '+' | ':')
}

/// The length of a quoted text with its quotes, in bytes; one that is never closed ends with its line.
fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, character) in rest.char_indices().skip(1) {
        match character {
            '\n' => return index,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return index + quote.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// Adds a piece, joined to the one before when both are plain.
fn push<'code>(pieces: &mut Vec<(Kind, &'code str)>, code: &'code str, kind: Kind, piece: &'code str) {
    if kind == Kind::Plain
        && let Some((Kind::Plain, last)) = pieces.last_mut()
    {
        let start = last.as_ptr() as usize - code.as_ptr() as usize;
        if let Some(joined) = code.get(start..start + last.len() + piece.len()) {
            *last = joined;
            return;
        }
    }
    pieces.push((kind, piece));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_kind<'code>(pieces: &[(Kind, &'code str)], kind: Kind) -> Vec<&'code str> {
        pieces.iter().filter(|piece| piece.0 == kind).map(|piece| piece.1).collect()
    }

    #[test]
    fn json_has_keys_texts_numbers_and_words() {
        let pieces = highlight(Language::Json, r#"{"site": "cle-01", "count":14, "a\"b": null}"#);
        assert_eq!(of_kind(&pieces, Kind::Key), [r#""site""#, r#""count""#, r#""a\"b""#]);
        assert_eq!(of_kind(&pieces, Kind::Text), [r#""cle-01""#]);
        assert_eq!(of_kind(&pieces, Kind::Number), ["14"]);
        assert_eq!(of_kind(&pieces, Kind::Word), ["null"]);
    }

    #[test]
    fn yaml_has_bare_keys_and_remarks() {
        let pieces = highlight(Language::Yaml, "# estate\n- name: cle-01\n  racks: 12\n");
        assert_eq!(of_kind(&pieces, Kind::Remark), ["# estate"]);
        assert_eq!(of_kind(&pieces, Kind::Key), ["name:", "racks:"]);
        assert_eq!(of_kind(&pieces, Kind::Number), ["12"]);
    }

    #[test]
    fn a_configuration_has_commands_and_addresses() {
        let pieces = highlight(Language::CommandLine, "interface xe-0/0/3\n ip address 10.0.0.1/24\n! end");
        assert_eq!(of_kind(&pieces, Kind::Key), ["interface", "ip"]);
        assert_eq!(of_kind(&pieces, Kind::Number), ["10.0.0.1/24"]);
        assert_eq!(of_kind(&pieces, Kind::Remark), ["! end"]);
    }

    proptest! {
        #[test]
        fn pieces_are_the_code_again(code in "[\\PC\n\"'#:!\\\\-]{0,200}", which in 0..4usize) {
            let language = [Language::Json, Language::Yaml, Language::CommandLine, Language::Plain][which];
            let joined: String = highlight(language, &code).into_iter().map(|piece| piece.1).collect();
            prop_assert_eq!(joined, code);
        }
    }
}
