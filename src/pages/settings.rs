//! The settings page: who one is, the own NetBox token, the own sessions.

use leptos::prelude::*;

use super::account::Trouble;
use crate::components::erase::{Erase, Erased};
use crate::wire::person::SignedIn;
use crate::wire::problem::Problem;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct SettingsPage {
    /// Who it is.
    pub person: SignedIn,
    /// What was done just now.
    pub said: Option<&'static str>,
    /// What did not work.
    pub problem: Option<Problem>,
    /// The own NetBox token, where there can be one.
    pub token: Option<TokenSection>,
    /// The sessions, where there are any.
    pub sessions: Option<Vec<SessionRow>>,
}

/// The own NetBox token.
#[derive(Clone, Debug, Default)]
pub struct TokenSection {
    /// The NetBox, by its host.
    pub netbox: String,
    /// Whether there is one.
    pub is_kept: bool,
    /// Whether the server has a token of its own that stands in for a missing one.
    pub has_service_token: bool,
}

/// A session.
#[derive(Clone, Debug, Default)]
pub struct SessionRow {
    /// Names it.
    pub id: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// The browser and the system, in words.
    pub browser: String,
    /// Where they signed in from.
    pub address: String,
    /// When, in words.
    pub signed_in: String,
    /// When it was used last, in words.
    pub used: String,
    /// When it ends, in words.
    pub ends: String,
}

impl SettingsPage {
    /// The page's content.
    pub fn draw(self) -> Erased {
        let Self { person, said, problem, token, sessions } = self;
        let role = if person.is_admin { "Admin: you also see what everybody uses" } else { "User" };
        view! {
            {said.map(|said| view! { <p class="account-done" role="status">{said}</p> })}
            {problem.map(|problem| view! { <Trouble problem /> })}
            <section class="account-section">
                <h2>"You"</h2>
                <dl class="account-list">
                    <div>
                        <dt>"Name"</dt>
                        <dd>{person.name}</dd>
                    </div>
                    <div>
                        <dt>"Role"</dt>
                        <dd>{role}</dd>
                    </div>
                </dl>
            </section>
            {token.map(|token| view! { <Token token /> })}
            {sessions.map(|sessions| view! { <Sessions sessions /> })}
        }
        .erase()
    }
}

/// The own NetBox token: kept, replaced, forgotten.
#[component]
fn Token(token: TokenSection) -> impl IntoView {
    let TokenSection { netbox, is_kept, has_service_token } = token;
    let state = match (is_kept, has_service_token) {
        (true, _) => "Your questions are asked with your own token: you see what you may see there.",
        (false, true) => {
            "Your questions are asked with this server\u{2019}s token. With your own you see what you may see there."
        }
        (false, false) => "This server has no token of its own: without yours, NetBox answers nothing.",
    };
    let forget = is_kept.then(|| {
        view! {
            <form method="post" action="/settings/netbox-token/forget">
                <button type="submit" class="side-button">
                    "Forget it"
                </button>
            </form>
        }
    });
    view! {
        <section class="account-section">
            <h2>"Your token of " {netbox}</h2>
            <p>{state}</p>
            <form method="post" action="/settings/netbox-token" class="account-form">
                <label>
                    <span>{if is_kept { "Another NetBox API token" } else { "NetBox API token" }}</span>
                    <input name="token" type="password" autocomplete="off" spellcheck="false" required=true maxlength="500" />
                </label>
                <p class="account-hint">
                    "Make one in NetBox under your user name, API Tokens; leave \u{201c}Write enabled\u{201d} off. It is kept sealed and never shown again."
                </p>
                <button type="submit" class="main-button">
                    {if is_kept { "Replace it" } else { "Keep it" }}
                </button>
            </form>
            {forget}
        </section>
    }
}

/// Where one is signed in.
#[component]
fn Sessions(sessions: Vec<SessionRow>) -> impl IntoView {
    let has_others = sessions.iter().any(|session| !session.is_this);
    let rows = sessions.into_iter().map(|session| view! { <Session session /> }).collect_view();
    view! {
        <section class="account-section">
            <h2>"Where you are signed in"</h2>
            <ul class="account-sessions">{rows}</ul>
            {has_others.then(|| view! {
                <form method="post" action="/settings/sessions/end-others">
                    <button type="submit" class="side-button">
                        "End all others"
                    </button>
                </form>
            })}
        </section>
    }
}

/// One session.
#[component]
fn Session(session: SessionRow) -> impl IntoView {
    let SessionRow { id, is_this, browser, address, signed_in, used, ends } = session;
    let from = if address.is_empty() { String::new() } else { format!(" from {address}") };
    let label = format!("End the session of {browser}{from}");
    let way = if is_this {
        view! { <span class="account-this">"This one"</span> }.erase()
    } else {
        view! {
            <form method="post" action="/settings/sessions/end">
                <input type="hidden" name="session" value=id />
                <button type="submit" class="side-button" aria-label=label>
                    "End"
                </button>
            </form>
        }
        .erase()
    };
    view! {
        <li>
            <div>
                <p>
                    <strong>{browser}</strong>
                    {from}
                </p>
                <p class="account-hint">{format!("Signed in {signed_in}, used {used}, ends {ends} at the latest")}</p>
            </div>
            {way}
        </li>
    }
}
