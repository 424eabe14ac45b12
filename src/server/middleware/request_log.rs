//! One line in the log for each request: its route, never its address. That may hold what somebody asked, and of a shared
//! conversation it is all that a reader needs.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use leptos::server_fn::axum::server_fn_paths;

use crate::server::assets;

/// The middleware.
pub async fn log_request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = route(&request);
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let duration = started.elapsed().as_millis();
    if response.status().is_server_error() {
        tracing::warn!(http.method = %method, http.route = route, http.status = status, http.duration_ms = duration, "a request failed");
    } else {
        tracing::debug!(http.method = %method, http.route = route, http.status = status, http.duration_ms = duration, "request");
    }
    response
}

/// What a request is for, in words of this program's own.
fn route(request: &Request) -> String {
    let path = request.uri().path();
    let Some(route) = request.extensions().get::<MatchedPath>() else {
        return if assets::is_asked_for(request) { "a file" } else { "an unknown path" }.to_owned();
    };
    // Which function fails is worth knowing, and its name is ours.
    let function = route.as_str().starts_with("/api/").then(|| server_fn_paths().find(|(known, _)| *known == path));
    function.flatten().map_or_else(|| route.as_str().to_owned(), |(known, _)| known.to_owned())
}
