//! Messages at the edge of the page, each for a while.

use std::time::Duration;

use leptos::prelude::*;

use super::erase::{list, row};
use super::focus::go_on;
use super::icon::{Icon, IconButton};
use crate::store::Store;
use crate::store::place::conversation_path;
use crate::store::toast::Toast;

/// How long a message stays when nobody is at it; long enough to reach its undo.
const SHOWN_FOR: Duration = Duration::from_secs(8);

/// All messages.
#[component]
pub fn Toasts() -> impl IntoView {
    let toasts = Store::get().toasts;
    view! {
        <section aria-label="Messages">
            <ul class="toasts">
                {list(move || {
                    toasts
                        .get()
                        .into_iter()
                        .map(|toast| row(toast.number, move || view! { <ToastView toast /> }))
                        .collect()
                })}
            </ul>
        </section>
    }
}

#[component]
fn ToastView(toast: Toast) -> impl IntoView {
    let store = Store::get();
    let Toast { number, text, hint, undo } = toast;
    Effect::new(move |_| {
        // It stays while somebody is at it.
        let leave = move || {
            if !is_held() {
                store.dismiss(number);
            }
        };
        if let Ok(interval) = set_interval_with_handle(leave, SHOWN_FOR) {
            on_cleanup(move || interval.clear());
        }
    });
    let brought_back = undo.as_ref().map(|summary| conversation_path(&summary.id)).unwrap_or_default();
    let take_back = move |_| {
        store.undo(number);
        go_on(store, &format!(".conversation-link[href='{brought_back}']"));
    };
    let dismiss = move || {
        store.dismiss(number);
        go_on(store, ".toast button");
    };
    view! {
        <li class="toast">
            <div class="toast-text">
                <p>{text}</p>
                {hint.map(|hint| view! { <p class="toast-hint">{hint}</p> })}
            </div>
            {undo
                .is_some()
                .then(|| {
                    view! {
                        <button type="button" class="text-button" on:click=take_back>
                            "Undo"
                        </button>
                    }
                })}
            <IconButton icon=Icon::Close label="Dismiss" on_press=dismiss />
        </li>
    }
}

/// Whether the pointer or the keyboard is at a message. (Timers run in the browser only.)
fn is_held() -> bool {
    let held = document().query_selector(".toast:is(:hover, :focus-within)");
    held.is_ok_and(|held| held.is_some())
}
