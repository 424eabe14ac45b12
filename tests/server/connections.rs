//! Clients that hold connections for nothing: counted, not timed. What waits here waits for the server to act.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use netbox_chatbox::server::auth::network::Network;
use netbox_chatbox::server::config::{HstsConfig, LimitConfig, PeopleConfig, StorageConfig};
use netbox_chatbox::server::listen::ListenSettings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::stack::{Model, Stack, behind_a_proxy, http_client};

/// Longer than anything here takes, on a machine that is busy with something else.
const PATIENCE: Duration = Duration::from_mins(1);
/// What the server gives slow clients here.
const SHORT: Duration = Duration::from_millis(300);

async fn stack(listen: ListenSettings) -> Stack {
    Stack::limited(LimitConfig { listen, ..LimitConfig::unlimited() }, StorageConfig::memory(), Model::default()).await
}

async fn connect(stack: &Stack, first: &str) -> TcpStream {
    let mut connection = TcpStream::connect(&stack.address).await.unwrap();
    connection.write_all(first.as_bytes()).await.unwrap();
    connection
}

/// Everything that comes until the server closes.
async fn to_the_end(mut connection: TcpStream) -> String {
    let mut answer = Vec::new();
    // A connection that is reset has ended too.
    let _ = tokio::time::timeout(PATIENCE, connection.read_to_end(&mut answer)).await.expect("it was never closed");
    String::from_utf8_lossy(&answer).into_owned()
}

/// The first line of the answer.
async fn status(connection: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n") {
        let byte = tokio::time::timeout(PATIENCE, connection.read_u8()).await.expect("no answer came").unwrap();
        answer.push(byte);
    }
    String::from_utf8(answer).unwrap().trim().to_owned()
}

async fn is_healthy(stack: &Stack) -> bool {
    http_client().get(format!("http://{}/health", stack.address)).send().await.unwrap().status() == 200
}

#[tokio::test]
async fn a_header_that_never_ends_is_given_up_and_others_are_served_meanwhile() {
    let stack = stack(ListenSettings { header_patience: SHORT, ..ListenSettings::default() }).await;
    let mut slow = Vec::new();
    for first in ["", "P", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "].repeat(10) {
        slow.push(connect(&stack, first).await);
    }
    assert!(is_healthy(&stack).await);
    for connection in slow {
        assert_eq!(to_the_end(connection).await, "", "nothing was asked, so nothing is answered");
    }
}

#[tokio::test]
async fn a_connection_that_asks_nothing_more_is_given_up() {
    let stack = stack(ListenSettings { header_patience: SHORT, ..ListenSettings::default() }).await;
    let connection = connect(&stack, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let answer = to_the_end(connection).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up_on_every_path() {
    let stack = stack(ListenSettings { body_patience: SHORT, ..ListenSettings::default() }).await;
    for path in ["/api/conversations", "/sign-in", "/settings/netbox-token", "/nothing/here"] {
        for framing in ["content-length: 50\r\n\r\nab", "transfer-encoding: chunked\r\n\r\n2\r\nab\r\n"] {
            let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n{framing}");
            let answer = to_the_end(connect(&stack, &head).await).await;
            assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
            assert!(answer.contains("\"hint\""), "{path}: {answer}");
        }
    }
    assert!(is_healthy(&stack).await);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_on_every_path_however_it_comes() {
    let stack = Stack::demo().await;
    let large = "x".repeat(70 * 1024);
    for path in ["/api/rename_conversation", "/sign-in", "/sign-out", "/settings/netbox-token", "/nothing/here"] {
        let announced = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\ncontent-length: {}\r\n\r\n", large.len());
        let chunked = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{large}\r\n0\r\n\r\n",
            large.len()
        );
        for request in [announced, chunked] {
            let mut connection = connect(&stack, &request).await;
            assert!(status(&mut connection).await.starts_with("HTTP/1.1 413"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_header_over_the_limit_is_refused() {
    let stack = Stack::demo().await;
    let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: {}\r\n\r\n", "x".repeat(1024 * 1024));
    let mut connection = TcpStream::connect(&stack.address).await.unwrap();
    // The server may answer before it has read all of it.
    let _ = connection.write_all(head.as_bytes()).await;
    let answered = status(&mut connection).await;
    assert!(answered.starts_with("HTTP/1.1 431"), "{answered}");
}

#[tokio::test]
async fn only_so_many_connections_are_open_and_each_that_ends_makes_room() {
    let stack = stack(ListenSettings { connections: 5, ..ListenSettings::default() }).await;
    let ask = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut connections = Vec::new();
    for _ in 0..5 {
        let mut connection = connect(&stack, ask).await;
        assert!(status(&mut connection).await.starts_with("HTTP/1.1 200"));
        connections.push(connection);
    }
    for _ in 0..20 {
        let answer = to_the_end(connect(&stack, ask).await).await;
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: "), "{answer}");
        let body = answer.split("\r\n\r\n").nth(1).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap()["code"], "rate_limited");
    }
    connections.pop();
    // The server notices in its own time that it is gone.
    loop {
        let mut connection = connect(&stack, ask).await;
        if status(&mut connection).await.starts_with("HTTP/1.1 200") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_socket_keeps_its_place_among_the_connections() {
    let stack = stack(ListenSettings { connections: 2, ..ListenSettings::default() }).await;
    let (mut one, two) = (stack.script().await, stack.script().await);
    let refused = to_the_end(connect(&stack, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await).await;
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(!one.ask("How many sites do we have?").await.is_empty());
    drop(two);
    loop {
        let mut connection = connect(&stack, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        if status(&mut connection).await.starts_with("HTTP/1.1 200") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn one_address_gets_its_part_unless_it_is_a_proxys() {
    let listen = ListenSettings { connections_of_an_address: 2, ..ListenSettings::default() };
    let limits = LimitConfig { listen, ..LimitConfig::unlimited() };
    let elsewhere = PeopleConfig { trusted_proxies: vec![Network::parse("10.0.0.5").unwrap()], ..behind_a_proxy() };
    for (people, refused) in [(behind_a_proxy(), 0), (elsewhere, 3)] {
        let stack = Stack::with_limits(people, limits.clone()).await;
        let ask = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let (mut connections, mut counted) = (Vec::new(), 0);
        for _ in 0..5 {
            let mut connection = connect(&stack, ask).await;
            counted += usize::from(status(&mut connection).await.starts_with("HTTP/1.1 503"));
            connections.push(connection);
        }
        assert_eq!(counted, refused);
    }
}

#[tokio::test]
async fn browsers_are_told_to_stay_with_tls_only_where_they_came_over_it() {
    let elsewhere = PeopleConfig { trusted_proxies: vec![Network::parse("10.0.0.5").unwrap()], ..behind_a_proxy() };
    let named = PeopleConfig { public_url: Some("https://chat.example.com/".parse().unwrap()), ..behind_a_proxy() };
    let off = HstsConfig { seconds: 0 };
    for (people, hsts, scheme, expected) in [
        (behind_a_proxy(), HstsConfig::default(), Some("https"), Some("max-age=31536000")),
        (behind_a_proxy(), HstsConfig::default(), Some("http"), None),
        (behind_a_proxy(), HstsConfig::default(), None, None),
        (behind_a_proxy(), off, Some("https"), None),
        (elsewhere, HstsConfig::default(), Some("https"), None),
        (named, HstsConfig::default(), None, Some("max-age=31536000")),
    ] {
        let stack = Stack::with_limits(people, LimitConfig { hsts, ..LimitConfig::unlimited() }).await;
        for path in ["/", "/health", "/nothing/here"] {
            let mut request = http_client().get(format!("http://{}{path}", stack.address));
            if let Some(scheme) = scheme {
                request = request.header("x-forwarded-proto", scheme);
            }
            let response = request.send().await.unwrap();
            let told = response.headers().get("strict-transport-security").map(|value| value.to_str().unwrap());
            assert_eq!(told, expected, "{path} over {scheme:?}");
        }
    }
}

#[tokio::test]
async fn every_answer_has_the_usual_headers_also_a_refusal() {
    let stack = Stack::demo().await;
    let client = http_client();
    let url = |path: &str| format!("http://{}{path}", stack.address);
    let refused = client.post(url("/api/conversations")).header("origin", "https://evil.example.com");
    let large = client.post(url("/sign-in")).body("x".repeat(70 * 1024));
    for (request, status) in [
        (client.get(url("/health")), 200),
        (client.get(url("/ready")), 200),
        (client.get(url("/nothing.js")), 404),
        (client.post(url("/api/conversations")), 401),
        (client.get(url("/audit.jsonl")), 401),
        (client.get(url("/usage")), 401),
        (refused, 403),
        (large, 413),
    ] {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{}", response.url());
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ] {
            assert_eq!(response.headers()[name], value, "{name} of {}", response.url());
        }
    }
}

#[tokio::test]
async fn whoever_asks_what_works_learns_no_address_and_nobodys_words() {
    // A port that was free a moment ago; nothing listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let stack = Stack::with_netbox(&format!("http://127.0.0.1:{port}/"), "nbt_key.token").await;
    let response = http_client().get(format!("http://{}/ready", stack.address)).send().await.unwrap();
    assert_eq!(response.status(), 503);
    let said: serde_json::Value = response.json().await.unwrap();
    let expected = serde_json::json!({
        "status": "not ready", "netbox": "unreachable", "database": "answers", "audit": "written",
    });
    assert_eq!(said, expected);
}

#[tokio::test]
async fn however_many_ask_whether_it_is_ready_netbox_is_asked_once_in_a_while() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let netbox = axum::Router::new().fallback(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        async { axum::Json(serde_json::json!({"netbox-version": "4.7.3"})) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, netbox).await });
    // Without a token nothing else is asked at the start.
    let stack = Stack::with_netbox(&url, "").await;
    let ready =
        || async { http_client().get(format!("http://{}/ready", stack.address)).send().await.unwrap().status() };
    let statuses = futures::future::join_all((0..200).map(|_| ready())).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    let times = asked.load(Ordering::Relaxed);
    assert!((1..=50).contains(&times), "{times} times for 200 requests");
    // What became of it is told soon after.
    serving.abort();
    while ready().await == 200 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
