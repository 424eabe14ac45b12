//! Other pages in the same browser may not act here: a browser names the page that asks (`Origin`,
//! `Sec-Fetch-Site`), and scripts that are no browser name none.

use std::net::{Ipv4Addr, Ipv6Addr};

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, HeaderMap, HeaderValue, ORIGIN};
use http::{Method, StatusCode};
use url::Url;

use crate::server::event_stream;
use crate::server::state::AppState;
use crate::wire::problem::{Problem, ProblemCode};

/// The middleware: checks the name that was addressed always, and the origin where something could be changed
/// or a socket be opened.
pub async fn check_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !host_allowed(headers, request.uri().host(), state.allowed_hosts()) {
        return refused(
            "This server is not addressed by that name",
            "open it by its address or as localhost, or add the name to ALLOWED_HOSTS",
        );
    }
    let reads_only = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    // A stream is one too: it takes a place among the person's.
    let opens_socket = headers.contains_key(http::header::UPGRADE) || request.uri().path() == event_stream::PATH;
    if (!reads_only || opens_socket) && !origin_allowed(headers, state.cors_origins()) {
        return refused("Another web page may not do this here", "add its origin to CORS_ORIGINS if it should");
    }
    next.run(request).await
}

fn refused(message: &str, hint: &str) -> Response {
    let problem = Problem::new(ProblemCode::BadRequest, message).hint(hint);
    (StatusCode::FORBIDDEN, Json(problem)).into_response()
}

/// A page of another name can have that name point here (DNS rebinding), and then its requests count as its own. An
/// address cannot be pointed anywhere, so it is always fine; a name has to be known.
fn host_allowed(headers: &HeaderMap, uri_host: Option<&str>, allowed: &[String]) -> bool {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).or(uri_host).unwrap_or_default();
    let name = without_port(host).to_ascii_lowercase();
    name == "localhost" || is_address(&name) || allowed.contains(&name)
}

fn is_address(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => host.parse::<Ipv4Addr>().is_ok(),
    }
}

/// `[::1]:8001` -> `[::1]`, `localhost:8001` -> `localhost`.
fn without_port(host: &str) -> &str {
    match host.rfind(':') {
        Some(colon) if host[colon + 1..].bytes().all(|byte| byte.is_ascii_digit()) && !host.ends_with(']') => {
            &host[..colon]
        }
        _ => host,
    }
}

fn origin_allowed(headers: &HeaderMap, others: &[HeaderValue]) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    match headers.get(ORIGIN) {
        Some(origin) if others.contains(origin) => true,
        // What a page's own form says where its referrer is kept back, but a sandboxed page of anybody's too; the
        // browser itself tells them apart.
        Some(origin) if origin.as_bytes() == b"null" => site == Some(b"same-origin"),
        Some(origin) => is_own(origin, headers.get(HOST)),
        // No browser leaves both out on a request that could change something.
        None => site.is_none_or(|site| matches!(site, b"same-origin" | b"none")),
    }
}

/// Whether the origin is the very host and port that was addressed.
fn is_own(origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let (Some(origin), Some(host)) =
        (origin.to_str().ok().and_then(|text| Url::parse(text).ok()), host.and_then(|value| value.to_str().ok()))
    else {
        return false;
    };
    let Some(host) = Url::parse(&format!("{}://{host}", origin.scheme())).ok() else { return false };
    origin.host_str().is_some()
        && origin.host_str() == host.host_str()
        && origin.port_or_known_default() == host.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn only_the_own_origin_listed_ones_and_scripts_may_act() {
        let portal = [HeaderValue::from_static("https://portal.example.com")];
        let allowed = |pairs: &[(&'static str, &str)]| origin_allowed(&headers(pairs), &portal);
        assert!(allowed(&[("host", "localhost:8001"), ("origin", "http://localhost:8001")]));
        assert!(allowed(&[("host", "chat.example.com"), ("origin", "https://chat.example.com")]));
        assert!(allowed(&[("host", "chat.example.com"), ("origin", "https://portal.example.com")]));
        assert!(allowed(&[("host", "localhost:8001")]));
        assert!(allowed(&[("host", "localhost:8001"), ("sec-fetch-site", "same-origin")]));
        assert!(!allowed(&[("host", "localhost:8001"), ("origin", "http://localhost:8002")]));
        assert!(!allowed(&[("host", "localhost:8001"), ("origin", "http://localhost.evil.com:8001")]));
        assert!(!allowed(&[("host", "localhost:8001"), ("origin", "null")]));
        assert!(!allowed(&[("host", "localhost:8001"), ("origin", "null"), ("sec-fetch-site", "cross-site")]));
        assert!(!allowed(&[("host", "localhost:8001"), ("origin", "null"), ("sec-fetch-site", "none")]));
        assert!(allowed(&[("host", "localhost:8001"), ("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!allowed(&[("host", "localhost:8001"), ("sec-fetch-site", "cross-site")]));
        assert!(!allowed(&[("host", "localhost:8001"), ("sec-fetch-site", "same-site")]));
    }

    #[test]
    fn a_name_that_was_rebound_is_refused_and_addresses_never_are() {
        let ours = ["chat.example.com".to_owned()];
        for (host, listed, unlisted) in [
            ("localhost:8001", true, true),
            ("LOCALHOST", true, true),
            ("127.0.0.1:8001", true, true),
            ("10.2.3.4:8001", true, true),
            ("[::1]:8001", true, true),
            ("[2001:db8::1]", true, true),
            ("Chat.Example.com:8001", true, false),
            ("evil.example.com:8001", false, false),
            ("127.0.0.1.evil.example.com", false, false),
            ("localhost.evil.example.com", false, false),
            ("[evil]:8001", false, false),
            ("", false, false),
        ] {
            let headers = headers(&[("host", host)]);
            assert_eq!(host_allowed(&headers, None, &ours), listed, "{host}");
            assert_eq!(host_allowed(&headers, None, &[]), unlisted, "{host} without a list");
        }
    }
}
