//! Why somebody could not be signed in, with what to do about it.

use http::StatusCode;

use super::http::HttpError;
use crate::wire::problem::{Problem, ProblemCode};

/// Why somebody could not be signed in. Nothing of it holds a token, a code or a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A request to the provider failed.
    #[error("the sign-in provider should have {while_it}, but there was {error}")]
    Provider {
        /// What it should have done.
        while_it: &'static str,
        /// What came instead.
        #[source]
        error: HttpError,
    },
    /// What it says of itself cannot be used.
    #[error("the issuer is no usable OpenID Connect provider: {reason}")]
    NotAProvider {
        /// What is wrong with it.
        reason: String,
    },
    /// It does not know this server, or not with this secret.
    #[error("the sign-in provider refuses this client: {code}")]
    Client {
        /// The error's code.
        code: String,
    },
    /// It does not take the code back.
    #[error("the sign-in provider does not accept its own code")]
    Code,
    /// It answered something that is no answer.
    #[error("the sign-in provider's answer cannot be used: {reason}")]
    Answer {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The person, or the provider's rules, said no.
    #[error("access was denied at the sign-in provider")]
    Denied,
    /// It returned another error.
    #[error("the sign-in provider says {code}")]
    Refused {
        /// The error's code.
        code: String,
    },
    /// This browser began no such sign-in.
    #[error("no sign-in of this browser belongs to this answer")]
    Unknown,
    /// It took too long.
    #[error("the sign-in took too long")]
    Late,
    /// The answer says it is another provider's.
    #[error("the answer names another provider")]
    OtherIssuer,
    /// The ID token is not one that may be believed.
    #[error("the ID token is refused: {reason}")]
    Token {
        /// Which check failed.
        reason: &'static str,
    },
    /// The ID token is from another time.
    #[error("the ID token's times do not fit this server's clock")]
    Clock,
    /// The person is in no group that may use this.
    #[error("the person is in none of the allowed groups")]
    Group,
}

impl Error {
    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Provider { .. }
            | Self::NotAProvider { .. }
            | Self::Client { .. }
            | Self::Answer { .. }
            | Self::Clock => StatusCode::BAD_GATEWAY,
            Self::Code | Self::Refused { .. } | Self::Unknown | Self::Late | Self::OtherIssuer | Self::Token { .. } => {
                StatusCode::BAD_REQUEST
            }
            Self::Denied | Self::Group => StatusCode::FORBIDDEN,
        }
    }

    /// Whether the operator has to mend something, so that the log should say it.
    pub fn is_the_operators(&self) -> bool {
        self.status() == StatusCode::BAD_GATEWAY || matches!(self, Self::Token { .. } | Self::Refused { .. })
    }

    /// What the person reads.
    pub fn problem(&self) -> Problem {
        let (message, hint) = match self {
            Self::Provider { error: HttpError::Unreachable { .. }, .. } => (
                "The sign-in provider cannot be reached".to_owned(),
                "try again in a minute; if it stays so, the administrator finds the reason in this server's log",
            ),
            Self::Provider { error: HttpError::Timeout, .. } => (
                "The sign-in provider does not answer".to_owned(),
                "try again in a minute; if it stays so, tell the administrator",
            ),
            Self::Provider { error: HttpError::TooLarge, .. } => (
                "The sign-in provider's answer is too large".to_owned(),
                "the administrator can have the provider send fewer groups and claims",
            ),
            Self::Provider { error: HttpError::Redirect | HttpError::Plain, .. } | Self::NotAProvider { .. } => (
                "The sign-in provider is not set up as this server expects".to_owned(),
                "the administrator should compare OIDC_ISSUER with the issuer that the provider names; this server's log \
                 says what is wrong",
            ),
            Self::Client { code } => (
                format!("The sign-in provider does not accept this server ({code})"),
                "the administrator should check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET",
            ),
            Self::Code => (
                "The sign-in provider does not accept its own answer any more".to_owned(),
                "sign in again; an answer can be used only once and not for long",
            ),
            Self::Answer { .. } => (
                "The sign-in provider's answer cannot be used".to_owned(),
                "the administrator finds the reason in this server's log",
            ),
            Self::Denied => (
                "The sign-in provider denied access".to_owned(),
                "sign in again and agree, or ask the administrator whether you may use this",
            ),
            Self::Refused { code } => (
                format!("The sign-in provider ended the sign-in ({code})"),
                "sign in again; if it stays so, tell the administrator",
            ),
            Self::Unknown => (
                "This browser has no sign-in that belongs to this answer".to_owned(),
                "sign in again, in this browser and with cookies on; each answer can be used once",
            ),
            Self::Late => ("The sign-in took too long".to_owned(), "sign in again; there are ten minutes for it"),
            Self::OtherIssuer => (
                "The answer is another sign-in provider's".to_owned(),
                "sign in again; if it stays so, tell the administrator",
            ),
            Self::Token { .. } => (
                "The sign-in provider's word is not believed".to_owned(),
                "sign in again; if it stays so, the administrator finds the reason in this server's log",
            ),
            Self::Clock => (
                "The clocks of this server and of the sign-in provider differ".to_owned(),
                "the administrator should set both by time servers (NTP)",
            ),
            Self::Group => (
                "You are not in a group that may use this".to_owned(),
                "ask the administrator to add you to one of the allowed groups, then sign in again",
            ),
        };
        Problem::new(ProblemCode::BadRequest, message).hint(hint)
    }
}

/// A code of the provider's as it may be shown: short and plain, since anybody can write one into an address.
pub(super) fn plain_code(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.'))
        .take(60)
        .collect();
    if plain.is_empty() { "unknown_error".to_owned() } else { plain }
}
