//! What can go wrong between this program and NetBox, each with its way out.

use std::path::PathBuf;
use std::time::Duration;

use super::Refusal;
use crate::wire::problem::{Problem, ProblemCode};

/// Why NetBox was refused for one field of the query or body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldReason {
    /// The filter's or field's name; empty when it is about the whole.
    pub field: String,
    /// NetBox's own words.
    pub reason: String,
}

/// A failed request. The text never holds a token, a body or an HTML page.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The configured address cannot be used.
    #[error("The NetBox address cannot be used: {reason}")]
    Address {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The token holds characters that no token has.
    #[error("The NetBox token holds characters that no token has")]
    Token,
    /// The file of certificate authorities cannot be used.
    #[error("The certificate authorities in {} cannot be used: {reason}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The TLS library refused its settings.
    #[error("The TLS connection to NetBox cannot be set up")]
    Tls {
        /// The library's reason.
        source: reqwest::Error,
    },
    /// No connection.
    #[error("NetBox cannot be reached at {host}: {reason}")]
    Unreachable {
        /// Host and port.
        host: String,
        /// In a few words.
        reason: &'static str,
        /// The transport's error.
        source: reqwest::Error,
    },
    /// A connection, but no (whole) answer in time.
    #[error("NetBox at {host} did not answer within {} s", limit.as_secs())]
    Timeout {
        /// Host and port.
        host: String,
        /// The time that was waited for.
        limit: Duration,
        /// The transport's error; none where the whole took too long.
        source: Option<reqwest::Error>,
    },
    /// The answer ended before its end.
    #[error("The connection to NetBox at {host} broke in the middle of its answer")]
    Cut {
        /// Host and port.
        host: String,
        /// The transport's error.
        source: reqwest::Error,
    },
    /// The answer is larger than this program takes in.
    #[error("NetBox's answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The request's address is longer than NetBox's web server takes.
    #[error("The request's address has {length} bytes and NetBox takes {limit}")]
    AddressTooLong {
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A redirect, which is never followed.
    #[error("NetBox sent the request elsewhere (HTTP {status})")]
    Redirect {
        /// The status.
        status: u16,
        /// Where to: scheme, host and path only.
        location: Option<String>,
        /// What that tells.
        kind: RedirectKind,
    },
    /// 403 or 401.
    #[error("{}", refusal.explain(what).0)]
    Refused {
        /// Why.
        refusal: Refusal,
        /// What was asked for, in words: `sites`.
        what: String,
    },
    /// 404 from NetBox's API itself: no such object, or none that this token may see.
    #[error("NetBox has no such object among {what}, or this token may not see it")]
    NoSuchObject {
        /// What was asked for, in words.
        what: String,
    },
    /// 404 as a page: no such endpoint.
    #[error("There is no NetBox API at {address}")]
    NoSuchEndpoint {
        /// The address without its query.
        address: String,
    },
    /// 400: NetBox does not accept the request.
    #[error("NetBox does not accept the request: {}", reasons_text(reasons))]
    BadRequest {
        /// NetBox's reasons.
        reasons: Vec<FieldReason>,
    },
    /// A method that changes nothing, or that this program does not use.
    #[error("This is no request that changes NetBox")]
    NotAWrite,
    /// 412: the object is not in the state any more that the request was made for.
    #[error("It was changed in NetBox since the plan was made, by somebody else or by an earlier change of this plan")]
    Changed,
    /// 409: what is to be deleted is needed by something else.
    #[error("NetBox does not delete it: {detail}")]
    Needed {
        /// NetBox's words.
        detail: String,
    },
    /// 429, 502, 503 or 504, also after trying again.
    #[error("{}", busy_text(*status))]
    Busy {
        /// The status.
        status: u16,
        /// When the other side wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// Another status that is a failure.
    #[error("NetBox failed with HTTP {status}{}", detail.as_deref().map(|text| format!(": {text}")).unwrap_or_default())]
    Failed {
        /// The status.
        status: u16,
        /// NetBox's words, where it sent JSON.
        detail: Option<String>,
    },
    /// A good status, but not what NetBox's API sends.
    #[error("What answers at {host} is not NetBox's API: it sent {sent}")]
    NotNetbox {
        /// Host and port.
        host: String,
        /// What it sent.
        sent: String,
    },
    /// JSON that is none.
    #[error("NetBox sent JSON that cannot be read")]
    Malformed {
        /// The parser's reason.
        source: serde_json::Error,
    },
}

/// What a redirect tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectKind {
    /// The same host over TLS.
    ToTls,
    /// A page to sign in.
    SignIn,
    /// Another path or host.
    Elsewhere,
}

fn reasons_text(reasons: &[FieldReason]) -> String {
    let each = |reason: &FieldReason| match reason.field.as_str() {
        "" => reason.reason.trim_end_matches('.').to_owned(),
        field => format!("{field}: {}", reason.reason.trim_end_matches('.')),
    };
    reasons.iter().map(each).collect::<Vec<_>>().join("; ")
}

fn busy_text(status: u16) -> String {
    match status {
        429 => "NetBox, or a proxy before it, limits requests (HTTP 429)".into(),
        502 | 504 => format!("The proxy before NetBox gets no answer from it (HTTP {status})"),
        _ => format!("NetBox is not available right now (HTTP {status})"),
    }
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Address { .. } => "write it like https://netbox.example.com or https://example.com/netbox".into(),
            Self::Token => "set the token alone, without quotes, spaces or line breaks".into(),
            Self::Authorities { .. } => "NETBOX_CA_FILE names a readable file of PEM certificates".into(),
            Self::Tls { .. } => "install the system's certificate authorities (ca-certificates), or name your own in NETBOX_CA_FILE".into(),
            Self::Unreachable { reason, .. } if reason.contains("another name") => {
                "write NETBOX_URL with a name that is in NetBox's certificate, or renew the certificate with this name".into()
            }
            Self::Unreachable { reason, .. } if reason.contains("expired") || reason.contains("not valid yet") => {
                "renew NetBox's certificate, or set this machine's clock right if it is wrong".into()
            }
            Self::Unreachable { reason, .. } if reason.contains("certificate") => {
                "if NetBox's certificate comes from an authority of your own, name its file in NETBOX_CA_FILE".into()
            }
            Self::Unreachable { .. } => "check NETBOX_URL, and that NetBox runs and this machine may reach it".into(),
            Self::Timeout { .. } => "NetBox is slow or stuck: ask for less, or try again later".into(),
            Self::Cut { .. } => "try again; if it stays, look at NetBox's log and the proxy before it".into(),
            Self::TooLarge { .. } => "ask for fewer objects or only the fields that matter".into(),
            Self::AddressTooLong { .. } => "filter by fewer values at a time".into(),
            Self::Redirect { location, kind, .. } => match (kind, location) {
                (RedirectKind::ToTls, _) => "write NETBOX_URL with https://".into(),
                (RedirectKind::SignIn, _) => "something before NetBox wants a sign-in: let this machine reach /api/ without it".into(),
                (RedirectKind::Elsewhere, Some(location)) => format!("NETBOX_URL should perhaps be {location}"),
                (RedirectKind::Elsewhere, None) => "check NETBOX_URL".into(),
            },
            Self::Refused { refusal, what } => refusal.explain(what).1.into(),
            Self::NoSuchObject { .. } => "look it up by name first: ids are not the same in every NetBox".into(),
            Self::NoSuchEndpoint { .. } => "check NETBOX_URL (with its path, if NetBox is not at the root); a NetBox of another version may not have this type".into(),
            Self::BadRequest { .. } => "correct the named value: relations want slugs or ids, choices their value in lower case".into(),
            Self::NotAWrite => "ask for the change again".into(),
            Self::Changed => "ask for the change again: the new plan begins with what is there now".into(),
            Self::Needed { .. } => "move or delete what depends on it first".into(),
            Self::Busy { .. } => "try again in a moment".into(),
            // Django's own page for a host that it was not told of.
            Self::Failed { status: 400, .. } => {
                "add the host of NETBOX_URL to ALLOWED_HOSTS in NetBox's configuration; the proxy before it may refuse the request, too".into()
            }
            Self::Failed { .. } => "look at NetBox's own log: the failure is there".into(),
            Self::NotNetbox { .. } => "check NETBOX_URL: something else answers there".into(),
            Self::Malformed { .. } => "check what stands between this program and NetBox: the answer was changed or cut".into(),
        }
    }

    /// The problem as a person reads it.
    pub fn problem(&self) -> Problem {
        let code = match self {
            Self::Unreachable { .. }
            | Self::Timeout { .. }
            | Self::Cut { .. }
            | Self::Busy { .. }
            | Self::Tls { .. } => ProblemCode::NetboxUnreachable,
            Self::Token => ProblemCode::NetboxToken,
            Self::Refused { refusal, .. } if refusal.is_about_token() => ProblemCode::NetboxToken,
            Self::Refused { .. } => ProblemCode::NetboxPermission,
            Self::NoSuchObject { .. } => ProblemCode::NotFound,
            Self::BadRequest { .. } | Self::AddressTooLong { .. } => ProblemCode::BadRequest,
            Self::TooLarge { .. } => ProblemCode::TooLarge,
            Self::Changed | Self::Needed { .. } => ProblemCode::Conflict,
            _ => ProblemCode::NetboxAnswer,
        };
        let mut problem = Problem::new(code, self.to_string()).hint(self.hint());
        if let Self::Busy { retry_after: Some(wait), .. } = self {
            problem.retry_after_milliseconds = u64::try_from(wait.as_millis()).ok();
        }
        problem
    }

    /// Whether the same GET may succeed a moment later.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Cut { .. } => true,
            Self::Unreachable { reason, .. } => *reason == super::client::CONNECTION_BROKE,
            _ => false,
        }
    }
}
