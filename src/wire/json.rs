//! Reading JSON, always by way of [`Value`]: the code that reads a type is made once for each source that it is read
//! from, and with one source there is one of it. That source is a reader of our own, which knows no more than the wire
//! needs and whose error says nothing: what serde's own keep for describing what they found was a twentieth of all
//! that the browser loads.

mod reader;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde_json::Value;

pub use self::reader::Unreadable;
use self::reader::{Reader, Tagged};

/// Reads a value of the wire from a text.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    read_value(serde_json::from_str(text).map_err(|_| Unreadable)?)
}

/// Reads a value of the wire from JSON that was read already.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Unreadable> {
    T::deserialize(Reader(value))
}

/// What a tagged enum is read from: its tag is taken out of the object, and the rest is the variant's.
pub(crate) fn tagged<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    tag: &str,
    read: fn(Tagged) -> Result<T, Unreadable>,
) -> Result<T, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Tagged::take(value, tag).and_then(read).map_err(D::Error::custom)
}

/// An enum with the name of its variant in a field (`#[serde(tag)]`), read like one with the name outside. (What serde
/// makes of the former, buffering everything in a type of its own, is several times as much code.)
macro_rules! tagged_enum {
    ($(#[$meta:meta])* $visibility:vis enum $name:ident as $itself:literal by $tag:literal { $($variants:tt)* }) => {
        $(#[$meta])*
        #[derive(serde::Serialize)]
        #[serde(tag = $tag, rename_all = "snake_case")]
        $visibility enum $name { $($variants)* }

        const _: () = {
            #[derive(serde::Deserialize)]
            #[serde(remote = $itself, rename_all = "snake_case")]
            #[allow(clippy::large_enum_variant, missing_docs, reason = "only its reader is used")]
            enum Outside { $($variants)* }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $crate::wire::json::tagged(deserializer, $tag, |tagged| Outside::deserialize(tagged))
                }
            }
        };
    };
}
pub(crate) use tagged_enum;
