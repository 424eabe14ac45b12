//! A button that opens a small sheet below it.

use leptos::ev::FocusEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{EventTarget, Node};

use super::erase::Live;
use super::icon::{Icon, IconView};

/// A menu: Escape and going elsewhere close it.
#[component]
pub fn Menu(
    /// The icon of its button.
    icon: Icon,
    /// What its button is called.
    label: &'static str,
    /// What it holds.
    content: Live,
) -> impl IntoView {
    let details = NodeRef::<html::Details>::new();
    let close = move || {
        if let Some(details) = details.get_untracked() {
            details.set_open(false);
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && details.get_untracked().is_some_and(|details| details.open()) {
            event.stop_propagation();
            event.prevent_default();
            close();
        }
    };
    view! {
        <details class="menu" node_ref=details on:keydown=on_key on:focusout=move |event| {
            if went_elsewhere(&event) {
                close();
            }
        }>
            <summary class="icon-button" aria-label=label title=label>
                <IconView icon />
            </summary>
            // Focusable, so that pressing between its parts is not going elsewhere.
            <div class="menu-sheet" tabindex="-1">
                {content}
            </div>
        </details>
    }
}

/// Whether the focus goes to something outside of the element that is left.
fn went_elsewhere(event: &FocusEvent) -> bool {
    let node = |target: Option<EventTarget>| target.and_then(|target| target.dyn_into::<Node>().ok());
    let (menu, to) = (node(event.current_target()), node(event.related_target()));
    !menu.zip(to).is_some_and(|(menu, to)| menu.contains(Some(&to)))
}
