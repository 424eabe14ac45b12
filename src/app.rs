//! The document, the routes and the state owned by the root.

pub mod assets;
pub mod bootstrap;
pub mod codec;
pub mod document;

use leptos::prelude::*;
use leptos::server::SharedValue;
use leptos_meta::provide_meta_context;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

pub use assets::AssetVersions;
pub use bootstrap::{Bootstrap, Opened};
use codec::WireCodec;
pub use document::shell;

use crate::components::erase::Erase;
use crate::pages::conversation::ConversationPage;
use crate::pages::new_conversation::NewConversationPage;
use crate::pages::not_found::NotFoundPage;
use crate::pages::workspace::Workspace;
use crate::store::Store;

/// The application. The server renders it from the [`Bootstrap`] in its context; the browser reads the same value out
/// of the page, so that both draw the same thing, and opens the socket.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let bootstrap: SharedValue<Bootstrap, WireCodec> =
        SharedValue::new_with_encoding(|| use_context::<Bootstrap>().unwrap_or_default());
    let bootstrap = bootstrap.into_inner();
    provide_context(bootstrap.person.clone());
    let store = Store::new(bootstrap);
    provide_context(store);
    store.start_in_browser();

    view! {
        <Router>
            <Workspace page=Box::new(|| view! { <Pages /> }.erase()) />
        </Router>
    }
}

/// What the address leads to.
#[component]
fn Pages() -> impl IntoView {
    view! {
        <FlatRoutes fallback=NotFoundPage>
            <Route path=path!("") view=NewConversationPage />
            <Route path=path!("c/:conversation") view=ConversationPage />
        </FlatRoutes>
    }
}

#[cfg(test)]
mod tests;
