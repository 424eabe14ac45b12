//! What an answer says that nothing in its conversation does: identifiers, addresses and numbers that occur in no tool
//! result, no question and no call. They are marked for the person, without another call of the model. A number that
//! the model worked out is marked too: nobody but the model vouches for it.

mod known;

use std::sync::LazyLock;

use regex::{Captures, Match, Regex};
use serde_json::Value;

use super::history::History;
use crate::wire::transcript::EndReason;
use known::Known;

/// Marks of one answer, at most: an answer with more of them is told by these.
const MOST: usize = 24;
/// A name without separators is at least so long: `MX22409563`.
const LONG_NAME: usize = 6;
/// Numbers up to this are counts of what stands in the answer itself.
const SMALL: f64 = 12.0;

#[allow(clippy::expect_used, reason = "the patterns are constants, and a test uses each")]
static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"`([^`\n]{2,80})`").expect("a constant pattern"));
#[allow(clippy::expect_used, reason = "the patterns are constants, and a test uses each")]
static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\p{L}\p{N}](?:[\p{L}\p{N}._:/,-]*[\p{L}\p{N}])?").expect("a constant pattern"));

/// The pieces of the newest answer that occur nowhere else; none for an answer that was withdrawn.
pub(super) fn ungrounded(history: &History, why: EndReason) -> Vec<String> {
    if why == EndReason::Refused { Vec::new() } else { marks(history.messages()) }
}

/// The pieces of the newest answer in `messages`, as the model was sent them, that occur nowhere else.
pub fn marks(messages: &[Value]) -> Vec<String> {
    let asked = messages.iter().rposition(is_question).map_or(0, |index| index + 1);
    let said = messages.get(asked..).unwrap_or_default().iter().filter(|message| message["role"] == "assistant");
    let answer: Vec<&str> = said.flat_map(texts).collect();
    // Without a look at NetBox there is nothing to compare with: the answer speaks of something else.
    let mut known = Known::default();
    let mut looked = false;
    for block in messages.iter().flat_map(|message| blocks(message).map(move |block| (message, block))) {
        match block {
            (_, block) if block["type"] == "tool_result" => {
                looked = true;
                known.add_result(&block["content"]);
            }
            (message, block) if block["type"] == "text" && message["role"] == "user" => {
                known.add_result(&block["text"]);
            }
            (_, block) if block["type"] == "tool_use" => known.add(&block["input"]),
            _ => {}
        }
    }
    if looked { unknown(&answer.join("\n\n"), &known) } else { Vec::new() }
}

fn is_question(message: &Value) -> bool {
    message["role"] == "user" && !blocks(message).any(|block| block["type"] == "tool_result")
}

fn blocks(message: &Value) -> impl Iterator<Item = &Value> {
    message["content"].as_array().into_iter().flatten()
}

fn texts(message: &Value) -> impl Iterator<Item = &str> {
    blocks(message).filter(|block| block["type"] == "text").filter_map(|block| block["text"].as_str())
}

/// The pieces of `answer` that are not known.
fn unknown(answer: &str, known: &Known) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut mark = |text: &str| {
        if found.len() < MOST && !found.iter().any(|have| have == text) {
            found.push(text.to_owned());
        }
    };
    let prose = without_blocks_and_links(answer);
    // Words in the fixed-width face are code (`status=active`), unless they are one name with a figure.
    let plain = CODE.replace_all(&prose, |span: &Captures<'_>| {
        let text = span.get(1).map_or("", |span| span.as_str()).trim();
        if text.contains(' ') || number(text).is_some() {
            return text.to_owned();
        }
        if is_identifier(text) && !known.has(text) {
            mark(text);
        }
        " ".to_owned()
    });
    let mut before = None;
    for word in WORD.find_iter(&plain) {
        let text = word.as_str();
        if is_padded(text) {
            // `01` by itself says nothing: it is a part of `Columbus 01`.
            let name = before.filter(|before: &Match<'_>| {
                plain.get(before.end()..word.start()) == Some(" ") && before.as_str().starts_with(char::is_uppercase)
            });
            let name = name.and_then(|name| plain.get(name.start()..word.end())).unwrap_or(text);
            if !known.has(name) {
                mark(name);
            }
        } else if let Some(value) = number(text) {
            if value > SMALL && !known.has_number(value) {
                mark(text);
            }
        } else if is_telling(text) && !known.has(text) {
            mark(text);
        }
        before = Some(word);
    }
    found
}

/// Something with letters or separators and figures in it: a name of a device, an interface, an address.
fn is_identifier(text: &str) -> bool {
    text.chars().any(|letter| letter.is_ascii_digit())
        && text.chars().any(|letter| letter.is_alphabetic() || matches!(letter, '.' | ':' | '/' | '-'))
        && !text.contains(['=', '{', '}', '('])
        && number(text).is_none()
}

/// Whether a word of running text names something by itself: `cle-01-sw1`, `10.0.0.1`, `MX22409563`, but not `IPv6`.
fn is_telling(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    is_identifier(text) && (text.contains(['-', '.', ':', '/']) || (text.len() >= LONG_NAME && digits >= 3))
}

/// A number that is written like a part of a name: `01`.
fn is_padded(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number, also with commas between its thousands; a percentage's sign is no part of the word.
fn number(text: &str) -> Option<f64> {
    let digits = text.replace(',', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    digits.parse().ok()
}

/// Blocks of code are examples, addresses of links come with the tools' pages, handles place tables.
fn without_blocks_and_links(answer: &str) -> String {
    let mut prose = String::with_capacity(answer.len());
    let mut in_block = false;
    for line in answer.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
            continue;
        }
        if in_block || line.trim_start().starts_with("{{result:") {
            continue;
        }
        let mut rest = without_list_number(line);
        while let Some((before, after)) = rest.split_once("](") {
            prose.push_str(before);
            prose.push(' ');
            rest = after.split_once(')').map_or("", |(_, rest)| rest);
        }
        prose.push_str(rest);
        prose.push('\n');
    }
    prose
}

/// The number of a list's item counts the answer's own lines.
fn without_list_number(line: &str) -> &str {
    let digits = line.trim_start().trim_start_matches(|letter: char| letter.is_ascii_digit());
    if digits.len() < line.trim_start().len() {
        digits.strip_prefix(". ").or_else(|| digits.strip_prefix(") ")).unwrap_or(line)
    } else {
        line
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::id::MessageId;

    const KNOWN: &str = r#"{"total":212,"columns":["name","primary_ip"],"rows":[["cle-01-sw1","10.0.0.1/24"],["x",1204]]} how many in rack r1?"#;

    fn of(answer: &str) -> Vec<String> {
        let mut known = Known::default();
        let (json, question) = KNOWN.split_at(KNOWN.find(" how many").unwrap());
        known.add_result(&json!(json));
        known.add_result(&json!(question));
        unknown(answer, &known)
    }

    #[test]
    fn what_tools_said_is_not_marked() {
        let answer = "There are **212** devices; `cle-01-sw1` has `10.0.0.1/24`, CLE-01-SW1 in R1, 1,204 in 4 sites.\n\n\
                      [all 212](https://netbox.example.com/dcim/devices/?site_id=99) and\n```\nset foo 9999\n```\n{{result:r17}}";
        assert_eq!(of(answer), Vec::<String>::new());
    }

    #[test]
    fn what_nobody_said_is_marked() {
        let answer =
            "`cle-01-sw2` has 10.0.0.9 and `10.0.0.7/32`, 213 devices, about 87 % of cle-02-sw1; `status=active1`.";
        assert_eq!(of(answer), ["cle-01-sw2", "10.0.0.7/32", "10.0.0.9", "213", "87", "cle-02-sw1"]);
    }

    #[test]
    fn a_part_of_a_name_or_number_is_not_the_name_or_number() {
        let answer = "`cle-01-sw`, cle-01-sw1, 20, 120 and 1204 at Columbus 01";
        assert_eq!(of(answer), ["cle-01-sw", "20", "120", "Columbus 01"]);
    }

    #[test]
    fn a_list_numbers_its_own_lines() {
        assert_eq!(of("13. `cle-01-sw1`\n  14) x\n15 racks\n`15 racks` in `16`"), ["15", "16"]);
    }

    #[test]
    fn only_an_answer_that_looked_is_compared() {
        let mut history = History::default();
        history.begin_turn(&MessageId::from("m"), "How many?", "Current time: 2026-01-15T10:00:00Z");
        history.push_assistant(vec![json!({"type": "text", "text": "There are 4711."})]);
        assert!(ungrounded(&history, EndReason::Done).is_empty());
        let mut history = History::default();
        history.begin_turn(&MessageId::from("m"), "How many?", "");
        history.push_assistant(vec![json!({"type": "tool_use", "id": "t", "name": "x", "input": {}})]);
        history.push_results(vec![json!({"type": "tool_result", "tool_use_id": "t", "content": "{\"total\":4712}"})]);
        history.push_assistant(vec![json!({"type": "text", "text": "There are 4711 of 4712."})]);
        assert_eq!(ungrounded(&history, EndReason::Done), ["4711"]);
        assert!(ungrounded(&history, EndReason::Refused).is_empty());
    }
}
