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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Unreadable, read, read_value};
    use crate::wire::command::Resume;
    use crate::wire::event::{Event, Frame};
    use crate::wire::result::{ColumnKind, Picture, Rack, ResultPage};
    use crate::wire::tool::{Cell, ToolOutcome};
    use crate::wire::transcript::{EndReason, Part, Usage};

    /// What is written is what is read, by this reader and by serde's own.
    fn survives<T>(value: &T)
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let text = serde_json::to_string(value).unwrap();
        assert_eq!(read::<T>(&text).as_ref(), Ok(value), "{text}");
        assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
    }

    #[test]
    fn frames_survive_the_wire() {
        let usage = Usage { calls: 2, output_tokens: 9, ..Usage::default() };
        let outcome = ToolOutcome { summary: "3 of 3 sites".into(), ..ToolOutcome::default() };
        let events = [
            Event::Pong { views: vec![Resume { conversation: "c".into(), after: 3 }] },
            Event::Reset,
            Event::Text { run: "r".into(), part: 1, offset: 7 },
            Event::ToolUse {
                run: "r".into(),
                part: 2,
                call: "c".into(),
                name: "n".into(),
                input: json!({"a": [1, null, -2, true, "x", {"b": 1.5}]}),
            },
            Event::ToolResult { run: "r".into(), call: "c".into(), outcome },
            Event::RunEnd {
                run: "r".into(),
                why: EndReason::Length,
                problem: None,
                milliseconds: 3,
                usage,
                ungrounded: vec!["12".into()],
            },
        ];
        for event in events {
            survives(&Frame {
                event,
                seq: 4,
                conversation: Some("c".into()),
                content: "\u{e9}\n".into(),
                completed: false,
            });
        }
        survives(&Part::Text { text: "x".into() });
    }

    #[test]
    fn results_survive_the_wire() {
        let picture =
            Some(Picture::Rack(Rack { height: 84, name: Cell { text: "R1".into(), link: None }, ..Rack::default() }));
        survives(&ResultPage { total: 7, picture, ..ResultPage::default() });
        survives(&ColumnKind::Identifier);
    }

    #[test]
    fn what_is_missing_is_as_the_type_says() {
        let frame: Frame =
            read(r#"{"type": "run_end", "run": "r", "why": "done", "milliseconds": 1, "usage": {"calls": 1}}"#)
                .unwrap();
        assert!(matches!(frame.event, Event::RunEnd { usage: Usage { calls: 1, output_tokens: 0, .. }, .. }));
        assert_eq!(read::<Frame>(r#"{"type": "run_end", "run": "r"}"#), Err(Unreadable));
        assert_eq!(read::<Frame>(r#"{"run": "r"}"#), Err(Unreadable));
        assert_eq!(read::<Frame>("not JSON"), Err(Unreadable));
    }

    #[test]
    fn an_event_of_a_newer_version_is_one_that_is_skipped() {
        let frame: Frame = read_value(json!({"type": "telepathy", "seq": 3, "strength": 9})).unwrap();
        assert_eq!((frame.event, frame.seq), (Event::Unknown, 3));
    }
}
