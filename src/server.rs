//! The server: everything that is not in the browser.

pub mod account;
pub mod agent;
pub mod anthropic;
pub mod assets;
pub mod auth;
pub mod command_line;
pub mod config;
pub mod connections;
pub mod demo;
pub mod doctor;
pub mod health;
pub mod hub;
pub mod middleware;
pub mod netbox;
pub mod page;
pub mod peer;
pub mod person;
pub mod router;
pub mod run;
pub mod starting_questions;
pub mod state;
pub mod store;
pub mod telemetry;
pub mod tools;
pub mod upkeep;
pub mod ws;
