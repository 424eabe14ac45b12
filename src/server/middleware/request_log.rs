//! One line in the log for each request, without its query: an address may hold what somebody asked.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

/// The middleware.
pub async fn log_request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let duration = started.elapsed().as_millis();
    if response.status().is_server_error() {
        tracing::warn!(http.method = %method, http.path = path, http.status = status, http.duration_ms = duration, "a request failed");
    } else {
        tracing::debug!(http.method = %method, http.path = path, http.status = status, http.duration_ms = duration, "request");
    }
    response
}
