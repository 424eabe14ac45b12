//! What keeps long conversations and long answers within bounds: summaries, budgets, calls made before, the cache.

use netbox_chatbox::server::agent::ProfileChoice;
use netbox_chatbox::server::anthropic::{Features, Profile};
use netbox_chatbox::server::config::{AnswerConfig, RemoteModel};
use netbox_chatbox::wire::problem::ProblemCode;
use netbox_chatbox::wire::transcript::{AnswerEnd, EndReason};
use serde_json::{Value, json};

use crate::scripted_model::{Reply, Script, call, events, said, text, thinking};
use crate::stack::{Socket, Stack};

async fn stack(replies: Vec<Reply>, answers: AnswerConfig) -> (Script, Stack) {
    let (script, url) = Script::serve(replies).await;
    (script, Stack::with(RemoteModel::new(url, None, "claude-haiku-5-5"), answers).await)
}

fn end(socket: &Socket) -> AnswerEnd {
    socket.transcript.turns.last().unwrap().answer.as_ref().unwrap().end.clone().unwrap()
}

/// A reply whose request was so many tokens long.
fn counted(blocks: &[Value], reason: &str, input_tokens: u64) -> Reply {
    let mut all = events(blocks, reason);
    all[0]["message"]["usage"] = json!({"input_tokens": input_tokens});
    Reply::Events(all)
}

#[tokio::test]
async fn a_long_conversation_goes_on_from_a_summary_and_stays_readable() {
    let answers = AnswerConfig { compact_at_tokens: Some(5_000), ..AnswerConfig::default() };
    let replies = vec![
        counted(&[thinking("hm"), text("Fourteen sites.")], "end_turn", 6_000),
        counted(&[text("- They asked for sites: 14.")], "end_turn", 700),
        counted(&[text("Four of them.")], "end_turn", 900),
        counted(&[text("Yes.")], "end_turn", 950),
    ];
    let (script, stack) = stack(replies, answers).await;
    let mut socket = stack.script().await;
    socket.ask("How many sites?").await;
    socket.send(json!({"type": "send", "text": "And in Ohio?"})).await;
    let frames = socket.until_completed().await;
    assert!(frames.iter().any(|frame| frame["problem"]["code"] == "context_summarised"), "the person is told");
    assert_eq!(end(&socket).usage.calls, 2, "what the summary used is counted");
    socket.ask("Sure?").await;

    let bodies = script.bodies();
    assert_eq!(bodies.len(), 4);
    assert!(bodies[1].get("tools").is_none() && bodies[1].to_string().contains("Fourteen sites."));
    let after = bodies[2]["messages"].to_string();
    assert!(after.contains("They asked for sites: 14.") && after.contains("And in Ohio?"), "{after}");
    assert!(!after.contains("Fourteen sites.") && !after.contains("signature"), "{after}");
    assert_eq!(bodies[2]["tools"], bodies[0]["tools"]);
    // From there on it is append-only again.
    let (before, now) = (bodies[2]["messages"].as_array().unwrap(), bodies[3]["messages"].as_array().unwrap());
    assert_eq!(before[..], now[..before.len()]);
    assert_eq!(socket.transcript.turns.len(), 3);
    assert_eq!(socket.transcript.turns[0].question, "How many sites?");
}

#[tokio::test]
async fn a_conversation_that_the_provider_finds_too_long_is_shortened_once() {
    let too_long = Reply::Refused(400, "prompt is too long: 1000001 tokens > 1000000 maximum");
    let replies =
        vec![said(&[text("14")]), too_long.clone(), said(&[text("a summary")]), said(&[text("4")]), too_long.clone()];
    let (script, stack) = stack(replies, AnswerConfig::default()).await;
    let mut socket = stack.script().await;
    socket.ask("How many sites?").await;
    assert_eq!(socket.ask("And in Ohio?").await, "4");
    assert_eq!(script.requests().len(), 4);
    // No summary comes: the beginning of what was said stands in for it, and the question is asked once more.
    socket.send(json!({"type": "send", "text": "And in Texas?"})).await;
    socket.until_completed().await;
    assert_eq!(end(&socket).problem.unwrap().code, ProblemCode::ModelRequest);
    assert!(script.requests().len() <= 9);
}

#[tokio::test]
async fn a_full_window_is_summarised_before_the_next_question() {
    let replies = vec![
        Reply::Events(events(&[text("There are")], "model_context_window_exceeded")),
        said(&[text("They asked for sites")]),
        said(&[text("14")]),
    ];
    let (script, stack) = stack(replies, AnswerConfig::default()).await;
    let mut socket = stack.script().await;
    socket.ask("How many sites?").await;
    assert_eq!(end(&socket).why, EndReason::Length);
    assert_eq!(socket.ask("Go on").await, "14");
    assert!(script.requests()[2].to_string().contains("They asked for sites"));
}

#[tokio::test]
async fn at_a_limit_the_model_is_told_and_answers_with_what_it_has() {
    let mut answers = AnswerConfig::default();
    answers.budget.tokens = 1_000;
    let replies = vec![
        counted(&[call("a")], "tool_use", 600),
        counted(
            &[json!({"type": "tool_use", "id": "b", "name": "netbox_get_objects",
            "input": {"object_type": "dcim.rack", "limit": 1}})],
            "tool_use",
            600,
        ),
        counted(&[text("At least 14 sites")], "end_turn", 700),
    ];
    let (script, stack) = stack(replies, answers).await;
    let mut socket = stack.script().await;
    assert_eq!(socket.ask("How many sites and racks?").await, "At least 14 sites");
    let end = end(&socket);
    assert_eq!((end.why, end.problem.unwrap().code), (EndReason::Done, ProblemCode::BudgetLimit));
    assert_eq!(script.requests().len(), 3);
    assert!(script.requests()[2].to_string().contains("used all its tokens"));
    // Haiku's prices: 1,900 tokens in at 0.1 and 3 out at 0.5 millionths of a dollar, each call rounded up.
    assert_eq!(end.usage.cost_micro_dollars, 61 + 61 + 71);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_ended() {
    let mut answers = AnswerConfig::default();
    answers.budget.seconds = 0;
    let replies = vec![Reply::Events(events(&[call("a")], "tool_use")), said(&[text("I know nothing yet")])];
    let (script, stack) = stack(replies, answers).await;
    let mut socket = stack.script().await;
    assert_eq!(socket.ask("How many sites?").await, "I know nothing yet");
    assert_eq!(end(&socket).problem.unwrap().code, ProblemCode::BudgetLimit);
    assert!(script.requests()[1].to_string().contains("all its time"));
}

#[tokio::test]
async fn netbox_is_not_asked_twice_for_the_same() {
    let again = |id: &str| Reply::Events(events(&[call(id)], "tool_use"));
    let (script, stack) =
        stack(vec![again("a"), again("b"), again("c"), said(&[text("14")])], AnswerConfig::default()).await;
    let mut socket = stack.script().await;
    socket.send(json!({"type": "send", "text": "How many sites?"})).await;
    let frames = socket.until_completed().await;
    assert_eq!(frames.iter().filter(|frame| frame["type"] == "tool_use").count(), 1);
    let last = script.requests().pop().unwrap();
    assert!(last[4].to_string().contains("round 1 of this answer"), "{last}");
    assert_eq!(last[6]["content"][0]["is_error"], true, "{last}");
}

#[tokio::test]
async fn the_frozen_part_of_every_request_is_the_same_bytes() {
    let replies = vec![Reply::Events(events(&[call("a")], "tool_use")), said(&[text("14")]), said(&[text("4")])];
    let (script, stack) = stack(replies, AnswerConfig::default()).await;
    let mut socket = stack.script().await;
    socket.ask("How many sites?").await;
    socket.ask("And in Ohio?").await;
    let bodies = script.bodies();
    for body in &bodies {
        for part in ["system", "tools", "thinking", "output_config", "cache_control"] {
            assert_eq!(body[part].to_string(), bodies[0][part].to_string(), "{part}");
        }
        let names: Vec<_> = body["tools"].as_array().unwrap().iter().map(|tool| tool["name"].to_string()).collect();
        assert!(names.is_sorted(), "{names:?}");
        assert!(!body["system"].to_string().contains("Current time"));
        let newest =
            body["messages"].as_array().unwrap().iter().rfind(|message| message["content"][1]["text"].is_string());
        assert!(newest.unwrap().to_string().contains("Current time"));
    }
    let (before, now) = (bodies[1]["messages"].as_array().unwrap(), bodies[2]["messages"].as_array().unwrap());
    assert_eq!(before[..], now[..before.len()], "the history is append-only");
}

#[tokio::test]
async fn a_compatible_server_is_asked_plainly_and_its_repeated_ids_do_no_harm() {
    let (script, url) = Script::serve(vec![
        Reply::Events(events(&[thinking(""), call("call_0")], "tool_use")),
        Reply::Events(events(
            &[json!({"type": "tool_use", "id": "call_0", "name": "netbox_get_objects",
                "input": {"object_type": "dcim.rack", "fields": ["name"], "limit": 1}})],
            "tool_use",
        )),
        said(&[text("14 sites")]),
    ])
    .await;
    // Nothing says which it is: the model is not Claude, and the server has no list that describes it.
    let model = RemoteModel::new(url, None, "qwen3");
    assert_eq!(model.profile, ProfileChoice::Probe(Features::default()));
    let stack = Stack::with(model, AnswerConfig::default()).await;
    let mut socket = stack.script().await;
    assert_eq!(socket.ask("How many sites?").await, "14 sites");
    let bodies = script.bodies();
    for body in &bodies {
        assert!(body["system"].is_string(), "{body}");
        for word in ["cache_control", "\"thinking\"", "output_config"] {
            assert!(!body.to_string().contains(word), "{word}");
        }
    }
    let messages = &bodies[2]["messages"];
    assert_ne!(messages[1]["content"][0]["id"], messages[3]["content"][0]["id"]);
    let answer = socket.transcript.turns[0].answer.as_ref().unwrap();
    assert_eq!(answer.parts.len(), 3, "{:?}", answer.parts);
    assert_eq!(end(&socket).usage.cost_micro_dollars, 0);
}

#[tokio::test]
async fn the_profile_can_be_fixed() {
    let (script, url) = Script::serve(vec![said(&[text("14")])]).await;
    let features = Features { effort: true, ..Features::default() };
    let model = RemoteModel {
        profile: ProfileChoice::Fixed(Profile::Compatible(features)),
        ..RemoteModel::new(url, None, "claude-haiku-5-5")
    };
    let stack = Stack::with(model, AnswerConfig::default()).await;
    stack.script().await.ask("How many sites?").await;
    let body = script.bodies().remove(0);
    assert!(body["system"].is_string() && body["thinking"].is_null());
    assert_eq!(body["output_config"]["effort"], "medium");
}
