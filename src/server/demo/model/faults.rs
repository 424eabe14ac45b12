//! Failures on request, for tests: a marker such as `[[overloaded]]` in the question. Off unless the operator wants it.

use std::collections::HashMap;

use serde_json::json;
use std::sync::{Mutex, PoisonError};

use super::error::ApiError;
use super::prefix::Fingerprint;
use super::reply::Reply;
use super::request::{Request, Role};

/// The failures that a question can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// 529 twice, then the answer.
    Overloaded,
    /// The stream breaks halfway.
    Cut,
    /// An error event halfway through the stream.
    ErrorEvent,
    /// `stop_reason: "refusal"` after some text.
    Refuse,
    /// The answer stops at the length limit.
    MaxTokens,
    /// Twenty times slower than natural.
    Slow,
    /// A tool call in every round, for ever.
    Endless,
    /// A call whose arguments are not JSON.
    BadJson,
    /// Nothing, and the answer when it is asked for once more.
    Empty,
    /// First a tool that does not exist, then the answer.
    UnknownTool,
    /// The same call three times, then the answer.
    Repeat,
    /// 429 twice, then the answer.
    RateLimited,
    /// 429 because the account may spend no more.
    SpendLimit,
    /// 500, always.
    Server,
    /// The key is refused.
    Unauthorized,
    /// The model is unknown.
    NotFound,
}

const MARKERS: &[(&str, Fault)] = &[
    ("[[overloaded]]", Fault::Overloaded),
    ("[[cut]]", Fault::Cut),
    ("[[error-event]]", Fault::ErrorEvent),
    ("[[refuse]]", Fault::Refuse),
    ("[[max-tokens]]", Fault::MaxTokens),
    ("[[slow]]", Fault::Slow),
    ("[[endless]]", Fault::Endless),
    ("[[bad-json]]", Fault::BadJson),
    ("[[empty]]", Fault::Empty),
    ("[[unknown-tool]]", Fault::UnknownTool),
    ("[[repeat]]", Fault::Repeat),
    ("[[429]]", Fault::RateLimited),
    ("[[spend-limit]]", Fault::SpendLimit),
    ("[[500]]", Fault::Server),
    ("[[401]]", Fault::Unauthorized),
    ("[[404]]", Fault::NotFound),
];

impl Fault {
    /// The call that is made in place of the answer, as long as its turn has not gone that far.
    pub fn calls(self, request: &Request) -> Option<Reply> {
        let is_result = |block: &serde_json::Value| block["type"] == "tool_result";
        let newest = request.messages.iter().rev();
        let since = newest.take_while(|message| message.role != Role::User || message.content.iter().any(is_result));
        let rounds = since.filter(|message| message.role == Role::User).count();
        let (name, input) = match self {
            Self::UnknownTool if rounds == 0 => ("netbox_guess", json!({"object_type": "dcim.site"})),
            Self::Repeat if rounds < 3 => {
                ("netbox_get_objects", json!({"object_type": "dcim.site", "fields": ["name"], "limit": 1}))
            }
            _ => return None,
        };
        Some(Reply::calls("Let me look.".into(), [(name.to_owned(), input)]))
    }
}

/// Counts the refusals of each request, so that the third try of an overloaded one succeeds.
#[derive(Debug, Default)]
pub(super) struct Faults {
    refusals: Mutex<HashMap<Fingerprint, u8>>,
}

impl Faults {
    /// The failure that the newest question asks for.
    pub fn asked(request: &Request) -> Option<Fault> {
        // The last two blocks are the question and the time: before them a question may stand that got no answer,
        // since neighbours of one role are merged.
        let texts = |message: &super::request::Message| {
            message
                .content
                .iter()
                .rev()
                .filter_map(|block| block["text"].as_str())
                .take(2)
                .collect::<Vec<_>>()
                .join("\n")
        };
        let question = request
            .messages
            .iter()
            .rev()
            .filter(|message| message.role == Role::User)
            .map(texts)
            .find(|text| !text.is_empty())?;
        MARKERS.iter().find(|(marker, _)| question.contains(marker)).map(|(_, fault)| *fault)
    }

    /// Failures that come instead of an answer.
    pub fn refuse(&self, fault: Fault, request: Fingerprint) -> Result<(), ApiError> {
        match fault {
            Fault::Unauthorized => Err(ApiError::authentication("invalid x-api-key")),
            Fault::NotFound => Err(ApiError::not_found("model: asked for by a test")),
            Fault::SpendLimit => Err(ApiError::spend_limit()),
            Fault::Server => Err(ApiError::server()),
            Fault::Overloaded | Fault::RateLimited => {
                let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
                let count = refusals.entry(request).or_default();
                if *count < 2 {
                    *count += 1;
                    let limited = fault == Fault::RateLimited;
                    return Err(if limited { ApiError::rate_limited() } else { ApiError::overloaded() });
                }
                // The next conversation with the same words is overloaded again.
                refusals.remove(&request);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A question without its marker.
    pub fn without_markers(text: &str) -> String {
        MARKERS.iter().fold(text.to_owned(), |text, (marker, _)| text.replace(marker, ""))
    }
}
