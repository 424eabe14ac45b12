//! The line above a conversation: its title, the way to share it and, on narrow screens, the way to the list.

use leptos::prelude::*;

use super::erase::live;
use super::icon::{Icon, IconButton, IconView};
use crate::store::Store;
use crate::store::place::conversation_path;

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
            // A page of the server's own: the router has nothing to do with it.
            {live(move || {
                let is_offered = store.deployment.with(|deployment| deployment.sharing);
                let id = store.opened.with(|opened| opened.conversation().map(|view| view.id.clone()));
                let id = id.filter(|_| is_offered);
                id.map(|id| {
                    let address = format!("{}/share", conversation_path(&id));
                    view! {
                        <a class="icon-button stage-share" href=address rel="external" aria-label="Share" title="Share">
                            <IconView icon=Icon::Share />
                        </a>
                    }
                })
            })}
            <IconButton icon=Icon::New label="New conversation" class="drawer-only" on_press=move || store.start_anew() />
        </header>
    }
}
