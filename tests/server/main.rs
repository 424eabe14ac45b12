//! The whole server through its real router, sockets and loops: a real demo NetBox and the stand-in model behind the
//! same clients as the real ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod audit;
mod audit_kinds;
mod backup;
mod branches;
mod changes;
mod connections;
mod conversations;
mod durable;
mod events;
mod failures;
mod frames;
mod full_disk;
mod fuzzed;
mod identity;
mod limits;
mod line;
mod logged;
mod long_conversations;
mod model_failures;
mod netbox_users;
mod oidc;
mod pages;
mod people;
mod people_page;
mod processes;
mod program;
mod recheck;
mod results;
mod resuming;
#[path = "../../src/server/store/scratch.rs"]
mod scratch;
mod scripted_model;
mod search;
mod settings;
mod shares;
mod sign_in;
mod stack;
mod stopping;
mod stranger;

use netbox_chatbox::server::store::{Database, Location};
