//! The empty conversation: what may be asked, from what the connected NetBox holds.

use crate::components::erase::{Erase, live};
use leptos::prelude::*;
use leptos_router::location::Url;

use super::focus::go_on;
use super::format;
use crate::store::Store;
use crate::wire::command::SendMode;
use crate::wire::deployment::StartingQuestion;

/// The empty conversation.
#[component]
pub fn Welcome() -> impl IntoView {
    let store = Store::get();
    let connected = move || {
        store.deployment.with(|deployment| match (deployment.netbox.demo, deployment.netbox.url.as_str()) {
            (true, _) => "Connected to the demo NetBox".to_owned(),
            (false, "") => String::new(),
            (false, url) => format!("Connected to {}", format::host(url)),
        })
    };
    view! {
        <div class="transcript welcome">
            <div class="column">
                <h2 class="welcome-heading">"Ask your NetBox"</h2>
                <p class="welcome-lead">
                    "Sites, racks, devices, cables, prefixes, circuits and what changed. Every answer shows the requests it is made from."
                </p>
                <p class="welcome-connected">{connected}</p>
                <ul class="starting-questions">
                    {live(move || store.starting_questions.get().into_iter().map(starting_question).collect::<Vec<_>>())}
                </ul>
            </div>
        </div>
    }
}

/// A question to start with. Until the page is taken over it is a link that puts the question into the field.
fn starting_question(question: StartingQuestion) -> impl IntoView {
    let store = Store::get();
    let StartingQuestion { topic, text } = question;
    let address = format!("/?question={}", Url::escape(&text));
    let asked = text.clone();
    let ask = move |event: leptos::ev::MouseEvent| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
        store.ask(&asked, SendMode::Queue);
        go_on(store, "");
    };
    view! {
        <li>
            <a class="starting-question" href=address rel="nofollow" on:click=ask>
                <span class="starting-topic">{topic}</span>
                <span class="starting-text">{text}</span>
            </a>
        </li>
    }
    .erase()
}
