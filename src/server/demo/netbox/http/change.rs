//! Requests that write: `POST`, `PATCH`, `PUT` and `DELETE` of one object.

use std::sync::{Arc, PoisonError};

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::super::accounts::Asker;
use super::super::part;
use super::super::render::{Scope, Selection};
use super::super::schema::TypeId;
use super::super::store::{Object, Store};
use super::super::write::{self, Writing, writable};
use super::{Asked, FORBIDDEN, Server, detail, reply, with_state};

/// The longest message that NetBox's change log keeps, in characters.
const LONGEST_MESSAGE: usize = 200;

/// Answers a write of a list (a new object) or of one object.
pub fn change(server: &Server, asked: &Asked, asker: Asker, base: &str, kind: TypeId, id: Option<&str>) -> Response {
    if !asker.may_write(kind) {
        return detail(StatusCode::FORBIDDEN, FORBIDDEN);
    }
    let fits = match id {
        None => matches!(*asked.method, Method::POST | Method::PUT | Method::PATCH | Method::DELETE),
        Some(_) => matches!(*asked.method, Method::PUT | Method::PATCH | Method::DELETE),
    };
    if !fits || writable(kind).is_none() {
        let sentence = format!("Method \"{}\" not allowed.", asked.method);
        return detail(StatusCode::METHOD_NOT_ALLOWED, &sentence);
    }
    let body = match body(asked.body) {
        Ok(body) => body,
        Err(sentence) => return detail(StatusCode::BAD_REQUEST, &sentence),
    };
    if body.is_array() {
        return detail(StatusCode::BAD_REQUEST, "The demo NetBox takes one object at a time.");
    }
    if id.is_none() && *asked.method != Method::POST {
        return detail(StatusCode::BAD_REQUEST, "Expected a list of objects, but no data was submitted.");
    }
    let message = body.get("changelog_message").and_then(Json::as_str).unwrap_or_default().to_owned();
    if message.chars().count() > LONGEST_MESSAGE {
        let sentence = format!("Ensure this field has no more than {LONGEST_MESSAGE} characters.");
        return reply(StatusCode::BAD_REQUEST, &json!({"changelog_message": [sentence]}));
    }
    // One write after the other; whoever reads meanwhile sees the state before.
    let mut current = server.store.write().unwrap_or_else(PoisonError::into_inner);
    let present = server.present(&current);
    let writing = Writing { base, now: server.now, present, asker, request: asked.id, message };
    let (next, response) = match id {
        None => created(&writing, &current, kind, &body),
        Some(id) => changed(&writing, &current, asked, (kind, id), &body),
    };
    if let Some(next) = next {
        *current = Arc::new(next);
    }
    response
}

type Outcome = (Option<Store>, Response);

fn created(writing: &Writing, store: &Store, kind: TypeId, body: &Json) -> Outcome {
    match writing.create(store, kind, body) {
        Err(errors) => (None, reply(StatusCode::BAD_REQUEST, &Json::Object(errors))),
        Ok((next, object)) => {
            let scope = Scope { store: &next, base: writing.base, now: writing.now };
            let mut response = with_state(
                reply(StatusCode::CREATED, &scope.object(object, Selection::All)),
                write::state(&scope, object),
            );
            if let Ok(address) = HeaderValue::from_str(&scope.url(object)) {
                response.headers_mut().insert(header::LOCATION, address);
            }
            (Some(next), response)
        }
    }
}

fn changed(writing: &Writing, store: &Store, asked: &Asked, (kind, id): (TypeId, &str), body: &Json) -> Outcome {
    let object = id.parse().ok().map(|id| Object { kind, id }).filter(|object| store.exists(*object));
    let Some(object) = object else {
        let sentence = format!("No {} matches the given query.", part::class_name(kind));
        return (None, detail(StatusCode::NOT_FOUND, &sentence));
    };
    let scope = Scope { store, base: writing.base, now: writing.now };
    let state = write::state(&scope, object);
    if !matches(asked.headers, state.as_deref()) {
        return (None, with_state(detail(StatusCode::PRECONDITION_FAILED, "Precondition failed."), state));
    }
    if *asked.method == Method::DELETE {
        return match writing.delete(store, object) {
            Ok(next) => (Some(next), StatusCode::NO_CONTENT.into_response()),
            Err(sentence) => (None, detail(StatusCode::CONFLICT, &sentence)),
        };
    }
    match writing.update(store, object, body, *asked.method == Method::PUT) {
        Err(errors) => (None, reply(StatusCode::BAD_REQUEST, &Json::Object(errors))),
        Ok((next, object)) => {
            let scope = Scope { store: &next, base: writing.base, now: writing.now };
            let response = reply(StatusCode::OK, &scope.object(object, Selection::All));
            let response = with_state(response, write::state(&scope, object));
            (Some(next), response)
        }
    }
}

/// Whether an object is in a state that the request is meant for.
fn matches(headers: &HeaderMap, state: Option<&str>) -> bool {
    let Some(wanted) = headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok()) else { return true };
    // A type without states takes every write, as in NetBox.
    state.is_none_or(|state| wanted.split(',').any(|wanted| matches!(wanted.trim(), "*") || wanted.trim() == state))
}

/// The JSON of a body; an empty one is an object without fields.
fn body(bytes: &[u8]) -> Result<Json, String> {
    if bytes.is_empty() {
        return Ok(json!({}));
    }
    serde_json::from_slice(bytes).map_err(|error| format!("JSON parse error - {error}"))
}

impl Server {
    /// The present in microseconds since 1970, on a clock that the estate's "now" begins: later than every write
    /// before.
    fn present(&self, store: &Store) -> i64 {
        let passed = Timestamp::now().as_microsecond() - self.began.as_microsecond();
        let last = super::super::write::latest(store).unwrap_or_default();
        (self.now.as_microsecond() + passed).max(last + 1)
    }
}
