//! The demo NetBox: an embedded server that speaks the REST API of NetBox 4.7.3 over an invented company.
//!
//! It is read through the same client as a real one. What types there are, how they are rendered and what filters
//! their lists take is one table (`schema.txt`), read from the real program by `tests/netbox/describe.py`; the rows
//! are one estate, written in `estate`, of which every running server changes its own copy (`write`);
//! `tests/netbox/compare.py` asks it and a real NetBox with the same rows the
//! same questions.

mod accounts;
mod book;
mod cable;
mod display;
mod estate;
mod export;
mod filter;
mod http;
mod network;
mod openapi;
mod order;
mod pages;
mod part;
mod render;
mod schema;
mod store;
#[cfg(test)]
mod tests;
mod write;

pub use accounts::ACCOUNTS;
use axum::Router;
use jiff::Timestamp;
use tokio::net::TcpListener;

pub use estate::{Planted, plant};

/// The token that the demo NetBox accepts, in the form of NetBox 4.5 and later. It may write: whether anything is
/// written, the operator says with `CHANGES`.
pub const DEMO_TOKEN: &str = "nbt_demoNetBox00.demo0netbox0demo0netbox0demo0netbox0demo";

/// The name of the user whom [`DEMO_TOKEN`] belongs to.
pub const DEMO_USER: &str = "demo";

/// The routes of the demo NetBox. The estate's change log ends at `now`; everything else in it is fixed.
pub fn router(now: Timestamp) -> Router {
    http::router(now)
}

/// Serves the demo NetBox on a socket until the task is dropped.
///
/// # Errors
/// If the socket cannot be listened to any more.
pub async fn serve(listener: TcpListener, now: Timestamp) -> std::io::Result<()> {
    axum::serve(listener, router(now)).await
}

/// The estate as lines of JSON, for filling a real NetBox with the same objects under the same ids. The lines do not
/// depend on the time: moments are written as distances from now.
pub fn export(_now: Timestamp) -> impl Iterator<Item = String> {
    export::lines()
}
