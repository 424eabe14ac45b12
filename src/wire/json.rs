//! Reading JSON, always by way of [`Value`]: the code that reads a type is made once for each source that it is read
//! from, and with `Value` as the only source there is one of it. In the browser that is a good part of what is loaded.

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde_json::Value;

/// Reads a value of the wire from a text.
pub fn read<T: DeserializeOwned>(text: &str) -> serde_json::Result<T> {
    serde_json::from_value(serde_json::from_str(text)?)
}

/// For `#[serde(deserialize_with)]` on what a tagged enum holds: serde would read it from a source of its own.
pub fn by_value<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<T, D::Error> {
    serde_json::from_value(Value::deserialize(deserializer)?).map_err(D::Error::custom)
}
