//! The pages about a person: drawn on the server, plain forms, an answer to each that sends the browser on.

mod audit;
mod oidc;
mod people;
mod settings;
mod share;
mod sign_in;
mod usage;

use axum::Router;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use http::header::{CONTENT_SECURITY_POLICY, HeaderValue};
use jiff::Timestamp;
use leptos::nonce::{provide_nonce, use_nonce};
use leptos::prelude::{Owner, RenderHtml as _};

use super::middleware::security_headers::page_policy;
use super::page::versions;
use super::person::{Person, Role};
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
        .route("/people", get(people::page))
        .route("/people/disable", post(people::disable))
        .route("/people/enable", post(people::enable))
        .route("/people/end-sessions", post(people::end_sessions))
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

/// What whoever is no admin gets instead: the sentence says what only admins may.
fn refuse_unless_admin(person: &Person, title: &'static str, sentence: &str) -> Option<Response> {
    if person.role == Role::Admin {
        return None;
    }
    let problem = Problem::new(ProblemCode::Forbidden, sentence).hint("ask whoever runs this; ADMINS says who is one");
    Some(trouble_page(StatusCode::FORBIDDEN, title, Some(signed_in(person)), problem))
}

/// A moment in words, to the minute.
fn date(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds)
        .map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// How long ago something was, in words.
fn ago(milliseconds: i64) -> String {
    const MINUTE: i64 = 60_000;
    match milliseconds / MINUTE {
        ..2 => "just now".to_owned(),
        minutes @ 2..120 => format!("{minutes} minutes ago"),
        minutes @ 120..2_880 => format!("{} hours ago", minutes / 60),
        minutes => format!("{} days ago", minutes / 1_440),
    }
}

/// Sends the browser to a page after a form: by GET, so that loading it again sends nothing again.
pub fn go_to(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// Who is signed in, as pages show it.
pub fn signed_in(person: &Person) -> SignedIn {
    SignedIn { name: person.name.clone(), is_admin: person.role == Role::Admin, can_sign_out: person.session.is_some() }
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
