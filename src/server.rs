//! The server: everything that is not in the browser.

pub mod agent;
pub mod anthropic;
pub mod command_line;
pub mod demo;
pub mod netbox;
pub mod tools;
