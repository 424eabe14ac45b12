//! Messages that wait until the running answer is done.

use crate::components::erase::{list, row, when};
use leptos::prelude::*;

use crate::components::focus::go_on;
use crate::components::icon::{Icon, IconButton};
use crate::store::Store;
use crate::wire::id::MessageId;
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
            .map(|queued| row(queued.message.clone(), move || queued_message(store, waiting, queued)))
            .collect()
    };
    when(
        move || waiting.with(|waiting| !waiting.is_empty()),
        move || view! { <ul class="queue" aria-label="Asked next">{list(rows)}</ul> },
    )
}

fn queued_message(store: Store, waiting: Memo<Vec<QueuedMessage>>, queued: QueuedMessage) -> impl IntoView {
    let QueuedMessage { message, text } = queued;
    let name = message.to_string();
    let remove = move || {
        let neighbour = waiting.with_untracked(|waiting| neighbour(waiting, &message).cloned());
        store.unqueue(message.clone());
        go_on(store, &neighbour.map(|other| format!("[data-message='{other}'] button")).unwrap_or_default());
    };
    view! {
        <li class="queued" data-message=name>
            <span class="queued-label">"Next"</span>
            <span class="queued-text">{text.clone()}</span>
            <IconButton
                icon=Icon::Close
                label=format!("Remove \u{201c}{text}\u{201d} from the queue")
                on_press=remove
            />
        </li>
    }
}

/// The message after one, or before it where it is the last.
fn neighbour<'waiting>(waiting: &'waiting [QueuedMessage], message: &MessageId) -> Option<&'waiting MessageId> {
    let place = waiting.iter().position(|one| one.message == *message)?;
    let before = place.checked_sub(1).and_then(|before| waiting.get(before));
    waiting.get(place + 1).or(before).map(|one| &one.message)
}
