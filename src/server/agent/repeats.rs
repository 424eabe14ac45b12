//! Calls that were made before in the same answer: what they gave stands above, so NetBox is not asked again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::server::anthropic::ToolUse;

/// The calls of one answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Repeats {
    made: BTreeMap<String, Made>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Made {
    /// The call that ran last.
    id: String,
    /// In which round it ran, from 1.
    round: u32,
    times: u32,
    /// Whether it failed: then it is worth another try.
    failed: bool,
}

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It runs.
    Run,
    /// It does not; the model reads this instead.
    Known(String),
    /// It does not, and the model is told so as of an error.
    Refused(String),
}

impl Repeats {
    /// Judges a call of round `round`, and remembers it. The second of two equal calls is answered with where the
    /// result of the first is, the third is refused; one that failed may be made once more.
    pub fn judge(&mut self, call: &ToolUse, round: u32) -> Verdict {
        // What is no JSON is answered by itself.
        let Ok(input) = &call.input else { return Verdict::Run };
        let made = self.made.entry(key(&call.name, input)).or_insert_with(|| Made {
            id: String::new(),
            round,
            times: 0,
            failed: true,
        });
        made.times += 1;
        let runs = made.times <= 2 && made.failed;
        if runs {
            (made.id, made.round) = (call.id.clone(), round);
            // Until its result is there: an equal call beside it need not run.
            made.failed = false;
            return Verdict::Run;
        }
        let place =
            if made.round == round { "this round".to_owned() } else { format!("round {} of this answer", made.round) };
        if made.times == 2 {
            return Verdict::Known(format!(
                "The same call with the same arguments was made in {place}, and its result stands there: it has not \
                 been made again. Use that result, or ask for something else"
            ));
        }
        Verdict::Refused(format!(
            "Refused: this is call number {} of the same tool with the same arguments; its result stands in {place}.\n\
             hint: answer with what you have, or change the arguments",
            made.times
        ))
    }

    /// Notes how a call ended.
    pub fn ended(&mut self, id: &str, failed: bool) {
        if let Some(made) = self.made.values_mut().find(|made| made.id == id) {
            made.failed = failed;
        }
    }
}

/// A digest of what is asked, whatever the order of its keys.
fn key(name: &str, input: &Value) -> String {
    let mut hash = Sha256::new();
    hash.update(name);
    hash.update([0]);
    hash.update(sorted(input).to_string());
    hash.finalize().iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(name, _)| *name);
            fields.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect()
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(id: &str, input: Value) -> ToolUse {
        ToolUse { id: id.to_owned(), name: "netbox_get_objects".to_owned(), input: Ok(input) }
    }

    #[test]
    fn the_second_equal_call_is_known_and_the_third_refused() {
        let mut repeats = Repeats::default();
        assert_eq!(repeats.judge(&call("a", json!({"x": 1, "y": {"a": 1, "b": 2}})), 1), Verdict::Run);
        repeats.ended("a", false);
        assert_eq!(repeats.judge(&call("b", json!({"x": 2})), 1), Verdict::Run);
        let again = json!({"y": {"b": 2, "a": 1}, "x": 1});
        assert!(
            matches!(repeats.judge(&call("c", again.clone()), 2), Verdict::Known(text) if text.contains("round 1"))
        );
        assert!(matches!(repeats.judge(&call("d", again), 3), Verdict::Refused(text) if text.contains("hint: ")));
    }

    #[test]
    fn a_failed_call_may_be_made_once_more() {
        let mut repeats = Repeats::default();
        for (id, expected) in [("a", true), ("b", true), ("c", false)] {
            assert_eq!(repeats.judge(&call(id, json!({})), 1) == Verdict::Run, expected, "{id}");
            repeats.ended(id, true);
        }
    }

    #[test]
    fn of_two_equal_calls_side_by_side_one_runs() {
        let mut repeats = Repeats::default();
        assert_eq!(repeats.judge(&call("a", json!({})), 1), Verdict::Run);
        assert!(matches!(repeats.judge(&call("b", json!({})), 1), Verdict::Known(text) if text.contains("this round")));
    }
}
