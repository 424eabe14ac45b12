//! NetBox: the only module that knows its API.
//!
//! [`Client`] asks one NetBox over HTTP. Who asks is an argument of every call ([`Credentials`]), never part of the
//! client. [`object_type`] is the table of NetBox's own object types, [`catalogue`] what each list can be
//! filtered by as far as the program knows it itself, [`schema`] the same as the connected NetBox tells it,
//! [`Capabilities`] what its version can do.

mod address;
mod answer;
mod cache;
mod capabilities;
pub mod catalogue;
mod client;
mod credentials;
mod custom_field;
mod error;
mod failure;
mod graphql;
pub mod object_type;
mod query;
mod recent;
mod refusal;
mod saved_filter;
pub mod schema;
mod tls;
mod version;

pub use address::Address;
pub use answer::{Answer, Exchange};
pub use capabilities::{Capabilities, GraphqlDialect};
pub use catalogue::Catalogue;
pub(in crate::server) use client::CONNECTION_BROKE;
pub use client::{Client, Settings, TokenMade, TokenWanted, Write, is_token};
pub use credentials::{Credentials, Owner, TokenKind};
pub use custom_field::{CustomField, FieldKind, FilterLogic};
pub use error::{Error, FieldReason};
pub use graphql::{Definition, Field, GraphqlSchema, TypeName};
pub use object_type::ObjectType;
pub use query::Query;
pub use refusal::Refusal;
pub use saved_filter::SavedFilter;
pub use schema::{Origin, Schema};
pub use version::Version;

#[cfg(test)]
mod tests;
