//! Who calls a server function.

use http::StatusCode;
use http::header::RETRY_AFTER;
use leptos::prelude::{ServerFnError, use_context};
use leptos_axum::ResponseOptions;

use crate::server::audit::Entry;
use crate::server::client_address::Origin;
use crate::server::middleware::rate_limits::retry_after;
use crate::server::person::Person;
use crate::server::state::AppState;
use crate::wire::problem::{Problem, ProblemCode};

/// The state and the person, which the handler provides.
pub fn caller() -> Result<(AppState, Person), ServerFnError> {
    use_context::<AppState>()
        .zip(use_context::<Person>())
        .ok_or_else(|| ServerFnError::new("The server gave this function no caller"))
}

/// Where they call from.
pub fn origin() -> Origin {
    use_context::<Origin>().unwrap_or(Origin::LOCAL)
}

/// Notes what they did.
pub fn note(state: &AppState, entry: Entry) {
    state.audit().record(entry.from(origin().address));
}

/// A problem as a server function's error: the sentence and its hint, under the status that says whose fault it is.
pub fn refuse(problem: Problem) -> ServerFnError {
    let status = match problem.code {
        ProblemCode::NotFound => StatusCode::NOT_FOUND,
        ProblemCode::BadRequest => StatusCode::BAD_REQUEST,
        ProblemCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemCode::RateLimited | ProblemCode::BudgetLimit => StatusCode::TOO_MANY_REQUESTS,
        ProblemCode::Storage => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
        if let Some(wait) = retry_after(&problem) {
            response.insert_header(RETRY_AFTER, wait);
        }
    }
    ServerFnError::new(problem.to_string())
}
