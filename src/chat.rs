//! Pure state of a conversation: no IO, no framework. The same code runs on the server, in the browser and in tests.
//!
//! A panic in the browser ends the page, so nothing here may panic.
#![cfg_attr(not(test), deny(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used))]

pub mod approval;
pub mod connection;
pub mod grounding;
pub mod markdown;
pub mod reducer;
pub mod text;
