//! The links to a conversation, and what they lead to.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;

use super::oidc::own_address;
use super::{answer, date, go_to, signed_in, status_of, trouble_page};
use crate::pages::share::{LinkRow, SharePage};
use crate::server::audit::Entry;
use crate::server::client_address::Origin;
use crate::server::person::Person;
use crate::server::sharing::{self, Lifetime};
use crate::server::state::AppState;
use crate::store::place::conversation_path;
use crate::wire::id::ConversationId;
use crate::wire::problem::{Problem, ProblemCode};

/// How long a link is wanted for: days, or nothing for no end.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    days: String,
}

/// A link that somebody chose.
#[derive(Deserialize)]
pub(super) struct ChosenLink {
    share: String,
}

/// `GET /c/{conversation}/share`
pub(super) async fn page(
    State(state): State<AppState>,
    Path(id): Path<String>,
    person: Person,
    origin: Origin,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let id = ConversationId::from(id.as_str());
    let home = own_address(&state, &uri, &headers, origin, "/");
    draw(&state, &person, &id, home.as_ref(), None).await
}

/// `POST /c/{conversation}/share`
pub(super) async fn share(
    State(state): State<AppState>,
    Path(id): Path<String>,
    person: Person,
    origin: Origin,
    Form(Wanted { days }): Form<Wanted>,
) -> Response {
    let id = ConversationId::from(id.as_str());
    let shared = match Lifetime::parse(&days) {
        Some(lifetime) => sharing::share(&state, &person, &id, lifetime).await,
        None => Err(Problem::new(ProblemCode::BadRequest, "A link does not end then")
            .hint("choose one of the times that the page offers")),
    };
    if let Ok(share) = &shared {
        state.audit().record(Entry::share(&person.id, &id, share).from(origin.address));
    }
    after(&state, &person, &id, shared.map(|_| ())).await
}

/// `POST /c/{conversation}/share/revoke`
pub(super) async fn revoke(
    State(state): State<AppState>,
    Path(id): Path<String>,
    person: Person,
    origin: Origin,
    Form(ChosenLink { share }): Form<ChosenLink>,
) -> Response {
    let id = ConversationId::from(id.as_str());
    let revoked = sharing::revoke(&state, &person, &id, &share).await;
    if revoked.is_ok() {
        state.audit().record(Entry::share_revoked(&person.id, &id, &share).from(origin.address));
    }
    after(&state, &person, &id, revoked).await
}

/// `GET /s/{secret}`
pub(super) async fn shared(
    State(state): State<AppState>,
    Path(secret): Path<String>,
    person: Person,
    origin: Origin,
) -> Response {
    match sharing::open(&state, &secret).await {
        Ok((share, shared)) => {
            let entry = Entry::share_opened(&person.id, &share.conversation, &share.id);
            state.audit().record(entry.from(origin.address));
            let title = shared.transcript.title.clone();
            answer(StatusCode::OK, &title, "", Some(signed_in(&person)), || shared.draw())
        }
        Err(problem) => trouble_page(status_of(&problem), "Not there", Some(signed_in(&person)), problem),
    }
}

async fn after(state: &AppState, person: &Person, id: &ConversationId, outcome: Result<(), Problem>) -> Response {
    match outcome {
        Ok(()) => go_to(&format!("{}/share", conversation_path(id))),
        Err(problem) => draw(state, person, id, None, Some(problem)).await,
    }
}

async fn draw(
    state: &AppState,
    person: &Person,
    id: &ConversationId,
    home: Option<&url::Url>,
    problem: Option<Problem>,
) -> Response {
    let (title, links) = match sharing::links(state, person, id).await {
        Ok(found) => found,
        Err(problem) => return trouble_page(status_of(&problem), "Share", Some(signed_in(person)), problem),
    };
    let address = |path: String| match home.and_then(|home| home.join(&path).ok()) {
        Some(address) => address.to_string(),
        None => path,
    };
    let rows = links.into_iter().map(|link| LinkRow {
        id: link.id,
        address: link.path.map(address),
        created: date(link.created_at),
        is_behind: link.is_behind,
        ends: link.expires_at.map(date),
    });
    let page = SharePage {
        path: conversation_path(id),
        title,
        links: rows.collect(),
        is_off: !state.limit_config().sharing.is_on,
        is_for_everybody: !state.auth().config().signs_in(),
        problem,
    };
    let status = page.problem.as_ref().map_or(StatusCode::OK, status_of);
    answer(status, "Share", "", Some(signed_in(person)), || page.draw())
}
