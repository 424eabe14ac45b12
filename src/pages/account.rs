//! The frame of the pages about a person: sign-in, settings, usage. The server draws them whole; they need no script
//! and are plain forms, so they cost the chat's page nothing.

use leptos::prelude::*;

use crate::app::AssetVersions;
use crate::app::document::Head;
use crate::components::erase::{Erase, Erased};
use crate::components::sign_out::SignOut;
use crate::wire::person::SignedIn;
use crate::wire::problem::Problem;

/// The pages that the header leads to.
const PLACES: [(&str, &str); 3] = [("/", "Chat"), ("/settings", "Settings"), ("/usage", "Usage")];
/// And for admins.
const ADMIN_PLACE: (&str, &str) = ("/people", "People");

/// What a page is drawn with.
pub struct AccountFrame {
    /// What it is called.
    pub title: String,
    /// Its address, so that the header's link to it is marked.
    pub path: &'static str,
    /// Who is signed in; without anybody the header leads nowhere.
    pub person: Option<SignedIn>,
    /// The versions of the page's files.
    pub assets: AssetVersions,
}

/// A whole document around `body`.
pub fn document(frame: AccountFrame, body: Erased) -> impl IntoView {
    let AccountFrame { title, path, person, assets } = frame;
    let is_narrow = person.is_none();
    let heading = title.clone();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <Head assets=assets>
                <title>{format!("{title} \u{b7} NetBox chat")}</title>
            </Head>
            <body class="account-body">
                <a class="skip-link" href="#main">
                    "Skip to the content"
                </a>
                <Header path person />
                <main class="account" id="main" data-narrow=is_narrow.then_some("")>
                    <h1>{heading}</h1>
                    {body}
                </main>
            </body>
        </html>
    }
}

/// Where one is, who one is, and the ways on.
#[component]
fn Header(path: &'static str, person: Option<SignedIn>) -> impl IntoView {
    let places = person.as_ref().map(|person| {
        let links = PLACES.into_iter().chain(person.is_admin.then_some(ADMIN_PLACE)).map(|(address, name)| {
            view! {
                <a href=address aria-current=(address == path).then_some("page")>
                    {name}
                </a>
            }
        });
        view! { <nav aria-label="Pages">{links.collect_view()}</nav> }
    });
    let who = person.map(|person| {
        let sign_out = person.can_sign_out.then(|| view! { <SignOut /> });
        view! {
            <div class="account-who">
                <span>{person.name}</span>
                {sign_out}
            </div>
        }
    });
    view! {
        <header class="account-header">
            <a class="brand" href="/">
                "NetBox chat"
            </a>
            {places}
            {who}
        </header>
    }
}

/// What did not work, with what to do about it.
#[component]
pub fn Trouble(
    /// What.
    problem: Problem,
) -> impl IntoView {
    view! {
        <div class="problem" role="alert">
            <div class="problem-words">
                <p class="problem-message">{problem.message}</p>
                {problem.hint.map(|hint| view! { <p class="problem-hint">{sentence(&hint)}</p> })}
            </div>
        </div>
    }
    .erase()
}

/// A page that says only what did not work.
pub fn trouble(problem: Problem) -> Erased {
    view! { <Trouble problem /> }.erase()
}

/// A hint as a sentence of its own.
fn sentence(hint: &str) -> String {
    let mut letters = hint.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
