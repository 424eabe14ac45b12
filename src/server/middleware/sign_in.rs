//! Finds out who asks, for everything behind it; and keeps strangers away from what is not theirs.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};

use crate::server::auth::{Nobody, Refused};
use crate::server::client_address::Origin;
use crate::server::config::SignInMode;
use crate::server::person::Person;
use crate::server::state::AppState;
use crate::server::{assets, page, peer};

/// The middleware that puts the [`Person`] into the request, or why there is none.
pub async fn know_person(State(state): State<AppState>, origin: Origin, mut request: Request, next: Next) -> Response {
    if is_for_everybody(&request) {
        return next.run(request).await;
    }
    match state.auth().recognise(peer::of(request.extensions()), origin, request.headers()).await {
        Ok(Some(person)) => {
            request.extensions_mut().insert(person);
        }
        Ok(None) => {
            let hint = match &state.auth().config().mode {
                SignInMode::Proxy(_) => {
                    "open the page through the proxy that signs you in; TRUSTED_PROXIES must list its address"
                }
                _ => "open the page and sign in",
            };
            request.extensions_mut().insert(Nobody::stranger(hint));
        }
        Err(problem) => {
            request.extensions_mut().insert(Nobody(problem));
        }
    }
    let mut response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if is_page {
        // A page holds its person's conversations: nobody in between may keep it.
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    response
}

/// The middleware of every path that is not for strangers: 401, and for whoever opens a page the way to sign in.
pub async fn require_person(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.extensions().get::<Person>().is_some() {
        return next.run(request).await;
    }
    let wants_page = request.method() == Method::GET
        && request
            .headers()
            .get(ACCEPT)
            .is_some_and(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    if wants_page { page::stranger(&state, &request) } else { Refused::of(request.extensions()).into_response() }
}

/// What is asked for often, and is the same for everybody: nobody looks who it is.
fn is_for_everybody(request: &Request) -> bool {
    assets::is_asked_for(request) || matches!(request.uri().path(), "/health" | "/ready")
}
