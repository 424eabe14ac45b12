//! Messages that wait until the running answer is done.

use crate::components::erase::Erase;
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
    let has_some = Memo::new(move |_| waiting.with(|waiting| !waiting.is_empty()));
    move || {
        has_some.get().then(|| {
            view! {
                <ul class="queue" aria-label="Asked next">
                    <For
                        each=move || waiting.get()
                        key=|queued| queued.message.clone()
                        children=move |queued| queued_message(store, queued).erase()
                    />
                </ul>
            }
        })
    }
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
