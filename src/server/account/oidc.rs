//! Signing in with an OpenID Connect provider: to it, back from it, and out again.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::header::{COOKIE, HOST, HeaderMap, HeaderValue, RETRY_AFTER, SET_COOKIE};
use http::{StatusCode, Uri};
use url::Url;

use super::sign_in::{Wanted, note_too_many};
use super::{answer, go_to, status_of};
use crate::pages::sign_in_elsewhere::{SignInElsewhere, SignInFailed, SignedOut};
use crate::server::audit::Entry;
use crate::server::auth::identity::Identity;
use crate::server::auth::next::local_path;
use crate::server::auth::oidc::{CALLBACK, Error, LONGEST, Oidc, Returned, name_of};
use crate::server::auth::{Refused, Visit};
use crate::server::client_address::Origin;
use crate::server::middleware::rate_limits::retry_after;
use crate::server::person::Person;
use crate::server::state::AppState;
use crate::wire::problem::{Problem, ProblemCode};

/// This way of signing in, in the audit trail.
const MODE: &str = "oidc";
/// The cookies that hold sign-ins under way; the prefix as for a session's.
const OVER_TLS: &str = "__Host-netbox_chatbox_sign_in_";
const PLAIN: &str = "netbox_chatbox_sign_in_";
/// How many sign-ins a browser may have under way. Tabs that nobody goes on with would fill its requests otherwise.
const AT_ONCE: usize = 5;

/// `GET /sign-in`, for this way of signing in.
pub(super) fn page(oidc: &Oidc, next: &str, person: Result<Person, Refused>) -> Response {
    let page = SignInElsewhere {
        provider: oidc.host(),
        next: next.to_owned(),
        signed_in: person.ok().map(|person| person.name),
    };
    answer(StatusCode::OK, "Sign in", "/sign-in", None, || page.draw())
}

/// `GET /sign-in/oidc`: to the provider.
pub(super) async fn begin(
    State(state): State<AppState>,
    Query(Wanted { next }): Query<Wanted>,
    origin: Origin,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Some(oidc) = state.auth().oidc() else { return go_to("/sign-in") };
    if let Err(problem) = state.limits().sign_in(origin, None).await {
        return too_many(&state, origin, problem).await;
    }
    let Some(redirect) = own_address(&state, &uri, &headers, origin, CALLBACK) else {
        return failed(StatusCode::BAD_REQUEST, no_address());
    };
    let (address, flow) = match oidc.begin(redirect, local_path(next.as_deref())).await {
        Ok(begun) => begun,
        Err(error) => return refused(&error),
    };
    let sealed = match state.auth().seal_flow(&flow) {
        Ok(sealed) => sealed,
        Err(problem) => return failed(status_of(&problem), problem),
    };
    let mut response = Redirect::to(address.as_str()).into_response();
    let before = under_way(&headers, origin.over_tls);
    for old in before.iter().take((before.len() + 1).saturating_sub(AT_ONCE)) {
        set(&mut response, old, "", 0, origin.over_tls);
    }
    set(&mut response, flow.name(), sealed.as_stored(), LONGEST.as_secs(), origin.over_tls);
    response
}

/// `GET /sign-in/oidc/callback`: back from it.
pub(super) async fn callback(
    State(state): State<AppState>,
    visit: Visit,
    headers: HeaderMap,
    returned: Result<Query<Returned>, QueryRejection>,
) -> Response {
    let Some(oidc) = state.auth().oidc() else { return go_to("/sign-in") };
    let origin = visit.origin;
    // Whoever asks may have made all of it up, or send it for the hundredth time: it is counted before anything is done.
    if let Err(problem) = state.limits().sign_in_answer(origin).await {
        return too_many(&state, origin, problem).await;
    }
    // What comes twice is not what a provider sends.
    let returned = returned.map(|Query(returned)| returned).unwrap_or_default();
    let kept = returned.state.as_deref().and_then(name_of).and_then(|name| kept(&headers, name, origin.over_tls));
    let flow = kept
        .and_then(|sealed| state.auth().open_flow(sealed))
        .filter(|flow| returned.state.as_deref().is_some_and(|state| flow.is_of(state)));
    let outcome = oidc.finish(flow.as_ref(), returned).await;
    let next = flow.as_ref().map_or("/", |flow| flow.next.as_str());
    let mut response = match outcome {
        Ok(identity) => match sign_in(&state, &identity, &visit).await {
            Ok(session) => {
                let mut response = go_to(local_path(Some(next)));
                response.headers_mut().append(SET_COOKIE, session);
                response
            }
            Err(problem) => {
                state.audit().record(
                    Entry::sign_in_failed(MODE, Some(&identity.subject), &problem.message).from(origin.address),
                );
                failed(status_of(&problem), problem)
            }
        },
        Err(error) => {
            state.audit().record(Entry::sign_in_failed(MODE, None, &error.problem().message).from(origin.address));
            tracing::info!(address = %origin.address, error = %error, "somebody could not sign in");
            refused(&error)
        }
    };
    if let Some(flow) = &flow {
        set(&mut response, flow.name(), "", 0, origin.over_tls);
    }
    response
}

async fn sign_in(state: &AppState, identity: &Identity, visit: &Visit) -> Result<HeaderValue, Problem> {
    let session = state.auth().sign_in(identity.clone(), visit).await?;
    state.audit().record(Entry::sign_in(&identity.subject, MODE).from(visit.origin.address));
    Ok(session)
}

/// `GET /sign-out/done`: what is over, and the way out of the provider too.
pub(super) async fn signed_out(
    State(state): State<AppState>,
    origin: Origin,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let Some(oidc) = state.auth().oidc() else { return go_to("/sign-in") };
    let end_session = match own_address(&state, &uri, &headers, origin, "/") {
        Some(home) => oidc.end_session(home).await.map(String::from),
        None => None,
    };
    let page = SignedOut { provider: oidc.host(), end_session };
    answer(StatusCode::OK, "Signed out", "/sign-out/done", None, || page.draw())
}

/// An address of this server as people open it: as `PUBLIC_URL` says, else as this request was addressed. That name is
/// one of ours: the middleware refuses others.
pub(super) fn own_address(state: &AppState, uri: &Uri, headers: &HeaderMap, origin: Origin, path: &str) -> Option<Url> {
    if let Some(url) = &state.auth().config().public_url {
        return url.join(path).ok();
    }
    let named = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = named.or_else(|| uri.authority().map(http::uri::Authority::as_str))?;
    Url::parse(&format!("{}://{host}", if origin.over_tls { "https" } else { "http" })).ok()?.join(path).ok()
}

fn no_address() -> Problem {
    Problem::new(ProblemCode::BadRequest, "This server does not know its own address")
        .hint("the administrator should set PUBLIC_URL to the address under which people open it")
}

/// Why not, and how to try again.
fn refused(error: &Error) -> Response {
    if error.is_the_operators() {
        tracing::warn!(error = %error, "signing in with the provider fails");
    }
    failed(error.status(), error.problem())
}

async fn too_many(state: &AppState, origin: Origin, problem: Problem) -> Response {
    note_too_many(state, MODE, None, origin).await;
    let wait = retry_after(&problem);
    let mut response = failed(status_of(&problem), problem);
    response.headers_mut().extend(wait.map(|wait| (RETRY_AFTER, wait)));
    response
}

fn failed(status: StatusCode, problem: Problem) -> Response {
    answer(status, "Not signed in", "/sign-in", None, || SignInFailed { problem }.draw())
}

/// The sign-ins that this browser has under way, the oldest first: their names and what is kept of them.
fn cookies(headers: &HeaderMap, over_tls: bool) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(move |pair| pair.trim().strip_prefix(prefix(over_tls))?.split_once('='))
}

fn under_way(headers: &HeaderMap, over_tls: bool) -> Vec<String> {
    cookies(headers, over_tls)
        .filter(|(name, _)| name_of(name) == Some(*name))
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn kept<'a>(headers: &'a HeaderMap, wanted: &str, over_tls: bool) -> Option<&'a str> {
    cookies(headers, over_tls).find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

fn set(response: &mut Response, name: &str, value: &str, seconds: u64, over_tls: bool) {
    let (prefix, secure) = (prefix(over_tls), if over_tls { "; Secure" } else { "" });
    // The answer comes from another site, so `Strict` would keep the cookie from it.
    let text = format!("{prefix}{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(mut cookie) = HeaderValue::from_str(&text) {
        cookie.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

fn prefix(over_tls: bool) -> &'static str {
    if over_tls { OVER_TLS } else { PLAIN }
}
