//! The audit trail, for admins.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use serde::Deserialize;

use super::{refuse_unless_admin, signed_in, status_of, trouble_page};
use crate::server::audit::{Entry, Filter, lines, moment};
use crate::server::client_address::Origin;
use crate::server::person::Person;
use crate::server::state::AppState;
use crate::wire::problem::{Problem, ProblemCode};

const TITLE: &str = "Audit trail";

/// Which entries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    since: Option<String>,
    until: Option<String>,
    person: Option<String>,
}

/// `GET /audit.jsonl`: the trail as it is read, a page at a time.
pub(super) async fn download(
    State(state): State<AppState>,
    person: Person,
    origin: Origin,
    Query(wanted): Query<Wanted>,
) -> Response {
    if let Some(refused) = refuse_unless_admin(&person, TITLE, "Only admins may read the audit trail") {
        return refused;
    }
    let filter = match filter(wanted) {
        Ok(filter) => filter,
        Err(problem) => return trouble_page(status_of(&problem), TITLE, Some(signed_in(&person)), problem),
    };
    state.audit().record(Entry::export(Some(&person.id), "audit").from(origin.address));
    let lines = lines(state.database().clone(), filter).map(|page| {
        page.inspect_err(|problem| {
            // The answer has begun: it is cut off, so that nobody takes it for whole.
            tracing::error!(problem = %problem.message, "the audit trail could not be read to its end");
        })
    });
    let headers = [
        (CONTENT_TYPE, "application/jsonl; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
        (CACHE_CONTROL, "private, no-store"),
    ];
    (headers, Body::from_stream(lines)).into_response()
}

fn filter(wanted: Wanted) -> Result<Filter, Problem> {
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let person = given(wanted.person);
    // PostgreSQL would refuse the statement, when the answer has begun.
    if person.as_ref().is_some_and(|person| person.contains('\0')) {
        return Err(Problem::new(ProblemCode::BadRequest, "Nobody's id or name has a NUL character in it")
            .hint("give `person` as an entry of the trail shows it"));
    }
    Ok(Filter {
        since: given(wanted.since).map(|text| moment("since", &text)).transpose()?,
        until: given(wanted.until).map(|text| moment("until", &text)).transpose()?,
        person,
    })
}
