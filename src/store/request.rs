//! What the page asks the server for outside the socket: the server functions, by their names.
//!
//! (Leptos would make a client for each; this one is a tenth of them.)

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::wire::json;
use crate::wire::problem::{Problem, ProblemCode};

/// Calls a server function with its arguments, an object with a field for each.
pub async fn call<T: DeserializeOwned>(function: &str, arguments: Value) -> Result<T, Problem> {
    let text = post(&format!("/api/{function}"), &arguments.to_string()).await.inspect_err(|problem| {
        if problem.code == ProblemCode::SignIn {
            sign_in_again();
        }
    })?;
    json::read(&text).map_err(|_| {
        Problem::new(ProblemCode::Internal, "The server answered something this page does not understand")
            .hint("Load the page again: it may be older than the server")
    })
}

#[cfg(feature = "hydrate")]
use super::browser::sign_in_again;
#[cfg(feature = "hydrate")]
use crate::client::fetch::post;

/// Only a browser is signed in.
#[cfg(not(feature = "hydrate"))]
fn sign_in_again() {}

/// Only a browser asks.
#[cfg(not(feature = "hydrate"))]
#[allow(clippy::unused_async, reason = "the browser's one waits")]
async fn post(_: &str, _: &str) -> Result<String, Problem> {
    Err(Problem::new(ProblemCode::Internal, "Only a browser asks"))
}
