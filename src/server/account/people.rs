//! Who is here, and what admins do about it.

use axum::Form;
use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use super::{ago, answer, date, go_to, refuse_unless_admin, signed_in, status_of};
use crate::pages::people::{PeoplePage, PersonRow};
use crate::server::audit::Entry;
use crate::server::auth;
use crate::server::client_address::Origin;
use crate::server::clock;
use crate::server::person::{Person, Role};
use crate::server::state::AppState;
use crate::server::store::{ListedPerson, StoredPerson};
use crate::wire::problem::{Problem, ProblemCode};

/// How many people are shown.
const MOST: u32 = 500;
const TITLE: &str = "People";

/// What can be said after something was done: the word in the address, and the sentence.
const SAID: [(&str, &str); 3] = [
    ("disabled", "They are disabled, and their sessions are ended"),
    ("enabled", "They may sign in again"),
    ("sessions-ended", "Their sessions are ended; they may sign in again"),
];

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

/// A person that an admin chose.
#[derive(Deserialize)]
pub(super) struct Chosen {
    person: String,
}

/// What is done to somebody.
#[derive(Clone, Copy)]
enum Act {
    Disable,
    Enable,
    EndSessions,
}

impl Act {
    /// In the audit trail, and in the address afterwards.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Disable => ("person disabled", "disabled"),
            Self::Enable => ("person enabled", "enabled"),
            Self::EndSessions => ("sessions of a person ended", "sessions-ended"),
        }
    }
}

/// `GET /people`
pub(super) async fn page(
    State(state): State<AppState>,
    Query(Done { done }): Query<Done>,
    person: Person,
    origin: Origin,
) -> Response {
    if let Some(refused) = refuse_unless_admin(&person, TITLE, "Only admins may see who is here") {
        return refused;
    }
    state.audit().record(Entry::admin(Some(&person.id), "list of people seen").from(origin.address));
    let said = SAID.iter().find(|(word, _)| *word == done).map(|(_, sentence)| *sentence);
    draw(&state, &person, said, None).await
}

/// `POST /people/disable`
pub(super) async fn disable(
    State(state): State<AppState>,
    person: Person,
    origin: Origin,
    Form(chosen): Form<Chosen>,
) -> Response {
    act(&state, &person, origin, chosen, Act::Disable).await
}

/// `POST /people/enable`
pub(super) async fn enable(
    State(state): State<AppState>,
    person: Person,
    origin: Origin,
    Form(chosen): Form<Chosen>,
) -> Response {
    act(&state, &person, origin, chosen, Act::Enable).await
}

/// `POST /people/end-sessions`
pub(super) async fn end_sessions(
    State(state): State<AppState>,
    person: Person,
    origin: Origin,
    Form(chosen): Form<Chosen>,
) -> Response {
    act(&state, &person, origin, chosen, Act::EndSessions).await
}

async fn act(
    state: &AppState,
    person: &Person,
    origin: Origin,
    Chosen { person: chosen }: Chosen,
    act: Act,
) -> Response {
    if let Some(refused) = refuse_unless_admin(person, TITLE, "Only admins may decide who may be here") {
        return refused;
    }
    let (name, done) = act.names();
    match carry_out(state, person, &chosen, act).await {
        Ok(to) => {
            let entry = Entry::admin(Some(&person.id), name).to(&to.id, &to.subject);
            state.audit().record(entry.from(origin.address));
            go_to(&format!("/people?done={done}"))
        }
        Err(problem) => draw(state, person, None, Some(problem)).await,
    }
}

/// Does it, and gives to whom. Tokens in NetBox are deleted in the background.
async fn carry_out(state: &AppState, person: &Person, chosen: &str, act: Act) -> Result<StoredPerson, Problem> {
    let listed = state.database().listed_person(chosen, clock::now()).await?;
    let to = listed.map(|listed| listed.person).ok_or_else(|| {
        Problem::new(ProblemCode::NotFound, "There is no such person")
            .hint("they may have been removed; load the page again")
    })?;
    if to.id == person.id {
        return Err(Problem::new(ProblemCode::BadRequest, "That is you: whoever shuts themselves out cannot undo it")
            .hint("end your other sessions under Settings; another admin can disable you"));
    }
    match act {
        Act::Disable => state.auth().disable(&to).await.map(drop)?,
        Act::Enable => auth::enable(state.database(), &to).await?,
        Act::EndSessions => state.auth().end_sessions(&to.id).await.map(drop)?,
    }
    Ok(to)
}

async fn draw(state: &AppState, person: &Person, said: Option<&'static str>, problem: Option<Problem>) -> Response {
    let now = clock::now();
    // One more, to know whether there are more.
    let (problem, mut people) = match state.database().people(now, MOST + 1).await {
        Ok(people) => (problem, people),
        Err(unreadable) => (problem.or(Some(unreadable)), Vec::new()),
    };
    let status = problem.as_ref().map_or(StatusCode::OK, status_of);
    let has_more = people.len() > MOST as usize;
    people.truncate(MOST as usize);
    let rows = people.into_iter().map(|listed| row(state, person, listed, now)).collect();
    let page = PeoplePage { said, problem, people: rows, has_more };
    answer(status, TITLE, "/people", Some(signed_in(person)), || page.draw())
}

fn row(state: &AppState, looking: &Person, listed: ListedPerson, now: i64) -> PersonRow {
    let ListedPerson { person, conversations, sessions, .. } = listed;
    let (way, has_sessions) = way(&person.subject);
    PersonRow {
        is_admin: state.auth().role_of(&person) == Role::Admin,
        is_you: person.id == looking.id,
        id: person.id.to_string(),
        name: person.display_name,
        way,
        subject: person.subject,
        disabled: person.disabled_at.map(date),
        seen: ago(now - person.seen_at),
        conversations,
        sessions: has_sessions.then_some(sessions),
    }
}

/// How somebody of this subject signs in, and whether there are sessions then.
fn way(subject: &str) -> (&'static str, bool) {
    match subject.split_once(':').map(|(way, _)| way) {
        Some("netbox") => ("NetBox", true),
        Some("oidc") => ("OpenID Connect", true),
        Some("proxy") => ("Proxy", false),
        _ => ("Without sign-in", false),
    }
}
