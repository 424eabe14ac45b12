//! Signing in and out.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use http::header::{RETRY_AFTER, SET_COOKIE};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{answer, go_to, host, oidc, status_of, trouble_page};
use crate::pages::sign_in::SignInPage;
use crate::server::audit::Entry;
use crate::server::auth::next::local_path;
use crate::server::auth::{Refused, Visit};
use crate::server::client_address::Origin;
use crate::server::config::SignInMode;
use crate::server::demo::netbox::ACCOUNTS;
use crate::server::middleware::rate_limits::retry_after;
use crate::server::person::Person;
use crate::server::state::AppState;
use crate::wire::problem::Problem;

const TITLE: &str = "Sign in";
/// This way of signing in, in the audit trail.
const MODE: &str = "netbox";

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    pub(super) next: Option<String>,
}

/// What was typed: a name and a password, or a token.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    next: Option<String>,
    username: String,
    password: String,
    token: String,
}

/// `GET /sign-in`
pub(super) async fn page(
    State(state): State<AppState>,
    Query(Wanted { next }): Query<Wanted>,
    person: Result<Person, Refused>,
) -> Response {
    let next = local_path(next.as_deref());
    if let Some(provider) = state.auth().oidc() {
        return oidc::page(provider, next, person);
    }
    match (&state.auth().config().mode, person) {
        (SignInMode::Netbox, person) => {
            let signed_in = person.ok().map(|person| person.name);
            draw(&state, StatusCode::OK, SignInPage { next: next.to_owned(), signed_in, ..SignInPage::default() })
        }
        // Elsewhere there is nothing to do here.
        (_, Ok(_)) => go_to(next),
        (_, Err(refused)) => trouble_page(refused.status(), "Not signed in", None, refused.problem().clone()),
    }
}

/// `POST /sign-in`
pub(super) async fn submit(State(state): State<AppState>, visit: Visit, Form(typed): Form<Typed>) -> Response {
    let Typed { next, username, password, token } = typed;
    let origin = visit.origin;
    let next = local_path(next.as_deref()).to_owned();
    if !matches!(state.auth().config().mode, SignInMode::Netbox) {
        return go_to(&next);
    }
    let (password, token) = (SecretString::from(password), SecretString::from(token));
    let with_token = !token.expose_secret().is_empty();
    let name = (!with_token).then_some(username.as_str());
    if let Err(problem) = state.limits().sign_in(origin, name).await {
        note_too_many(&state, MODE, name, origin).await;
        let wait = retry_after(&problem);
        let page = SignInPage { next, name: username, with_token, problem: Some(problem), ..SignInPage::default() };
        let mut response = draw(&state, StatusCode::TOO_MANY_REQUESTS, page);
        response.headers_mut().extend(wait.map(|wait| (RETRY_AFTER, wait)));
        return response;
    }
    let identified = if with_token {
        state.auth().with_token(token.expose_secret()).await
    } else {
        state.auth().with_password(&username, &password).await
    };
    let signed_in = match identified {
        Ok(identity) => {
            let subject = identity.subject.clone();
            let signed_in = state.auth().sign_in(identity, &visit).await;
            if signed_in.is_ok() {
                state.audit().record(Entry::sign_in(&subject, MODE).from(origin.address));
            }
            signed_in
        }
        Err(problem) => Err(problem),
    };
    match signed_in {
        Ok(cookie) => {
            let mut response = go_to(&next);
            response.headers_mut().append(SET_COOKIE, cookie);
            response
        }
        Err(problem) => {
            state.audit().record(Entry::sign_in_failed(MODE, name, &problem.message).from(origin.address));
            tracing::info!(address = %origin.address, problem = %problem.message, "somebody could not sign in");
            let status = status_of(&problem);
            let page = SignInPage { next, name: username, with_token, problem: Some(problem), ..SignInPage::default() };
            draw(&state, status, page)
        }
    }
}

/// Notes that somebody tries too often, but not each time.
pub(super) async fn note_too_many(state: &AppState, mode: &str, name: Option<&str>, origin: Origin) {
    if state.limits().notes_refusal(origin).await {
        state.audit().record(Entry::sign_in_failed(mode, name, "too many attempts").from(origin.address));
    }
}

/// `POST /sign-out`
pub(super) async fn sign_out(State(state): State<AppState>, person: Person, origin: Origin) -> Response {
    match state.auth().sign_out(&person, origin).await {
        Ok(cookie) => {
            state.audit().record(Entry::sign_out(&person.id).from(origin.address));
            let has_provider = state.auth().oidc().is_some();
            let mut response = go_to(match (&person.session, has_provider) {
                (Some(_), true) => "/sign-out/done",
                (Some(_), false) => "/sign-in",
                (None, _) => "/",
            });
            if let Some(cookie) = cookie {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
        }
        Err(problem) => failed(problem, &person),
    }
}

fn failed(problem: Problem, person: &Person) -> Response {
    trouble_page(status_of(&problem), "Not done", Some(super::signed_in(person)), problem)
}

fn draw(state: &AppState, status: StatusCode, page: SignInPage) -> Response {
    let netbox = &state.deployment().netbox;
    let demo_accounts =
        if netbox.demo { ACCOUNTS.iter().map(|account| (account.name, account.about)).collect() } else { Vec::new() };
    let name = if netbox.demo { "the demo NetBox".to_owned() } else { host(&netbox.url) };
    let changes = state.auth().config().changes;
    let page = SignInPage { netbox: name, demo_accounts, changes, ..page };
    answer(status, TITLE, "/sign-in", None, || page.draw())
}
