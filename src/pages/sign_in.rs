//! The sign-in page: with a NetBox user's name and password, or with a token of theirs.

use leptos::prelude::*;

use super::account::Trouble;
use crate::components::erase::{Erase, Erased};
use crate::wire::problem::Problem;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct SignInPage {
    /// The NetBox, by its host.
    pub netbox: String,
    /// Where to go afterwards.
    pub next: String,
    /// Who is signed in already.
    pub signed_in: Option<String>,
    /// The user name that was typed.
    pub name: String,
    /// Whether a token was tried.
    pub with_token: bool,
    /// What did not work.
    pub problem: Option<Problem>,
    /// Who may try the demo, and what they are: name and words.
    pub demo_accounts: Vec<(&'static str, &'static str)>,
    /// Whether people may change NetBox here.
    pub changes: bool,
}

impl SignInPage {
    /// The page's content.
    pub fn draw(self) -> Erased {
        let Self { netbox, next, signed_in, name, with_token, problem, demo_accounts, changes } = self;
        let demo = (!demo_accounts.is_empty()).then(|| view! { <DemoAccounts accounts=demo_accounts /> });
        let other_next = next.clone();
        let (may, leave) = if changes {
            (
                "it may change what you approve here, plan by plan",
                "leave \u{201c}Write enabled\u{201d} on only to change NetBox from here",
            )
        } else {
            ("it may only read", "leave \u{201c}Write enabled\u{201d} off")
        };
        view! {
            <p class="account-lead">
                "With your user of " <strong>{netbox}</strong> ": you see here what you may see there, and nothing else."
            </p>
            {signed_in.map(|name| view! {
                <p class="account-note">"You are signed in as " <strong>{name}</strong> ". Signing in again ends that session."</p>
            })}
            {problem.map(|problem| view! { <Trouble problem /> })}
            <form method="post" action="/sign-in" class="account-form">
                <input type="hidden" name="next" value=next />
                <label>
                    <span>"NetBox user name"</span>
                    <input
                        name="username"
                        type="text"
                        value=name
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        required=true
                        maxlength="500"
                        autofocus=!with_token
                    />
                </label>
                <label>
                    <span>"Password"</span>
                    <input name="password" type="password" autocomplete="current-password" required=true maxlength="500" />
                </label>
                <p class="account-hint">
                    "The password goes to NetBox once and is not kept. NetBox makes a token for this session; "{may}"."
                </p>
                <button type="submit" class="main-button">
                    "Sign in"
                </button>
            </form>
            <details class="account-other" open=with_token>
                <summary>"Use an API token instead"</summary>
                <form method="post" action="/sign-in" class="account-form">
                    <input type="hidden" name="next" value=other_next />
                    <label>
                        <span>"NetBox API token"</span>
                        <input
                            name="token"
                            type="password"
                            autocomplete="off"
                            spellcheck="false"
                            required=true
                            maxlength="500"
                            autofocus=with_token
                        />
                    </label>
                    <p class="account-hint">
                        "For whoever comes to NetBox through single sign-on. Make one there under your user name, API Tokens; "{leave}"."
                    </p>
                    <button type="submit" class="main-button">
                        "Sign in with the token"
                    </button>
                </form>
            </details>
            {demo}
        }
        .erase()
    }
}

/// Who may try the demo.
#[component]
fn DemoAccounts(accounts: Vec<(&'static str, &'static str)>) -> impl IntoView {
    let rows = accounts
        .into_iter()
        .map(|(name, about)| {
            view! {
                <div>
                    <dt>
                        <code>{name}</code>
                    </dt>
                    <dd>{about}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="account-section">
            <h2>"People of the demo NetBox"</h2>
            <p class="account-hint">"The password is the user name."</p>
            <dl class="account-list">{rows}</dl>
        </section>
    }
}
