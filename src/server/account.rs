//! The pages about a person: drawn on the server, plain forms, an answer to each that sends the browser on.

mod audit;
mod oidc;
mod settings;
mod share;
mod sign_in;
mod usage;

use axum::Router;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use leptos::nonce::{provide_nonce, use_nonce};
use leptos::prelude::{Owner, RenderHtml as _};

use super::middleware::security_headers::page_policy;
use super::page::versions;
use super::person::Person;
use super::state::AppState;
use crate::components::erase::Erased;
use crate::pages::account::{AccountFrame, document, trouble};
use crate::wire::person::SignedIn;
use crate::wire::problem::{Problem, ProblemCode};

/// What strangers may ask for.
pub fn for_strangers() -> Router<AppState> {
    Router::new()
        .route("/sign-in", get(sign_in::page).post(sign_in::submit))
        .route("/sign-in/oidc", get(oidc::begin))
        .route("/sign-in/oidc/callback", get(oidc::callback))
        .route("/sign-out/done", get(oidc::signed_out))
}

/// What a person may ask for.
pub fn for_people() -> Router<AppState> {
    Router::new()
        .route("/sign-out", post(sign_in::sign_out))
        .route("/usage", get(usage::page))
        .route("/audit.jsonl", get(audit::download))
        .route("/settings", get(settings::page))
        .route("/settings/netbox-token", post(settings::keep_token))
        .route("/settings/netbox-token/forget", post(settings::forget_token))
        .route("/settings/sessions/end", post(settings::end_session))
        .route("/settings/sessions/end-others", post(settings::end_other_sessions))
        .route("/c/{conversation}/share", get(share::page).post(share::share))
        .route("/c/{conversation}/share/revoke", post(share::revoke))
        .route("/s/{secret}", get(share::shared))
}

/// A page's answer: drawn under a policy of its own.
pub fn answer(
    status: StatusCode,
    title: &str,
    path: &'static str,
    person: Option<SignedIn>,
    body: impl FnOnce() -> Erased,
) -> Response {
    let (html, nonce) = Owner::new().with(|| {
        provide_nonce();
        let frame = AccountFrame { title: title.to_owned(), path, person, assets: versions() };
        let html = document(frame, body()).to_html();
        (html, use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default())
    });
    let mut response = (status, Html(html)).into_response();
    if let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce, false)) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A page that says only what did not work.
pub fn trouble_page(status: StatusCode, title: &'static str, person: Option<SignedIn>, problem: Problem) -> Response {
    answer(status, title, "", person, || trouble(problem))
}

/// Sends the browser to a page after a form: by GET, so that loading it again sends nothing again.
pub fn go_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Who is signed in, as pages show it.
pub fn signed_in(person: &Person) -> SignedIn {
    SignedIn {
        name: person.name.clone(),
        is_admin: person.role == super::person::Role::Admin,
        can_sign_out: person.session.is_some(),
    }
}

/// Whose fault a problem is, as a status.
pub fn status_of(problem: &Problem) -> StatusCode {
    match problem.code {
        ProblemCode::BadRequest => StatusCode::BAD_REQUEST,
        ProblemCode::NotFound => StatusCode::NOT_FOUND,
        ProblemCode::NetboxToken | ProblemCode::SignIn => StatusCode::UNAUTHORIZED,
        ProblemCode::NetboxPermission | ProblemCode::Forbidden => StatusCode::FORBIDDEN,
        ProblemCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemCode::RateLimited | ProblemCode::BudgetLimit => StatusCode::TOO_MANY_REQUESTS,
        ProblemCode::NetboxUnreachable | ProblemCode::NetboxAnswer => StatusCode::BAD_GATEWAY,
        ProblemCode::Storage => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The host of an address, as people know it.
fn host(url: &str) -> String {
    crate::components::format::host(url).to_owned()
}
