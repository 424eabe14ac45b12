//! The chat over Server-Sent Events: the same conversation as over a socket, by the same rules.

use std::time::Duration;

use netbox_chatbox::server::config::{LimitConfig, NetboxSource, PeopleConfig, RateConfig, SignInMode, StorageConfig};
use netbox_chatbox::server::demo::netbox::ACCOUNTS;
use netbox_chatbox::server::listen::ListenSettings;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::line::{Events, Line};
use crate::stack::{Browser, Model, Socket, Stack, USER_HEADER, http_client};
use crate::stopping::late_answer_ends;

/// A view of a conversation from the first request on.
async fn follow(browser: &Browser, query: &str, last_id: Option<u64>) -> Socket {
    Socket::over(Line::Events(Box::new(Events::open(browser, query, last_id).await.unwrap()))).await
}

/// The conversation as a new socket is told of it.
async fn whole(browser: &Browser, socket: &Socket) -> Socket {
    let mut whole = browser.socket().await;
    whole.send(json!({"type": "subscribe", "conversation": socket.conversation()})).await;
    whole.until("snapshot").await;
    whole
}

#[tokio::test]
async fn a_conversation_over_a_stream_is_the_one_over_a_socket() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut stream = browser.events().await;
    let answer = stream.ask("Which sites do we have in Ohio?").await;
    assert_eq!(answer, stream.answer());
    let again = json!({"type": "send", "id": "command-1", "text": "How many racks do we have?"});
    stream.send(again.clone()).await;
    assert_eq!(stream.until("ack").await["duplicate"], false);
    stream.until_completed().await;
    stream.send(again).await;
    assert_eq!(stream.until("ack").await["duplicate"], true);

    let message = stream.transcript.turns[1].message.clone();
    let conversation = stream.conversation();
    stream
        .send(json!({"type": "edit", "conversation": conversation, "message": message, "text": "How many sites?"}))
        .await;
    stream.until_completed().await;
    assert_eq!((stream.transcript.turns.len(), stream.transcript.aside.len()), (2, 1));
    assert_eq!(stream.transcript, whole(&browser, &stream).await.transcript);

    // What is said on a socket is heard on the stream, and the other way round.
    let mut socket = whole(&browser, &stream).await;
    socket.send(json!({"type": "send", "conversation": conversation, "text": "How many prefixes do we have?"})).await;
    stream.until_completed().await;
    socket.until_completed().await;
    assert_eq!(stream.transcript, socket.transcript);
}

#[tokio::test]
async fn a_stream_says_who_and_what_is_connected_and_is_kept_by_nobody_in_between() {
    let stack = Stack::demo().await;
    let browser = stack.with_header(USER_HEADER, "anna");
    let mut events = Events::open(&browser, "?time_zone=Europe/Berlin", None).await.unwrap();
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store, no-transform"),
        ("x-accel-buffering", "no"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(events.headers()[name], value, "{name}");
    }
    assert!(!events.headers().contains_key("content-encoding"), "compressed, it would be gathered");
    let mut line = Line::Events(Box::new(events));
    let Some(Ok(Message::Text(text))) = line.next().await else { panic!("nothing came") };
    let connected: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(connected["type"], "connected");
    assert_eq!(connected["person"]["name"], "anna");
    assert_eq!(connected["person"]["is_admin"], false);
    assert_eq!(connected["connection"].as_str().unwrap().len(), 32);
    let Line::Events(again) = line else { unreachable!() };
    events = *again;
    assert_eq!(events.say(r#"{"type":"ping"}"#).await.status(), 202);

    // A socket has no such address.
    let url = format!("http://{}/ws/chat", stack.address);
    assert_ne!(http_client().get(url).header(USER_HEADER, "anna").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn whoever_only_reads_needs_one_request_and_goes_on_after_a_cut_with_the_last_id() {
    let stack = Stack::with_model(Model { natural: true, ..Model::default() }).await;
    let browser = stack.browser().await;
    // At every kind of event, also between the rounds of tools.
    for kind in ["run_start", "thinking", "tool_use", "tool_result", "text"] {
        let mut asking = browser.events().await;
        asking.send(json!({"type": "send", "text": "Which sites do we have in Ohio?"})).await;
        asking.until("run_start").await;
        let query = format!("?conversation={}&after=0", asking.conversation());
        let mut first = follow(&browser, &query, None).await;
        first.until(if kind == "run_start" { "snapshot" } else { kind }).await;
        let last_id = first.stream().last_id.unwrap();
        let before = first.cut();
        assert_eq!(last_id, before.seq);

        let mut second = follow(&browser, &query, Some(last_id)).await;
        second.transcript = before;
        second.until("run_end").await;
        assert_eq!(second.stream().last_id, Some(second.transcript.seq));
        assert_eq!(second.transcript, whole(&browser, &second).await.transcript, "after a cut at {kind}");
        asking.until("run_end").await;
        assert_eq!(second.transcript, asking.transcript);
        // One that asks for a conversation among others has no ids: which one would they mean?
        assert_eq!(asking.stream().last_id, None);
    }
    // What is no event of ours begins where the address says.
    let mut socket = browser.socket().await;
    socket.ask("How many sites do we have?").await;
    let mut stream = follow(&browser, &format!("?conversation={}", socket.conversation()), Some(u64::MAX)).await;
    stream.until("snapshot").await;
    assert_eq!(stream.transcript, socket.transcript);
}

#[tokio::test]
async fn a_cut_stream_loses_nothing_and_repeats_nothing() {
    let stack = Stack::with_model(Model { natural: true, ..Model::default() }).await;
    let browser = stack.browser().await;
    for kind in ["run_start", "tool_use", "text"] {
        let mut first = browser.events().await;
        first.send(json!({"type": "send", "id": kind, "text": "Which sites do we have in Ohio?"})).await;
        first.until(kind).await;
        let before = first.cut();
        let mut second = browser.events().await;
        second.transcript = before.clone();
        // The answer to it may have been lost.
        second.send(json!({"type": "send", "id": kind, "text": "Which sites do we have in Ohio?"})).await;
        let resume = json!([{"conversation": before.conversation, "after": before.seq}]);
        second.send(json!({"type": "hello", "resume": resume})).await;
        second.until("run_end").await;
        assert_eq!(second.transcript, whole(&browser, &second).await.transcript, "after a cut at {kind}");
        assert_eq!(second.transcript.turns.len(), 1);
    }
}

#[tokio::test]
async fn a_run_is_stopped_over_a_stream_and_by_nothing_else() {
    let stack = Stack::with_model(Model { natural: true, faults: true, ..Model::default() }).await;
    let browser = stack.browser().await;
    let mut stream = browser.events().await;
    stream.send(json!({"type": "send", "text": "[[slow]] List all devices"})).await;
    let run = stream.until("run_start").await["run"].clone();
    let before = stream.cut();
    let mut stream = browser.events().await;
    stream.transcript = before.clone();
    stream.send(json!({"type": "subscribe", "conversation": before.conversation, "after": before.seq})).await;
    stream.until("thinking").await;
    stream.send(json!({"type": "stop", "conversation": before.conversation, "run": run})).await;
    assert_eq!(stream.until("run_end").await["why"], "stopped");
}

#[tokio::test]
async fn bad_commands_get_a_hint_and_the_stream_stays_usable() {
    let stack = Stack::demo().await;
    let mut stream = stack.browser().await.events().await;
    let long = json!({"type": "send", "text": "x ".repeat(100_000)}).to_string();
    for (command, code) in [
        ("", "bad_request"),
        ("{not json", "bad_request"),
        ("[1,2]", "bad_request"),
        (r#"{"type":"fly"}"#, "bad_request"),
        (r#"{"type":"send","text":"   "}"#, "bad_request"),
        (r#"{"type":"stop"}"#, "bad_request"),
        (r#"{"type":"subscribe","conversation":"nobody-knows-it"}"#, "not_found"),
        (&long, "too_large"),
    ] {
        stream.send_raw(Message::text(command)).await;
        let error = stream.until("error").await;
        assert_eq!(error["problem"]["code"], code, "{error}");
        assert!(error["problem"]["hint"].is_string(), "{error}");
    }
    // What is no frame at all is refused at once.
    let response = stream.stream().say(&"x".repeat(257 * 1024)).await;
    assert_eq!(response.status(), 413);
    let problem: Value = response.json().await.unwrap();
    assert_eq!((problem["code"].as_str(), problem["hint"].is_string()), (Some("too_large"), true), "{problem}");
    let url = format!("http://{}/events/chat/{}", stack.address, stream.stream().connection);
    let response = http_client().post(url).header(USER_HEADER, "person-1").body(vec![0, 159, 146, 150]).send().await;
    assert_eq!(response.unwrap().status(), 400);
    assert!(!stream.ask("How many sites do we have?").await.is_empty());
}

#[tokio::test]
async fn a_stream_takes_commands_of_its_own_person_alone_and_only_while_it_is_open() {
    let stack = Stack::demo().await;
    let (anna, bert) = (stack.browser().await, stack.browser().await);
    let mut stream = anna.events().await;
    let post = async |browser: &Browser, connection: &str| {
        let url = format!("http://{}/events/chat/{connection}", browser.address);
        let request = browser.client.post(url).header(&browser.header.0, &browser.header.1);
        let response = request.body(r#"{"type":"send","text":"How many sites do we have?"}"#).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let connection = stream.stream().connection.clone();
    let (status, theirs) = post(&bert, &connection).await;
    assert_eq!(status, 404, "{theirs}");
    let problem: Value = serde_json::from_str(&theirs).unwrap();
    assert_eq!((problem["code"].as_str(), problem["hint"].is_string()), (Some("not_found"), true));
    // What is not there at all looks the same.
    assert_eq!(post(&bert, "00000000000000000000000000000000").await, (404, theirs));
    // Nothing of it was done.
    stream.send(json!({"type": "ping"})).await;
    assert_eq!(stream.next().await["type"], "pong");
    assert_eq!(anna.call("conversations", json!({})).await.1, json!([]));

    drop(stream.cut());
    // The server notices in its own time that it is gone.
    while post(&anna, &connection).await.0 != 404 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn another_web_page_may_neither_open_a_stream_nor_command() {
    let stack = Stack::alone().await;
    let browser = stack.browser().await;
    let stream = browser.events().await;
    let own = format!("http://{}", stack.address);
    for (name, value, allowed) in [
        ("origin", own.as_str(), true),
        ("origin", "https://portal.example.com", true),
        ("origin", "https://evil.example.com", false),
        ("origin", "null", false),
        ("sec-fetch-site", "same-origin", true),
        ("sec-fetch-site", "cross-site", false),
    ] {
        let opened = http_client().get(format!("{own}/events/chat")).header(name, value).send().await.unwrap();
        assert_eq!(opened.status(), if allowed { 200 } else { 403 }, "{value}");
        let url = format!("{own}/events/chat/{}", stream.stream().connection);
        let said = http_client().post(url).header(name, value).body(r#"{"type":"ping"}"#).send().await.unwrap();
        assert_eq!(said.status(), if allowed { 202 } else { 403 }, "{value}");
    }
}

#[tokio::test]
async fn signing_out_ends_the_stream_and_another_session_is_another_person() {
    let people = PeopleConfig { mode: SignInMode::Netbox, ..PeopleConfig::nobody() };
    let stack = Stack::with_people(NetboxSource::Demo, people).await;
    let account = &ACCOUNTS[0];
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let fields = [("username", account.name), ("password", account.name)];
        let response = stack.with_header("accept-language", "en").submit("/sign-in", &fields).await;
        assert_eq!(response.status(), 303);
        let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        sessions.push(stack.with_cookie(&cookie));
    }
    let mut stream = sessions[0].events().await;
    let url = format!("http://{}/events/chat/{}", stack.address, stream.stream().connection);
    let (name, value) = &sessions[1].header;
    let response = http_client().post(url).header(name, value).body(r#"{"type":"ping"}"#).send().await.unwrap();
    assert_eq!(response.status(), 404);

    assert_eq!(sessions[0].submit("/sign-out", &[]).await.status(), 303);
    let bye = stream.until("bye").await;
    assert_eq!(bye["code"], "reauth");
    assert!(stream.next_frame().await.is_none());
    assert_eq!(stream.close_code, Some(4401));
    assert_eq!(stream.stream().say(r#"{"type":"ping"}"#).await.status(), 401);
    assert_eq!(Events::open(&sessions[0], "", None).await.err().unwrap().status(), 401);
}

#[tokio::test]
async fn streams_and_what_is_said_to_them_count_like_sockets() {
    let mut limits = LimitConfig::unlimited();
    limits.rates = RateConfig { sockets: 2, messages: 1, ..limits.rates };
    let stack = Stack::limited(limits, StorageConfig::memory(), Model::default()).await;
    let anna = stack.with_header(USER_HEADER, "anna");
    let (_socket, mut stream) = (anna.socket().await, anna.events().await);
    let refused = Events::open(&anna, "", None).await.err().unwrap();
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "rate_limited");

    stream.ask("How many sites do we have?").await;
    stream.send(json!({"type": "send", "id": "second", "text": "How many racks do we have?"})).await;
    let error = stream.until("error").await;
    assert_eq!((error["problem"]["code"].as_str(), error["id"].as_str()), (Some("rate_limited"), Some("second")));
    assert!(error["problem"]["retry_after_milliseconds"].as_u64().unwrap() > 0);
    // Faster than anything is read from one socket.
    for _ in 0..400 {
        stream.send(json!({"type": "unsubscribe", "conversation": "nobody-knows-it"})).await;
    }
    assert_eq!(stream.until("error").await["problem"]["code"], "rate_limited");

    drop(stream.cut());
    // The server notices in its own time that it is gone.
    while Events::open(&anna, "", None).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye_and_ends_the_stream() {
    let stack = Stack::draining(Duration::from_secs(1)).await;
    let mut stream = stack.browser().await.events().await;
    stream.send(json!({"type": "send", "text": "[[slow]] List all devices"})).await;
    stream.until("run_start").await;
    stack.tell_to_stop();
    late_answer_ends(&stack, &mut stream).await;
    assert!(stream.next_frame().await.is_none());
    assert_eq!(stream.close_code, Some(1012));
    stack.stopped().await;
}

#[tokio::test]
async fn a_stream_is_no_request_that_takes_too_long() {
    let short = Duration::from_millis(100);
    let listen = ListenSettings { header_patience: short, body_patience: short, ..ListenSettings::default() };
    let limits = LimitConfig { listen, ..LimitConfig::unlimited() };
    let stack =
        Stack::limited(limits, StorageConfig::memory(), Model { natural: true, faults: true, ..Model::default() })
            .await;
    let mut stream = stack.browser().await.events().await;
    // Its answer takes many times as long as a request may.
    let answer = stream.ask("[[slow]] Which sites do we have in Ohio?").await;
    assert_eq!(answer, stream.answer());
    tokio::time::sleep(3 * short).await;
    stream.send(json!({"type": "ping"})).await;
    stream.until("pong").await;
}
