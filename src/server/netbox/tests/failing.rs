//! A small server that answers each request with the next of its replies, and the last one from then on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use futures::{StreamExt as _, stream};
use http::StatusCode;
use serde_json::{Value, json};

/// What the server answers once.
#[derive(Clone)]
pub(in crate::server::netbox) struct Reply {
    status: StatusCode,
    headers: Vec<(&'static str, String)>,
    body: String,
    delay: Duration,
    cut: bool,
}

impl Reply {
    pub(in crate::server::netbox) fn raw(content_type: &str, body: &str) -> Self {
        Self {
            status: StatusCode::OK,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.to_owned(),
            delay: Duration::ZERO,
            cut: false,
        }
    }

    pub(in crate::server::netbox) fn json(status: StatusCode, body: Value) -> Self {
        Self { status, ..Self::raw("application/json", &body.to_string()) }
    }

    pub(in crate::server::netbox) fn page(status: StatusCode, body: &str) -> Self {
        Self { status, ..Self::raw("text/html; charset=utf-8", body) }
    }

    pub(in crate::server::netbox) fn list() -> Self {
        Self::json(StatusCode::OK, json!({"count": 1, "next": null, "previous": null, "results": [{"id": 1}]}))
    }

    pub(in crate::server::netbox) fn redirect(location: &str) -> Self {
        Self { status: StatusCode::FOUND, ..Self::raw("text/html", "") }.header("location", location)
    }

    pub(in crate::server::netbox) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Waits before it answers.
    pub(in crate::server::netbox) fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Breaks the connection in the middle of the body.
    pub(in crate::server::netbox) fn cut(self) -> Self {
        Self { cut: true, ..self }
    }
}

struct Shared {
    replies: Vec<Reply>,
    requests: AtomicUsize,
    running: AtomicUsize,
    most: AtomicUsize,
}

/// The server, on a port of its own, until the test ends.
pub(in crate::server::netbox) struct Server {
    address: std::net::SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    pub(in crate::server::netbox) async fn start(replies: Vec<Reply>) -> Self {
        let shared = Arc::new(Shared {
            replies,
            requests: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, shared }
    }

    pub(in crate::server::netbox) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub(in crate::server::netbox) fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// The most requests that were there at one time.
    pub(in crate::server::netbox) fn most_at_once(&self) -> usize {
        self.shared.most.load(Ordering::SeqCst)
    }
}

async fn answer(State(shared): State<Arc<Shared>>) -> Response {
    let number = shared.requests.fetch_add(1, Ordering::SeqCst);
    let running = shared.running.fetch_add(1, Ordering::SeqCst) + 1;
    shared.most.fetch_max(running, Ordering::SeqCst);
    let reply = shared.replies[number.min(shared.replies.len() - 1)].clone();
    tokio::time::sleep(reply.delay).await;
    shared.running.fetch_sub(1, Ordering::SeqCst);
    let mut response = Response::builder().status(reply.status);
    for (name, value) in &reply.headers {
        response = response.header(*name, value);
    }
    let body = if reply.cut {
        let half = Bytes::from(reply.body[..reply.body.len() / 2].to_owned());
        let broken = async {
            // The first half must be on its way before the connection breaks.
            tokio::time::sleep(Duration::from_millis(50)).await;
            Err(std::io::Error::other("cut on purpose"))
        };
        Body::from_stream(stream::once(async { Ok(half) }).chain(stream::once(broken)))
    } else {
        Body::from(reply.body)
    };
    response.body(body).unwrap()
}
