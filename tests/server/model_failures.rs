//! Everything that can go wrong with a model, injected over HTTP: each ends in the right state, none loses what the
//! person wrote, none asks (and pays) more often than it helps.

use std::time::Duration;

use netbox_chatbox::server::config::{AnswerConfig, RemoteModel};
use netbox_chatbox::wire::transcript::{EndReason, Part};
use serde_json::{Value, json};

use crate::scripted_model::{Reply, Script, begun, call, events, said, text, thinking};
use crate::stack::Stack;

const QUESTION: &str = "How many sites does the whole estate have?";

struct Case {
    name: &'static str,
    replies: Vec<Reply>,
    why: EndReason,
    /// The problem's code; none where there is no problem.
    code: Option<&'static str>,
    /// How often the model is asked.
    requests: usize,
    /// What stands there at the end.
    shown: &'static str,
}

fn case(
    name: &'static str,
    replies: Vec<Reply>,
    why: EndReason,
    code: Option<&'static str>,
    requests: usize,
    shown: &'static str,
) -> Case {
    Case { name, replies, why, code, requests, shown }
}

/// A failure that asks to come back at once, so that the test need not wait.
fn failed(status: u16, kind: &str) -> Reply {
    Reply::Failed(status, json!({"type": kind, "message": "It failed"}), Some(("retry-after-ms", "5")))
}

fn in_stream(kind: &str, mut before: Vec<Value>) -> Reply {
    before.push(json!({"type": "error", "error": {"type": kind, "message": "It failed"}}));
    Reply::Events(before)
}

fn good() -> Reply {
    said(&[text("14 sites")])
}

fn stopped(blocks: &[Value], reason: &str) -> Reply {
    Reply::Events(events(blocks, reason))
}

/// A call whose arguments are this text.
fn raw_call(arguments: &str) -> Reply {
    let mut all = begun(&[json!({"type": "tool_use", "id": "a", "name": "netbox_get_objects", "input": {}})]);
    let delta = json!({"type": "content_block_delta", "index": 0,
        "delta": {"type": "input_json_delta", "partial_json": arguments}});
    all.insert(2, delta);
    all.extend(events(&[], "tool_use").split_off(1));
    Reply::Events(all)
}

fn unknown_tool() -> Value {
    json!({"type": "tool_use", "id": "a", "name": "netbox_delete_everything", "input": {}})
}

fn cases() -> Vec<Case> {
    use EndReason::{Done, Failed, Length, Refused};
    let spend = json!({"type": "rate_limit_error", "message": "m",
        "details": {"error_code": "enforced_spend_limit_reached"}});
    let wait_an_hour = Reply::Failed(429, json!({"type": "rate_limit_error"}), Some(("retry-after", "3600")));
    let wrong_order = vec![
        begun(&[])[0].clone(),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x"}}),
    ];
    let no_reason = {
        let mut all = begun(&[call("a")]);
        all.push(json!({"type": "message_stop"}));
        all
    };
    vec![
        case("400", vec![failed(400, "invalid_request_error")], Failed, Some("model_request"), 1, ""),
        case("401", vec![failed(401, "authentication_error")], Failed, Some("model_key"), 1, ""),
        case("402", vec![failed(402, "billing_error")], Failed, Some("model_permission"), 1, ""),
        case("403", vec![failed(403, "permission_error")], Failed, Some("model_permission"), 1, ""),
        case("404", vec![failed(404, "not_found_error")], Failed, Some("model_not_found"), 1, ""),
        case("413", vec![failed(413, "request_too_large")], Failed, Some("model_request"), 1, ""),
        case("408", vec![failed(408, "timeout_error"), good()], Done, None, 2, "14 sites"),
        case("409", vec![failed(409, "conflict_error"), good()], Done, None, 2, "14 sites"),
        case("429", vec![failed(429, "rate_limit_error"), good()], Done, None, 2, "14 sites"),
        case("429 for an hour", vec![wait_an_hour], Failed, Some("model_rate_limited"), 1, ""),
        case("spend limit", vec![Reply::Failed(429, spend, None)], Failed, Some("model_rate_limited"), 1, ""),
        case("500", vec![failed(500, "api_error"); 3], Failed, Some("model_failed"), 3, ""),
        case("504", vec![failed(504, "timeout_error"), good()], Done, None, 2, "14 sites"),
        case(
            "529",
            vec![failed(529, "overloaded_error"), failed(529, "overloaded_error"), good()],
            Done,
            None,
            3,
            "14 sites",
        ),
        case(
            "error event before text",
            vec![in_stream("overloaded_error", begun(&[thinking("hm")])), good()],
            Done,
            None,
            2,
            "14 sites",
        ),
        case(
            "error event after text",
            vec![in_stream("overloaded_error", begun(&[text("There")]))],
            Failed,
            Some("model_overloaded"),
            1,
            "There",
        ),
        case(
            "refused inside the stream",
            vec![in_stream("authentication_error", begun(&[]))],
            Failed,
            Some("model_key"),
            1,
            "",
        ),
        case("cut before text", vec![Reply::Cut(begun(&[call("a")])), good()], Done, None, 2, "14 sites"),
        case("cut after text", vec![Reply::Cut(begun(&[text("There")]))], Failed, Some("model_stream_cut"), 1, "There"),
        case(
            "an end without message_stop",
            vec![Reply::Events(begun(&[text("There")]))],
            Failed,
            Some("model_stream_cut"),
            1,
            "There",
        ),
        case("refusal", vec![stopped(&[text("I begin")], "refusal")], Refused, Some("model_refused"), 1, ""),
        case("refusal before a word", vec![stopped(&[], "refusal")], Refused, Some("model_refused"), 1, ""),
        case(
            "max_tokens in a call",
            vec![stopped(&[text("I look"), call("a")], "max_tokens")],
            Length,
            None,
            1,
            "I look",
        ),
        case("max_tokens while thinking", vec![stopped(&[thinking("hm")], "max_tokens")], Length, None, 1, ""),
        case(
            "window full",
            vec![stopped(&[text("There are")], "model_context_window_exceeded")],
            Length,
            None,
            1,
            "There are",
        ),
        case("empty", vec![said(&[]), good()], Done, None, 2, "14 sites"),
        case("empty twice", vec![said(&[thinking("hm")]), said(&[])], Failed, Some("model_failed"), 2, ""),
        case("bad JSON", vec![raw_call("{\"object_type\": \"dcim.si"), good()], Done, None, 2, "14 sites"),
        case("unknown tool", vec![stopped(&[unknown_tool()], "tool_use"), good()], Done, None, 2, "14 sites"),
        case("equal ids", vec![stopped(&[call("a"), call("a")], "tool_use"), good()], Done, None, 2, "14 sites"),
        case("wrong order", vec![Reply::Events(wrong_order), good()], Done, None, 2, "14 sites"),
        case("call without a reason", vec![Reply::Events(no_reason), good()], Done, None, 2, "14 sites"),
        case("unknown reason", vec![stopped(&[text("14 sites"), call("a")], "novel")], Done, None, 1, "14 sites"),
        case("pause", vec![stopped(&[text("14 ")], "pause_turn"), said(&[text("sites")])], Done, None, 2, "14 sites"),
        case(
            "slow first byte",
            vec![Reply::Late(Duration::from_millis(400), events(&[text("14 sites")], "end_turn"))],
            Done,
            None,
            1,
            "14 sites",
        ),
        case("no ping", vec![Reply::Silent(begun(&[text("There")]))], Failed, Some("model_unreachable"), 1, "There"),
        case("no ping before text", vec![Reply::Silent(begun(&[])), good()], Done, None, 2, "14 sites"),
        case("another page", vec![Reply::Page], Failed, Some("model_unreachable"), 1, ""),
    ]
}

async fn play(case: Case) {
    let Case { name, mut replies, why, code, requests, shown } = case;
    // Only where silence is what fails is it waited for; anywhere else a busy machine would be taken for it.
    let is_silent = replies.iter().any(|reply| matches!(reply, Reply::Silent(_)));
    let timeout = Duration::from_secs(if is_silent { 2 } else { 30 });
    // One for a summary, where one has to come first.
    replies.extend([said(&[text("after it")]), said(&[text("after it")])]);
    let (script, url) = Script::serve(replies).await;
    let model = RemoteModel { timeout, ..RemoteModel::new(url, None, "claude-haiku-5-5") };
    let answers = AnswerConfig { slow_after: Duration::from_millis(150), ..AnswerConfig::default() };
    let stack = Stack::with(model, answers).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": QUESTION})).await;
    let frames = socket.until_completed().await;
    assert_eq!(frames.iter().filter(|frame| frame["completed"] == true).count(), 1, "{name}");

    let turn = socket.transcript.turns[0].clone();
    let end = turn.answer.as_ref().unwrap().end.clone().unwrap();
    assert_eq!(end.why, why, "{name}: {end:?}");
    let found = end.problem.as_ref().map(|problem| serde_json::to_value(problem.code).unwrap());
    assert_eq!(found, code.map(Value::from), "{name}: {end:?}");
    assert!(end.problem.is_none_or(|problem| problem.hint.is_some()), "{name}: a problem without a way out");
    assert_eq!(turn.question, QUESTION, "{name}");
    assert_eq!(script.requests().len(), requests, "{name}: asked too often or too rarely");
    assert_eq!(socket.answer(), shown, "{name}");
    let parts = &turn.answer.unwrap().parts;
    let open = |part: &&Part| matches!(part, Part::Tool(call) if call.outcome.is_none());
    assert!(!parts.iter().any(|part| open(&part)), "{name}: a call without an end");
    if name == "slow first byte" {
        let told = frames.iter().any(|frame| frame["type"] == "notice" && frame["problem"]["code"] == "model_slow");
        assert!(told, "{frames:?}");
    }

    // The conversation goes on, and the model knows what was asked; but for what its provider wants forgotten.
    assert_eq!(socket.ask("And after it?").await, "after it", "{name}");
    let knows = script.requests().split_off(requests).iter().any(|request| request.to_string().contains(QUESTION));
    assert_eq!(knows, why != EndReason::Refused, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_of_the_model_ends_in_the_right_state() {
    let cases = cases();
    assert!(cases.len() >= 17);
    for case in cases {
        play(case).await;
    }
}

#[tokio::test]
async fn a_wait_shows_how_long_it_is_and_can_be_stopped() {
    let wait = Reply::Failed(429, json!({"type": "rate_limit_error"}), Some(("retry-after", "50")));
    let (script, url) = Script::serve(vec![wait]).await;
    let stack = Stack::with_model_at(url.as_str()).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": QUESTION})).await;
    let notice = socket.until("notice").await;
    assert_eq!(notice["problem"]["retry_after_milliseconds"], 50_000, "{notice}");
    assert!(notice["content"].as_str().unwrap().contains("50 s"), "{notice}");
    socket.send(json!({"type": "stop"})).await;
    let frames = socket.until_completed().await;
    assert_eq!(frames.last().unwrap()["why"], "stopped");
    assert_eq!(script.requests().len(), 1);
}
