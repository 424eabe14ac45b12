//! Messages that wait until the running answer is done.

use crate::components::erase::{list, row, when};
use leptos::prelude::*;

use crate::components::icon::{Icon, IconButton};
use crate::store::Store;
use crate::wire::transcript::QueuedMessage;

/// The messages that wait, in the order in which they will be asked.
#[component]
pub fn Queue() -> impl IntoView {
    let store = Store::get();
    let waiting = Memo::new(move |_| {
        store.opened.with(|opened| opened.conversation().map(|view| view.queue.get()).unwrap_or_default())
    });
    let rows = move || {
        waiting
            .get()
            .into_iter()
            .map(|queued| row(&queued.message.clone(), move || queued_message(store, queued)))
            .collect()
    };
    when(
        move || waiting.with(|waiting| !waiting.is_empty()),
        move || view! { <ul class="queue" aria-label="Asked next">{list(rows)}</ul> },
    )
}

fn queued_message(store: Store, queued: QueuedMessage) -> impl IntoView {
    let QueuedMessage { message, text } = queued;
    view! {
        <li class="queued">
            <span class="queued-label">"Next"</span>
            <span class="queued-text">{text.clone()}</span>
            <IconButton
                icon=Icon::Close
                label=format!("Remove \u{201c}{text}\u{201d} from the queue")
                on_press=move || store.unqueue(message.clone())
            />
        </li>
    }
}
