//! Says that the page is not connected, or that the server cannot store anything, and that nothing is lost.

use leptos::prelude::*;

use super::erase::live;
use super::icon::{Icon, IconView};
use crate::store::Store;

/// A line while the connection is lost, or the server's database.
#[component]
pub fn ConnectionState() -> impl IntoView {
    let Store { connection, storage, .. } = Store::get();
    let lost = Memo::new(move |_| {
        let unstored = || {
            let message = storage.get()?.message;
            Some(format!("{message}. What is being written goes on and is stored later; new questions have to wait."))
        };
        connection.with(|connection| connection.is_lost().then(|| connection.sentence())).or_else(unstored)
    });
    live(move || {
        lost.get().map(|sentence| {
            view! {
                <p class="connection-lost" role="status">
                    <IconView icon=Icon::Warning />
                    <span>{sentence}</span>
                </p>
            }
        })
    })
}
