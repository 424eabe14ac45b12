//! The pages and the frame around them.

#[cfg(feature = "ssr")]
pub mod account;
pub mod conversation;
pub mod new_conversation;
pub mod not_found;
#[cfg(feature = "ssr")]
pub mod people;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod share;
#[cfg(feature = "ssr")]
pub mod shared;
#[cfg(feature = "ssr")]
pub mod sign_in;
#[cfg(feature = "ssr")]
pub mod sign_in_elsewhere;
#[cfg(feature = "ssr")]
pub mod usage;
pub mod workspace;
