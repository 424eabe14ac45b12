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
    let close = move || {
        store.close_panel();
        go_on(store, ".to-panel");
    };
    live(move || {
        store.panel.get().map(|reference| {
            let title = reference.title.clone();
            go_on(store, ".panel .icon-button");
            view! {
                <aside class="panel" aria-label="Result">
                    <header class="panel-head">
                        <h2 class="panel-title">{title}</h2>
                        <IconButton icon=Icon::Close label="Close the panel" on_press=close />
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
