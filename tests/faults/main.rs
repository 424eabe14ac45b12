//! The real program between faulty neighbours: proxies cut, stall, slow down, truncate and flood the connections between
//! a client and it, and between it and the model, NetBox and the database, at chosen moments of an answer; and the
//! program itself is killed.
//!
//! Whatever happens: what was acknowledged is still there, once; every run has exactly one end; memory stays bounded;
//! and what a client sees that comes back is what is kept. Seeds are printed, and `FAULT_SEED` repeats one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "seeds and figures are for whoever reads the output")]

mod changes;
mod client;
mod matrix;
mod process;
mod proxy;
mod rolling;
#[path = "../../src/server/store/scratch.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod scratch;
mod scripts;
mod seed;
mod soak;
mod verdict;

use netbox_chatbox::server::store::{Database, Location};
