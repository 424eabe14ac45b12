//! The line above a conversation: its title and, on narrow screens, the way to the list.

use leptos::prelude::*;

use super::icon::{Icon, IconButton};
use crate::store::Store;

/// The header of the middle column.
#[component]
pub fn StageHeader() -> impl IntoView {
    let store = Store::get();
    let title = move || store.title().unwrap_or_else(|| "New conversation".to_owned());
    view! {
        <header class="stage-header">
            <IconButton
                icon=Icon::Menu
                label="Open the list of conversations"
                class="drawer-only"
                on_press=move || store.drawer.set(true)
            />
            <h1 class="stage-title">{title}</h1>
            <IconButton icon=Icon::New label="New conversation" class="drawer-only" on_press=move || store.start_anew() />
        </header>
    }
}
