//! What is looked at beside the conversation; on a narrow screen, above it.

use leptos::prelude::*;

use super::erase::{Erase, live};
use super::focus::go_on;
use super::icon::{Icon, IconButton};
use super::result::ResultView;
use crate::store::Store;

/// The panel, where something is open.
#[component]
pub fn Panel() -> impl IntoView {
    let store = Store::get();
    // The keyboard goes into the panel and back to where it was opened.
    Effect::new(move |before: Option<Option<String>>| {
        let opened = store.panel.with(|panel| panel.as_ref().map(|reference| reference.handle.clone()));
        match (before.flatten(), &opened) {
            (_, Some(_)) => go_on(store, ".panel-head button"),
            (Some(handle), None) => go_on(store, &format!(".result[data-handle='{handle}'] .to-panel")),
            (None, None) => {}
        }
        opened
    });
    live(move || {
        store.panel.get().map(|reference| {
            let title = reference.title.clone();
            view! {
                <aside class="panel" aria-label="Result">
                    <header class="panel-head">
                        <h2 class="panel-title">{title}</h2>
                        <IconButton icon=Icon::Close label="Close the panel" on_press=move || store.close_panel() />
                    </header>
                    <div class="panel-body">
                        <ResultView reference in_panel=true />
                    </div>
                </aside>
            }
            .erase()
        })
    })
}
