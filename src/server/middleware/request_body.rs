//! Reads a request's body before anything is done with it: within a bounded time and size, whatever path it is for.
//! A client that sends it byte by byte holds a connection and nothing else.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONNECTION, HeaderValue};
use http::{StatusCode, header::CONTENT_LENGTH};

use crate::server::event_stream;
use crate::server::router::MAXIMUM_BODY_BYTES;
use crate::wire::command::MAXIMUM_FRAME_BYTES;
use crate::wire::problem::{Problem, ProblemCode};

/// How long a body may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience(pub Duration);

/// The middleware.
pub async fn read_in_time(State(Patience(patience)): State<Patience>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let most = most_bytes(request.uri().path());
    if announced.is_some_and(|bytes| bytes > most as u64) {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, most);
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(patience, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        // Too large, or broken off, and then nobody reads this.
        Ok(Err(_)) => refuse(StatusCode::PAYLOAD_TOO_LARGE, most),
        Err(_elapsed) => refuse(StatusCode::REQUEST_TIMEOUT, most),
    }
}

/// How large a body may be: a command of the chat as large as on the socket.
fn most_bytes(path: &str) -> usize {
    let is_command = path.strip_prefix(event_stream::PATH).is_some_and(|rest| rest.starts_with('/'));
    if is_command { MAXIMUM_FRAME_BYTES } else { MAXIMUM_BODY_BYTES }
}

/// The rest of the body is not read, so the connection is of no use any more.
fn refuse(status: StatusCode, most: usize) -> Response {
    let problem = if status == StatusCode::REQUEST_TIMEOUT {
        Problem::new(ProblemCode::BadRequest, "The request took too long to arrive")
            .hint("send it again over a faster connection")
    } else {
        let message = format!("The request's body is larger than {} KiB", most / 1024);
        Problem::new(ProblemCode::TooLarge, message).hint("send less at once; nothing of it was taken")
    };
    let mut response = (status, Json(problem)).into_response();
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}
