//! A real server that answers what the test tells it to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::super::client::{Client, Settings};
use super::super::models::{Effort, Model};
use super::super::profile::Profile;
use super::super::request;

/// The key that the tests use.
pub const KEY: &str = "sk-test-0123456789";

/// One request as it arrived.
pub struct Arrived {
    /// Path and query.
    pub path: String,
    /// Its headers.
    pub headers: http::HeaderMap,
    /// Its body; null where it is no JSON.
    pub body: Value,
}

/// A server on a port of its own.
#[derive(Clone, Default)]
pub struct Server {
    answers: Arc<Mutex<VecDeque<Response>>>,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl Server {
    /// Serves these answers, one to each request, and then 500s.
    pub async fn start(answers: Vec<Response>) -> (Self, Url) {
        let server = Self { answers: Arc::new(Mutex::new(answers.into())), arrived: Arc::default() };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (server, url)
    }

    /// The same with a client for it.
    pub async fn with_client(answers: Vec<Response>) -> (Self, Client) {
        let (server, url) = Self::start(answers).await;
        (server, client(url))
    }

    /// Takes what arrived since the last time.
    pub fn arrived(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.arrived.lock().unwrap())
    }
}

async fn answer(State(server): State<Server>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&body).unwrap_or_default();
    server.arrived.lock().unwrap().push(Arrived { path: parts.uri.to_string(), headers: parts.headers, body });
    let next = server.answers.lock().unwrap().pop_front();
    next.unwrap_or_else(|| http::StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// A client with the tests' key and a short patience.
pub fn client(url: Url) -> Client {
    let settings =
        Settings { read_timeout: std::time::Duration::from_millis(400), ..Settings::new(url, Some(KEY.into())) };
    Client::new(settings).unwrap()
}

/// A client with settings of one's own.
pub fn settings(url: Url) -> Settings {
    Settings::new(url, Some(SecretString::from(KEY)))
}

/// A small request.
pub fn request() -> request::Request {
    let messages = vec![super::super::message::user("How many sites are there?")];
    let model = Model::known("claude-haiku-5-5");
    request::Request::new(Profile::Anthropic, &model, Effort::Medium, "Answer.", json!([]), messages)
}

/// A streamed answer.
pub fn events(stream: &str) -> Response {
    ([("content-type", "text/event-stream; charset=utf-8"), ("request-id", "req_header")], stream.to_owned())
        .into_response()
}

/// A streamed answer whose connection breaks after this.
pub fn cut(stream: &str) -> Response {
    let whole = stream::iter([Ok(Bytes::from(stream.to_owned()))]);
    // Let the bytes leave before the connection goes.
    let broken = stream::once(async {
        tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        Err(std::io::Error::other("cut"))
    });
    ([("content-type", "text/event-stream")], Body::from_stream(whole.chain(broken))).into_response()
}

/// A streamed answer that stays open without another byte.
pub fn silent(stream: &str) -> Response {
    let whole = stream::iter([Ok::<_, std::io::Error>(Bytes::from(stream.to_owned()))]);
    ([("content-type", "text/event-stream")], Body::from_stream(whole.chain(stream::pending()))).into_response()
}

/// An error in the API's shape that asks to come back after 5 ms.
pub fn failure(status: u16, kind: &str, message: &str) -> Response {
    let body = json!({ "type": "error", "error": { "type": kind, "message": message }, "request_id": "req_body" });
    let status = http::StatusCode::from_u16(status).unwrap();
    (status, [("retry-after-ms", "5")], axum::Json(body)).into_response()
}

/// A page of a proxy that asks to come back after 5 ms.
pub fn page(status: u16) -> Response {
    let status = http::StatusCode::from_u16(status).unwrap();
    let body = "<html><body><h1>It broke</h1></body></html>";
    (status, [("content-type", "text/html"), ("retry-after-ms", "5")], body).into_response()
}

/// A streamed answer that comes in small pieces, after a while.
pub fn slow(stream: &str) -> Response {
    let pieces: Vec<Bytes> = stream.as_bytes().chunks(100).map(Bytes::copy_from_slice).collect();
    let pieces = stream::iter(pieces).then(|piece| async {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        Ok::<_, std::io::Error>(piece)
    });
    ([("content-type", "text/event-stream")], Body::from_stream(pieces)).into_response()
}

/// A streamed answer that never goes on, but for pings.
pub fn pinging(stream: &str) -> Response {
    let whole = stream::iter([Bytes::from(stream.to_owned())]);
    let pings = stream::unfold((), |()| async {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        Some((Bytes::from_static(b"event: ping\ndata: {\"type\": \"ping\"}\n\n"), ()))
    });
    let body = whole.chain(pings).map(Ok::<_, std::io::Error>);
    ([("content-type", "text/event-stream")], Body::from_stream(body)).into_response()
}
