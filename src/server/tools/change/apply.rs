//! Carries out one change of an approved plan.

use serde_json::Value;

use super::super::call::Call;
use super::check::may_not;
use crate::server::netbox::{CONNECTION_BROKE, Error, Query, Refusal, Write};
use crate::wire::change::{Action, Applied, PlannedChange};
use crate::wire::problem::{Problem, ProblemCode};

/// Sends the request as it was shown, once. The object has to be as it was when the plan was made.
pub(in crate::server::tools) async fn apply(call: &Call<'_>, change: &PlannedChange) -> Applied {
    let refused = |problem| Applied { status: 0, problem: Some(problem), is_unknown: false, link: None };
    let Some(path) = change.path.strip_prefix("/api/") else {
        return refused(Problem::new(ProblemCode::BadRequest, "The plan's address is none of NetBox's API"));
    };
    let etag = change.state.as_deref().filter(|state| state.contains('"'));
    if let (Some(state), None) = (&change.state, etag)
        && let Err(problem) = is_still(call, path, state).await
    {
        return Applied { status: 412, ..refused(problem) };
    }
    let write = Write { method: &change.method, path, body: &change.body, if_match: etag };
    let exchange = call.netbox.write(call.asking.credentials, &write).await;
    let status = exchange.requests.last().map_or(0, |request| request.status);
    call.record(exchange.requests);
    match exchange.answer {
        Ok(answer) => {
            let made = answer.body.get("url").and_then(Value::as_str);
            let link = made.filter(|_| change.action == Action::Create);
            let link = link.and_then(|url| call.netbox.address().page_of(url));
            Applied { status, problem: None, is_unknown: false, link }
        }
        Err(error) => {
            Applied { status, is_unknown: may_be_done(&error, status), ..refused(problem(call, change, &error)) }
        }
    }
}

/// Before NetBox 4.6, which has no `ETag`: a look just before the request. Somebody may still be faster.
async fn is_still(call: &Call<'_>, path: &str, state: &str) -> Result<(), Problem> {
    let query = Query::new().with("fields", "id,last_updated");
    let exchange = call.netbox.get_now(call.asking.credentials, path, &query).await;
    call.record(exchange.requests);
    let answer = exchange.answer.map_err(|error| error.problem())?;
    let changed = answer.body.get("last_updated").and_then(Value::as_str).unwrap_or_default();
    if changed == state { Ok(()) } else { Err(Error::Changed.problem()) }
}

/// Whether the request may have been carried out although it failed: it was sent, and no answer of NetBox's says that
/// nothing was done. NetBox itself fails (500) after its transaction where it cannot reach Redis (`netbox/context.py`,
/// events are flushed when the request has ended), and a proxy fails for a NetBox that goes on.
fn may_be_done(error: &Error, status: u16) -> bool {
    match error {
        Error::Cut { .. } | Error::Timeout { .. } => true,
        Error::Unreachable { reason, .. } => *reason == CONNECTION_BROKE,
        _ => status >= 500 || (200..300).contains(&status),
    }
}

fn problem(call: &Call<'_>, change: &PlannedChange, error: &Error) -> Problem {
    match error {
        Error::Refused { refusal: Refusal::Permission, .. } => {
            let kind =
                call.schema.types().iter().find(|kind| change.path.starts_with(&format!("/api/{}/", kind.endpoint)));
            kind.map_or_else(|| error.problem(), |kind| may_not(change.action, kind))
        }
        Error::NoSuchObject { .. } => Problem::new(ProblemCode::Conflict, "It is not there any more")
            .hint("somebody deleted it since the plan was made, or it cannot be seen any more"),
        error => error.problem(),
    }
}
