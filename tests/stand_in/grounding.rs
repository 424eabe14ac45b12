//! How often the marks for "not from NetBox" are wrong: over answers that hold nothing but what tools said, where each
//! mark is a false one, and over the same answers with something changed, where each missing mark is a miss.

use std::collections::BTreeMap;

use netbox_chatbox::server::agent::grounding::marks;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::kinds;
use super::questions;
use super::stack::Stack;

/// An answer's question, and the conversation as the model was sent it.
type Asked = (String, Vec<Value>);

/// The answers to all questions, asked once for all tests.
async fn all_answers() -> &'static [Asked] {
    static ANSWERS: OnceCell<Vec<Asked>> = OnceCell::const_new();
    let ask = async || {
        let stack = Stack::start().await;
        let mut asked = Vec::new();
        for question in kinds::wordings().chain(questions::wordings()) {
            let mut messages = Vec::new();
            stack.answer(&mut messages, question).await;
            asked.push((question.to_owned(), messages));
        }
        asked
    };
    ANSWERS.get_or_init(ask).await
}

fn answer_of(messages: &[Value]) -> String {
    let blocks = messages.last().unwrap()["content"].as_array().unwrap();
    blocks.iter().filter_map(|block| block["text"].as_str()).collect()
}

fn with_answer(messages: &[Value], text: &str) -> Vec<Value> {
    let mut messages = messages.to_vec();
    *messages.last_mut().unwrap() = json!({"role": "assistant", "content": [{"type": "text", "text": text}]});
    messages
}

/// What can be changed in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A whole number over twelve.
    Number,
    /// A number up to twelve.
    SmallNumber,
    /// An address or a network.
    Address,
    /// A name with figures in it.
    Name,
    /// A word without figures: a name of a place, a role, a state.
    Word,
}

/// The pieces of an answer that state something, with what they are. Placed tables, links' addresses and words that
/// only join are none.
fn pieces(answer: &str) -> Vec<(usize, String, Kind)> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in answer.split_inclusive('\n') {
        if !line.trim_start().starts_with("{{result:") {
            for (start, word) in words(line) {
                if let Some(kind) = kind_of(word) {
                    found.push((offset + start, word.to_owned(), kind));
                }
            }
        }
        offset += line.len();
    }
    found
}

/// Runs of what names, numbers and addresses are made of, outside of links' addresses.
fn words(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let is_part = |letter: char| letter.is_alphanumeric() || "._:/,-".contains(letter);
    let (mut start, mut in_link) = (None, false);
    for (index, letter) in line.char_indices().chain([(line.len(), ' ')]) {
        if line[..index].ends_with("](") {
            in_link = true;
        }
        if in_link {
            in_link = letter != ')';
            start = None;
        } else if is_part(letter) {
            start.get_or_insert(index);
        } else if let Some(from) = start.take() {
            let word = line[from..index].trim_end_matches(['.', ',', ':', '/', '-']);
            let cut = word.trim_start_matches(['.', ',', ':', '/', '-']);
            found.push((from + word.len() - cut.len(), cut));
        }
    }
    found
}

fn kind_of(word: &str) -> Option<Kind> {
    if word.is_empty() {
        return None;
    }
    let digits = word.replace(',', "");
    if let Ok(number) = digits.parse::<u64>() {
        // `01` of `Columbus 01` is a part of a name.
        if digits.len() > 1 && digits.starts_with('0') {
            return Some(Kind::Name);
        }
        return Some(if number > 12 { Kind::Number } else { Kind::SmallNumber });
    }
    if digits.parse::<f64>().is_ok() {
        return Some(Kind::Number);
    }
    let host = word.split('/').next().unwrap_or_default();
    if host.parse::<std::net::IpAddr>().is_ok() {
        return Some(Kind::Address);
    }
    if word.bytes().any(|byte| byte.is_ascii_digit()) {
        return Some(Kind::Name);
    }
    let is_name = word.len() > 3 && word.chars().next().is_some_and(char::is_uppercase);
    is_name.then_some(Kind::Word)
}

/// The same as something that is not so: a number is larger, a name or an address has another last figure, a word is one
/// that nobody uses.
fn falsified(word: &str, kind: Kind) -> String {
    match kind {
        Kind::Number => (word.replace(',', "").parse::<f64>().unwrap() + 37.0).to_string(),
        Kind::SmallNumber => (word.parse::<u64>().unwrap() % 12 + 1).to_string(),
        Kind::Word => word.chars().rev().collect::<String>().to_lowercase() + "x",
        Kind::Address | Kind::Name => {
            let host = if kind == Kind::Address { word.find('/').unwrap_or(word.len()) } else { word.len() };
            let last = word[..host].rfind(|letter: char| letter.is_ascii_digit()).unwrap();
            let digit = word.as_bytes()[last] - b'0';
            format!("{}{}{}", &word[..last], (digit + 7) % 10, &word[last + 1..])
        }
    }
}

#[tokio::test]
async fn what_is_so_is_seldom_marked() {
    let asked = all_answers().await;
    let (mut stated, mut wrong) = (0, Vec::new());
    for (question, messages) in asked {
        let answer = answer_of(messages);
        stated += pieces(&answer).iter().filter(|(_, _, kind)| *kind != Kind::Word).count();
        for mark in marks(messages) {
            wrong.push(format!("{question}: {mark}"));
        }
    }
    println!("{} answers, {stated} numbers, names and addresses, {} marked:", asked.len(), wrong.len());
    println!("{}", wrong.join("\n"));
    assert!(stated > 1_000, "{stated}");
    assert!(wrong.len() * 200 <= stated, "{} of {stated} are marked without need", wrong.len());
}

/// What is changed in an answer, and how often of a thousand times nobody may notice. Small numbers count what stands in
/// the answer, and words without figures are not looked for at all.
const MISSED: [(Kind, usize); 5] =
    [(Kind::Address, 20), (Kind::Name, 150), (Kind::Number, 120), (Kind::SmallNumber, 1_000), (Kind::Word, 1_000)];

#[tokio::test]
async fn what_is_not_so_is_marked() {
    let mut planted: BTreeMap<Kind, (usize, usize)> = BTreeMap::new();
    for (question, messages) in all_answers().await {
        // What the answer says without looking anything up is not compared.
        if !messages.iter().any(|message| message["content"][0]["type"] == "tool_result") {
            continue;
        }
        let answer = answer_of(messages);
        // A third of them: enough to count, and quick.
        for (place, word, kind) in pieces(&answer).into_iter().step_by(3) {
            let wrong = falsified(&word, kind);
            let text = format!("{}{wrong}{}", &answer[..place], &answer[place + word.len()..]);
            let found = marks(&with_answer(messages, &text)).iter().any(|mark| mark.contains(&wrong));
            let (all, missed) = planted.entry(kind).or_default();
            *all += 1;
            if !found {
                *missed += 1;
                if !matches!(kind, Kind::SmallNumber | Kind::Word) {
                    println!("missed: {kind:?} {word}, changed to {wrong}: {question}");
                }
            }
        }
    }
    for (kind, (all, missed)) in &planted {
        println!("{kind:?}: {missed} of {all} missed");
    }
    for (kind, most) in MISSED {
        let (all, missed) = planted.get(&kind).copied().unwrap_or_default();
        assert!(all > 30 && missed * 1_000 <= most * all, "{kind:?}: {missed} of {all} missed");
    }
}
