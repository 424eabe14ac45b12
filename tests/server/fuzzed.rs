//! Whatever a client sends, nothing in the server panics, nothing is a server error, and the connection stays usable or
//! is closed with a code that the protocol names. Seeds are printed; `FUZZ_SEED` repeats one, `FUZZ_CASES` says how many.

#![allow(clippy::print_stdout, reason = "seeds are for whoever reads the output")]

mod forms;

use std::sync::{LazyLock, Mutex};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;

use crate::stack::{Browser, Socket, Stack, http_client};

/// Panics in the program's own code, as the hook saw them.
static PANICS: LazyLock<Mutex<Vec<String>>> = LazyLock::new(|| {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.location().is_some_and(|location| location.file().starts_with("src/")) {
            PANICS.lock().unwrap().push(panic.to_string());
        }
        usual(panic);
    }));
    Mutex::default()
});

/// A source of cases that can be repeated.
struct Cases {
    runner: TestRunner,
    seed: u64,
    count: usize,
}

impl Cases {
    fn new(about: &str, count: usize) -> Self {
        LazyLock::force(&PANICS);
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let seed = number("FUZZ_SEED").unwrap_or_else(rand::random);
        let count = number("FUZZ_CASES").map_or(count, |count| usize::try_from(count).unwrap());
        println!("{about}: {count} cases of FUZZ_SEED={seed}");
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Self { runner: TestRunner::new_with_rng(Config::default(), rng), seed, count }
    }

    fn one<T: std::fmt::Debug>(&mut self, strategy: &impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.runner).unwrap().current()
    }
}

impl Drop for Cases {
    fn drop(&mut self) {
        let panics = PANICS.lock().unwrap();
        if !std::thread::panicking() {
            assert!(panics.is_empty(), "FUZZ_SEED={}: {panics:#?}", self.seed);
        }
    }
}

/// Texts that are near what is expected, or far from it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("How many sites do we have?".to_owned()),
        "[a-zA-Z0-9_-]{1,70}",
        any::<String>(),
        "\\PC{0,20}",
        prop::sample::select(vec![
            "\0",
            "\u{202e}",
            "../../etc",
            "%2e%2e%2f",
            "'; DROP TABLE events; --",
            "null",
            "0",
            "-1",
            "r1",
            "{{result:r1}}",
            "\u{fffd}\u{10ffff}"
        ])
        .prop_map(str::to_owned),
        (1_usize..40_000).prop_map(|length| "x ".repeat(length)),
    ]
}

/// Any JSON, not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..5)
                .prop_map(|pairs| pairs.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// A change of an object: of which field, and to what (nothing removes it).
fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Option<Value>)>> {
    prop::collection::vec((any::<prop::sample::Index>(), prop::option::of(any_json())), 0..3)
}

fn changed(mut value: Value, changes: Vec<(prop::sample::Index, Option<Value>)>) -> Value {
    let Some(object) = value.as_object_mut() else { return value };
    for (place, change) in changes {
        let names: Vec<String> = object.keys().cloned().collect();
        if names.is_empty() {
            break;
        }
        let name = &names[place.index(names.len())];
        match change {
            Some(change) => object.insert(name.clone(), change),
            None => object.remove(name),
        };
    }
    value
}

/// Commands that are right, in a conversation that is there.
fn commands(conversation: &str, message: &str) -> Vec<Value> {
    vec![
        json!({"type": "send", "id": "c1", "text": "How many sites do we have?"}),
        json!({"type": "send", "id": "c2", "conversation": conversation, "text": "And racks?", "mode": "queue"}),
        json!({"type": "send", "conversation": conversation, "text": "And devices?", "mode": "interrupt"}),
        json!({"message": "How many racks do we have?"}),
        json!({"type": "regenerate", "id": "c3", "conversation": conversation, "message": message}),
        json!({"type": "edit", "id": "c4", "conversation": conversation, "message": message, "text": "And regions?"}),
        json!({"type": "branch", "conversation": conversation, "message": message}),
        json!({"type": "stop", "conversation": conversation, "run": "run"}),
        json!({"type": "approve", "conversation": conversation, "approval": "a", "digest": "d", "decision": "approve"}),
        json!({"type": "unqueue", "conversation": conversation, "message": message}),
        json!({"type": "reset", "conversation": conversation}),
        json!({"type": "subscribe", "conversation": conversation, "after": 2}),
        json!({"type": "unsubscribe", "conversation": conversation}),
        json!({"type": "hello", "resume": [{"conversation": conversation, "after": 1}, {"conversation": "nobody-knows-it"}]}),
        json!({"type": "ping"}),
    ]
}

/// The socket answers, whatever came before.
async fn answers(socket: &mut Socket, about: &str) {
    socket.send(json!({"type": "ping"})).await;
    loop {
        let frame =
            socket.next_frame().await.unwrap_or_else(|| panic!("closed ({:?}) after {about:.500}", socket.close_code));
        if frame["type"] == "pong" {
            return;
        }
        // Too fast: it said when to go on, and the question was not read.
        if frame["problem"]["code"] == "rate_limited" {
            let wait = frame["problem"]["retry_after_milliseconds"].as_u64().unwrap_or(50).min(1_000);
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
            socket.send(json!({"type": "ping"})).await;
        }
    }
}

/// Every conversation comes to rest, and every run in it has exactly one end.
async fn all_runs_end(browser: &Browser) {
    let (_, list) = browser.call("conversations", json!({})).await;
    for summary in list.as_array().unwrap() {
        let mut quiet = false;
        for _ in 0..600 {
            let (status, transcript) = browser.call("conversation", json!({"id": summary["id"]})).await;
            assert_eq!(status, 200, "{transcript}");
            let turns = transcript["turns"].as_array().cloned().unwrap_or_default();
            let ended = turns.iter().all(|turn| turn["answer"].is_null() || turn["answer"]["end"].is_object());
            if ended && transcript["queued"].as_array().is_none_or(Vec::is_empty) {
                quiet = true;
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(quiet, "{} never came to rest", summary["id"]);
    }
}

#[tokio::test]
async fn changed_commands_leave_the_socket_usable() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut socket = browser.socket().await;
    socket.ask("How many sites do we have?").await;
    let conversation = socket.conversation().to_string();
    let message = socket.transcript.turns[0].message.to_string();
    let right = commands(&conversation, &message);
    // It looks away and back again, and does not care for what it missed.
    socket.careless = true;
    let mut cases = Cases::new("commands", 150);
    for _ in 0..cases.count {
        let (which, changes) = cases.one(&(any::<prop::sample::Index>(), changes()));
        let frame = changed(right[which.index(right.len())].clone(), changes).to_string();
        socket.send_raw(Message::text(frame.clone())).await;
        answers(&mut socket, &frame).await;
    }
    all_runs_end(&browser).await;
}

#[tokio::test]
async fn frames_of_any_bytes_leave_the_socket_usable_or_close_it_with_a_code() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut socket = browser.socket().await;
    let right = commands("a-conversation", "m");
    socket.careless = true;
    let mut cases = Cases::new("frames", 150);
    for number in 0..cases.count {
        let (which, bytes, place, whole) = cases.one(&(
            any::<prop::sample::Index>(),
            prop::collection::vec(any::<u8>(), 0..200),
            any::<prop::sample::Index>(),
            text(),
        ));
        let mut written = right[which.index(right.len())].to_string().into_bytes();
        let message = match number % 6 {
            0 => Message::binary(bytes),
            1 => Message::text(whole),
            2 => Message::Ping(bytes.into_iter().take(125).collect::<Vec<_>>().into()),
            // Cut, and with bytes in it that do not belong there.
            3 => Message::text(String::from_utf8_lossy(&written[..place.index(written.len())]).into_owned()),
            4 => {
                written.splice(place.index(written.len()).., bytes);
                Message::text(String::from_utf8_lossy(&written).into_owned())
            }
            _ => Message::text("[".repeat(1 + place.index(60_000))),
        };
        let about = format!("{message:?}");
        socket.send_raw(message).await;
        answers(&mut socket, &about).await;
    }
}

#[tokio::test]
async fn what_is_no_frame_closes_the_connection_and_nothing_else() {
    let stack = Stack::alone().await;
    let mut cases = Cases::new("raw bytes after the upgrade", 60);
    for _ in 0..cases.count {
        let bytes = cases.one(&prop::collection::vec(any::<u8>(), 1..400));
        let mut raw = tokio::net::TcpStream::connect(&stack.address).await.unwrap();
        let upgrade = format!(
            "GET /ws/chat HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            stack.address
        );
        raw.write_all(upgrade.as_bytes()).await.unwrap();
        let mut head = [0; 512];
        let count = raw.read(&mut head).await.unwrap();
        assert!(String::from_utf8_lossy(&head[..count]).starts_with("HTTP/1.1 101"));
        let _ = raw.write_all(&bytes).await;
        let _ = raw.shutdown().await;
        let mut rest = Vec::new();
        let reading = tokio::time::timeout(std::time::Duration::from_secs(20), raw.read_to_end(&mut rest)).await;
        assert!(reading.is_ok(), "the connection stays open after {bytes:?}");
    }
    let mut socket = stack.browser().await.socket().await;
    assert!(!socket.ask("How many sites do we have?").await.is_empty());
}

/// The server functions that there are.
fn functions() -> Vec<&'static str> {
    let functions: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert!(functions.len() > 5, "{functions:?}");
    functions
}

#[tokio::test]
async fn bodies_of_any_kind_are_answered_and_never_a_server_error() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut socket = browser.socket().await;
    socket.ask("Which sites do we have?").await;
    let conversation = socket.conversation().to_string();
    let right = [
        json!({}),
        json!({"id": conversation}),
        json!({"id": conversation, "title": "Another title"}),
        json!({"id": "nobody-knows-it"}),
        json!({"query": "sites"}),
        json!({"conversation": conversation, "handle": "r1", "query": {"offset": 0, "limit": 10, "ordering": "name", "search": "c"}}),
    ];
    let functions = functions();
    let mut cases = Cases::new("bodies", 300);
    for number in 0..cases.count {
        let (function, which, changes, bytes, kind) = cases.one(&(
            prop::sample::select(functions.clone()),
            any::<prop::sample::Index>(),
            changes(),
            prop::collection::vec(any::<u8>(), 0..300),
            prop::sample::select(vec![
                "application/json",
                "application/json; charset=utf-16",
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data",
                "application/cbor",
                "",
            ]),
        ));
        let body = match number % 4 {
            0 => bytes,
            _ => changed(right[which.index(right.len())].clone(), changes).to_string().into_bytes(),
        };
        let url = format!("http://{}{function}", stack.address);
        let mut request = browser.client.post(&url).header(&browser.header.0, &browser.header.1).body(body.clone());
        let kind = if number % 3 == 0 { kind } else { "application/json" };
        if !kind.is_empty() {
            request = request.header("Content-Type", kind);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let about = || format!("{function} ({kind}) {:.400}: {status} {text:.400}", String::from_utf8_lossy(&body));
        assert!(status < 500, "{}", about());
        assert!(!text.contains("panicked") && !text.contains("src/"), "{}", about());
    }
    all_runs_end(&browser).await;
}

#[tokio::test]
async fn paths_and_methods_of_any_kind_are_answered() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let client = http_client();
    let mut cases = Cases::new("paths", 200);
    for _ in 0..cases.count {
        let (method, path, accept) = cases.one(&(
            prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "PROPFIND"]),
            prop_oneof![
                "/[!-~]{0,60}",
                "/c/[!-~]{0,80}",
                "/api/[!-~]{0,60}",
                "/(pkg|api|c|ws|health|ready|\\.\\.|%2e%2e|%00|//)(/[a-z%.0-9]{0,20}){0,4}",
                (1_usize..3_000).prop_map(|length| format!("/{}", "a/".repeat(length))),
            ],
            prop::sample::select(vec!["text/html", "*/*", "application/json"]),
        ));
        let Ok(url) = url::Url::parse(&format!("http://{}{path}", stack.address)) else { continue };
        let method = method.parse::<reqwest::Method>().unwrap();
        let sent = client
            .request(method.clone(), url)
            .header(&browser.header.0, &browser.header.1)
            .header("Accept", accept)
            .send()
            .await;
        let status = sent.unwrap_or_else(|error| panic!("{method} {path:.300}: {error}")).status().as_u16();
        // NetBox is not asked for by a path; a server that answers has no server error to tell.
        assert!(status < 500 || path.starts_with("/ready"), "{method} {path:.300}: {status}");
    }
}

#[tokio::test]
async fn requests_that_are_none_are_refused() {
    let stack = Stack::alone().await;
    let mut cases = Cases::new("requests", 100);
    for number in 0..cases.count {
        let (bytes, text) = cases.one(&(prop::collection::vec(any::<u8>(), 1..600), text()));
        let mut raw = tokio::net::TcpStream::connect(&stack.address).await.unwrap();
        let request = match number % 4 {
            0 => bytes,
            1 => format!("GET / HTTP/1.1\r\nHost: {text}\r\n\r\n").into_bytes(),
            2 => format!("POST /api/conversations HTTP/1.1\r\nHost: {}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n{text}", stack.address).into_bytes(),
            _ => [format!("GET / HTTP/1.1\r\nHost: {}\r\nCookie: ", stack.address).into_bytes(), bytes, b"\r\n\r\n".to_vec()].concat(),
        };
        let _ = raw.write_all(&request).await;
        let _ = raw.shutdown().await;
        let mut answer = Vec::new();
        let reading = tokio::time::timeout(std::time::Duration::from_secs(20), raw.read_to_end(&mut answer)).await;
        assert!(reading.is_ok(), "no end after {:?}", String::from_utf8_lossy(&request));
        assert!(
            !answer.starts_with(b"HTTP/1.1 5"),
            "{:?}: {:.300}",
            String::from_utf8_lossy(&request),
            String::from_utf8_lossy(&answer)
        );
    }
    assert_eq!(http_client().get(format!("http://{}/health", stack.address)).send().await.unwrap().status(), 200);
}
