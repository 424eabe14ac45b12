//! How the [`Bootstrap`](super::Bootstrap) travels inside the page.

use leptos::server::codee::{Decoder, Encoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::wire::json;

/// JSON, read as everything of the wire is read (see [`json`]).
pub struct WireCodec;

impl<T: Serialize> Encoder<T> for WireCodec {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for WireCodec {
    type Error = json::Unreadable;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        json::read(text)
    }
}
