//! The document, the routes and the state owned by the root.

pub mod assets;
pub mod bootstrap;
pub mod document;

use leptos::prelude::*;

pub use assets::AssetVersions;
pub use bootstrap::{Bootstrap, Opened};
pub use document::shell;

/// The application. The server renders it from the [`Bootstrap`] in its context.
#[component]
pub fn App() -> impl IntoView {
    view! { <main>"netbox-chatbox"</main> }
}
