//! The chat over plain HTTP, for places where proxies break sockets: `GET /events/chat` is the stream of frames
//! (Server-Sent Events: HTML, section 9.2), `POST /events/chat/{connection}` takes one command. What is said is what is
//! said on the socket, and the same code says it.

mod streams;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::channel::mpsc::{UnboundedSender, channel, unbounded};
use futures::{StreamExt, stream};
use http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};
use http::{Method, StatusCode};
use serde::Deserialize;

pub use streams::{Said, Streams};

use super::account::status_of;
use super::client_address::Origin;
use super::middleware::rate_limits::too_many;
use super::person::Person;
use super::state::AppState;
use super::ws::{Incoming, Outgoing, Visitor, known_time_zone, serve};
use crate::wire::command::{Command, Resume};
use crate::wire::id::ConversationId;
use crate::wire::problem::{Problem, ProblemCode};

/// Below it are the addresses of all streams.
pub const PATH: &str = "/events/chat";
/// How long nothing may be said: proxies end what is silent for longer, many after 30 seconds, some after 20.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// When a client that does it by itself comes back after a stream broke off.
const COME_BACK: Duration = Duration::from_secs(2);
/// For nginx, which would otherwise gather what is said.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// What a client wants of a stream from the beginning.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Opening {
    /// The time zone of the person, as on the socket.
    time_zone: Option<String>,
    /// A conversation to look at, so that whoever only reads needs no command.
    conversation: Option<ConversationId>,
    /// The last event of it that the client has; the header `Last-Event-ID` goes before.
    after: u64,
}

/// Opens a stream for this person. It keeps a place among their sockets.
pub async fn open(
    State(state): State<AppState>,
    person: Person,
    origin: Origin,
    method: Method,
    headers: HeaderMap,
    Query(opening): Query<Opening>,
) -> Response {
    let Opening { time_zone, conversation, after } = opening;
    let after = last_event(&headers).unwrap_or(after);
    let mut response = if method == Method::HEAD {
        Sse::new(stream::empty::<Result<Event, Infallible>>()).into_response()
    } else {
        let places = match state.limits().socket(&person.id, origin) {
            Ok(places) => places,
            Err(problem) => return too_many(problem),
        };
        // What the network has taken is not kept here; what it has not waits in the socket's own queue.
        let (sink, outgoing) = channel(1);
        let (signs, signs_of_life) = unbounded();
        let (id, registration, commands) = state.streams().open(&person);
        let first = conversation.clone().map(|conversation| subscribe(conversation, after));
        let incoming = stream::select(stream::iter(first).chain(commands), signs_of_life);
        let time_zone = known_time_zone(time_zone);
        let visitor = Visitor { person, address: origin.address, time_zone, stream: Some(id) };
        let serving = state.sockets().clone();
        serving.spawn(async move {
            serve(state, visitor, sink, incoming).await;
            drop((places, registration));
        });
        let mut reader = Reader { signs, follows: conversation, reached: None };
        let hint = stream::iter([Ok::<_, Infallible>(Event::default().retry(COME_BACK))]);
        let events = hint.chain(outgoing.map(move |outgoing| Ok(reader.event(outgoing))));
        Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response()
    };
    // Whoever compresses what passes would gather it for that.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform"));
    response.headers_mut().insert(BUFFERING, HeaderValue::from_static("no"));
    response
}

/// Takes a command for a stream of this person. What becomes of it is said on the stream.
pub async fn command(
    State(state): State<AppState>,
    person: Person,
    Path(connection): Path<String>,
    body: Bytes,
) -> Response {
    let Ok(text) = String::from_utf8(body.into()) else {
        let problem = Problem::new(ProblemCode::BadRequest, "The command is not UTF-8");
        return refused(problem.hint("send the JSON of one command as it stands in docs/protocol.md"));
    };
    match state.streams().say(&connection, &person, Incoming::Text(text)).await {
        Said::Taken => StatusCode::ACCEPTED.into_response(),
        Said::NoStream => {
            let problem = Problem::new(ProblemCode::NotFound, "There is no such connection");
            refused(problem.hint(format!("open a new one at {PATH}, then send the command again under the same id")))
        }
        Said::NoRoom => {
            let mut problem = Problem::new(ProblemCode::RateLimited, "Commands come faster than they can be obeyed")
                .hint("send one after the other; this one was not read");
            problem.retry_after_milliseconds = Some(1_000);
            too_many(problem)
        }
    }
}

fn refused(problem: Problem) -> Response {
    (status_of(&problem), Json(problem)).into_response()
}

/// The event after which a client goes on that broke off. An id that is none of ours is none.
fn last_event(headers: &HeaderMap) -> Option<u64> {
    headers.get("last-event-id")?.to_str().ok()?.trim().parse().ok()
}

fn subscribe(conversation: ConversationId, after: u64) -> Incoming {
    let command = Command::Subscribe(Resume { conversation, after });
    // Nothing in it could fail to be written; an empty frame would get an error.
    Incoming::Text(serde_json::to_string(&command).unwrap_or_default())
}

/// What reads at the other end. A stream carries nothing back: that the network takes what is said is the sign of life,
/// and the end of the answer, which drops this, is the client's leaving.
struct Reader {
    signs: UnboundedSender<Incoming>,
    /// The conversation whose events have ids.
    follows: Option<ConversationId>,
    /// The last of them.
    reached: Option<u64>,
}

impl Reader {
    fn event(&mut self, outgoing: Outgoing) -> Event {
        match outgoing {
            Outgoing::Text { json, reached } => {
                let event = Event::default().data(json);
                match reached.filter(|reached| Some(&reached.conversation) == self.follows.as_ref()) {
                    // The end of an answer may be told once more after a snapshot: a client has it, and what follows.
                    Some(reached) if self.reached.is_none_or(|last| last <= reached.after) => {
                        self.reached = Some(reached.after);
                        event.id(reached.after.to_string())
                    }
                    _ => event,
                }
            }
            Outgoing::Ping => {
                let _ = self.signs.unbounded_send(Incoming::Alive);
                Event::default().comment("ping")
            }
            Outgoing::Close { code, reason } => Event::default().comment(format!("closed with {code}, {reason}")),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.signs.unbounded_send(Incoming::Closed);
    }
}
