//! What crosses the socket and the server functions: data only, no IO, the same types on both sides.

pub mod change;
pub mod command;
pub mod deployment;
pub mod event;
pub mod id;
pub mod json;
pub mod person;
pub mod problem;
pub mod result;
pub mod search;
pub mod tool;
pub mod transcript;
