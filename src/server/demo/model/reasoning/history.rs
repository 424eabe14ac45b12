//! The conversation as the reasoning sees it: questions, and under each what the tools answered.

use jiff::Timestamp;
use serde_json::Value;

use super::super::faults::Faults;
use super::super::request::{Message, Role};
use crate::server::tools::rows_of;

/// One question and everything that was looked up for it so far.
#[derive(Debug)]
pub(super) struct Turn {
    /// The question without the lines that the program around the model adds.
    pub question: String,
    /// The newest time that the conversation told, at this turn.
    pub now: Option<Timestamp>,
    pub exchanges: Vec<Exchange>,
    /// How many messages with calls answered this question so far.
    pub rounds: usize,
}

/// One call and its result.
#[derive(Debug)]
pub(super) struct Exchange {
    pub name: String,
    pub input: Value,
    pub outcome: Outcome,
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// A JSON object, as all tools of this program answer.
    Found(Value),
    /// A sentence that says why not, perhaps with a hint.
    Failed(String),
}

/// How the program around the model tells the time.
const CURRENT_TIME: &str = "Current time:";

/// Reads the turns out of the messages.
pub(super) fn turns(messages: &[Message]) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut now = None;
    let mut calls: Vec<(&str, &str, &Value)> = Vec::new();
    for message in messages {
        match message.role {
            Role::Assistant => {
                calls = message
                    .content
                    .iter()
                    .filter(|block| block["type"] == "tool_use")
                    .filter_map(|block| Some((block["id"].as_str()?, block["name"].as_str()?, &block["input"])))
                    .collect();
                if let Some(turn) = turns.last_mut().filter(|_| !calls.is_empty()) {
                    turn.rounds += 1;
                }
            }
            Role::User | Role::System => {
                let mut words = String::new();
                for block in &message.content {
                    match block["type"].as_str() {
                        Some("tool_result") => {
                            let call = calls.iter().find(|(id, _, _)| block["tool_use_id"] == *id);
                            if let (Some((_, name, input)), Some(turn)) = (call, turns.last_mut()) {
                                turn.exchanges.push(Exchange {
                                    name: (*name).to_owned(),
                                    input: (*input).clone(),
                                    outcome: outcome(block),
                                });
                            }
                        }
                        Some("text") => {
                            let (said, time) = separate(block["text"].as_str().unwrap_or_default());
                            now = time.or(now);
                            words.push_str(&said);
                            words.push('\n');
                            // The time ends a question: one that got no answer may stand before the next.
                            if time.is_some() && message.role == Role::User {
                                begin(&mut turns, &std::mem::take(&mut words), now);
                            }
                        }
                        _ => {}
                    }
                }
                let begun = message.role == Role::User && begin(&mut turns, &words, now);
                if !begun && let Some(turn) = turns.last_mut() {
                    turn.now = now;
                }
            }
        }
    }
    turns
}

/// Begins a turn, unless there are no words.
fn begin(turns: &mut Vec<Turn>, words: &str, now: Option<Timestamp>) -> bool {
    let question = Faults::without_markers(words).trim().to_owned();
    let asks = !question.is_empty();
    if asks {
        turns.push(Turn { question, now, exchanges: Vec::new(), rounds: 0 });
    }
    asks
}

/// Takes the line with the time out of a text.
fn separate(text: &str) -> (String, Option<Timestamp>) {
    let mut time = None;
    let mut words: Vec<&str> = Vec::new();
    for line in text.lines() {
        if let Some(at) = line.find(CURRENT_TIME) {
            let rest = line[at + CURRENT_TIME.len()..].trim_start();
            let end = rest.find(|c: char| c.is_whitespace() || c == '<' || c == ']').unwrap_or(rest.len());
            time = rest[..end].trim_end_matches(['.', ')', ',']).parse().ok().or(time);
            continue;
        }
        let bare = line.trim();
        // A line that is only a tag frames what the program adds.
        if bare.starts_with('<') && bare.ends_with('>') {
            continue;
        }
        words.push(line);
    }
    (words.join("\n").trim().to_owned(), time)
}

/// A list's rows come as columns and values; as names and values they are easier to reason about.
fn with_results(mut value: Value) -> Value {
    if let Some(totals) = value.get("totals").and_then(Value::as_object).cloned() {
        // A search: the hits of each type.
        let rows = rows_of(&value);
        let of_type = |(name, total): (&String, &Value)| {
            let own: Vec<Value> = rows.iter().filter(|row| row["type"] == **name).cloned().collect();
            (name.clone(), serde_json::json!({"total": total, "results": own}))
        };
        value["results"] = Value::Object(totals.iter().map(of_type).collect());
        return value;
    }
    if value.get("results").is_none() && value.get("total").is_some() {
        let rows = rows_of(&value);
        value["returned"] = rows.len().into();
        if value.get("truncated").is_none() {
            value["truncated"] = false.into();
        }
        value["results"] = Value::Array(rows);
    }
    value
}

fn outcome(block: &Value) -> Outcome {
    let text = match &block["content"] {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => blocks.iter().filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    };
    if block["is_error"] == true {
        return Outcome::Failed(text);
    }
    match serde_json::from_str::<Value>(&text) {
        Ok(value) if value.is_object() => Outcome::Found(with_results(value)),
        _ => Outcome::Failed("the tool's answer is not the JSON object that was expected".into()),
    }
}
