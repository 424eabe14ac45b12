//! Says that the page is not connected, and that nothing is lost.

use leptos::prelude::*;

use super::erase::live;
use super::icon::{Icon, IconView};
use crate::store::Store;

/// A line while the connection is lost.
#[component]
pub fn ConnectionState() -> impl IntoView {
    let connection = Store::get().connection;
    let lost = Memo::new(move |_| connection.with(|connection| connection.is_lost().then(|| connection.sentence())));
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
