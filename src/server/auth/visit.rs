//! Where somebody signs in from: what a session remembers of it.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, header};

use super::cookie::{self, Secret};
use crate::server::client_address::Origin;

/// The longest that is kept of what a browser calls itself, in characters.
const USER_AGENT: usize = 300;

/// One request of a browser, as far as signing in needs it.
#[derive(Clone)]
pub struct Visit {
    /// Where it is, and whether it has the page over TLS.
    pub origin: Origin,
    /// The browser, as it calls itself.
    pub user_agent: String,
    /// The session that it came with.
    pub(super) before: Option<Secret>,
}

impl Visit {
    /// Of a request with these headers from there.
    pub fn of(origin: Origin, headers: &HeaderMap) -> Self {
        let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self {
            origin,
            user_agent: user_agent.chars().take(USER_AGENT).collect(),
            before: cookie::read(headers, origin.over_tls),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let origin = Origin::from_request_parts(parts, state).await?;
        Ok(Self::of(origin, &parts.headers))
    }
}
