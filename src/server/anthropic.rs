//! The Messages API: the only module that knows the vendor's JSON.
//!
//! [`Client`] makes one HTTP attempt; [`Retrying`] makes as many as the rules allow and tells of each wait. Both give
//! [`ReplyEvent`]s as they arrive and, only after `message_stop`, the whole [`Reply`], whose content is kept as raw
//! JSON so that it goes back unmodified. The other direction is [`Request`] with the messages built by [`message`].
//!
//! Rules and shapes are those of API version `2026-10-21` (<https://platform.claude.com/docs/en/api/messages>); where
//! the documentation is silent, of the official Python SDK 2.12. Unknown events, block types, deltas and stop reasons
//! are no errors: the API may add them without a new version.

pub mod assemble;
mod client;
mod error;
pub mod message;
mod models;
mod profile;
mod reply;
mod request;
mod retry;
pub mod sse;
#[cfg(test)]
mod tests;

pub use client::{Authorization, Client, DEFAULT_READ_TIMEOUT, DEFAULT_VERSION, ReplyStream, Settings};
pub use error::{ApiFailure, Error, ErrorKind, FailureType, Unreachable};
pub use models::{DEFAULT_MODEL, Effort, Model, Prices, ThinkingMode, micro_dollars};
pub use profile::{Features, Profile};
pub use reply::{Reply, ReplyEvent, StopReason, ToolUse};
pub use request::Request;
pub use retry::{Retrying, Step, Wait};
