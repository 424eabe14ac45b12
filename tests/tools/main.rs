//! The tools asked through their public interface: of the embedded demo NetBox, and of a real NetBox that holds the
//! same estate. `make test` starts the real one and says where it is; without it those tests fail.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod access;
mod compared;
mod doctor;
mod graphql;
mod ip_space;
mod missing;
mod questions;
mod refusals;
mod registry;
mod schema;
mod side;
mod topology;
mod values;
