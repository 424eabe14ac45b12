//! Every path of the server and what each request passes on the way.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use http::{HeaderName, Method, StatusCode, header};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::middleware::{rate_limits, request_body, request_log, same_origin, security_headers, sign_in};
use super::state::AppState;
use super::{account, assets, client_address, event_stream, health, page, ws};
use crate::wire::command::MAXIMUM_FRAME_BYTES;

/// The largest body of a request, in bytes: a title, an id or a form. (A command of the chat may have more.)
pub const MAXIMUM_BODY_BYTES: usize = 64 * 1024;

/// The whole application.
pub fn router(state: AppState) -> Router {
    // Views spawn tasks while they are rendered. leptos_axum says where to only when it lays out the routes itself;
    // an error means that somebody has said it already.
    let _ = any_spawner::Executor::init_tokio();
    let body_patience = request_body::Patience(state.limit_config().listen.body_patience);
    let hsts = security_headers::Hsts::new(state.limit_config().hsts);
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::list(state.cors_origins().iter().cloned()))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::ACCEPT, HeaderName::from_static("last-event-id")]);
    let pages = Router::new()
        .route("/", get(page::render))
        .route("/c/{conversation}", get(page::render))
        .fallback(file_or_page)
        // Files are stored compressed; this is for what is made on the spot.
        .layer(CompressionLayer::new());
    // Everything that is added here is for people who are known; what strangers may ask for stands below, by name.
    let for_people = Router::new()
        .route("/api/{*function}", post(page::server_function))
        .route("/ws/chat", any(ws::upgrade))
        .route("/events/chat", get(event_stream::open))
        .route(
            "/events/chat/{connection}",
            post(event_stream::command).layer(DefaultBodyLimit::max(MAXIMUM_FRAME_BYTES)),
        )
        .merge(account::for_people())
        .route_layer(from_fn_with_state(state.clone(), sign_in::require_person));
    Router::new()
        // A stranger who opens a page is sent to the sign-in page; a file is everybody's.
        .merge(pages)
        .merge(for_people)
        .merge(account::for_strangers())
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .layer(DefaultBodyLimit::max(MAXIMUM_BODY_BYTES))
        .layer(from_fn_with_state(state.clone(), rate_limits::limit_person))
        .layer(from_fn_with_state(state.clone(), sign_in::know_person))
        .layer(from_fn_with_state(body_patience, request_body::read_in_time))
        .layer(from_fn_with_state(state.clone(), rate_limits::limit_address))
        .layer(from_fn_with_state(state.clone(), same_origin::check_origin))
        .layer(cors)
        .layer(from_fn_with_state(hsts, security_headers::set_security_headers))
        .layer(from_fn_with_state(state.clone(), client_address::tell_origin))
        .layer(CatchPanicLayer::new())
        .layer(from_fn(request_log::log_request))
        .with_state(state)
}

async fn file_or_page(state: axum::extract::State<AppState>, request: Request) -> Response {
    if let Some(file) = assets::respond(&request) {
        return file;
    }
    // What belongs to the page is a file or nothing, also for somebody whose name is not looked up for it.
    let wants_page = request.method() == Method::GET
        && !request.uri().path().starts_with("/pkg/")
        && request
            .headers()
            .get(header::ACCEPT)
            .is_some_and(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    if wants_page {
        // Large: it holds the whole page, and every request for a file would carry room for it.
        return Box::pin(page::render(state, request)).await;
    }
    StatusCode::NOT_FOUND.into_response()
}
