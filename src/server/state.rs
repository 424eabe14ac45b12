//! What every request needs: one value, made once.

#[cfg(test)]
pub(in crate::server) mod alone;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::agent::Guard;
use super::agent::driver::Agent;
use super::audit::Audit;
use super::auth::Auth;
use super::client_address::KnownProxies;
use super::config::LimitConfig;
use super::connections::Connections;
use super::event_stream::Streams;
use super::health::Readiness;
use super::hub::Hub;
use super::limits::Limits;
use super::starting_questions::StartingQuestions;
use super::store::Database;
use super::tools::Results;
use crate::wire::deployment::Deployment;

/// The server's state; cloning it is cheap.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// From where it may be used, besides its own pages.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Names under which this server may be addressed, besides its addresses and `localhost`.
    pub allowed_hosts: Vec<String>,
    /// Origins besides our own that may use it from a browser.
    pub cors_origins: Vec<http::HeaderValue>,
}

struct Inner {
    connections: Connections,
    database: Database,
    audit: Audit,
    limits: Limits,
    limit_config: LimitConfig,
    known_proxies: KnownProxies,
    auth: Arc<Auth>,
    hub: Arc<Hub>,
    agent: Arc<Agent>,
    starting_questions: StartingQuestions,
    readiness: Readiness,
    reach: Reach,
    sockets: TaskTracker,
    streams: Streams,
    draining: CancellationToken,
}

impl AppState {
    /// Puts the parts together.
    pub fn new(
        mut connections: Connections,
        database: Database,
        auth: Arc<Auth>,
        hub: Arc<Hub>,
        results: Results,
        reach: Reach,
        limit_config: LimitConfig,
    ) -> Self {
        connections.deployment.sharing = limit_config.sharing.is_on;
        let audit = Audit::start(database.clone(), limit_config.audit);
        let limits = Limits::start(database.clone(), limit_config.rates, limit_config.budgets);
        auth.note_in(audit.clone());
        let guard = Guard { limits: limits.clone(), audit: audit.clone(), auth: Arc::clone(&auth) };
        Self(Arc::new(Inner {
            agent: Arc::new(
                connections
                    .agent()
                    .keeping(results)
                    .changing(auth.config().who_changes(), auth.config().approval)
                    .guarded_by(guard),
            ),
            connections,
            audit,
            limits,
            database,
            limit_config,
            known_proxies: KnownProxies::new(&auth.config().trusted_proxies),
            auth,
            hub,
            starting_questions: StartingQuestions::default(),
            readiness: Readiness::default(),
            reach,
            sockets: TaskTracker::new(),
            streams: Streams::default(),
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

    /// Where it is noted who did what.
    pub fn audit(&self) -> &Audit {
        &self.0.audit
    }

    /// How much people may do, and have done.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The settings of that.
    pub fn limit_config(&self) -> &LimitConfig {
        &self.0.limit_config
    }

    /// The proxies whose word is taken for where a request comes from.
    pub fn known_proxies(&self) -> &KnownProxies {
        &self.0.known_proxies
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

    /// How NetBox and the database were a moment ago.
    pub fn readiness(&self) -> &Readiness {
        &self.0.readiness
    }

    /// Names under which this server may be addressed, besides its addresses and `localhost`.
    pub fn allowed_hosts(&self) -> &[String] {
        &self.0.reach.allowed_hosts
    }

    /// Origins besides our own that may use it from a browser.
    pub fn cors_origins(&self) -> &[http::HeaderValue] {
        &self.0.reach.cors_origins
    }

    /// Open sockets: no server waits for them by itself once they are upgraded.
    pub fn sockets(&self) -> &TaskTracker {
        &self.0.sockets
    }

    /// Those of them that are streams over plain HTTP.
    pub fn streams(&self) -> &Streams {
        &self.0.streams
    }

    /// Cancelled when the sockets are to be closed: the server stops, and the answers had their time.
    pub fn draining(&self) -> &CancellationToken {
        &self.0.draining
    }
}
