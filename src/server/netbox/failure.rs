//! What a failed request was about, read from what came instead of an answer.

use std::time::Duration;

use reqwest::StatusCode;
use rustls::CertificateError;
use serde_json::Value;
use url::Url;

use super::error::RedirectKind;
use super::{Address, Error, FieldReason, Refusal, object_type};

/// Why there is no connection, in a few words, from the errors below reqwest's.
pub(super) fn connect_reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        return "it does not answer";
    }
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        match error.downcast_ref::<rustls::Error>() {
            Some(rustls::Error::InvalidCertificate(why)) => return certificate_reason(why),
            Some(_) => return "it does not speak TLS as expected",
            None => {}
        }
        let io = error.downcast_ref::<std::io::Error>();
        match io.map(std::io::Error::kind) {
            Some(std::io::ErrorKind::ConnectionRefused) => return "nothing listens there",
            Some(std::io::ErrorKind::NetworkUnreachable | std::io::ErrorKind::HostUnreachable) => {
                return "there is no way to that network";
            }
            _ => {}
        }
        if error.to_string().starts_with("dns error") {
            return "its name is not known to DNS";
        }
        // An I/O error names the source of the error it wraps, not that error itself.
        let wrapped = io.and_then(|io| io.get_ref()).map(|inner| inner as &(dyn std::error::Error + 'static));
        next = wrapped.or_else(|| error.source());
    }
    "no connection"
}

/// Why a certificate is not accepted.
fn certificate_reason(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another name"
        }
        _ => "its certificate is not trusted here",
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_refused_for_their_own_reasons() {
        for (why, words) in [
            (CertificateError::Expired, "has expired"),
            (CertificateError::NotValidYet, "is not valid yet"),
            (CertificateError::NotValidForName, "is for another name"),
            (CertificateError::UnknownIssuer, "is not trusted here"),
        ] {
            assert!(certificate_reason(&why).ends_with(words), "{why:?}");
        }
    }
}
