//! A question on its way to the server.

use crate::components::erase::Erase;
use leptos::prelude::*;

use super::focus::go_on;
use super::icon::{Icon, IconView};
use super::problem::ProblemView;
use crate::store::Store;
use crate::store::outbox::Pending;

/// A question that the log does not show yet, or that the server refused.
#[component]
pub fn PendingQuestion(
    /// The question.
    pending: Pending,
) -> impl IntoView {
    let Pending { command, text, problem, .. } = pending;
    let state = match problem {
        None => view! { <p class="end-note">"Sending"</p> }.erase(),
        Some(problem) => {
            let store = Store::get();
            let composed = text.clone();
            let edited = command.clone();
            let edit = move |_| {
                store.compose(composed.clone());
                store.forget_pending(&edited);
            };
            let remove = move |_| {
                store.forget_pending(&command);
                go_on(store, "");
            };
            let ways_out = view! {
                    <button type="button" class="text-button" on:click=edit>
                        <IconView icon=Icon::Edit />
                        <span>"Edit and send again"</span>
                    </button>
                    <button type="button" class="text-button" on:click=remove>
                        <IconView icon=Icon::Close />
                        <span>"Remove"</span>
                    </button>
            }
            .erase();
            view! { <ProblemView problem ways_out /> }.erase()
        }
    };
    view! {
        <article class="turn turn-pending">
            <h2 class="question">{text}</h2>
            {state}
        </article>
    }
}
