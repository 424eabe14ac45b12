//! A button that copies text and says that it did.

use std::time::Duration;

use leptos::prelude::*;

use super::erase::live;
use super::icon::{Icon, IconView};

/// How long the button says that it copied.
const SAID_FOR: Duration = Duration::from_millis(1_600);

/// A button that copies.
#[component]
pub fn CopyButton(
    /// What is copied, made when it is wanted.
    text: impl Fn() -> String + Send + 'static,
    /// What the button is called: `Copy`, `Copy as curl`.
    label: &'static str,
    /// Whether the words are shown beside the icon.
    #[prop(optional)]
    worded: bool,
) -> impl IntoView {
    copy_button(Box::new(text), label, worded)
}

/// Not generic, so that there is one of it.
fn copy_button(text: Box<dyn Fn() -> String + Send>, label: &'static str, worded: bool) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let said = move || match copied.get() {
        None => label,
        Some(true) => "Copied",
        Some(false) => "Not copied: the browser does not allow it",
    };
    let press = move |_| {
        copy(text(), copied);
    };
    view! {
        <button
            type="button"
            class=if worded { "text-button" } else { "icon-button" }
            aria-label=said
            title=said
            data-state=move || copied.get().map(|done| if done { "done" } else { "failed" })
            on:click=press
        >
            {live(move || {
                let icon = match copied.get() {
                    None => Icon::Copy,
                    Some(true) => Icon::Check,
                    Some(false) => Icon::Warning,
                };
                view! { <IconView icon /> }
            })}
            {worded.then(|| view! { <span>{said}</span> })}
        </button>
    }
}

fn copy(text: String, copied: RwSignal<Option<bool>>) {
    leptos::task::spawn_local(async move {
        // The button may be gone by then.
        let _ = copied.try_set(Some(write_to_clipboard(text).await));
        set_timeout(
            move || {
                let _ = copied.try_set(None);
            },
            SAID_FOR,
        );
    });
}

#[cfg(feature = "hydrate")]
async fn write_to_clipboard(text: String) -> bool {
    crate::client::clipboard::copy(&text).await
}

/// Only a browser has a clipboard.
#[cfg(not(feature = "hydrate"))]
#[allow(clippy::unused_async, reason = "the browser's one waits")]
async fn write_to_clipboard(_: String) -> bool {
    false
}
