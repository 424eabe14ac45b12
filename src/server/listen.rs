//! Takes connections and serves HTTP/1.1 on them, so that no client holds one for nothing: a header has to come within
//! a bounded time, an answer has to be read, and there are only so many connections, of which one address gets a part.
//!
//! `axum::serve` has none of these bounds, so this is the same thing on hyper itself.

mod slots;
mod stream;

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

pub use slots::{Slot, Slots};
use stream::ReadInTime;

use super::client_address::KnownProxies;
use crate::wire::problem::{Problem, ProblemCode};

/// How long a client may take for a header, and between two requests.
const HEADER_PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take for a body.
const BODY_PATIENCE: Duration = Duration::from_secs(20);
/// How long a client may read nothing of what waits for it.
const READ_PATIENCE: Duration = Duration::from_mins(1);
/// The largest header, in bytes: more than any browser sends with all its cookies.
const MAXIMUM_HEADER_BYTES: usize = 64 * 1024;
/// How long to wait after the system had no file handle left for a connection.
const OUT_OF_HANDLES: Duration = Duration::from_millis(200);

/// How many clients are told at once that there is no connection for them.
const REFUSALS: usize = 32;
/// When a client should come back for which there was no connection.
const COME_BACK_SECONDS: u64 = 5;

/// How many connections there may be, and how long a client may take.
#[derive(Clone, Debug)]
pub struct ListenSettings {
    /// In all; 0 for any number.
    pub connections: usize,
    /// From one address that is no known proxy; 0 for any number.
    pub connections_of_an_address: usize,
    /// For a header, and between two requests.
    pub header_patience: Duration,
    /// For a request's body.
    pub body_patience: Duration,
}

impl Default for ListenSettings {
    fn default() -> Self {
        Self {
            connections: 2_000,
            connections_of_an_address: 500,
            header_patience: HEADER_PATIENCE,
            body_patience: BODY_PATIENCE,
        }
    }
}

/// Serves until `draining` is cancelled and every connection has ended. Sockets are nobody's concern here once they are
/// upgraded.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: ListenSettings,
    known_proxies: KnownProxies,
    draining: CancellationToken,
) {
    let slots = Slots::new(settings.connections, settings.connections_of_an_address);
    let refusals = Arc::new(Semaphore::new(REFUSALS));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = draining.cancelled() => break,
        };
        let (connection, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // A client that gave up before it was its turn is no concern; being out of file handles is, and passes.
                tracing::warn!(error = %error, "a connection could not be taken");
                tokio::time::sleep(OUT_OF_HANDLES).await;
                continue;
            }
        };
        // The connections of a proxy are those of many.
        let known_proxy = known_proxies.contains(peer.ip());
        let Some(slot) = slots.take(peer.ip(), !known_proxy) else {
            tracing::debug!(%peer, "a connection is refused: there are too many");
            // In a flood most are closed without a word.
            if let Ok(place) = Arc::clone(&refusals).try_acquire_owned() {
                tokio::spawn(refuse(connection, place));
            }
            continue;
        };
        let serving = talk(connection, peer, slot, router.clone(), settings.header_patience, draining.clone());
        connections.spawn(serving);
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn talk(
    connection: TcpStream,
    peer: SocketAddr,
    slot: Slot,
    router: Router,
    header_patience: Duration,
    draining: CancellationToken,
) {
    // Pieces of an answer are small, and each shall be seen at once.
    if let Err(error) = connection.set_nodelay(true) {
        tracing::debug!(error = %error, "a connection gathers small packets");
    }
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = ReadInTime::new(connection, READ_PATIENCE, slot);
    let mut serving = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(header_patience)
            .max_buf_size(MAXIMUM_HEADER_BYTES)
            .serve_connection(TokioIo::new(connection), service)
            .with_upgrades()
    );
    let outcome = tokio::select! {
        outcome = serving.as_mut() => outcome,
        () = draining.cancelled() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = outcome {
        tracing::trace!(%peer, error = %error, "a connection broke off");
    }
}

/// Says why and closes. Who does not read it is not waited for.
async fn refuse(mut connection: TcpStream, _place: OwnedSemaphorePermit) {
    let mut problem = Problem::new(ProblemCode::RateLimited, "Too many connections are open")
        .hint("close some, or try again in a moment");
    problem.retry_after_milliseconds = Some(1_000 * COME_BACK_SECONDS);
    let body = serde_json::to_string(&problem).unwrap_or_default();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: {COME_BACK_SECONDS}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let told = async {
        connection.write_all(answer.as_bytes()).await?;
        connection.shutdown().await?;
        // Closed with something unread, the system would take back what was just written.
        let mut unread = [0; 1024];
        while connection.read(&mut unread).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    let _ = tokio::time::timeout(Duration::from_secs(1), told).await;
}
