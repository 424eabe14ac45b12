//! What only a browser can do: the socket, storage, the clipboard, and a last word when the page's code fails.
//!
//! A panic here ends the page, so nothing may panic, and what a browser refuses (storage in a private window, the
//! clipboard without a permission) is answered softly.
#![deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

pub mod beacon;
pub mod clipboard;
pub mod fetch;
pub mod focus;
pub mod panic;
pub mod save;
pub mod sign_in;
pub mod socket;
pub mod storage;
