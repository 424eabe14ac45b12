//! The sheet of keys.

use leptos::html;
use leptos::prelude::*;

use super::icon::{Icon, IconButton};
use crate::store::Store;

const KEYS: [(&str, &str); 9] = [
    ("Enter", "Send the question"),
    ("Shift Enter", "New line"),
    ("Esc", "Stop the answer, close what is open"),
    ("\u{2191}", "Change the last question (in the empty field)"),
    ("/", "Go to the question field"),
    ("Alt N", "New conversation"),
    ("Ctrl K", "Search conversations"),
    ("End", "Jump to the latest (in the transcript)"),
    ("?", "This sheet"),
];

/// The sheet, a dialog of the browser's own, so that focus stays in it and Escape closes it.
#[component]
pub fn KeyboardSheet() -> impl IntoView {
    let store = Store::get();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let open = store.keyboard_sheet.get();
        if let Some(dialog) = dialog.get() {
            if open && !dialog.open() {
                let _ = dialog.show_modal();
            } else if !open && dialog.open() {
                dialog.close();
            }
        }
    });
    let keys: Vec<_> = KEYS
        .into_iter()
        .map(|(keys, what)| {
            let keys: Vec<_> = keys.split(' ').map(|key| view! { <kbd>{key}</kbd> }).collect();
            view! {
                <div>
                    <dt>{keys}</dt>
                    <dd>{what}</dd>
                </div>
            }
        })
        .collect();
    view! {
        <dialog
            node_ref=dialog
            class="sheet"
            aria-labelledby="keys-heading"
            on:close=move |_| store.keyboard_sheet.set(false)
        >
            <div class="sheet-head">
                <h2 id="keys-heading">"Keys"</h2>
                <IconButton icon=Icon::Close label="Close" on_press=move || store.keyboard_sheet.set(false) />
            </div>
            <dl class="keys">{keys}</dl>
        </dialog>
    }
}
