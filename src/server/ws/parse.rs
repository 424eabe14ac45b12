//! A frame's text to a command, also in the words of this project's predecessor.

use serde_json::Value;

use crate::wire::command::Command;
use crate::wire::id::CommandId;
use crate::wire::problem::{Problem, ProblemCode};

/// As the protocol has them, in its order.
const COMMANDS: &str =
    "hello, subscribe, unsubscribe, send, edit, branch, regenerate, stop, approve, unqueue, reset, ping";

/// Parses a frame. On failure, the command's id where it could be read.
pub fn parse(text: &str) -> Result<Command, (Option<CommandId>, Problem)> {
    let mut value: Value = serde_json::from_str(text).map_err(|error| {
        let problem = Problem::new(ProblemCode::BadRequest, format!("The frame is not JSON: {error}"));
        (None, problem.hint(r#"send for example {"type":"send","text":"How many sites do we have?"}"#))
    })?;
    let id = value.get("id").and_then(Value::as_str).map(CommandId::from);
    let Some(object) = value.as_object_mut() else {
        let problem = Problem::new(ProblemCode::BadRequest, "A frame must be a JSON object");
        return Err((id, problem.hint(r#"send for example {"type":"ping"}"#)));
    };
    // The predecessor's clients send {"message": "..."} without a type.
    if !object.contains_key("type")
        && let Some(message) = object.remove("message")
    {
        object.insert("type".to_owned(), "send".into());
        object.insert("text".to_owned(), message);
    }
    let kind = object.get("type").and_then(Value::as_str).map(str::to_owned);
    serde_json::from_value(value).map_err(|error| (id, not_understood(kind.as_deref(), &error)))
}

fn not_understood(kind: Option<&str>, error: &serde_json::Error) -> Problem {
    let Some(kind) = kind else {
        return Problem::new(ProblemCode::BadRequest, "The frame has no `type`")
            .hint(format!("`type` is one of {COMMANDS}"));
    };
    if COMMANDS.split(", ").any(|known| known == kind) {
        Problem::new(ProblemCode::BadRequest, format!("The command `{kind}` is not complete: {error}"))
            .hint("docs/protocol.md lists what each command holds")
    } else {
        let shown: String = kind.chars().take(40).collect();
        Problem::new(ProblemCode::BadRequest, format!("There is no command `{shown}`"))
            .hint(format!("`type` is one of {COMMANDS}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::command::SendMode;

    #[test]
    fn a_short_scripts_frame_and_the_predecessors_are_the_same() {
        let expected =
            Command::Send { id: None, conversation: None, text: "How many sites?".to_owned(), mode: SendMode::Queue };
        assert_eq!(parse(r#"{"type":"send","text":"How many sites?"}"#).unwrap(), expected);
        assert_eq!(parse(r#"{"message":"How many sites?"}"#).unwrap(), expected);
        assert_eq!(parse(r#"{"type":"reset"}"#).unwrap(), Command::Reset { conversation: None });
    }

    #[test]
    fn every_command_is_named() {
        let error = serde_json::from_str::<Command>(r#"{"type":"fly"}"#).unwrap_err().to_string();
        let named = error.split("expected one of ").nth(1).unwrap().replace('`', "");
        assert!(named.starts_with(COMMANDS), "{named}");
    }

    #[test]
    fn what_is_wrong_is_told_with_a_hint_and_the_commands_id() {
        for (text, expected) in [
            ("{", "not JSON"),
            ("[]", "JSON object"),
            ("{}", "no `type`"),
            (r#"{"type":"fly"}"#, "no command `fly`"),
            (r#"{"type":"send"}"#, "missing field `text`"),
            (r#"{"type":"stop","run":7}"#, "not complete"),
            (r#"{"type":"edit"}"#, "`edit` is not complete"),
            (r#"{"type":"branch"}"#, "`branch` is not complete"),
            (r#"{"type":"approve"}"#, "`approve` is not complete"),
        ] {
            let (_, problem) = parse(text).unwrap_err();
            assert!(problem.message.contains(expected), "{text}: {}", problem.message);
            assert!(problem.hint.is_some());
        }
        let (id, _) = parse(r#"{"type":"send","id":"c1"}"#).unwrap_err();
        assert_eq!(id.unwrap().as_str(), "c1");
    }
}
