//! netbox-chatbox: ask your NetBox in plain language.
//!
//! One crate, two builds. With the feature `ssr` it is the server, the command line and the embedded demo; with
//! the feature `hydrate` it is the WebAssembly that takes over the page in the browser. Modules that belong to
//! neither ([`wire`], [`chat`]) do no IO and compile with both. `docs/architecture.md` has the map and the rules.
#![recursion_limit = "256"]

#[cfg(all(feature = "hydrate", feature = "ssr"))]
compile_error!("the features `hydrate` (browser) and `ssr` (server) are two builds: choose one");

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(any(feature = "hydrate", feature = "ssr"))]
pub mod app;
pub mod chat;
#[cfg(feature = "hydrate")]
pub mod client;
#[cfg(any(feature = "hydrate", feature = "ssr"))]
pub mod components;
#[cfg(any(feature = "hydrate", feature = "ssr"))]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod server;
#[cfg(any(feature = "hydrate", feature = "ssr"))]
pub mod store;
pub mod wire;

/// The browser's entry point: attaches to the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    client::panic::install_hook();
    leptos::mount::hydrate_body(app::App);
}
