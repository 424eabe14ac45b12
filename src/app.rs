//! The document, the routes and the state owned by the root.

use leptos::prelude::*;

/// The application.
#[component]
pub fn App() -> impl IntoView {
    view! { <main>"netbox-chatbox"</main> }
}
