//! The server's life: bind, serve, and stop without losing what is being written.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::{Stream, StreamExt};
use tokio::net::TcpListener;

use super::auth::Auth;
use super::config::ServeConfig;
use super::connections::Connections;
use super::demo::model::Pace;
use super::hub::Hub;
use super::state::{AppState, Reach};
use super::store::Database;
use super::tools::Results;
use super::{assets, listen, router, upkeep};
use crate::wire::problem::{Problem, ProblemCode};

/// How long open connections get after the answers are done.
const LAST_CONNECTIONS: Duration = Duration::from_secs(3);

/// A server that is bound, but does not serve yet.
pub struct Server {
    listener: TcpListener,
    state: AppState,
    drain: Duration,
}

impl Server {
    /// Opens the connections and binds the address. `pace` is the stand-in model's, where it is used.
    pub async fn bind(config: ServeConfig, pace: Pace) -> Result<Self, Problem> {
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            Problem::new(
                ProblemCode::BadRequest,
                format!("The address {} cannot be listened on: {error}", config.listen),
            )
            .hint("stop what listens there, or choose another with --listen 127.0.0.1:PORT")
        })?;
        let database = Database::open(config.storage.database).await?;
        let connections = Connections::open(config.connection, pace).await?;
        let results = Results::in_database(database.clone(), config.storage.result_days);
        let (netbox, service) = (Arc::clone(&connections.netbox), connections.service.clone());
        let auth = Arc::new(Auth::new(config.people, database.clone(), netbox, service)?);
        let hub = Arc::new(Hub::new(database.clone()));
        let reach = Reach { allowed_hosts: config.allowed_hosts, cors_origins: config.cors_origins };
        let state = AppState::new(connections, database, auth, hub, results, reach, config.limits);
        Ok(Self { listener, state, drain: config.drain })
    }

    /// Where it listens, as people open it.
    pub fn address(&self) -> String {
        self.listener.local_addr().map(|address| format!("http://{address}")).unwrap_or_default()
    }

    /// Its state.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Serves until it is told to stop; then lets running answers finish for a bounded time. Told once more, it does
    /// not wait for them.
    pub async fn serve(self, signals: impl Stream<Item = ()> + Send + 'static) -> Result<(), Problem> {
        let Self { listener, state, drain } = self;
        if !assets::is_there() {
            tracing::warn!("the page's WebAssembly and styles are not built in: run `make build`");
        }
        let draining = state.draining().clone();
        tokio::spawn(upkeep::keep_up(state.clone()));
        tokio::spawn(stop(state.clone(), drain, signals));
        // What this NetBox has and takes is learnt before somebody asks.
        let (netbox, service) = (state.connections().netbox.clone(), state.connections().service.clone());
        if service.kind().is_some() {
            tokio::spawn(async move { netbox.schema(&service).await });
        }
        tokio::spawn(Arc::clone(state.auth()).sweep());
        let sockets = state.sockets().clone();
        let (audit, settings) = (state.audit().clone(), state.limit_config().listen.clone());
        let known_proxies = state.known_proxies().clone();
        tokio::select! {
            () = listen::serve(listener, router::router(state), settings, known_proxies, draining.clone()) => {}
            () = async { draining.cancelled().await; tokio::time::sleep(LAST_CONNECTIONS).await } => {}
        }
        sockets.close();
        let _ = tokio::time::timeout(LAST_CONNECTIONS, sockets.wait()).await;
        let _ = tokio::time::timeout(LAST_CONNECTIONS, audit.flush()).await;
        Ok(())
    }
}

/// Begins nothing more, lets running answers finish or ends them, and has the sockets closed.
async fn stop(state: AppState, drain: Duration, signals: impl Stream<Item = ()>) {
    let mut signals = pin!(signals);
    signals.next().await;
    tracing::info!(drain.seconds = drain.as_secs(), "stopping: running answers may finish; a second signal ends them");
    state.hub().stopping().cancel();
    let again = async {
        if signals.next().await.is_none() {
            std::future::pending::<()>().await;
        }
    };
    let all_done = tokio::select! {
        all_done = state.agent().drain(drain) => all_done,
        () = again => false,
    };
    if !all_done {
        tracing::warn!("some answers were not finished in time; they are left to be continued");
        state.hub().leave_runs().await;
    }
    if !matches!(state.hub().save_unsaved().await, Ok(true)) {
        tracing::error!("what was written last could not be stored: the database does not take it");
    }
    state.draining().cancel();
}

/// Each time that the process is told to stop.
pub fn stop_signals() -> impl Stream<Item = ()> {
    futures::stream::unfold((), |()| async { Some((told_to_stop().await, ())) })
}

/// Done when the process is told to stop: Ctrl-C, or SIGTERM.
pub async fn told_to_stop() {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
