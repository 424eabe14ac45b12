//! What went wrong, as a person should read it.

use serde::{Deserialize, Serialize};

/// A failure: a stable code for programs, a sentence for people and what to do about it.
/// Never holds an inner error's debug text, a secret or an HTML page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The kind, stable across versions.
    pub code: ProblemCode,
    /// One sentence without a full stop.
    pub message: String,
    /// What the reader can do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// When trying again makes sense, in milliseconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_milliseconds: Option<u64>,
    /// The other side's name for the failed request (Anthropic's `request-id`), for a support case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem with a code and a sentence.
    pub fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, retry_after_milliseconds: None, request_id: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(formatter, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

/// The kinds of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProblemCode {
    /// A frame, command or argument that is not what the protocol says.
    BadRequest,
    /// A frame or text over the limit.
    TooLarge,
    /// No such conversation, run or page (or it is somebody else's).
    NotFound,
    /// Nobody is signed in, or no longer.
    SignedOut,
    /// The person may not do this.
    Forbidden,
    /// It is not as it was when this was asked for: decided, over, or changed by somebody else.
    Conflict,
    /// Too many commands in a short time, ours to refuse.
    RateLimited,
    /// The database does not answer, or has no room.
    Storage,
    /// This server is stopping and begins nothing new; another takes its place.
    Restarting,
    /// The model's key is missing or refused.
    ModelKey,
    /// The key may not do this, or the account cannot pay.
    ModelPermission,
    /// No such model at the model's address.
    ModelNotFound,
    /// The model's provider limits requests or spending.
    ModelRateLimited,
    /// The model is overloaded.
    ModelOverloaded,
    /// The model's address cannot be reached or answers nonsense.
    ModelUnreachable,
    /// The model's stream ended before its end.
    ModelStreamCut,
    /// The provider refused the request as malformed or too long.
    ModelRequest,
    /// The provider failed.
    ModelFailed,
    /// The model declined to answer.
    ModelRefused,
    /// Nobody is signed in, or not any more.
    SignIn,
    /// NetBox cannot be reached.
    NetboxUnreachable,
    /// NetBox does not know the token, or it is expired, disabled or not allowed from here.
    NetboxToken,
    /// The token's owner may not see or do this.
    NetboxPermission,
    /// NetBox answered something that is not its API.
    NetboxAnswer,
    /// The question needed more rounds than one run may have.
    RoundLimit,
    /// The answer used up the tokens, the money or the time that one run may use, or a day's or a month's budget is.
    BudgetLimit,
    /// Not a failure: most of a day's or a month's budget is used.
    BudgetWarning,
    /// Not a failure: the model has not begun to answer yet.
    ModelSlow,
    /// Not a failure: the model goes on from a summary of what was said before.
    ContextSummarised,
    /// A fault of this program.
    Internal,
    /// A code of a newer version.
    #[serde(other)]
    Unknown,
}
