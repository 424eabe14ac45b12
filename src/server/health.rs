//! What monitors ask.

mod readiness;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

pub use readiness::Readiness;

use super::audit::Fault;
use super::state::AppState;
use crate::wire::problem::ProblemCode;

/// `GET /health`: the process is alive. Asks nobody else.
pub async fn health() -> Json<Value> {
    Json(json!({"status": "healthy", "service": "netbox-chatbox-api", "version": env!("CARGO_PKG_VERSION")}))
}

/// `GET /ready`: whether questions can be answered now: 200, or 503 with what is missing. Anybody may ask, so it says
/// what fails and not how: addresses and other servers' words are in the log.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, Json<Value>) {
    if state.hub().stopping().is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "draining"})));
    }
    let found = state.readiness().found(&state).await;
    let netbox = found.netbox.err().map_or("reachable", |problem| match problem.code {
        ProblemCode::NetboxToken | ProblemCode::NetboxPermission => "refuses the token",
        ProblemCode::NetboxUnreachable => "unreachable",
        _ => "answers something else",
    });
    // A full disk still answers questions.
    let database = match found.database {
        false => "does not answer",
        true if state.hub().storage().borrow().is_some() => "stores nothing",
        true => "answers",
    };
    let is_ready = netbox == "reachable" && database == "answers";
    let (status, word) =
        if is_ready { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") };
    // A trail with a gap is no reason to send people elsewhere, but one to look.
    let audit = match state.audit().fault() {
        None => json!("written"),
        Some(Fault { since, waiting, lost }) => {
            let since = since.and_then(|since| jiff::Timestamp::from_millisecond(since).ok());
            json!({"not_written_since": since.map(|since| since.to_string()), "waiting": waiting, "lost": lost})
        }
    };
    (status, Json(json!({"status": word, "netbox": netbox, "database": database, "audit": audit})))
}
