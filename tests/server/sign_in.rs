//! Signing in with NetBox's own users and tokens: at the real NetBox, and at one that is down or something else.

use std::collections::BTreeSet;
use std::time::Duration;

use netbox_chatbox::server::auth::network::Network;
use netbox_chatbox::server::config::{NetboxSource, PeopleConfig, SignInMode};
use netbox_chatbox::server::demo::netbox::ACCOUNTS;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::stack::{Browser, Stack, http_client, remote_netbox};

pub fn setting(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: `make test ONLY=\"netbox rust\"` starts the NetBox"))
}

pub fn with_netbox() -> PeopleConfig {
    PeopleConfig { mode: SignInMode::Netbox, ..PeopleConfig::nobody() }
}

/// A server in front of the real NetBox, with this token of its own.
async fn stack(service: &str) -> Stack {
    Stack::with_people(remote_netbox(&format!("{}/", setting("TEST_NETBOX_URL")), service), with_netbox()).await
}

fn stranger(stack: &Stack) -> Browser {
    stack.with_header("accept-language", "en")
}

/// Signs in; the browser with its cookie, and where it was sent.
pub async fn signed_in(stack: &Stack, fields: &[(&str, &str)]) -> (Browser, String) {
    let response = stranger(stack).submit("/sign-in", fields).await;
    let (status, headers) = (response.status(), response.headers().clone());
    assert_eq!(status, 303, "{}", response.text().await.unwrap());
    let cookie = headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let pair = cookie.split(';').next().unwrap();
    (stack.with_cookie(pair), headers["location"].to_str().unwrap().to_owned())
}

async fn with_password(stack: &Stack, name: &str) -> Browser {
    signed_in(stack, &[("username", name), ("password", name)]).await.0
}

/// What the sign-in page says instead.
async fn refused(stack: &Stack, fields: &[(&str, &str)]) -> (u16, String) {
    let response = stranger(stack).submit("/sign-in", fields).await;
    assert!(response.headers().get("set-cookie").is_none());
    let (status, html) = (response.status().as_u16(), response.text().await.unwrap());
    for (name, value) in fields.iter().filter(|(name, _)| *name != "username") {
        let is_name_too = fields.iter().any(|(other, name)| *other == "username" && name == value);
        assert!(value.is_empty() || is_name_too || !html.contains(value), "the {name} is on the page");
    }
    (status, html)
}

/// Asks the real NetBox itself.
pub async fn rest(method: http::Method, path: &str, token: &str, body: Value) -> Value {
    let url = format!("{}/api/{path}", setting("TEST_NETBOX_URL"));
    let mut request = http_client().request(method, url);
    // NetBox reads the body of a DELETE too, and `null` is none that it takes.
    if !body.is_null() {
        request = request.json(&body);
    }
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.send().await.unwrap().json().await.unwrap_or_default()
}

async fn devices_of(token: &str) -> u64 {
    rest(http::Method::GET, "dcim/devices/?limit=1", &setting(token), Value::Null).await["count"].as_u64().unwrap()
}

/// What to ask first, as soon as NetBox has told it: a page waits only for a moment.
async fn starting_questions(browser: &Browser) -> String {
    for _ in 0..60 {
        let (status, questions) = browser.call("starting_questions", json!({})).await;
        assert_eq!(status, 200);
        if questions != json!([]) {
            return questions.to_string();
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("NetBox told nothing to ask first");
}

/// The tokens of a user that this program made.
pub async fn made_for(user: &str) -> BTreeSet<i64> {
    let path = format!("users/tokens/?user={user}&description__isw=netbox-chatbox&limit=1000");
    let tokens = rest(http::Method::GET, &path, &setting("TEST_NETBOX_TOKEN"), Value::Null).await;
    tokens["results"].as_array().unwrap().iter().map(|token| token["id"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn people_with_different_rights_ask_the_same_one_after_the_other_and_each_gets_their_own_count() {
    let stack = stack(&setting("TEST_NETBOX_TOKEN")).await;
    let (all, some) = (devices_of("TEST_NETBOX_TOKEN_READER").await, devices_of("TEST_NETBOX_TOKEN_VIEWER").await);
    assert!(some > 0 && some < all, "{some} of {all}");
    let (reader, viewer) = (with_password(&stack, "reader").await, with_password(&stack, "viewer").await);
    let (mut readers, mut viewers) = (reader.socket().await, viewer.socket().await);
    for _ in 0..2 {
        for (socket, count) in [(&mut readers, all), (&mut viewers, some)] {
            let answer = socket.ask("How many devices do we have?").await;
            let numbers: Vec<&str> = answer.split(|letter: char| !letter.is_ascii_digit()).collect();
            assert!(numbers.contains(&count.to_string().as_str()), "{count} is not in {answer}");
        }
    }
    // A result is read with the rights of whoever looks at it; what to ask first is each one's own too.
    let first = starting_questions(&reader).await;
    let second = starting_questions(&viewer).await;
    assert!(first.contains("Sites") && !second.contains("Sites"), "{first}\n{second}");
    for browser in [reader, viewer] {
        assert_eq!(browser.submit("/sign-out", &[]).await.status(), 303);
    }
}

#[tokio::test]
async fn after_signing_in_one_is_where_one_wanted_to_be_and_nowhere_else() {
    let stack = stack("").await;
    let response = http_client().get(format!("http://{}/c/0123456789abcdef?x=1", stack.address)).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), response.headers()["location"].to_str().unwrap()),
        (303, "/sign-in?next=%2Fc%2F0123456789abcdef%3Fx%3D1")
    );
    let (status, html) = stranger(&stack).page("/sign-in?next=%2Fc%2F0123456789abcdef%3Fx%3D1").await;
    assert_eq!(status, 200);
    assert!(html.contains(r#"value="/c/0123456789abcdef?x=1""#), "{html}");
    let token = setting("TEST_NETBOX_TOKEN_VIEWER");
    for (next, to) in [("/c/0123456789abcdef?x=1", "/c/0123456789abcdef?x=1"), ("//evil.example", "/"), ("", "/")] {
        assert_eq!(signed_in(&stack, &[("token", &token), ("next", next)]).await.1, to);
    }
}

#[tokio::test]
async fn tokens_of_every_kind_are_taken_or_refused_with_their_reason() {
    let stack = stack("").await;
    for (name, role) in [
        ("TEST_NETBOX_TOKEN", "Admin"),
        ("TEST_NETBOX_TOKEN_V1", "Admin"),
        ("TEST_NETBOX_TOKEN_READONLY", "Admin"),
        ("TEST_NETBOX_TOKEN_VIEWER", "User"),
        ("TEST_NETBOX_TOKEN_VIEWER_V1", "User"),
        ("TEST_NETBOX_TOKEN_NOBODY", "User"),
    ] {
        let (browser, _) = signed_in(&stack, &[("token", &format!(" {}\n", setting(name)))]).await;
        let (status, html) = browser.page("/settings").await;
        assert!(status == 200 && html.contains(&format!("<dd>{role}")), "{name}: {html}");
        assert!(!html.contains(&setting(name)), "{name} is on the page");
    }
    let gone = format!("nbt_{}.{}", "A".repeat(12), "b".repeat(40));
    for (token, status, words) in [
        (setting("TEST_NETBOX_TOKEN_EXPIRED"), 401, "has expired"),
        (setting("TEST_NETBOX_TOKEN_DISABLED"), 401, "is disabled"),
        (setting("TEST_NETBOX_TOKEN_INACTIVE"), 401, "is not active"),
        (setting("TEST_NETBOX_TOKEN_WRONG_ADDRESS"), 401, "may not be used from"),
        (gone, 401, "does not know this token"),
        ("0".repeat(40), 401, "does not know this token"),
        ("nbt_half".to_owned(), 400, "not a NetBox API token"),
        ("Bearer of bad news".to_owned(), 400, "not a NetBox API token"),
    ] {
        let (answered, html) = refused(&stack, &[("token", &token)]).await;
        assert_eq!(answered, status, "{words}: {html}");
        assert!(html.contains(words) && html.contains("problem-hint"), "{words}: {html}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_user_who_is_switched_off_are_told_plainly() {
    let stack = stack("").await;
    for (name, password) in [("viewer", "wrong"), ("inactive", "inactive"), ("no such user", "x-y-z")] {
        let (status, html) = refused(&stack, &[("username", name), ("password", password)]).await;
        assert_eq!(status, 401, "{html}");
        assert!(html.contains("NetBox does not accept this user name and password"), "{html}");
        assert!(html.contains(&format!("value=\"{name}\"")), "the name has to be typed again: {html}");
    }
    assert_eq!(refused(&stack, &[("username", "viewer"), ("password", "")]).await.0, 400);
    assert!(made_for("inactive").await.is_empty());
}

#[tokio::test]
async fn a_netbox_that_is_down_or_something_else_is_told_plainly() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let page = format!("http://{}/", listener.local_addr().unwrap());
    let router = axum::Router::new().fallback(|| async {
        axum::response::Html("<html><body>Sign in to the portal <script>1</script></body></html>")
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    for (url, words) in [(format!("http://127.0.0.1:{port}/"), "cannot be reached"), (page, "is not NetBox")] {
        let stack = Stack::with_people(remote_netbox(&url, ""), with_netbox()).await;
        for fields in [&[("username", "a"), ("password", "p-a-s-s")][..], &[("token", "nbt_key.token")]] {
            let (status, html) = refused(&stack, fields).await;
            assert_eq!(status, 502, "{html}");
            assert!(html.contains(words) && !html.contains("portal"), "{words}: {html}");
        }
    }
}

#[tokio::test]
async fn the_token_that_is_made_may_only_read_says_whose_it_is_and_goes_at_sign_out() {
    let stack = stack(&setting("TEST_NETBOX_TOKEN")).await;
    let before = made_for("reader").await;
    let browser = with_password(&stack, "reader").await;
    let made: Vec<i64> = made_for("reader").await.difference(&before).copied().collect();
    let mut ours = Vec::new();
    for id in made {
        let token =
            rest(http::Method::GET, &format!("users/tokens/{id}/"), &setting("TEST_NETBOX_TOKEN"), Value::Null).await;
        assert_eq!(token["write_enabled"], false, "{token}");
        assert!(token["description"].as_str().unwrap().starts_with("netbox-chatbox, signed in 20"), "{token}");
        let expires: jiff::Timestamp = token["expires"].as_str().unwrap().parse().unwrap();
        let days = expires.duration_since(jiff::Timestamp::now()).as_hours() / 24;
        assert!((29..=30).contains(&days), "{token}");
        ours.push(id);
    }
    assert!(!ours.is_empty());
    let response = browser.submit("/sign-out", &[]).await;
    assert_eq!(response.headers()["location"], "/sign-in");
    assert!(response.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(browser.call("conversations", json!({})).await.0, 401);
    // In the background. Tests of others may have made tokens meanwhile: at least one of these was ours.
    for _ in 0..100 {
        if !made_for("reader").await.is_superset(&ours.iter().copied().collect()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the token is still there");
}

#[tokio::test]
async fn without_a_token_that_may_delete_the_next_sign_in_does() {
    let stack = stack("").await;
    delete(made_for("nobody").await).await;
    let browser = with_password(&stack, "nobody").await;
    let first = made_for("nobody").await;
    assert_eq!(first.len(), 1, "{first:?}");
    browser.submit("/sign-out", &[]).await;
    // A token that may only read cannot delete itself; nobody has its secret any more.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(made_for("nobody").await, first);
    let browser = with_password(&stack, "nobody").await;
    let second = made_for("nobody").await;
    assert!(second.is_disjoint(&first) && second.len() == 1, "{first:?} {second:?}");
    browser.submit("/sign-out", &[]).await;
    delete(second).await;
}

async fn delete(tokens: BTreeSet<i64>) {
    for id in tokens {
        rest(http::Method::DELETE, &format!("users/tokens/{id}/"), &setting("TEST_NETBOX_TOKEN"), Value::Null).await;
    }
}

#[tokio::test]
async fn signing_in_anew_ends_the_session_before() {
    let stack = stack("").await;
    let token = setting("TEST_NETBOX_TOKEN_VIEWER");
    let (first, _) = signed_in(&stack, &[("token", &token)]).await;
    let response = first.submit("/sign-in", &[("token", &token)]).await;
    let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    assert_ne!(first.header.1, cookie);
    assert_eq!(first.call("conversations", json!({})).await.0, 401);
    assert_eq!(stack.with_cookie(&cookie).call("conversations", json!({})).await.0, 200);
}

#[tokio::test]
async fn an_ended_session_closes_its_sockets_and_one_can_end_only_ones_own() {
    let stack = stack("").await;
    let token = setting("TEST_NETBOX_TOKEN_VIEWER");
    let (one, _) = signed_in(&stack, &[("token", &token)]).await;
    let (other, _) = signed_in(&stack, &[("token", &token)]).await;
    let (stranger, _) = signed_in(&stack, &[("token", &setting("TEST_NETBOX_TOKEN_READER"))]).await;
    let mut socket = one.socket().await;
    let id = |html: &str| {
        html.split("name=\"session\" value=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned())
    };
    let (_, html) = other.page("/settings").await;
    let session = id(&html).expect("the other session is on the page");
    assert!(id(&stranger.page("/settings").await.1).is_none(), "somebody else's sessions are on the page");
    let response = stranger.submit("/settings/sessions/end", &[("session", &session)]).await;
    assert_eq!(response.status(), 404);
    assert_eq!(one.call("conversations", json!({})).await.0, 200);
    let response = other.submit("/settings/sessions/end", &[("session", &session)]).await;
    assert_eq!(response.headers()["location"], "/settings?done=session-ended");
    let bye = socket.until("bye").await;
    assert_eq!(bye["code"], "reauth");
    assert!(socket.next_frame().await.is_none());
    assert_eq!(socket.close_code, Some(4401));
    assert_eq!(one.call("conversations", json!({})).await.0, 401);
    assert_eq!(other.call("conversations", json!({})).await.0, 200);
    let (third, _) = signed_in(&stack, &[("token", &token)]).await;
    assert_eq!(other.submit("/settings/sessions/end-others", &[]).await.status(), 303);
    assert_eq!(third.call("conversations", json!({})).await.0, 401);
    assert_eq!(other.call("conversations", json!({})).await.0, 200);
}

#[tokio::test]
async fn a_session_ends_when_its_time_is_over() {
    let people = PeopleConfig { lifetime: Duration::from_secs(2), ..with_netbox() };
    let url = format!("{}/", setting("TEST_NETBOX_URL"));
    let stack = Stack::with_people(remote_netbox(&url, ""), people).await;
    let (browser, _) = signed_in(&stack, &[("token", &setting("TEST_NETBOX_TOKEN_VIEWER"))]).await;
    let mut socket = browser.socket().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(browser.call("conversations", json!({})).await.0, 401);
    socket.send(json!({"type": "send", "text": "How many sites do we have?"})).await;
    assert_eq!(socket.until("error").await["problem"]["code"], "sign_in");
    assert_eq!(socket.until("bye").await["code"], "reauth");
}

#[tokio::test]
async fn a_token_that_was_taken_away_meanwhile_ends_the_answer_with_what_to_do() {
    let stack = stack("").await;
    let body = json!({"username": "reader", "password": "reader", "write_enabled": false, "description": "test of netbox-chatbox"});
    let made = rest(http::Method::POST, "users/tokens/provision/", "", body).await;
    let token = format!("nbt_{}.{}", made["key"].as_str().unwrap(), made["token"].as_str().unwrap());
    let (browser, _) = signed_in(&stack, &[("token", &token)]).await;
    let mut socket = browser.socket().await;
    socket.ask("How many sites do we have?").await;
    rest(http::Method::DELETE, &format!("users/tokens/{}/", made["id"]), &setting("TEST_NETBOX_TOKEN"), Value::Null)
        .await;
    socket.send(json!({"type": "send", "text": "How many racks do we have?"})).await;
    let frames = socket.until_completed().await;
    let end = frames.last().unwrap();
    assert_eq!((end["why"].as_str(), end["problem"]["code"].as_str()), (Some("failed"), Some("sign_in")), "{end}");
    assert!(end["problem"]["hint"].as_str().unwrap().contains("sign in again"), "{end}");
}

#[tokio::test]
async fn a_person_may_bring_their_own_token_where_the_server_has_one() {
    let url = format!("{}/", setting("TEST_NETBOX_URL"));
    let stack =
        Stack::with_people(remote_netbox(&url, &setting("TEST_NETBOX_TOKEN_READER")), crate::stack::behind_a_proxy())
            .await;
    let (alice, bob) = (stack.browser().await, stack.browser().await);
    let (all, some) = (devices_of("TEST_NETBOX_TOKEN_READER").await, devices_of("TEST_NETBOX_TOKEN_VIEWER").await);
    let mut socket = alice.socket().await;
    assert!(socket.ask("How many devices do we have?").await.contains(&all.to_string()));
    let response = alice.submit("/settings/netbox-token", &[("token", &setting("TEST_NETBOX_TOKEN_EXPIRED"))]).await;
    assert_eq!(response.status(), 401);
    assert!(response.text().await.unwrap().contains("has expired"));
    let token = setting("TEST_NETBOX_TOKEN_VIEWER");
    let response = alice.submit("/settings/netbox-token", &[("token", &token)]).await;
    assert_eq!(response.headers()["location"], "/settings?done=token-kept");
    let (_, html) = alice.page("/settings?done=token-kept").await;
    assert!(html.contains("Forget it") && !html.contains(&token), "{html}");
    // The socket was opened before.
    let answer = socket.ask("How many devices do we have?").await;
    assert!(answer.contains(&some.to_string()) && !answer.contains(&all.to_string()), "{answer}");
    assert!(bob.socket().await.ask("How many devices do we have?").await.contains(&all.to_string()));
    alice.submit("/settings/netbox-token/forget", &[]).await;
    assert!(socket.ask("And how many devices do we have now?").await.contains(&all.to_string()));
}

#[tokio::test]
async fn only_a_known_proxy_says_where_a_session_is_from_and_that_it_is_over_tls() {
    let name = ACCOUNTS[0].name;
    for (proxy, over_tls, address) in [("127.0.0.1", true, "203.0.113.7"), ("10.0.0.5", false, "127.0.0.1")] {
        let trusted_proxies = vec![Network::parse(proxy).unwrap()];
        let people = PeopleConfig { trusted_proxies, ..with_netbox() };
        let stack = Stack::with_people(NetboxSource::Demo, people).await;
        let forwarded = |request: reqwest::RequestBuilder| {
            request.header("x-forwarded-proto", "https").header("x-forwarded-for", "203.0.113.7")
        };
        let request = http_client().post(format!("http://{}/sign-in", stack.address));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = forwarded(request.body(format!("username={name}&password={name}"))).send().await.unwrap();
        let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert_eq!((cookie.starts_with("__Host-"), cookie.contains("; Secure")), (over_tls, over_tls), "{cookie}");
        let request = http_client().get(format!("http://{}/settings", stack.address));
        let response = forwarded(request.header("cookie", cookie.split(';').next().unwrap())).send().await.unwrap();
        assert_eq!(response.status(), 200, "behind {proxy}");
        let html = response.text().await.unwrap();
        assert!(html.contains(address), "{address} is missing behind {proxy}: {html}");
    }
}

#[tokio::test]
async fn ending_all_other_sessions_does_not_fail_over_one_that_ended_meanwhile() {
    let stack = Stack::with_people(NetboxSource::Demo, with_netbox()).await;
    let name = ACCOUNTS[0].name;
    let mut browsers = Vec::new();
    for _ in 0..8 {
        browsers.push(with_password(&stack, name).await);
    }
    // Each ends all others while the others do the same.
    let pressed = browsers.iter().map(|browser| browser.submit("/settings/sessions/end-others", &[]));
    for response in futures::future::join_all(pressed).await {
        let to = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        let done = response.status() == 303 && to.as_deref() == Some("/settings?done=others-ended");
        assert!(done || response.status() == 401, "{} {to:?}", response.status());
    }
    let mut left = 0;
    for browser in &browsers {
        left += usize::from(browser.call("conversations", json!({})).await.0 == 200);
    }
    assert!(left <= 1, "{left} go on");
}
