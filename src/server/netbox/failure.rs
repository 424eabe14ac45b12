//! What a failed request was about, read from what came instead of an answer.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;
use url::Url;

use super::error::RedirectKind;
use super::{Address, Error, FieldReason, Refusal, object_type};

pub(super) fn redirect_error(status: u16, from: &Url, location: Option<&str>) -> Error {
    let to = location.and_then(|location| from.join(location).ok());
    let kind = match &to {
        Some(to) if to.scheme() == "https" && from.scheme() == "http" && to.host() == from.host() => {
            RedirectKind::ToTls
        }
        Some(to)
            if ["login", "signin", "sign-in", "oauth", "saml", "sso"].iter().any(|word| to.path().contains(word)) =>
        {
            RedirectKind::SignIn
        }
        _ => RedirectKind::Elsewhere,
    };
    let location = to.and_then(|mut to| {
        to.set_query(None);
        to.set_fragment(None);
        let base = to.path().split("/api/").next().unwrap_or("/").to_owned();
        to.set_path(&base);
        Address::parse(to.as_str()).ok().map(|address| address.to_string())
    });
    Error::Redirect { status, location, kind }
}

pub(super) fn json_error(status: StatusCode, path: &str, body: &Value, retry_after: Option<&str>) -> Error {
    let detail = body.get("detail").and_then(Value::as_str);
    let shortened = |text: &str| text.chars().take(300).collect::<String>();
    match status.as_u16() {
        401 | 403 => Error::Refused { refusal: Refusal::from_detail(detail), what: words_for(path) },
        404 => Error::NoSuchObject { what: words_for(path) },
        400 => Error::BadRequest { reasons: field_reasons(body) },
        409 => Error::Needed { detail: shortened(detail.unwrap_or("it is in use")) },
        412 => Error::Changed,
        status @ (429 | 502 | 503 | 504) => Error::Busy { status, retry_after: seconds(retry_after) },
        status => {
            let text = detail.or_else(|| body.get("error").and_then(Value::as_str));
            Error::Failed { status, detail: text.map(shortened) }
        }
    }
}

/// The reasons of a 400 answer: `{"site": ["Select a valid choice. ..."]}` or `{"detail": "..."}`.
fn field_reasons(body: &Value) -> Vec<FieldReason> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(texts) => texts
            .iter()
            .map(|text| text.as_str().map_or_else(|| text.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    };
    let reason = |field: &str, value: &Value| FieldReason {
        field: if matches!(field, "detail" | "non_field_errors" | "__all__") {
            String::new()
        } else {
            field.to_owned()
        },
        reason: text(value).chars().take(400).collect(),
    };
    match body {
        Value::Object(fields) => fields.iter().map(|(field, value)| reason(field, value)).collect(),
        other => vec![reason("detail", other)],
    }
}

/// What a path asks for, in words: `sites`.
pub(super) fn words_for(path: &str) -> String {
    object_type::by_path(path).map_or_else(|| format!("/api/{path}"), |kind| kind.plural.to_owned())
}

/// `Retry-After` in seconds; the form with a date is rare enough to be left out.
pub(super) fn seconds(header: Option<&str>) -> Option<Duration> {
    header?.trim().parse().ok().map(Duration::from_secs)
}
