//! What monitors ask.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use super::netbox::Error;
use super::state::AppState;

/// How long NetBox may take before it counts as unreachable here.
const NETBOX_PATIENCE: Duration = Duration::from_secs(3);

/// `GET /health`: the process is alive. Asks nobody else.
pub async fn health() -> Json<Value> {
    Json(json!({"status": "healthy", "service": "netbox-chatbox-api", "version": env!("CARGO_PKG_VERSION")}))
}

/// `GET /ready`: whether questions can be answered now: 200, or 503 with what is missing.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, Json<Value>) {
    if state.hub().stopping().is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "draining"})));
    }
    let connections = state.connections();
    let asking = connections.netbox.status(&connections.service);
    let problem = match tokio::time::timeout(NETBOX_PATIENCE, asking).await.map(|exchange| exchange.answer) {
        Ok(Ok(_status)) => return (StatusCode::OK, Json(json!({"status": "ready", "netbox": "reachable"}))),
        // Without a token of its own the server cannot ask more than whether NetBox is there: it says no, so it is.
        Ok(Err(Error::Refused { .. })) if connections.service.kind().is_none() => {
            return (StatusCode::OK, Json(json!({"status": "ready", "netbox": "reachable"})));
        }
        Ok(Err(error)) => error.problem().message,
        Err(_elapsed) => format!("NetBox did not answer within {} s", NETBOX_PATIENCE.as_secs()),
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"status": "not ready", "netbox": problem})))
}
