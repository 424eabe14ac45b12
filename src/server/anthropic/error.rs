//! Everything that can go wrong between a request and the end of its reply.

mod problem;
mod retry;

pub(super) use retry::MAXIMUM_RETRIES;

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// The longest part of a provider's own sentence that is shown, in characters.
const MAXIMUM_MESSAGE_CHARACTERS: usize = 400;

/// A failed request. Its text and its debug text hold no key and no body.
#[derive(Debug, thiserror::Error)]
#[error("the request to {service} failed")]
pub struct Error {
    /// The host that was asked, with its port where it has one.
    pub service: String,
    /// The model that was asked for; none for the list of models.
    pub model: Option<String>,
    /// The `request-id` header, for a support case.
    pub request_id: Option<String>,
    /// What happened.
    #[source]
    pub kind: ErrorKind,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum ErrorKind {
    /// No connection.
    #[error("no connection")]
    Unreachable(Unreachable, #[source] reqwest::Error),
    /// Nothing came for longer than the read timeout, before the answer or inside its stream.
    #[error("nothing was received for {0:?}")]
    Silent(Duration),
    /// The API said no, in its status or inside the stream.
    #[error("the API answered with an error")]
    Api(Box<ApiFailure>),
    /// An answer that is not this API's: an HTML page, a redirect, JSON instead of a stream.
    #[error("status {status} with content type {content_type}")]
    NotTheApi {
        /// The HTTP status.
        status: u16,
        /// What it claims to be; `unknown` where it does not say.
        content_type: String,
    },
    /// The stream ended before `message_stop`.
    #[error("the stream ended before its end")]
    Cut,
    /// The stream holds what this API never sends.
    #[error("malformed stream: {0}")]
    Malformed(String),
    /// A request that could not be sent at all.
    #[error("the request could not be built")]
    Unsendable(#[source] reqwest::Error),
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// The host's name is unknown.
    Name,
    /// Nothing listens, or it does not answer in time.
    Connection,
    /// Its certificate is not trusted, or it speaks no TLS.
    Certificate,
}

/// What the API said. Branch on it, never on the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiFailure {
    /// The HTTP status; 200 for an `error` event inside a stream.
    pub status: u16,
    /// The kind.
    pub failure: FailureType,
    /// The provider's own sentence, one line, shortened; none where the body was no JSON of this API.
    pub message: Option<String>,
    /// How long the provider asks to wait (`retry-after-ms`, `retry-after`).
    pub retry_after: Option<Duration>,
    /// Whether the provider says that trying again helps (`x-should-retry`).
    pub should_retry: Option<bool>,
    /// The request's name in the body; the header's counts first.
    pub request_id: Option<String>,
}

/// The kinds of [`ApiFailure`]: `error.type`, or what the status means where a body has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FailureType {
    /// 400: malformed, too long, or the thinking blocks do not fit.
    InvalidRequest,
    /// 401: the key is missing or wrong.
    Authentication,
    /// 402: the account cannot pay.
    Billing,
    /// 403: the key may not do this.
    Permission,
    /// 404: no such model, or no such API at this address.
    NotFound,
    /// 413: the request is too large.
    TooLarge,
    /// 429: too many requests or tokens for now.
    RateLimit,
    /// 429 with a spending cap reached: waiting does not help.
    SpendLimit,
    /// 529: too busy.
    Overloaded,
    /// 408, 504: the provider took too long.
    Timeout,
    /// 500 and other failures of the provider.
    Server,
    /// Something newer, by its own name or status.
    Other(String),
}

impl FailureType {
    fn from_api(name: &str, code: Option<&str>) -> Self {
        match (name, code) {
            // As 429, or as 400 for a limit that the account's owner has set.
            (_, Some(code)) if is_spend_limit(code) => Self::SpendLimit,
            ("rate_limit_error", _) => Self::RateLimit,
            ("invalid_request_error", _) => Self::InvalidRequest,
            ("authentication_error", _) => Self::Authentication,
            ("billing_error", _) => Self::Billing,
            ("permission_error", _) => Self::Permission,
            ("not_found_error", _) => Self::NotFound,
            ("request_too_large", _) => Self::TooLarge,
            ("overloaded_error", _) => Self::Overloaded,
            ("timeout_error", _) => Self::Timeout,
            ("api_error", _) => Self::Server,
            (other, _) => Self::Other(other.to_owned()),
        }
    }

    fn from_status(status: u16) -> Self {
        match status {
            400 | 422 => Self::InvalidRequest,
            401 => Self::Authentication,
            402 => Self::Billing,
            403 => Self::Permission,
            404 | 405 => Self::NotFound,
            408 | 504 => Self::Timeout,
            413 => Self::TooLarge,
            429 => Self::RateLimit,
            // 503: compatible servers that are still loading their model.
            503 | 529 => Self::Overloaded,
            500..=599 => Self::Server,
            other => Self::Other(format!("status {other}")),
        }
    }
}

/// `error.details.error_code` of a cap on spending, which comes without `retry-after`.
fn is_spend_limit(code: &str) -> bool {
    matches!(code, "enforced_spend_limit_reached" | "contract_spend_limit_reached" | "ramp_limit_exceeded")
}

impl ApiFailure {
    /// Reads a failed answer. A body that is no JSON of this API (an HTML page of a proxy) is not kept.
    pub(super) fn from_response(status: u16, headers: &HeaderMap, body: &[u8]) -> Self {
        let body = serde_json::from_slice(body).unwrap_or(Value::Null);
        let should_retry = headers.get("x-should-retry").and_then(|value| match value.as_bytes() {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        });
        let mut failure = Self::from_body(status, &body);
        failure.retry_after = retry::retry_after(headers);
        failure.should_retry = should_retry;
        failure
    }

    /// Reads an `error` event, which comes with status 200.
    pub(super) fn in_stream(event: &Value) -> Self {
        Self::from_body(200, event)
    }

    fn from_body(status: u16, body: &Value) -> Self {
        let error = &body["error"];
        let text = |value: &Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
        let code = error["details"]["error_code"].as_str();
        let failure = match FailureType::from_api(error["type"].as_str().unwrap_or_default(), code) {
            // Compatible servers name their own kinds; the status is the better guide.
            FailureType::Other(_) if status != 200 => FailureType::from_status(status),
            failure => failure,
        };
        Self {
            status,
            failure,
            message: text(&error["message"]).map(|message| one_line(&message)),
            retry_after: None,
            should_retry: None,
            request_id: text(&body["request_id"]),
        }
    }
}

impl Error {
    /// What the API said, if it said something.
    pub fn api(&self) -> Option<&ApiFailure> {
        match &self.kind {
            ErrorKind::Api(failure) => Some(failure),
            _ => None,
        }
    }

    /// Whether the API refused the history because a thinking block in it does not belong to it any more (another
    /// model, key, system prompt or tool set made it). The remedy: [`super::message::strip_thinking`], once.
    /// The API gives this no code of its own, so its sentence has to be read.
    pub fn is_about_thinking(&self) -> bool {
        self.api().is_some_and(|failure| {
            failure.failure == FailureType::InvalidRequest
                && failure.message.as_deref().is_some_and(|message| {
                    message.contains("thinking") && (message.contains("signature") || message.contains("modified"))
                })
        })
    }

    /// Whether the API found the conversation too long to read. The remedy: say it shorter, once.
    pub fn is_about_length(&self) -> bool {
        self.api().is_some_and(|failure| failure.failure == FailureType::TooLarge || problem::is_too_long(failure))
    }

    /// Removes a secret from the provider's own sentence: some proxies repeat the key that they refuse.
    pub(super) fn redact(&mut self, secret: &str) {
        if let ErrorKind::Api(failure) = &mut self.kind
            && let Some(message) = &mut failure.message
            && !secret.is_empty()
        {
            *message = message.replace(secret, "[key]");
        }
    }
}

/// One line without control characters, shortened.
fn one_line(text: &str) -> String {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAXIMUM_MESSAGE_CHARACTERS) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
