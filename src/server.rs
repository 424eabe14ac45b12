//! The server: everything that is not in the browser.

pub mod account;
pub mod agent;
pub mod anthropic;
pub mod assets;
pub mod audit;
pub mod auth;
pub mod client_address;
mod clock;
pub mod command_line;
pub mod config;
pub mod connections;
pub mod demo;
pub mod doctor;
#[cfg(test)]
mod encrypted;
pub mod health;
pub mod hub;
pub mod limits;
pub mod listen;
pub mod middleware;
pub mod netbox;
mod no_connection;
pub mod page;
pub mod peer;
pub mod person;
pub mod result_reads;
pub mod router;
pub mod run;
pub mod search;
pub mod sharing;
pub mod starting_questions;
pub mod state;
pub mod store;
pub mod telemetry;
pub mod tools;
pub mod upkeep;
pub mod ws;
