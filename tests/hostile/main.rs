//! What hostile data can do, and hostile servers: texts that attack the model, the page, spreadsheets and terminals,
//! in every kind of field of the demo NetBox and of a real one; servers that redirect, flood, stall and lie.
//!
//! `make test` starts the real one (`tests/netbox/hostile/start.sh`) and says where it is in `TEST_NETBOX_HOSTILE_URL`;
//! without it those tests fail.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod answers;
mod corpus;
mod elsewhere;
mod methods;
mod model;
mod person;
mod recorder;
#[path = "../tools/side.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod side;
