//! Renders the page, and answers server functions: both get who asks and what is asked for as contexts.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use leptos::config::{Env, LeptosOptions, ReloadWSProtocol};
use leptos::nonce::use_nonce;
use leptos::prelude::provide_context;
use leptos_axum::ResponseOptions;

use super::account;
use super::auth::Refused;
use super::auth::next::sign_in_path;
use super::client_address::Origin;
use super::clock;
use super::middleware::security_headers::page_policy;
use super::person::Person;
use super::state::AppState;
use crate::app::{AssetVersions, Bootstrap, Opened, shell};
use crate::wire::id::ConversationId;

/// Renders the page that the address names.
pub async fn render(State(state): State<AppState>, request: Request) -> Response {
    let Some(person) = request.extensions().get::<Person>().cloned() else { return stranger(&state, &request) };
    let path = request.uri().path().to_owned();
    let origin = origin_of(&request);
    let bootstrap = bootstrap(&state, &person, origin, &path).await;
    let status = match (&bootstrap.opened, path.as_str()) {
        (Opened::New, "/") | (Opened::Conversation { .. }, _) => StatusCode::OK,
        (Opened::New | Opened::Missing { .. }, _) => StatusCode::NOT_FOUND,
    };
    let options = leptos_options();
    let handler = leptos_axum::render_app_async_with_context(
        move || {
            provide_context(bootstrap.clone());
            provide_context(versions());
            provide_context(state.clone());
            provide_context(person.clone());
            set_policy();
        },
        move || shell(options.clone()),
    );
    let mut response = handler(request).await.into_response();
    if status != StatusCode::OK {
        *response.status_mut() = status;
    }
    response
}

/// Answers a server function.
pub async fn server_function(State(state): State<AppState>, request: Request<Body>) -> Response {
    let Some(person) = request.extensions().get::<Person>().cloned() else {
        return Refused::of(request.extensions()).into_response();
    };
    let origin = origin_of(&request);
    let response = leptos_axum::handle_server_fns_with_context(
        move || {
            provide_context(origin);
            provide_context(state.clone());
            provide_context(person.clone());
        },
        request,
    )
    .await
    .into_response();
    blame(response).await
}

/// Where a request comes from, as the middleware told.
fn origin_of(request: &Request) -> Origin {
    request.extensions().get::<Origin>().copied().unwrap_or(Origin::LOCAL)
}

/// A body that cannot be read is the caller's fault, not the server's, as the framework says (500).
async fn blame(response: Response) -> Response {
    const UNREADABLE: [&[u8]; 3] = [b"Args|", b"Deserialization|", b"MissingArg|"];
    const LONGEST: usize = 64 * 1024;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(text) = axum::body::to_bytes(body, LONGEST).await else { return parts.status.into_response() };
    if UNREADABLE.iter().any(|prefix| text.starts_with(prefix)) {
        parts.status = StatusCode::BAD_REQUEST;
    }
    Response::from_parts(parts, Body::from(text))
}

async fn bootstrap(state: &AppState, person: &Person, origin: Origin, path: &str) -> Bootstrap {
    let opened = match path.strip_prefix("/c/") {
        Some(id) => match state.hub().open(&person.id, &ConversationId::from(id)).await {
            Ok(conversation) => Opened::Conversation { transcript: conversation.transcript().await },
            Err(problem) => Opened::Missing { problem },
        },
        None => Opened::New,
    };
    let starting_questions = match opened {
        Opened::Conversation { .. } => Vec::new(),
        _ => state.starting_questions().get(state, person, origin).await,
    };
    let conversations = state.hub().list(&person.id).await.unwrap_or_else(|problem| {
        tracing::error!(problem = %problem.message, "the list of conversations could not be read");
        Vec::new()
    });
    Bootstrap {
        deployment: state.deployment().clone(),
        conversations,
        starting_questions,
        opened,
        person: account::signed_in(person),
        now: clock::now(),
    }
}

/// What somebody gets who is not signed in: the way to the sign-in page and back, or why there is none.
pub fn stranger(state: &AppState, request: &Request) -> Response {
    let refused = Refused::of(request.extensions());
    if refused.status() == StatusCode::UNAUTHORIZED && state.auth().config().has_sign_in_page() {
        let wanted = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return account::go_to(&sign_in_path(wanted));
    }
    account::trouble_page(refused.status(), "Not signed in", None, refused.problem().clone())
}

/// Sets the page's policy, with the nonce that its inline scripts carry.
fn set_policy() {
    if let (Some(nonce), Some(response)) = (use_nonce(), leptos::prelude::use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce, is_watched()))
    {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}

/// The versions of the page's files.
pub fn versions() -> AssetVersions {
    // A debug build's files change while it runs.
    if cfg!(debug_assertions) {
        return AssetVersions::default();
    }
    let version = super::assets::current_version();
    AssetVersions { script: version.clone(), wasm: version.clone(), style: version }
}

/// Whether `make watch` runs this program, and wants to reload the page after a change.
fn is_watched() -> bool {
    cfg!(debug_assertions) && std::env::var_os("LEPTOS_WATCH").is_some()
}

fn leptos_options() -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("netbox-chatbox")
        .env(if is_watched() { Env::DEV } else { Env::PROD })
        .reload_ws_protocol(ReloadWSProtocol::WS)
        .reload_port(8002_u32)
        .build()
}
