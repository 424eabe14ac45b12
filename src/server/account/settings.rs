//! What people set for themselves.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{ago, answer, date, go_to, host, signed_in, status_of};
use crate::pages::settings::{SessionRow, SettingsPage, TokenSection};
use crate::server::audit::Entry;
use crate::server::auth::SessionSummary;
use crate::server::client_address::Origin;
use crate::server::clock;
use crate::server::config::SignInMode;
use crate::server::netbox::Owner;
use crate::server::person::{Person, SessionId};
use crate::server::state::AppState;
use crate::wire::problem::Problem;

/// What can be said after something was done: the word in the address, and the sentence.
const SAID: [(&str, &str); 4] = [
    ("token-kept", "Your NetBox token is kept, and your questions are asked with it"),
    ("token-forgotten", "Your NetBox token is forgotten"),
    ("session-ended", "The session is ended"),
    ("others-ended", "All other sessions are ended"),
];

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

/// A token that somebody typed.
#[derive(Deserialize)]
pub(super) struct TypedToken {
    token: String,
}

/// A session that somebody chose.
#[derive(Deserialize)]
pub(super) struct ChosenSession {
    session: String,
}

/// `GET /settings`
pub(super) async fn page(State(state): State<AppState>, Query(Done { done }): Query<Done>, person: Person) -> Response {
    let said = SAID.iter().find(|(word, _)| *word == done).map(|(_, sentence)| *sentence);
    draw(&state, &person, said, None).await
}

/// `POST /settings/netbox-token`
pub(super) async fn keep_token(
    State(state): State<AppState>,
    person: Person,
    origin: Origin,
    Form(TypedToken { token }): Form<TypedToken>,
) -> Response {
    let token = SecretString::from(token);
    let kept = state.auth().keep_personal_token(&person, token.expose_secret()).await;
    if kept.is_ok() {
        state.audit().record(Entry::settings(&person.id, "netbox token kept").from(origin.address));
    }
    after(&state, &person, kept.map(|_name| "token-kept")).await
}

/// `POST /settings/netbox-token/forget`
pub(super) async fn forget_token(State(state): State<AppState>, person: Person, origin: Origin) -> Response {
    let forgotten = state.auth().forget_personal_token(&person.id).await;
    if forgotten.is_ok() {
        state.audit().record(Entry::settings(&person.id, "netbox token forgotten").from(origin.address));
    }
    after(&state, &person, forgotten.map(|()| "token-forgotten")).await
}

/// `POST /settings/sessions/end`
pub(super) async fn end_session(
    State(state): State<AppState>,
    person: Person,
    origin: Origin,
    Form(ChosenSession { session }): Form<ChosenSession>,
) -> Response {
    let ended = revoke(&state, &person, origin, &SessionId::from_stored(session)).await;
    after(&state, &person, ended.map(|()| "session-ended")).await
}

/// `POST /settings/sessions/end-others`
pub(super) async fn end_other_sessions(State(state): State<AppState>, person: Person, origin: Origin) -> Response {
    let ended = end_others(&state, &person, origin).await;
    after(&state, &person, ended.map(|()| "others-ended")).await
}

async fn end_others(state: &AppState, person: &Person, origin: Origin) -> Result<(), Problem> {
    for session in state.auth().revoke_others(person).await? {
        note_end(state, person, origin, &session);
    }
    Ok(())
}

async fn revoke(state: &AppState, person: &Person, origin: Origin, session: &SessionId) -> Result<(), Problem> {
    state.auth().revoke(person, session).await?;
    note_end(state, person, origin, session);
    Ok(())
}

fn note_end(state: &AppState, person: &Person, origin: Origin, session: &SessionId) {
    state.audit().record(Entry::session_revoked(&person.id, session.as_str()).from(origin.address));
}

async fn after(state: &AppState, person: &Person, outcome: Result<&'static str, Problem>) -> Response {
    match outcome {
        Ok(done) => go_to(&format!("/settings?done={done}")),
        Err(problem) => draw(state, person, None, Some(problem)).await,
    }
}

async fn draw(state: &AppState, person: &Person, said: Option<&'static str>, problem: Option<Problem>) -> Response {
    let (problem, sessions) = match state.auth().sessions(person).await {
        Ok(sessions) => (problem, sessions),
        Err(unreadable) => (problem.or(Some(unreadable)), Vec::new()),
    };
    let status = problem.as_ref().map_or(StatusCode::OK, status_of);
    // With NetBox's own sign-in everybody has their token already.
    let token = (!matches!(state.auth().config().mode, SignInMode::Netbox)).then(|| TokenSection {
        netbox: host(&state.deployment().netbox.url),
        is_kept: person.credentials.owner() == Owner::Person,
        has_service_token: state.auth().service().kind().is_some(),
    });
    let now = clock::now();
    let rows: Vec<SessionRow> = sessions.into_iter().map(|session| row(session, now)).collect();
    let page = SettingsPage {
        person: signed_in(person),
        said,
        problem,
        token,
        sessions: person.session.is_some().then_some(rows),
    };
    answer(status, "Settings", "/settings", Some(signed_in(person)), || page.draw())
}

fn row(session: SessionSummary, now: i64) -> SessionRow {
    SessionRow {
        id: session.id.as_str().to_owned(),
        is_this: session.is_this,
        browser: browser(&session.user_agent),
        address: session.address,
        signed_in: date(session.created_at),
        used: ago(now - session.used_at),
        ends: date(session.expires_at),
    }
}

/// A browser and its system out of what it calls itself, as far as a person tells their own apart by it.
fn browser(user_agent: &str) -> String {
    // The order matters: most of them claim to be each other.
    let name = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let system = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(part, _)| user_agent.contains(part)).map(|(_, name)| *name)
    };
    match (find(&name), find(&system)) {
        (Some(name), Some(system)) => format!("{name} on {system}"),
        (Some(name), None) => name.to_owned(),
        (None, Some(system)) => format!("A program on {system}"),
        (None, None) => "An unknown program".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_as_people_call_them() {
        for (user_agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604",
                "Safari on iPhone",
            ),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            ("curl/8.5.0", "curl"),
            ("", "An unknown program"),
        ] {
            assert_eq!(browser(user_agent), name, "{user_agent}");
        }
        assert_eq!(ago(30_000), "just now");
        assert_eq!(ago(5 * 60_000), "5 minutes ago");
        assert_eq!(ago(3 * 3_600_000), "3 hours ago");
        assert_eq!(ago(4 * 86_400_000), "4 days ago");
    }
}
