//! A NetBox with somebody in between: every request is noted, and answers may be changed on their way.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use tokio::net::TcpListener;

/// What is done with the text of an answer.
type Change = Arc<dyn Fn(String) -> String + Send + Sync>;

#[derive(Clone)]
pub struct Recorder {
    target: String,
    change: Change,
    requests: Arc<Mutex<Vec<(String, String)>>>,
    http: reqwest::Client,
}

impl Recorder {
    /// Between its own address, which is given, and the NetBox at `target` (`http://127.0.0.1:8000/`).
    pub async fn start(target: &str, change: impl Fn(String) -> String + Send + Sync + 'static) -> (Self, String) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let recorder = Self {
            target: target.trim_end_matches('/').to_owned(),
            change: Arc::new(change),
            requests: Arc::default(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(recorder.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (recorder, url)
    }

    /// Method and path of every request so far.
    pub fn requests(&self) -> Vec<(String, String)> {
        self.requests.lock().unwrap().clone()
    }
}

async fn pass(State(recorder): State<Recorder>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    recorder.requests.lock().unwrap().push((parts.method.to_string(), parts.uri.path().to_owned()));
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let url = format!("{}{}", recorder.target, parts.uri.path_and_query().unwrap());
    let mut headers = parts.headers;
    headers.remove("host");
    headers.remove("accept-encoding");
    let answer = recorder.http.request(parts.method, url).headers(headers).body(body).send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get("content-type") {
        response = response.header("content-type", kind);
    }
    let text = (recorder.change)(answer.text().await.unwrap());
    response.body(Body::from(text)).unwrap()
}

/// An address that nobody should come to: it counts who does.
pub async fn trap() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let count = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&count);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counting.fetch_add(1, Ordering::SeqCst);
        }
    });
    (address, count)
}
