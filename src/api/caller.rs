//! Who calls a server function.

use leptos::prelude::{ServerFnError, use_context};

use crate::server::person::Person;
use crate::server::state::AppState;
use crate::wire::problem::Problem;

/// The state and the person, which the handler provides.
pub fn caller() -> Result<(AppState, Person), ServerFnError> {
    use_context::<AppState>()
        .zip(use_context::<Person>())
        .ok_or_else(|| ServerFnError::new("The server gave this function no caller"))
}

/// A problem as a server function's error: the sentence and its hint.
pub fn refuse(problem: Problem) -> ServerFnError {
    ServerFnError::new(problem.to_string())
}
