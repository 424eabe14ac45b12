//! What every request needs: one value, made once.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::agent::driver::Agent;
use super::auth::Auth;
use super::connections::Connections;
use super::hub::Hub;
use super::starting_questions::StartingQuestions;
use super::store::Database;
use crate::wire::deployment::Deployment;

/// The server's state; cloning it is cheap.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

struct Inner {
    connections: Connections,
    database: Database,
    auth: Arc<Auth>,
    hub: Arc<Hub>,
    agent: Arc<Agent>,
    starting_questions: StartingQuestions,
    allowed_hosts: Vec<String>,
    cors_origins: Vec<http::HeaderValue>,
    sockets: TaskTracker,
    draining: CancellationToken,
}

impl AppState {
    /// Puts the parts together.
    pub fn new(
        connections: Connections,
        database: Database,
        auth: Arc<Auth>,
        hub: Arc<Hub>,
        allowed_hosts: Vec<String>,
        cors_origins: Vec<http::HeaderValue>,
    ) -> Self {
        Self(Arc::new(Inner {
            agent: Arc::new(connections.agent()),
            connections,
            database,
            auth,
            hub,
            starting_questions: StartingQuestions::default(),
            allowed_hosts,
            cors_origins,
            sockets: TaskTracker::new(),
            draining: CancellationToken::new(),
        }))
    }

    /// What is connected.
    pub fn deployment(&self) -> &Deployment {
        &self.0.connections.deployment
    }

    /// The model and the NetBox.
    pub fn connections(&self) -> &Connections {
        &self.0.connections
    }

    /// What is kept.
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// Who people are.
    pub fn auth(&self) -> &Arc<Auth> {
        &self.0.auth
    }

    /// The conversations.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.0.hub
    }

    /// What answers.
    pub fn agent(&self) -> &Arc<Agent> {
        &self.0.agent
    }

    /// Questions to start with.
    pub fn starting_questions(&self) -> &StartingQuestions {
        &self.0.starting_questions
    }

    /// Names under which this server may be addressed, besides its addresses and `localhost`.
    pub fn allowed_hosts(&self) -> &[String] {
        &self.0.allowed_hosts
    }

    /// Origins besides our own that may use it from a browser.
    pub fn cors_origins(&self) -> &[http::HeaderValue] {
        &self.0.cors_origins
    }

    /// Open sockets: no server waits for them by itself once they are upgraded.
    pub fn sockets(&self) -> &TaskTracker {
        &self.0.sockets
    }

    /// Cancelled when the sockets are to be closed: the server stops, and the answers had their time.
    pub fn draining(&self) -> &CancellationToken {
        &self.0.draining
    }
}
