//! What an answer says that nothing in its conversation does: identifiers, addresses and numbers that occur in no tool
//! result, no question and no call. They are marked for the person, without another call of the model. A number that
//! the model worked out is marked too: nobody but the model vouches for it.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::history::History;
use crate::wire::transcript::EndReason;

/// Marks of one answer, at most: an answer with more of them is told by these.
const MOST: usize = 24;
/// Numbers up to this are counts of what stands in the answer itself.
const SMALL: f64 = 12.0;

#[allow(clippy::expect_used, reason = "the patterns are constants, and a test uses each")]
static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"`([^`\n]{2,80})`").expect("a constant pattern"));
#[allow(clippy::expect_used, reason = "the patterns are constants, and a test uses each")]
static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\p{L}\p{N}](?:[\p{L}\p{N}._:/,-]*[\p{L}\p{N}])?").expect("a constant pattern"));

/// The pieces of the newest answer that occur nowhere else; none for an answer that was withdrawn.
pub(super) fn ungrounded(history: &History, why: EndReason) -> Vec<String> {
    if why == EndReason::Refused {
        return Vec::new();
    }
    let messages = history.messages();
    let asked = messages.iter().rposition(is_question).map_or(0, |index| index + 1);
    let answer: Vec<&str> = messages
        .get(asked..)
        .unwrap_or_default()
        .iter()
        .filter(|message| message["role"] == "assistant")
        .flat_map(texts)
        .collect();
    // Without a look at NetBox there is nothing to compare with: the answer speaks of something else.
    let mut known = String::new();
    let mut looked = false;
    for message in messages {
        for block in message["content"].as_array().into_iter().flatten() {
            match block["type"].as_str() {
                Some("tool_result") => {
                    looked = true;
                    add_result(&mut known, &block["content"]);
                }
                Some("text") if message["role"] == "user" => add(&mut known, &block["text"]),
                Some("tool_use") => add(&mut known, &Value::String(block["input"].to_string())),
                _ => {}
            }
        }
    }
    if looked { unknown(&answer.join("\n\n"), &known.to_lowercase()) } else { Vec::new() }
}

fn is_question(message: &Value) -> bool {
    message["role"] == "user"
        && message["content"].as_array().is_none_or(|blocks| !blocks.iter().any(|block| block["type"] == "tool_result"))
}

fn texts(message: &Value) -> Vec<&str> {
    let blocks = message["content"].as_array().into_iter().flatten();
    blocks.filter(|block| block["type"] == "text").filter_map(|block| block["text"].as_str()).collect()
}

/// A tool's text with its texts as they are in NetBox, not as JSON writes them.
fn add_result(known: &mut String, content: &Value) {
    match content.as_str().map(serde_json::from_str::<Value>) {
        Some(Ok(result)) => add_leaves(known, &result),
        _ => add(known, content),
    }
}

fn add_leaves(known: &mut String, value: &Value) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| add_leaves(known, item)),
        Value::Object(fields) => fields.iter().for_each(|(name, item)| {
            known.push_str(name);
            known.push('\n');
            add_leaves(known, item);
        }),
        Value::String(text) => {
            known.push_str(text);
            known.push('\n');
        }
        plain => {
            known.push_str(&plain.to_string());
            known.push('\n');
        }
    }
}

fn add(known: &mut String, value: &Value) {
    match value {
        Value::String(text) => known.push_str(text),
        Value::Array(blocks) => blocks.iter().for_each(|block| add(known, &block["text"])),
        _ => {}
    }
    known.push('\n');
}

/// The pieces of `answer` that `known` (lower case) does not have.
fn unknown(answer: &str, known: &str) -> Vec<String> {
    let numbers: HashSet<String> =
        WORD.find_iter(known).filter_map(|word| number(word.as_str())).map(|number| number.to_string()).collect();
    let has = |text: &str| known.contains(&text.to_lowercase());
    let mut found: Vec<String> = Vec::new();
    let mut mark = |text: &str| {
        if found.len() < MOST && !found.iter().any(|have| have == text) {
            found.push(text.to_owned());
        }
    };
    let prose = without_blocks_and_links(answer);
    for span in CODE.captures_iter(&prose).filter_map(|captures| captures.get(1)) {
        let text = span.as_str().trim();
        // Words in the fixed-width face are code (`status=active`), unless they hold a figure.
        if is_identifier(text) && !has(text) {
            mark(text);
        }
    }
    let plain = CODE.replace_all(&prose, " ");
    for word in WORD.find_iter(&plain) {
        let text = word.as_str();
        let telling = match number(text) {
            Some(value) => value > SMALL && !numbers.contains(&value.to_string()),
            None => is_identifier(text) && text.contains(['-', '.', ':', '/']),
        };
        if telling && !has(text) {
            mark(text);
        }
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
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("](") {
            prose.push_str(before);
            prose.push(' ');
            rest = after.split_once(')').map_or("", |(_, rest)| rest);
        }
        // The number of a list's item counts the answer's own lines.
        prose.push_str(rest);
        prose.push('\n');
    }
    prose
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::id::MessageId;

    const KNOWN: &str = r#"{"total":212,"columns":["name","primary_ip"],"rows":[["cle-01-sw1","10.0.0.1/24"],["x",1204]]} how many in rack r1?"#;

    #[test]
    fn what_tools_said_is_not_marked() {
        let answer = "There are **212** devices; `cle-01-sw1` has `10.0.0.1/24`, CLE-01-SW1 in R1, 1,204 in 4 sites.\n\n\
                      [all 212](https://netbox.example.com/dcim/devices/?site_id=99) and\n```\nset foo 9999\n```\n{{result:r17}}";
        assert_eq!(unknown(answer, &KNOWN.to_lowercase()), Vec::<String>::new());
    }

    #[test]
    fn what_nobody_said_is_marked() {
        let answer =
            "`cle-01-sw2` has 10.0.0.9 and `10.0.0.7/32`, 213 devices, about 87 % of cle-02-sw1; `status=active1`.";
        assert_eq!(unknown(answer, KNOWN), ["cle-01-sw2", "10.0.0.7/32", "10.0.0.9", "213", "87", "cle-02-sw1"]);
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
