//! What is asked of NetBox and of the database for `/ready`: once for all who ask at about the same time. Anybody may
//! ask, and a flood of them must reach neither.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{BoxFuture, Shared};
use tokio::time::Instant;

use crate::server::netbox::Error;
use crate::server::state::AppState;
use crate::wire::problem::{Problem, ProblemCode};

/// How long an answer counts, from when it was asked for. Shorter than any orchestrator's pause between two probes.
const SHARED: Duration = Duration::from_secs(2);
/// How long NetBox may take before it counts as unreachable here.
const NETBOX_PATIENCE: Duration = Duration::from_secs(3);

/// What was found last, or is being found out.
#[derive(Default)]
pub struct Readiness(Mutex<Option<Look>>);

struct Look {
    began: Instant,
    outcome: Shared<BoxFuture<'static, Found>>,
}

/// How the others are.
#[derive(Clone)]
pub(super) struct Found {
    /// What is wrong with NetBox.
    pub(super) netbox: Result<(), Problem>,
    /// Whether the database answers.
    pub(super) database: bool,
}

impl Readiness {
    /// How the others are now, or were a moment ago.
    pub(super) async fn found(&self, state: &AppState) -> Found {
        self.look(state).await
    }

    fn look(&self, state: &AppState) -> Shared<BoxFuture<'static, Found>> {
        // Each change leaves a whole look, whatever panics after it.
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match latest.as_ref() {
            Some(look) if look.outcome.peek().is_none() || look.began.elapsed() < SHARED => {
                return look.outcome.clone();
            }
            Some(look) => look.outcome.peek().cloned(),
            None => None,
        };
        // A task of its own: whoever asked first may hang up, and others wait for it too.
        let state = state.clone();
        let asking = tokio::spawn(async move { ask(&state, before).await });
        let outcome = asking.map(|found| found.unwrap_or_else(|_| Found::unknown())).boxed().shared();
        *latest = Some(Look { began: Instant::now(), outcome: outcome.clone() });
        outcome
    }
}

impl Found {
    /// Where it could not be found out.
    fn unknown() -> Self {
        let problem = Problem::new(ProblemCode::Internal, "It could not be found out whether NetBox answers");
        Self { netbox: Err(problem), database: false }
    }
}

async fn ask(state: &AppState, before: Option<Found>) -> Found {
    let (netbox, database) = futures::join!(netbox(state), state.database().check());
    let said_before = before.and_then(|before| before.netbox.err()).map(|problem| problem.to_string());
    // Once when it begins, and not each time that somebody asks while it lasts.
    match &netbox {
        Err(problem) if said_before.as_ref() != Some(&problem.to_string()) => {
            tracing::warn!(problem = %problem, "not ready: NetBox");
        }
        Ok(()) if said_before.is_some() => tracing::info!("NetBox answers again"),
        _ => {}
    }
    Found { netbox, database: database.is_ok() }
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
