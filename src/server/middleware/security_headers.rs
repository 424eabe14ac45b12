//! Headers on every answer. The page's own policy, with its nonce, is set where the page is made.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use crate::server::client_address::Origin;
use crate::server::config::HstsConfig;

const FIXED: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // Links to NetBox shall not tell which conversation they were in. (Not `no-referrer`: with it browsers send the
    // page's own forms with `Origin: null`, as if they were another's.)
    (REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    // No other page may show or run what is here. (Origins in CORS_ORIGINS ask in a way that this does not touch.)
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];
/// For everything that is no page: nothing may be loaded by it.
const NOTHING: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// The policy of the page, built upward from nothing. WebAssembly needs `wasm-unsafe-eval`; the socket is `'self'`.
/// `live_reload` lets the development server tell the page to reload.
pub fn page_policy(nonce: &str, live_reload: bool) -> String {
    let reload = if live_reload { " ws://127.0.0.1:8002 ws://localhost:8002" } else { "" };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'{reload}; manifest-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

/// What browsers are told that came over TLS: to use nothing else from now on (RFC 6797). Nobody else is told: over
/// plain HTTP they ignore it (section 8.1), and names below this one are none of our business.
#[derive(Clone, Debug)]
pub struct Hsts(Option<HeaderValue>);

impl Hsts {
    /// For so long.
    pub fn new(config: HstsConfig) -> Self {
        let value = (config.seconds > 0).then(|| format!("max-age={}", config.seconds));
        Self(value.and_then(|value| HeaderValue::from_str(&value).ok()))
    }
}

/// The middleware.
pub async fn set_security_headers(
    State(Hsts(strict)): State<Hsts>,
    origin: Origin,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Some(strict) = strict.filter(|_| origin.over_tls) {
        headers.insert(STRICT_TRANSPORT_SECURITY, strict);
    }
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NOTHING);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_watched_page_may_connect_elsewhere() {
        assert!(page_policy("n", false).contains("connect-src 'self';"));
        assert!(page_policy("n", true).contains("connect-src 'self' ws://127.0.0.1:8002 ws://localhost:8002;"));
    }
}
