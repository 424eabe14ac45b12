//! What monitors ask.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use super::audit::Fault;
use super::netbox::Error;
use super::state::AppState;
use crate::wire::problem::{Problem, ProblemCode};

/// How long NetBox may take before it counts as unreachable here.
const NETBOX_PATIENCE: Duration = Duration::from_secs(3);

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
    let (netbox, database) = futures::join!(netbox(&state), state.database().check());
    let netbox = netbox.err().map_or("reachable", |problem| {
        tracing::warn!(problem = %problem, "not ready: NetBox");
        match problem.code {
            ProblemCode::NetboxToken | ProblemCode::NetboxPermission => "refuses the token",
            ProblemCode::NetboxUnreachable => "unreachable",
            _ => "answers something else",
        }
    });
    // A full disk still answers questions.
    let database = match database {
        Err(_) => "does not answer",
        Ok(()) if state.hub().storage().borrow().is_some() => "stores nothing",
        Ok(()) => "answers",
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

async fn netbox(state: &AppState) -> Result<(), Problem> {
    let connections = state.connections();
    let asking = connections.netbox.status(&connections.service);
    match tokio::time::timeout(NETBOX_PATIENCE, asking).await.map(|exchange| exchange.answer) {
        Ok(Ok(_status)) => Ok(()),
        // Without a token of its own the server cannot ask more than whether NetBox is there: it says no, so it is.
        Ok(Err(Error::Refused { .. })) if connections.service.kind().is_none() => Ok(()),
        Ok(Err(error)) => Err(error.problem()),
        Err(_elapsed) => {
            let message = format!("NetBox did not answer within {} s", NETBOX_PATIENCE.as_secs());
            Err(Problem::new(ProblemCode::NetboxUnreachable, message))
        }
    }
}
