//! The way out.

use leptos::prelude::*;

/// A form and no link, since it changes something. It needs no script: the server's own pages have it too.
#[component]
pub fn SignOut() -> impl IntoView {
    view! {
        <form method="post" action="/sign-out">
            <button type="submit" class="text-button">
                "Sign out"
            </button>
        </form>
    }
}
