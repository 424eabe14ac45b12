//! The wire: events in their order, pieces that join, failures that tests ask for, what keeps a history valid.

use std::time::{Duration, Instant};

use netbox_chatbox::server::demo::model::{MODEL, Pace, Settings};
use serde_json::{Value, json};

use super::stack::{post, start_model};

fn tools() -> Value {
    let names = ["netbox_get_changelogs", "netbox_get_object_by_id", "netbox_get_objects", "netbox_search_objects"];
    let tool = |name: &&str| json!({"name": name, "description": "Reads NetBox.", "input_schema": {"type": "object"}});
    Value::Array(names.iter().map(tool).collect())
}

fn request(question: &str) -> Value {
    json!({
        "model": MODEL, "max_tokens": 4000, "tools": tools(), "stream": true,
        "thinking": {"type": "adaptive", "display": "summarized"},
        "messages": [{"role": "user", "content": question}],
    })
}

fn events(body: &str) -> Vec<Value> {
    let data = body.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|data| serde_json::from_str(data).unwrap()).collect()
}

/// The text of a streamed answer.
fn text(body: &str) -> String {
    events(body).iter().filter_map(|event| event["delta"]["text"].as_str().map(str::to_owned)).collect()
}

async fn model(pace: Pace) -> String {
    start_model(Settings { pace, key: None, faults: true }).await
}

#[tokio::test]
async fn the_pieces_of_a_stream_join_to_blocks() {
    let address = model(Pace::Instant).await;
    let (status, body) = post(&address, &request("Which sites do we have in Zürich?")).await;
    assert_eq!(status, 200);
    let events = events(&body);
    assert_eq!(events.first().unwrap()["type"], "message_start");
    assert_eq!(events.last().unwrap()["type"], "message_stop");
    assert!(events.iter().any(|event| event["type"] == "ping"));
    let deltas = |kind: &str, field: &str| -> Vec<String> {
        let of_kind = events.iter().filter(|event| event["delta"]["type"] == kind);
        of_kind.map(|event| event["delta"][field].as_str().unwrap().to_owned()).collect()
    };
    let thinking = deltas("thinking_delta", "thinking");
    assert!(thinking.len() > 3 && thinking.concat().contains("Zürich"), "{thinking:?}");
    assert_eq!(deltas("signature_delta", "signature").len(), 1);
    let pieces = deltas("input_json_delta", "partial_json");
    assert_eq!(pieces[0], "");
    assert!(pieces.len() > 4 && pieces.iter().any(|piece| piece.ends_with('\\')), "an escape is cut: {pieces:?}");
    let input: Value = serde_json::from_str(&pieces.concat()).unwrap();
    assert_eq!(input["query"], "Zürich");
    let end = events.iter().find(|event| event["type"] == "message_delta").unwrap();
    assert_eq!(end["delta"]["stop_reason"], "tool_use");
}

#[tokio::test]
async fn only_offered_tools_are_called() {
    let address = model(Pace::Instant).await;
    let mut without = request("How many sites do we have?");
    without["tools"] = json!([]);
    let (_, body) = post(&address, &without).await;
    assert!(text(&body).contains("not offered") && !body.contains("\"tool_use\""), "{body}");
    let mut none = request("How many sites do we have?");
    none["tool_choice"] = json!({"type": "none"});
    let (_, body) = post(&address, &none).await;
    assert!(!body.contains("\"tool_use\""), "{body}");
    let mut single = request("Tell me about cle-01");
    let parallel = post(&address, &single).await.1.matches("\"type\":\"tool_use\"").count();
    single["tool_choice"] = json!({"type": "auto", "disable_parallel_tool_use": true});
    let one = post(&address, &single).await.1.matches("\"type\":\"tool_use\"").count();
    assert!(one == 1 && parallel > one, "{parallel} {one}");
}

#[tokio::test]
async fn a_key_is_demanded_when_there_is_one() {
    let settings = Settings { pace: Pace::Instant, key: Some("right".to_owned().into()), faults: false };
    let address = start_model(settings).await;
    let (status, body) = post(&address, &request("hello")).await;
    assert_eq!(status, 401);
    assert!(body.contains("authentication_error"), "{body}");
    let ask = |name: &'static str, value: &'static str| {
        let client =
            reqwest::Client::new().get(format!("{address}/v1/models")).header("anthropic-version", "2026-10-21");
        async move { client.header(name, value).send().await.unwrap().status().as_u16() }
    };
    assert_eq!(ask("authorization", "Bearer right").await, 200);
    assert_eq!(ask("x-api-key", "right").await, 200);
    assert_eq!(ask("x-api-key", "wrong").await, 401);
}

#[tokio::test]
async fn failures_come_only_where_the_operator_wants_them() {
    let quiet = start_model(Settings { pace: Pace::Instant, key: None, faults: false }).await;
    assert_eq!(post(&quiet, &request("How many sites? [[overloaded]]")).await.0, 200);
    let address = model(Pace::Instant).await;
    let overloaded = request("How many sites? [[overloaded]]");
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(post(&address, &overloaded).await.0);
    }
    assert_eq!(statuses, [529, 529, 200]);
    assert_eq!(post(&address, &request("sites [[401]]")).await.0, 401);
    assert_eq!(post(&address, &request("sites [[404]]")).await.0, 404);
    let last = |body: &str| events(body).last().cloned().unwrap_or_default();
    assert_eq!(last(&post(&address, &request("sites [[error-event]]")).await.1)["type"], "error");
    // The connection breaks, so that the body cannot be read to its end.
    assert_eq!(post(&address, &request("sites [[cut]]")).await, (200, String::new()));
    assert!(post(&address, &request("sites [[refuse]]")).await.1.contains("\"refusal\""));
    assert!(post(&address, &request("sites [[max-tokens]]")).await.1.contains("\"max_tokens\""));
    let broken = post(&address, &request("How many sites? [[bad-json]]")).await.1;
    let pieces =
        events(&broken).into_iter().filter_map(|event| event["delta"]["partial_json"].as_str().map(str::to_owned));
    assert!(serde_json::from_str::<Value>(&pieces.collect::<String>()).is_err());
}

#[tokio::test]
async fn the_endless_one_calls_in_every_round() {
    let address = model(Pace::Instant).await;
    let mut body = request("sites [[endless]]");
    body["stream"] = json!(false);
    for round in 0..12 {
        let reply: Value = serde_json::from_str(&post(&address, &body).await.1).unwrap();
        assert_eq!(reply["stop_reason"], "tool_use", "round {round}");
        let content = reply["content"].as_array().unwrap();
        let call = content.iter().find(|block| block["type"] == "tool_use").unwrap();
        assert_eq!(call["input"]["offset"], round);
        let result = json!({"type": "tool_result", "tool_use_id": call["id"], "content": "{}"});
        let messages = body["messages"].as_array_mut().unwrap();
        messages.push(json!({"role": "assistant", "content": content}));
        messages.push(json!({"role": "user", "content": [result]}));
    }
}

#[tokio::test]
async fn the_natural_pace_is_that_of_a_quick_model() {
    let address = model(Pace::Natural).await;
    let started = Instant::now();
    let (_, body) = post(&address, &request("who are you?")).await;
    let elapsed = started.elapsed();
    let tokens = u32::try_from(text(&body).len() / 4).unwrap();
    let writing = elapsed.saturating_sub(Duration::from_millis(300));
    assert!(elapsed > Duration::from_millis(300) && tokens > 50, "{elapsed:?} {tokens}");
    assert!(
        writing > Duration::from_millis(8) * tokens && writing < Duration::from_millis(40) * tokens,
        "{elapsed:?} {tokens}"
    );
}
