//! The endpoints.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::cache::Cache;
use super::error::ApiError;
use super::faults::{Fault, Faults};
use super::prefix::Prefix;
use super::reply::{Block, Reply, StopReason};
use super::request::{self, MOST_OUTPUT_TOKENS, Purpose};
use super::stream::{self, Delivery, Ending};
use super::{MODEL, Pace, Settings, identifier, reasoning};

/// The largest body, as the real API has it.
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// The versions of the API that are served.
const VERSIONS: [&str; 2] = ["2026-10-21", "2023-06-01"];

struct Server {
    settings: Settings,
    cache: Cache,
    faults: Faults,
}

type Shared = State<Arc<Server>>;
type Body = Result<Bytes, BytesRejection>;

pub(super) fn router(settings: Settings) -> Router {
    let server = Arc::new(Server { settings, cache: Cache::default(), faults: Faults::default() });
    Router::new()
        .route("/v1/messages", post(messages))
        .route("/v1/messages/count_tokens", post(count_tokens))
        .route("/v1/models", get(models))
        .route("/v1/models/{id}", get(model))
        .fallback(async || finish(Err(ApiError::not_found("Not found"))))
        .method_not_allowed_fallback(async || {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            finish(Err(ApiError::new(status, "invalid_request_error", "Method Not Allowed")))
        })
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(server)
}

async fn messages(State(server): Shared, headers: HeaderMap, body: Body) -> Response {
    finish(server.answer(&headers, body).await)
}

async fn count_tokens(State(server): Shared, headers: HeaderMap, body: Body) -> Response {
    let count = || {
        server.admit(&headers)?;
        let request = request::read(&body.map_err(|_| ApiError::too_large())?, Purpose::Count)?;
        let total: u64 = Prefix::of(&request).segments.iter().map(|segment| segment.tokens).sum();
        Ok(axum::Json(json!({"input_tokens": total})).into_response())
    };
    finish(count())
}

async fn models(State(server): Shared, headers: HeaderMap, Query(query): Query<Vec<(String, String)>>) -> Response {
    let list = || {
        server.admit(&headers)?;
        let given = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        if let Some(limit) = given("limit")
            && !limit.parse::<u16>().is_ok_and(|limit| (1..=1000).contains(&limit))
        {
            return Err(ApiError::invalid("limit: Input should be between 1 and 1000"));
        }
        // One page holds the only model; before and after it there is nothing.
        let data = if given("after_id").or(given("before_id")) == Some(MODEL) { vec![] } else { vec![description()] };
        let edge = if data.is_empty() { Value::Null } else { json!(MODEL) };
        Ok(axum::Json(json!({"data": data, "has_more": false, "first_id": edge, "last_id": edge})).into_response())
    };
    finish(list())
}

async fn model(State(server): Shared, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let one = || {
        server.admit(&headers)?;
        if id != MODEL {
            return Err(ApiError::not_found(format!("model: {id}")));
        }
        Ok(axum::Json(description()).into_response())
    };
    finish(one())
}

/// Every answer carries a request id, every refusal repeats it in its body.
fn finish(result: Result<Response, ApiError>) -> Response {
    let request_id = identifier::fresh("req");
    let mut response = result.unwrap_or_else(|error| error.response(&request_id));
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("request-id", value);
    }
    response
}

impl Server {
    /// The rules for headers: a version, one way of authorisation, no unknown beta.
    fn admit(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let bearer = match text("authorization") {
            None => None,
            Some(value) => match value.split_once(' ') {
                Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
                _ => return Err(ApiError::authentication("Invalid authorization header: use `Bearer <key>`")),
            },
        };
        let key = text("x-api-key");
        if bearer.is_some() && key.is_some() {
            return Err(ApiError::invalid("Provide either `x-api-key` or `Authorization: Bearer`, not both"));
        }
        if let Some(expected) = &self.settings.key {
            let same = |given: &str| Sha256::digest(given) == Sha256::digest(expected.expose_secret());
            match (bearer, key) {
                (None, None) => return Err(ApiError::authentication("x-api-key header is required")),
                (Some(given), _) if !same(given) => return Err(ApiError::authentication("Invalid bearer token")),
                (_, Some(given)) if !same(given) => return Err(ApiError::authentication("invalid x-api-key")),
                _ => {}
            }
        }
        match text("anthropic-version") {
            None => return Err(ApiError::invalid("anthropic-version: header is required")),
            Some(version) if !VERSIONS.contains(&version) => {
                return Err(ApiError::invalid(format!("anthropic-version: \"{version}\" is not a valid version")));
            }
            Some(_) => {}
        }
        match text("anthropic-beta") {
            Some(value) if !value.is_empty() => {
                Err(ApiError::invalid(format!("Unexpected value(s) `{value}` for the `anthropic-beta` header")))
            }
            _ => Ok(()),
        }
    }

    async fn answer(&self, headers: &HeaderMap, body: Body) -> Result<Response, ApiError> {
        self.admit(headers)?;
        let request = request::read(&body.map_err(|_| ApiError::too_large())?, Purpose::Answer)?;
        let prefix = Prefix::of(&request);
        prefix.check_signatures(&request)?;
        let fault = self.settings.faults.then(|| Faults::asked(&request)).flatten();
        if let Some(fault) = fault {
            self.faults.refuse(fault, prefix.whole)?;
        }
        let input = self.cache.divide(&request, &prefix)?;
        let reply = match fault {
            Some(Fault::Endless) => reasoning::endless(&request),
            fault => match fault.and_then(|fault| fault.calls(&request)) {
                Some(calls) => calls,
                None => spoil(reasoning::reply(&request), fault),
            },
        };
        let reply = reply.fit(&request);
        if request.stream {
            let delivery = Delivery {
                pace: self.settings.pace,
                slowness: if fault == Some(Fault::Slow) { 5 } else { 1 },
                ending: match fault {
                    Some(Fault::Cut) => Ending::Cut,
                    Some(Fault::ErrorEvent) => Ending::Error(ApiError::overloaded()),
                    _ => Ending::Complete,
                },
            };
            let stream = stream::body(&reply, &request, &prefix, input, delivery);
            let headers =
                [(header::CONTENT_TYPE, "text/event-stream; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
            return Ok((headers, stream).into_response());
        }
        if self.settings.pace == Pace::Natural {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
        let (output, thinking) = reply.output_tokens();
        let (stop_reason, stop_sequence, stop_details) = reply.stop_reason.fields();
        let message = json!({
            "id": identifier::fresh("msg"), "type": "message", "role": "assistant", "model": MODEL,
            "content": reply.content(&request, &prefix), "stop_reason": stop_reason, "stop_sequence": stop_sequence,
            "stop_details": stop_details, "container": null, "usage": input.usage(output, thinking),
        });
        Ok(axum::Json(message).into_response())
    }
}

/// Spoils an answer as a test asked.
fn spoil(mut reply: Reply, fault: Option<Fault>) -> Reply {
    match fault {
        Some(Fault::Refuse) => {
            let text = "I started to answer, and".to_owned();
            Reply { blocks: vec![Block::Text(text)], stop_reason: StopReason::Refusal }
        }
        Some(Fault::Empty) => Reply { blocks: Vec::new(), stop_reason: StopReason::EndTurn },
        Some(Fault::MaxTokens) => {
            let text = "This answer stops at its limit because a test asked for it, in the middle of a".to_owned();
            Reply { blocks: vec![Block::Text(text)], stop_reason: StopReason::MaxTokens }
        }
        Some(Fault::BadJson) => {
            for block in &mut reply.blocks {
                if let Block::Call { input, .. } = block {
                    input.truncate(input.len() - 1);
                    input.push_str(",\"limit\":");
                }
            }
            reply
        }
        _ => reply,
    }
}

/// The model's entry in `/v1/models`.
fn description() -> Value {
    let yes = json!({"supported": true});
    let no = json!({"supported": false});
    json!({
        "type": "model", "id": MODEL, "display_name": "Stand-in model", "created_at": "2026-11-22T00:00:00Z",
        "line": "stand-in", "lifecycle": "active", "deprecated_at": null, "retires_at": null,
        "max_input_tokens": 1_000_000, "max_tokens": MOST_OUTPUT_TOKENS,
        "capabilities": {
            "batch": no, "citations": no, "code_execution": no, "image_input": no, "pdf_input": no,
            "structured_outputs": no, "server_tools": no, "context_management": no,
            "effort": {"supported": true, "low": yes, "medium": yes, "high": yes, "xhigh": yes, "max": yes},
            "thinking": {"supported": true, "types": {
                "adaptive": yes, "enabled": no, "disabled": yes, "between_tools": no,
            }},
        },
    })
}
