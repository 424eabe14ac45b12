//! `/c/{conversation}/share`: the links to a conversation.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use super::account::Trouble;
use crate::components::erase::{Erase, Erased};
use crate::components::format;
use crate::server::sharing::Lifetime;
use crate::wire::problem::Problem;

/// Shows the copy buttons, which need a script, and makes them work.
const COPY_SCRIPT: &str = r#"for(const b of document.querySelectorAll("button[data-copy]")){b.hidden=false;b.onclick=async()=>{const f=document.getElementById(b.dataset.copy);try{await navigator.clipboard.writeText(f.value);b.textContent="Copied"}catch{f.select();b.textContent="Press Ctrl+C"}}}"#;

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct SharePage {
    /// The conversation's path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// The links that work, newest first.
    pub links: Vec<LinkRow>,
    /// Whether anybody who reaches this server may open them, because nobody signs in.
    pub is_for_everybody: bool,
    /// Whether the operator has switched sharing off.
    pub is_off: bool,
    /// What did not work.
    pub problem: Option<Problem>,
}

/// A link.
#[derive(Clone, Debug, Default)]
pub struct LinkRow {
    /// Names it.
    pub id: String,
    /// The whole address; none where it cannot be shown any more.
    pub address: Option<String>,
    /// When it was made, in words.
    pub created: String,
    /// Whether something was said since.
    pub is_behind: bool,
    /// When it ends by itself, in words; none where it does not.
    pub ends: Option<String>,
}

impl SharePage {
    /// The page's content.
    pub fn draw(self) -> Erased {
        let Self { path, title, links, is_for_everybody, is_off, problem } = self;
        let who = if is_for_everybody {
            "Whoever reaches this server and has the link"
        } else {
            "Whoever can sign in here and has the link"
        };
        let action = format!("{path}/share");
        let has_links = !links.is_empty();
        let rows = links.into_iter().map(|link| view! { <Link link path=path.clone() /> }).collect_view();
        view! {
            {problem.map(|problem| view! { <Trouble problem /> })}
            <p class="account-lead">
                <a href=path.clone()>
                    <strong>{title}</strong>
                </a>
            </p>
            {if is_off {
                view! { <p class="account-note">"Sharing is switched off on this server: no link works, and none can be made."</p> }.erase()
            } else {
                view! {
                    <p>
                        {format!("{who} sees this conversation as it is now, with the rows that its answers found with your rights in NetBox. What is said later is not shown.")}
                    </p>
                    <Make action has_links />
                }
                .erase()
            }}
            {has_links.then(|| view! {
                <section class="account-section">
                    <h2>"Links"</h2>
                    <ul class="account-sessions share-links">{rows}</ul>
                </section>
                <script nonce=use_nonce()>{COPY_SCRIPT}</script>
            })}
        }
        .erase()
    }
}

/// The form that makes a link.
#[component]
fn Make(action: String, has_links: bool) -> impl IntoView {
    let options = Lifetime::OFFERED.map(|lifetime| {
        let name = match lifetime {
            Lifetime::Endless => "until it is revoked".to_owned(),
            Lifetime::Days(days) => format!("for {}", format::counted(u64::from(days), "day", "days")),
        };
        view! { <option value=lifetime.word()>{name}</option> }
    });
    view! {
        <form method="post" action=action class="share-make">
            <label>
                <span>"It works "</span>
                <select name="days">{options.into_iter().collect_view()}</select>
            </label>
            <button type="submit" class="main-button">
                {if has_links { "Make another link" } else { "Make a link" }}
            </button>
        </form>
    }
}

/// A link, to be copied or revoked.
#[component]
fn Link(link: LinkRow, path: String) -> impl IntoView {
    let LinkRow { id, address, created, is_behind, ends } = link;
    let field = format!("link-{id}");
    let revoke = format!("Revoke the link of {created}");
    let ends = ends.map_or_else(String::new, |ends| format!(", ends {ends}"));
    let note = if is_behind { "It does not show what was said since" } else { "It shows all of the conversation" };
    let way = match address {
        Some(address) => view! {
            <div class="share-address">
                <input id=field.clone() type="text" readonly=true value=address aria-label=format!("The link of {created}") />
                <button type="button" class="side-button" hidden=true data-copy=field>
                    "Copy"
                </button>
            </div>
        }
        .erase(),
        None => view! { <p class="account-hint">"It works, but it cannot be shown any more: the key that sealed it is gone"</p> }.erase(),
    };
    view! {
        <li>
            <div>
                {way}
                <p class="account-hint">{format!("Made {created}{ends}. {note}.")}</p>
            </div>
            <form method="post" action=format!("{path}/share/revoke")>
                <input type="hidden" name="share" value=id />
                <button type="submit" class="side-button" aria-label=revoke>
                    "Revoke"
                </button>
            </form>
        </li>
    }
}
