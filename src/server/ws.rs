//! `GET /ws/chat`: the socket. A view of conversations and a way to command; never the home of a run.

mod command;
mod connection;
mod parse;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use serde::Deserialize;

pub use connection::{Incoming, Outgoing, Visitor, serve};
pub use parse::parse;

use super::client_address::Origin;
use super::middleware::rate_limits::too_many;
use super::person::Person;
use super::state::AppState;
use crate::wire::command::MAXIMUM_FRAME_BYTES;

/// The socket itself accepts more than the protocol does: a frame that is too large gets an answer, and whoever sent
/// it by mistake keeps the connection. Beyond this the connection is cut.
const SOCKET_BYTES: usize = 64 * MAXIMUM_FRAME_BYTES;

/// What a client says of itself when it connects.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Hello {
    /// The time zone of the person, `Europe/Berlin`, so that "yesterday" is theirs.
    time_zone: Option<String>,
}

/// Upgrades a request to a socket of this person.
pub async fn upgrade(
    State(state): State<AppState>,
    person: Person,
    origin: Origin,
    Query(hello): Query<Hello>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let places = match state.limits().socket(&person.id, origin) {
        Ok(places) => places,
        Err(problem) => return too_many(problem),
    };
    let time_zone = known_time_zone(hello.time_zone);
    let sockets = state.sockets().clone();
    upgrade.max_message_size(SOCKET_BYTES).max_frame_size(SOCKET_BYTES).on_upgrade(move |socket| {
        sockets.track_future(async move {
            let (sink, stream) = socket.split();
            let sink = sink.with(|outgoing: Outgoing| futures::future::ready(Ok::<_, axum::Error>(message(outgoing))));
            let stream = stream.map(incoming);
            let visitor = Visitor { person, address: origin.address, time_zone, stream: None };
            serve(state, visitor, Box::pin(sink), Box::pin(stream)).await;
            drop(places);
        })
    })
}

/// A time zone that is known. An unknown one is none: questions are answered all the same.
pub fn known_time_zone(name: Option<String>) -> Option<String> {
    name.filter(|name| jiff::tz::TimeZone::get(name).is_ok())
}

fn message(outgoing: Outgoing) -> Message {
    match outgoing {
        Outgoing::Text { json, .. } => Message::Text(json.into()),
        Outgoing::Ping => Message::Ping(Bytes::new()),
        Outgoing::Close { code, reason } => {
            Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }))
        }
    }
}

fn incoming(received: Result<Message, axum::Error>) -> Incoming {
    match received {
        Ok(Message::Text(text)) => Incoming::Text(text.to_string()),
        Ok(Message::Binary(_)) => Incoming::Binary,
        // Pings are answered by the library.
        Ok(Message::Ping(_) | Message::Pong(_)) => Incoming::Alive,
        Err(error) if is_too_large(&error) => Incoming::TooLarge,
        Ok(Message::Close(_)) | Err(_) => Incoming::Closed,
    }
}

/// The library reports a frame over the limit as an error like any other; its text is all that tells it apart.
fn is_too_large(error: &axum::Error) -> bool {
    let text = error.to_string().to_ascii_lowercase();
    text.contains("too long") || text.contains("too large") || text.contains("too big")
}
