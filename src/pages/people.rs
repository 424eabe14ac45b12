//! The page of people, for admins: who is here, and what can be done about it. How much there is of theirs, never what.

use leptos::prelude::*;

use super::account::Trouble;
use crate::components::erase::{Erase, Erased};
use crate::components::format;
use crate::wire::problem::Problem;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct PeoplePage {
    /// What was done just now.
    pub said: Option<&'static str>,
    /// What did not work.
    pub problem: Option<Problem>,
    /// Whoever was here last first.
    pub people: Vec<PersonRow>,
    /// Whether there are more than are shown.
    pub has_more: bool,
}

/// A person.
#[derive(Clone, Debug, Default)]
pub struct PersonRow {
    /// Names them here.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// Who they are where they sign in.
    pub subject: String,
    /// How they sign in, in words.
    pub way: &'static str,
    /// Whether they are an admin.
    pub is_admin: bool,
    /// Whether it is who looks at the page.
    pub is_you: bool,
    /// Since when they are shut out, in words.
    pub disabled: Option<String>,
    /// When they were here last, in words.
    pub seen: String,
    /// Conversations.
    pub conversations: u64,
    /// Sessions; none where there are none in this way of signing in.
    pub sessions: Option<u64>,
}

impl PeoplePage {
    /// The page's content.
    pub fn draw(self) -> Erased {
        let Self { said, problem, people, has_more } = self;
        let number = people.len();
        let rows = people.into_iter().map(|person| view! { <Person person /> }).collect_view();
        let more = has_more.then(|| {
            view! {
                <p class="account-hint">
                    {format!("These are the {number} who were here last; the command \u{201c}people list\u{201d} has everybody.")}
                </p>
            }
        });
        view! {
            {said.map(|said| view! { <p class="account-done" role="status">{said}</p> })}
            {problem.map(|problem| view! { <Trouble problem /> })}
            <p class="account-lead">
                "Whoever is disabled cannot sign in: their sessions end, answers that are being written stop, their links do not work. Nothing of theirs is deleted, and you see none of what they ask. To erase somebody, use the command \u{201c}people remove\u{201d}."
            </p>
            <section class="account-section" aria-label="Everybody">
                <ul class="account-sessions people">{rows}</ul>
                {more}
            </section>
        }
        .erase()
    }
}

/// One of them, with what can be done.
#[component]
fn Person(person: PersonRow) -> impl IntoView {
    let PersonRow { id, name, subject, way, is_admin, is_you, disabled, seen, conversations, sessions } = person;
    let role = if is_admin { "Admin" } else { "User" };
    let conversations = format::counted(conversations, "conversation", "conversations");
    let has_sessions = sessions.is_some_and(|sessions| sessions > 0);
    let of_sessions =
        sessions.map_or_else(String::new, |sessions| format!(", {}", format::counted(sessions, "session", "sessions")));
    let state = disabled.as_ref().map(|since| {
        view! { <span class="people-disabled">{format!("\u{b7} Disabled since {since}")}</span> }
    });
    let ways = if is_you {
        view! { <span class="account-this">"You"</span> }.erase()
    } else {
        let (action, word, label) = if disabled.is_some() {
            ("/people/enable", "Enable", format!("Enable {name}"))
        } else {
            ("/people/disable", "Disable", format!("Disable {name}"))
        };
        view! {
            <div class="people-ways">
                {has_sessions.then(|| button("/people/end-sessions", id.clone(), "End sessions", format!("End all sessions of {name}")))}
                {button(action, id, word, label)}
            </div>
        }
        .erase()
    };
    view! {
        <li>
            <div>
                <p>
                    <strong>{name}</strong>
                    {format!(" \u{b7} {role} ")}
                    {state}
                </p>
                <p class="account-hint">{format!("{way}, {subject}")}</p>
                <p class="account-hint">{format!("Last seen {seen}; {conversations}{of_sessions}")}</p>
            </div>
            {ways}
        </li>
    }
}

fn button(action: &'static str, person: String, word: &'static str, label: String) -> Erased {
    view! {
        <form method="post" action=action>
            <input type="hidden" name="person" value=person />
            <button type="submit" class="side-button" aria-label=label>
                {word}
            </button>
        </form>
    }
    .erase()
}
