//! The server's life: bind, serve, and stop without losing what is being written.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::config::ServeConfig;
use super::connections::Connections;
use super::demo::model::Pace;
use super::hub::Hub;
use super::state::AppState;
use super::store::MemoryStore;
use super::{assets, router};
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
        let connections = Connections::open(config.connection, pace).await?;
        let hub = Arc::new(Hub::new(Arc::new(MemoryStore::default())));
        let state = AppState::new(connections, hub, config.allowed_hosts, config.cors_origins);
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

    /// Serves until `stop` is done; then lets running answers finish for a bounded time.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), Problem> {
        let Self { listener, state, drain } = self;
        if !assets::is_there() {
            tracing::warn!("the page's WebAssembly and styles are not built in: run `make build`");
        }
        let draining = state.draining().clone();
        let stopping = state.clone();
        tokio::spawn(async move {
            stop.await;
            tracing::info!(drain.seconds = drain.as_secs(), "stopping: running answers may finish");
            let all_done = stopping.agent().drain(drain).await;
            if !all_done {
                tracing::warn!("some answers were not finished in time");
            }
            stopping.draining().cancel();
        });
        let sockets = state.sockets().clone();
        let serving = axum::serve(listener, router::router(state)).with_graceful_shutdown({
            let draining = draining.clone();
            async move { draining.cancelled().await }
        });
        let outcome = tokio::select! {
            outcome = async { serving.await } => outcome,
            () = async { draining.cancelled().await; tokio::time::sleep(LAST_CONNECTIONS).await } => Ok(()),
        };
        sockets.close();
        let _ = tokio::time::timeout(LAST_CONNECTIONS, sockets.wait()).await;
        outcome.map_err(|error| Problem::new(ProblemCode::Internal, format!("The server stopped: {error}")))
    }
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
