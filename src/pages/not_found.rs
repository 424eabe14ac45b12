//! Any other address.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::erase::Erase;

/// The page for an address that is none.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Title text="Not found \u{b7} NetBox chat" />
        <section class="not-found">
            <h2>"There is nothing at this address"</h2>
            <p>
                <a href="/">"Ask your NetBox"</a>
            </p>
        </section>
    }
    .erase()
}
