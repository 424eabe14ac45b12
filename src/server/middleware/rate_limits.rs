//! Counts requests: by where they come from before anything is done for them, and by who asks once that is known.

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use crate::server::assets;
use crate::server::client_address::Origin;
use crate::server::person::Person;
use crate::server::state::AppState;
use crate::wire::problem::Problem;

/// The middleware that counts by address.
pub async fn limit_address(State(state): State<AppState>, origin: Origin, request: Request, next: Next) -> Response {
    if is_counted(&request)
        && let Err(problem) = state.limits().address_request(origin).await
    {
        return too_many(problem);
    }
    next.run(request).await
}

/// The middleware that counts by person.
pub async fn limit_person(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if is_counted(&request)
        && let Some(person) = request.extensions().get::<Person>()
        && let Err(problem) = state.limits().request(&person.id).await
    {
        return too_many(problem);
    }
    next.run(request).await
}

/// The answer to what is done too often: 429, and when to try again.
pub fn too_many(problem: Problem) -> Response {
    let wait = retry_after(&problem);
    let mut response = (StatusCode::TOO_MANY_REQUESTS, Json(problem)).into_response();
    if let Some(wait) = wait {
        response.headers_mut().insert(RETRY_AFTER, wait);
    }
    response
}

/// The header that says when to try again: whole seconds, rounded up (RFC 9110, section 10.2.3).
pub fn retry_after(problem: &Problem) -> Option<HeaderValue> {
    problem.retry_after_milliseconds.map(|milliseconds| HeaderValue::from(milliseconds.div_ceil(1_000)))
}

/// Files are the same for everybody and cost nothing, and a monitor shall be answered whoever floods: what it asks is
/// found out once for all who ask at the same time (`server::health`).
fn is_counted(request: &Request) -> bool {
    !(assets::is_asked_for(request) || matches!(request.uri().path(), "/health" | "/ready"))
}
