//! Finding a conversation: titles are filtered as is typed, and below them stands what the server finds in what was
//! asked and answered.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;

use super::conversation_list::ConversationList;
use super::erase::{Erase, Erased, live};
use super::problem::ProblemView;
use crate::store::Store;
use crate::store::list::has_words;
use crate::store::place::conversation_path;
use crate::store::request::call;
use crate::wire::problem::Problem;
use crate::wire::search::{SearchHit, SearchPlace};

/// How long typing has to rest before the server is asked.
const TYPING_PAUSE: Duration = Duration::from_millis(250);

/// What the server says to what was typed.
#[derive(Clone)]
enum Answer {
    /// Nothing was asked.
    None,
    /// Not yet anything.
    Waiting,
    Found(Vec<SearchHit>),
    Failed(Problem),
}

/// The field, the list of conversations, and what is found in them.
#[component]
pub fn ConversationSearch() -> impl IntoView {
    let store = Store::get();
    let typed = RwSignal::new(String::new());
    let answer = RwSignal::new(Answer::None);
    let set = move |text: String| {
        let is_empty = text.trim().is_empty();
        typed.set(text.clone());
        if is_empty {
            answer.set(Answer::None);
            return;
        }
        if !answer.with_untracked(|answer| matches!(answer, Answer::Found(_))) {
            answer.set(Answer::Waiting);
        }
        set_timeout(move || ask(store, typed, answer, text), TYPING_PAUSE);
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Escape" if !typed.with_untracked(String::is_empty) => {
            event.prevent_default();
            event.stop_propagation();
            set(String::new());
        }
        "ArrowDown" => {
            event.prevent_default();
            focus(".conversation-list a");
        }
        _ => {}
    };
    view! {
        <input
            id="conversation-search"
            type="search"
            class="conversation-search"
            placeholder="Search conversations"
            aria-label="Search conversations"
            autocomplete="off"
            maxlength="200"
            prop:value=move || typed.get()
            on:input=move |event| set(event_target_value(&event))
            on:keydown=on_key
        />
        <div class="conversation-list">
            <ConversationList filter=typed />
            {live(move || match answer.get() {
                Answer::None => ().erase(),
                Answer::Waiting => view! { <p class="quiet list-empty">"Searching"</p> }.erase(),
                Answer::Failed(problem) => view! { <ProblemView problem passing=true /> }.erase(),
                Answer::Found(hits) => found(store, hits),
            })}
        </div>
    }
}

/// Asks the server, unless something else was typed meanwhile; of its answer the same holds.
fn ask(store: Store, typed: RwSignal<String>, answer: RwSignal<Answer>, text: String) {
    if typed.get_untracked() != text {
        return;
    }
    spawn_local(async move {
        let said = call::<Vec<SearchHit>>("search_conversations", json!({ "query": text })).await;
        if typed.get_untracked() != text {
            return;
        }
        answer.set(match said {
            Ok(mut hits) => {
                // What is being deleted is not there any more, and titles that are filtered stand above.
                store.conversations.with_untracked(|list| {
                    hits.retain(|hit| {
                        let is_listed = list.iter().any(|one| one.id == hit.conversation);
                        is_listed && (hit.message.is_some() || !has_words(&hit.title, &text))
                    });
                });
                store.announcement.set(match hits.len() {
                    0 => "Nothing found in conversations".to_owned(),
                    count => format!("{count} found in conversations"),
                });
                Answer::Found(hits)
            }
            Err(problem) => Answer::Failed(problem),
        });
    });
}

fn found(store: Store, hits: Vec<SearchHit>) -> Erased {
    if hits.is_empty() {
        return view! { <p class="quiet list-empty">"Nothing found in questions and answers."</p> }.erase();
    }
    let hits: Vec<_> = hits.into_iter().map(|hit| hit_view(store, hit)).collect();
    view! {
        <section class="conversation-group">
            <h2 class="group-heading">"In conversations"</h2>
            <ul>{hits}</ul>
        </section>
    }
    .erase()
}

fn hit_view(store: Store, hit: SearchHit) -> Erased {
    let SearchHit { conversation, title, message, place, snippet } = hit;
    let path = conversation_path(&conversation);
    let path = match &message {
        Some(message) => format!("{path}#question-{message}"),
        None => path,
    };
    let place = match place {
        SearchPlace::Title => "Title",
        SearchPlace::Question => "Question",
        SearchPlace::Answer => "Answer",
        SearchPlace::Evidence => "Found in NetBox",
    };
    let snippet: Vec<Erased> = snippet
        .into_iter()
        .enumerate()
        .map(|(place, piece)| if place % 2 == 1 { view! { <mark>{piece}</mark> }.erase() } else { piece.erase() })
        .collect();
    view! {
        <li>
            <a
                class="search-hit"
                href=path
                on:click=move |_| {
                    store.drawer.set(false);
                    store.sought.set(message.clone());
                }
            >
                <span class="conversation-title">{title}</span>
                <span class="search-place">{place}</span>
                <span class="search-snippet">{snippet}</span>
            </a>
        </li>
    }
    .erase()
}

/// Only a browser has a focus.
#[cfg(not(feature = "hydrate"))]
fn focus(_: &str) -> bool {
    false
}

#[cfg(feature = "hydrate")]
use crate::client::focus::focus;
