//! What of a conversation is searched: its title, what was asked, what was answered, and the evidence: what the tools
//! were asked for, and the rows of NetBox's that are shown with it.

use std::collections::HashMap;

use super::forms::forms;
use super::words::words;
use crate::chat::approval::verb;
use crate::chat::markdown;
use crate::chat::text::without_nul;
use crate::wire::search::SearchPlace;
use crate::wire::transcript::{EndReason, Part, Turn};

/// The length from which on a text is divided where a line begins, in bytes.
const LONG: usize = 1_500;
/// The length from which on it is divided anywhere, in bytes.
const TOO_LONG: usize = 4_000;
/// How often the same word may stand in one text. PostgreSQL keeps no more than 255 places of a word ("Text Search",
/// "Limitations"), and words that stand together are found by their places.
const MAXIMUM_PLACES: usize = 250;

/// A text to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it is.
    pub place: SearchPlace,
    /// As people read it, without marks.
    pub text: String,
}

/// What is searched of a turn. An answer that the model withdrew is not.
pub fn of_turn(turn: &Turn) -> Vec<Text> {
    let mut texts = Vec::new();
    add(&mut texts, SearchPlace::Question, &turn.question);
    let is_withdrawn =
        turn.answer.as_ref().and_then(|answer| answer.end.as_ref()).is_some_and(|end| end.why == EndReason::Refused);
    if is_withdrawn {
        return texts;
    }
    let parts = turn.answer.as_ref().map(|answer| answer.parts.as_slice()).unwrap_or_default();
    let mut answer = String::new();
    for part in parts {
        match part {
            Part::Text { text } => {
                for block in markdown::parse(text) {
                    answer.push_str(&markdown::words(&[block]));
                    answer.push('\n');
                }
            }
            Part::Tool(tool) => {
                let outcome = tool.outcome.as_ref();
                let mut lines = vec![tool.title.clone()];
                lines.extend(outcome.map(|outcome| outcome.summary.clone()));
                if let Some(approval) = &tool.approval {
                    lines.push(approval.plan.reason.clone());
                    let changes = approval.plan.changes.iter();
                    lines.extend(changes.map(|one| format!("{} {} {}", verb(one.action), one.kind, one.object)));
                }
                let table = outcome.and_then(|outcome| outcome.table.as_ref());
                for row in table.map(|table| table.rows.as_slice()).unwrap_or_default() {
                    let cells: Vec<&str> =
                        row.iter().map(|cell| cell.text.as_str()).filter(|cell| !cell.is_empty()).collect();
                    lines.push(cells.join(" \u{b7} "));
                }
                add(&mut texts, SearchPlace::Evidence, &lines.join("\n"));
            }
            // What the model thought is no answer, and the person sees a summary of it at most.
            Part::Thinking { .. } => {}
        }
    }
    add(&mut texts, SearchPlace::Answer, &answer);
    texts
}

/// What is searched of a title.
pub fn of_title(title: &str) -> Vec<Text> {
    let mut texts = Vec::new();
    add(&mut texts, SearchPlace::Title, title);
    texts
}

fn add(texts: &mut Vec<Text>, place: SearchPlace, text: &str) {
    let text = without_nul(text);
    texts.extend(divide(text.trim()).into_iter().map(|text| {
        // Only one without end between its words, or within one, is longer.
        let end = text.floor_char_boundary(text.len().min(2 * TOO_LONG));
        Text { place, text: text.get(..end).unwrap_or(text).to_owned() }
    }));
}

/// Divides a text into ones that are short enough; those without words are left out.
fn divide(text: &str) -> Vec<&str> {
    let mut divided = Vec::new();
    let (mut begin, mut last) = (0, 0);
    let mut places: HashMap<String, usize> = HashMap::new();
    for word in words(text) {
        let length = word.range.end - begin;
        let times = places.get(&word.text).copied().unwrap_or_default();
        let between = text.get(last..word.range.start).unwrap_or_default();
        let is_full = length > TOO_LONG || times >= MAXIMUM_PLACES;
        let is_line = between.contains('\n') && (length > LONG || times >= MAXIMUM_PLACES / 2);
        if last > begin && (is_full || is_line) {
            divided.extend(text.get(begin..last));
            begin = word.range.start;
            places.clear();
        }
        last = word.range.end;
        *places.entry(word.text).or_default() += 1;
    }
    if !places.is_empty() {
        divided.extend(text.get(begin..));
    }
    divided
}

/// The words by which a text is found: its own, and after a gap each those of the addresses in it in their one form.
/// No phrase reaches over a gap.
pub fn index_words(text: &str) -> Vec<Vec<String>> {
    let mut runs = vec![words(text).into_iter().map(|word| word.text).collect::<Vec<_>>()];
    for form in forms(text) {
        if !runs.contains(&form.words) {
            runs.push(form.words);
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::problem::{Problem, ProblemCode};
    use crate::wire::result::Column;
    use crate::wire::tool::{Cell, Table, ToolOutcome};
    use crate::wire::transcript::{Answer, AnswerEnd, ToolCall, Usage};

    fn turn(why: EndReason) -> Turn {
        let cell = |text: &str| Cell { text: text.into(), link: None };
        let outcome = ToolOutcome {
            summary: "1 of 1 devices".into(),
            table: Some(Table {
                columns: vec![Column { name: "name".into(), ..Column::default() }],
                rows: vec![vec![cell("core-sw-1"), cell(""), cell("10.1.2.3")]],
            }),
            ..ToolOutcome::default()
        };
        let tool = ToolCall {
            call: "c".into(),
            name: "netbox_get_objects".into(),
            title: "devices where site is cle-01".into(),
            input: serde_json::Value::Null,
            outcome: Some(outcome),
            approval: None,
        };
        let end = AnswerEnd { why, problem: None, milliseconds: 1, usage: Usage::default(), ungrounded: Vec::new() };
        let answer = Answer {
            run: "r".into(),
            model: "m".into(),
            stand_in: true,
            started_at: 0,
            parts: vec![
                Part::Thinking { text: "hidden".into() },
                Part::Tool(tool),
                Part::Text {
                    text: "It is **core**-`sw`-1.\n\n| a | b |\n|---|---|\n| [x](https://e.example) | \0 |".into(),
                },
            ],
            notice: Some(Problem::new(ProblemCode::ModelSlow, "slow")),
            end: Some(end),
        };
        Turn {
            message: "q".into(),
            parent: None,
            question: "Which switch?".into(),
            asked_at: 0,
            fresh_context: false,
            answer: Some(answer),
        }
    }

    #[test]
    fn a_turn_is_its_question_its_answer_and_its_evidence() {
        let texts: Vec<_> = of_turn(&turn(EndReason::Done)).into_iter().map(|text| (text.place, text.text)).collect();
        assert_eq!(
            texts,
            [
                (SearchPlace::Question, "Which switch?".to_owned()),
                (
                    SearchPlace::Evidence,
                    "devices where site is cle-01\n1 of 1 devices\ncore-sw-1 \u{b7} 10.1.2.3".to_owned()
                ),
                (SearchPlace::Answer, "It is core-sw-1.\na, b. x, \u{fffd}.".to_owned()),
            ]
        );
    }

    #[test]
    fn a_plan_is_found_by_its_reason_and_its_objects() {
        let mut turn = turn(EndReason::Done);
        let plan = serde_json::json!({
            "reason": "water damage",
            "changes": [{
                "action": "delete", "kind": "device", "object": "core-sw-9",
                "fields": [], "method": "DELETE", "path": "/", "body": null,
            }],
        });
        let approval = serde_json::json!({ "approval": "a", "digest": "d", "plan": plan, "expires_at": 1, "decision": "rejected" });
        if let Some(Part::Tool(tool)) = turn.answer.as_mut().and_then(|answer| answer.parts.get_mut(1)) {
            tool.approval = Some(serde_json::from_value(approval).unwrap());
        }
        let evidence = of_turn(&turn).into_iter().find(|text| text.place == SearchPlace::Evidence).unwrap();
        assert!(evidence.text.contains("water damage\nDelete device core-sw-9"), "{}", evidence.text);
    }

    #[test]
    fn of_a_withdrawn_answer_only_the_question_is_left() {
        assert_eq!(of_turn(&turn(EndReason::Refused)).len(), 1);
    }

    proptest! {
        #[test]
        fn division_loses_no_word(text in "(1\\.1\\.1\\.1 |line of words\n|x{1,50}|\u{6771}){0,400}", times in 1_usize..6) {
            let text = text.repeat(times);
            let divided = divide(&text);
            let together: Vec<_> = divided.iter().flat_map(|one| words(one)).map(|word| word.text).collect();
            let whole: Vec<_> = words(&text).into_iter().map(|word| word.text).collect();
            prop_assert_eq!(together, whole);
            for one in divided {
                let mut places = HashMap::new();
                for word in words(one) {
                    *places.entry(word.text).or_insert(0) += 1;
                }
                prop_assert!(places.values().all(|times| *times <= MAXIMUM_PLACES));
            }
        }
    }
}
