//! NetBox: the only module that knows its API.
//!
//! [`Client`] asks one NetBox over HTTP. Who asks is an argument of every call ([`Credentials`]), never part of the
//! client. [`object_type`] is the one table of object types, [`catalogue`] what each list can be filtered by.

mod address;
mod answer;
mod cache;
pub mod catalogue;
mod client;
mod credentials;
mod custom_field;
mod error;
mod failure;
pub mod object_type;
mod query;
mod refusal;
mod tls;
mod version;

pub use address::Address;
pub use answer::{Answer, Exchange};
pub use client::{Client, Settings};
pub use credentials::{Credentials, TokenKind};
pub use custom_field::{CustomField, FieldKind, FilterLogic};
pub use error::{Error, FieldReason};
pub use object_type::ObjectType;
pub use query::Query;
pub use refusal::Refusal;
pub use version::Version;

#[cfg(test)]
mod tests;
