//! Every failure of the model and of NetBox is a sentence with a hint; the conversation goes on after it.

use serde_json::{Value, json};

use crate::stack::{Model, Stack};

async fn end_of(stack: &Stack, question: &str) -> (Value, Vec<Value>) {
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": question})).await;
    let frames = socket.until_completed().await;
    let end = frames.last().unwrap().clone();
    // Whatever happened, the next question is answered.
    socket.send(json!({"type": "send", "text": "How many sites do we have?"})).await;
    let after = socket.until_completed().await;
    assert_eq!(after.last().unwrap()["why"], "done", "after {question}: {after:#?}");
    assert!(socket.answer().chars().any(|character| character.is_ascii_digit()), "after {question}: {after:#?}");
    (end, frames)
}

#[tokio::test]
async fn failures_of_the_model_are_told_and_the_conversation_goes_on() {
    let stack = Stack::with_model(Model { faults: true, ..Model::default() }).await;
    for (marker, why, code) in [
        ("[[cut]]", "failed", "model_stream_cut"),
        ("[[error-event]]", "failed", "model_overloaded"),
        ("[[spend-limit]]", "failed", "model_rate_limited"),
        ("[[500]]", "failed", "model_failed"),
        ("[[401]]", "failed", "model_key"),
        ("[[404]]", "failed", "model_not_found"),
        ("[[refuse]]", "refused", "model_refused"),
    ] {
        let (end, _) = end_of(&stack, &format!("How many racks do we have? {marker}")).await;
        assert_eq!(end["why"], why, "{marker}: {end}");
        assert_eq!(end["problem"]["code"], code, "{marker}: {end}");
        assert!(end["problem"]["hint"].is_string(), "{marker}: {end}");
    }
}

#[tokio::test]
async fn a_refusal_withdraws_what_was_shown() {
    let stack = Stack::with_model(Model { faults: true, ..Model::default() }).await;
    let (_, frames) = end_of(&stack, "[[refuse]] How many racks do we have?").await;
    let shown = frames.iter().position(|frame| frame["type"] == "text");
    let withdrawn = frames.iter().position(|frame| frame["type"] == "step_reset");
    if let Some(shown) = shown {
        assert!(withdrawn.unwrap() > shown);
    }
}

#[tokio::test]
async fn an_overloaded_model_is_tried_again_and_the_wait_is_shown() {
    let stack = Stack::with_model(Model { faults: true, ..Model::default() }).await;
    let (end, frames) = end_of(&stack, "How many racks do we have? [[overloaded]]").await;
    assert_eq!(end["why"], "done", "{end}");
    let notice = frames.iter().find(|frame| frame["type"] == "notice").expect("no notice of the wait");
    assert_eq!(notice["problem"]["code"], "model_overloaded");
    assert!(notice["problem"]["retry_after_milliseconds"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn a_wrong_key_is_told_without_naming_it() {
    let stack = Stack::with_model(Model { wrong_key: true, ..Model::default() }).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": "How many sites do we have?"})).await;
    let frames = socket.until_completed().await;
    let end = frames.last().unwrap();
    assert_eq!(end["problem"]["code"], "model_key", "{end}");
    assert!(end["problem"]["hint"].as_str().unwrap().contains("ANTHROPIC_API_KEY"), "{end}");
    assert!(frames.iter().all(|frame| !frame.to_string().contains("\"wrong\"")));
}

#[tokio::test]
async fn broken_arguments_of_a_tool_go_back_to_the_model() {
    let stack = Stack::with_model(Model { faults: true, ..Model::default() }).await;
    let (_, frames) = end_of(&stack, "How many racks do we have? [[bad-json]]").await;
    let result = frames.iter().find(|frame| frame["type"] == "tool_result").expect("no tool result");
    assert_eq!(result["outcome"]["is_error"], true, "{result}");
}

#[tokio::test]
async fn a_model_that_never_stops_calling_tools_is_ended() {
    let stack = Stack::with_rounds(3).await;
    let (end, frames) = end_of(&stack, "[[endless]] How many racks do we have?").await;
    assert_eq!(end["problem"]["code"], "round_limit", "{end}");
    assert!(frames.iter().filter(|frame| frame["type"] == "tool_use").count() <= 3 * 4);
}

#[tokio::test]
async fn what_a_model_gets_wrong_once_it_gets_right_then() {
    let stack = Stack::with_model(Model { faults: true, ..Model::default() }).await;
    for (marker, least) in [("[[empty]]", 1), ("[[unknown-tool]]", 2), ("[[repeat]]", 2), ("[[429]]", 1)] {
        let (end, frames) = end_of(&stack, &format!("How many racks do we have? {marker}")).await;
        assert_eq!(end["why"], "done", "{marker}: {end}");
        let made = frames.iter().filter(|frame| frame["type"] == "tool_use").count();
        assert!(made >= least, "{marker}: {frames:#?}");
    }
}

async fn tool_failure(stack: &Stack) -> (String, String) {
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": "How many sites do we have?"})).await;
    let frames = socket.until_completed().await;
    let failed = frames.iter().find(|frame| frame["type"] == "tool_result" && frame["outcome"]["is_error"] == true);
    let failed = failed.unwrap_or_else(|| panic!("no tool failed: {frames:?}"));
    assert_eq!(frames.last().unwrap()["why"], "done", "the model explains the failure");
    (failed["content"].as_str().unwrap().to_owned(), socket.answer())
}

#[tokio::test]
async fn a_netbox_that_is_down_is_explained() {
    // A port that was free a moment ago; nothing listens there.
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let stack = Stack::with_netbox(&format!("http://127.0.0.1:{port}/"), "nbt_key.token").await;
    let (summary, answer) = tool_failure(&stack).await;
    assert!(!summary.is_empty());
    assert!(answer.contains("NetBox"), "{answer}");
}

#[tokio::test]
async fn a_wrong_netbox_token_is_explained_and_not_repeated() {
    let demo = Stack::demo().await;
    let stack = Stack::with_netbox(&demo.netbox, "nbt_wrongwrong00.0000000000000000000000000000000000000000").await;
    let (summary, answer) = tool_failure(&stack).await;
    assert!(summary.to_lowercase().contains("token"), "{summary}");
    assert!(!summary.contains("nbt_wrong") && !answer.contains("nbt_wrong"));
}
