//! What somebody was told in the end, and whether it is true.

use netbox_chatbox::wire::transcript::{Answer, EndReason, Part};

use crate::client::Client;

/// How a question ended for whoever asked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// With the true number, and the run as `done`: whatever failed was done again.
    Answered,
    /// As `done`, and it says that NetBox did not answer, as its tool does.
    ToldOfNetbox,
    /// As `failed`, with a sentence and what to do.
    Failed,
    /// As `interrupted`, with a sentence and what to do.
    Interrupted,
}

impl Verdict {
    /// Of the first answer that this client has.
    ///
    /// # Panics
    /// When it says nothing true.
    pub fn of(client: &Client, number: u64, about: &str) -> Self {
        let answer = client.transcript.turns[0].answer.as_ref().unwrap();
        let end = answer.end.as_ref().unwrap();
        let said = || {
            let problem = end.problem.as_ref().unwrap_or_else(|| panic!("{about}: it does not say why: {answer:#?}"));
            let hint = problem.hint.as_deref().unwrap_or_default();
            assert!(!problem.message.is_empty() && !hint.is_empty(), "{about}: {problem:?}");
        };
        match end.why {
            EndReason::Done if names(&text(answer), number) => Self::Answered,
            EndReason::Done => {
                let failed = |part: &Part| match part {
                    Part::Tool(call) => {
                        call.outcome.as_ref().is_some_and(|outcome| outcome.is_error && !outcome.summary.is_empty())
                    }
                    _ => false,
                };
                assert!(answer.parts.iter().any(failed), "{about}: not {number}, and nothing failed: {answer:#?}");
                assert!(!text(answer).is_empty(), "{about}: {answer:#?}");
                Self::ToldOfNetbox
            }
            EndReason::Failed => {
                said();
                Self::Failed
            }
            EndReason::Interrupted => {
                said();
                Self::Interrupted
            }
            why => panic!("{about}: it ended as {why:?}: {answer:#?}"),
        }
    }
}

fn text(answer: &Answer) -> String {
    let texts = answer.parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// Whether the number stands in the text, with or without marks between its thousands.
fn names(text: &str, number: u64) -> bool {
    let plain: String = text.chars().filter(|character| !matches!(character, ',' | '\u{202f}' | '\u{a0}')).collect();
    plain.split(|character: char| !character.is_ascii_digit()).any(|digits| digits == number.to_string())
}
