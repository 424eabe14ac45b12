//! Messages at the edge of the page, each for a while.

use std::time::Duration;

use leptos::prelude::*;

use super::erase::{list, row};
use super::icon::{Icon, IconButton};
use crate::store::Store;
use crate::store::toast::Toast;

/// How long a message stays; long enough to reach its undo.
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
        if let Ok(timeout) = set_timeout_with_handle(move || store.dismiss(number), SHOWN_FOR) {
            on_cleanup(move || timeout.clear());
        }
    });
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
                        <button type="button" class="text-button" on:click=move |_| store.undo(number)>
                            "Undo"
                        </button>
                    }
                })}
            <IconButton icon=Icon::Close label="Dismiss" on_press=move || store.dismiss(number) />
        </li>
    }
}
