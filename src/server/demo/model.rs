//! The stand-in model: a server that speaks Anthropic's Messages API and answers questions about a NetBox by rules.
//!
//! It lets the whole product run without a key: the same client, the same stream, the same tool loop. It keeps
//! nothing between requests (only which prefixes it has seen, for honest cache figures): every answer is worked out
//! from the request's `messages` and `tools`. It knows no NetBox data of its own; each name and number that it
//! writes comes out of a `tool_result`.
//!
//! The request rules are those of <https://platform.claude.com/docs/en/api/messages>, version `2026-10-21`, and it is
//! as strict as the real one: a history that Anthropic would refuse is refused here too.

mod cache;
mod error;
mod faults;
mod http;
mod identifier;
mod prefix;
mod reasoning;
mod reply;
mod request;
mod stream;

use secrecy::SecretString;

/// The only model that this server has, as `model` in a request and in `/v1/models`.
pub const MODEL: &str = "netbox-chatbox-stand-in";

/// How fast an answer is streamed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Like a quick model: the first piece after about 300 ms, then 60 to 90 tokens a second.
    #[default]
    Natural,
    /// As fast as the reader reads, for tests and for `ask` in scripts.
    Instant,
}

/// What the operator chose for this server.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How fast an answer is streamed.
    pub pace: Pace,
    /// The key that callers must send; without one every caller is served.
    pub key: Option<SecretString>,
    /// Whether a question may ask for a failure by a marker such as `[[overloaded]]`, for tests.
    pub faults: bool,
}

/// The Messages API as a router: `/v1/messages`, `/v1/messages/count_tokens`, `/v1/models` and `/v1/models/{id}`.
pub fn router(settings: Settings) -> axum::Router {
    http::router(settings)
}

/// Serves the Messages API on `listener` until the future is dropped.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(listener: tokio::net::TcpListener, settings: Settings) -> std::io::Result<()> {
    axum::serve(listener, router(settings)).await
}
