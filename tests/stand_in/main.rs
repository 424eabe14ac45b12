//! The stand-in model over real HTTP, with the real tools against the demo NetBox: what it says is compared with what
//! NetBox's own REST API answers.
#![cfg(feature = "ssr")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod changes;
mod conversations;
mod follow_ups;
mod grounding;
mod kinds;
mod protocol;
mod questions;
mod stack;
