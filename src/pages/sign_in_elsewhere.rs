//! The pages around signing in at a provider: the way there, what went wrong on it, and the end.

use leptos::prelude::*;

use super::account::Trouble;
use crate::components::erase::{Erase, Erased};
use crate::wire::problem::Problem;

/// The way to the provider.
#[derive(Clone, Debug, Default)]
pub struct SignInElsewhere {
    /// The provider, by its host.
    pub provider: String,
    /// Where to go afterwards.
    pub next: String,
    /// Who is signed in already.
    pub signed_in: Option<String>,
}

impl SignInElsewhere {
    /// The page's content.
    pub fn draw(self) -> Erased {
        let Self { provider, next, signed_in } = self;
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish();
        view! {
            <p class="account-lead">"With your account at " <strong>{provider}</strong> "."</p>
            {signed_in.map(|name| view! {
                <p class="account-note">"You are signed in as " <strong>{name}</strong> ". Signing in again ends that session."</p>
            })}
            // A link, not a form: the page's policy lets forms lead nowhere else.
            <p>
                <a class="main-button" href=format!("/sign-in/oidc?{query}")>
                    "Sign in"
                </a>
            </p>
        }
        .erase()
    }
}

/// What went wrong.
#[derive(Clone, Debug)]
pub struct SignInFailed {
    /// What.
    pub problem: Problem,
}

impl SignInFailed {
    /// The page's content.
    pub fn draw(self) -> Erased {
        view! {
            <Trouble problem=self.problem />
            <p>
                <a class="main-button" href="/sign-in">
                    "Sign in again"
                </a>
            </p>
        }
        .erase()
    }
}

/// The end of a session.
#[derive(Clone, Debug, Default)]
pub struct SignedOut {
    /// The provider, by its host.
    pub provider: String,
    /// Where one signs out of it too.
    pub end_session: Option<String>,
}

impl SignedOut {
    /// The page's content.
    pub fn draw(self) -> Erased {
        let Self { provider, end_session } = self;
        let there = end_session.map(|address| {
            view! {
                <p>
                    {provider.clone()}
                    " may still know you, and would sign you in again without asking. On a shared computer, sign out there too."
                </p>
                <p>
                    <a class="main-button" href=address rel="noreferrer">
                        {format!("Sign out of {provider}")}
                    </a>
                </p>
            }
        });
        view! {
            <p class="account-lead" role="status">
                "You are signed out here."
            </p>
            {there}
            <p>
                <a href="/sign-in">"Sign in again"</a>
            </p>
        }
        .erase()
    }
}
