//! Forms, queries, and what comes back from a provider.

use netbox_chatbox::server::config::{NetboxSource, PeopleConfig, SignInMode};
use netbox_chatbox::server::demo::netbox::ACCOUNTS;
use proptest::prelude::*;
use serde_json::json;

use super::{Cases, text};
use crate::oidc::hostile::Hostile;
use crate::shares::links;
use crate::stack::{Stack, http_client};

/// A form, as its fields, where `theirs` are right values: each field right, wrong, twice or left out, and others.
fn form(fields: &'static [&'static str], right: Vec<String>) -> impl Strategy<Value = String> {
    let field = (
        prop_oneof![8 => prop::sample::select(fields).prop_map(str::to_owned), 1 => text()],
        prop_oneof![2 => text(), 2 => prop::sample::select(right)],
    );
    prop::collection::vec(field, 0..6)
        .prop_map(|pairs| url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

const FIELDS: &[&str] =
    &["next", "username", "password", "token", "session", "share", "done", "since", "until", "person"];

#[tokio::test]
async fn forms_and_queries_of_any_kind_are_answered_and_never_a_server_error() {
    let people = PeopleConfig { mode: SignInMode::Netbox, ..PeopleConfig::nobody() };
    let stack = Stack::with_people(NetboxSource::Demo, people).await;
    let name = ACCOUNTS[0].name;
    let sign_in = async || {
        let stranger = stack.with_header("accept-language", "en");
        let answer = stranger.submit("/sign-in", &[("username", name), ("password", name)]).await;
        stack.with_cookie(answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap())
    };
    let person = sign_in().await;
    let mut socket = person.socket().await;
    socket.ask("Which sites do we have?").await;
    let path = format!("/c/{}", socket.conversation());
    assert_eq!(person.submit(&format!("{path}/share"), &[]).await.status(), 303);
    let page = person.page(&format!("{path}/share")).await.1;
    let right = vec![
        name.to_owned(),
        path.clone(),
        "2026-11-01".to_owned(),
        "token-kept".to_owned(),
        links(&page).pop().unwrap().1,
    ];
    let posts = [
        "/sign-in",
        "/sign-out",
        "/settings/netbox-token",
        "/settings/netbox-token/forget",
        "/settings/sessions/end",
        "/settings/sessions/end-others",
        &format!("{path}/share"),
        &format!("{path}/share/revoke"),
    ];
    let gets = ["/sign-in", "/settings", "/usage", "/audit.jsonl", &format!("{path}/share"), "/s/x", "/", &path];
    let mut cases = Cases::new("forms", 300);
    let mut person = person;
    for number in 0..cases.count {
        let (which, fields, bytes, kind) = cases.one(&(
            any::<prop::sample::Index>(),
            form(FIELDS, right.clone()),
            prop::collection::vec(any::<u8>(), 0..300),
            prop::sample::select(vec!["application/x-www-form-urlencoded", "application/json", "text/plain", ""]),
        ));
        let request = if number % 3 == 0 {
            let path = gets[which.index(gets.len())];
            // A line that is too long is no request.
            let query: String = fields.chars().take(30_000).collect();
            person.client.get(format!("http://{}{path}?{query}", stack.address)).header("accept", "text/html")
        } else {
            let path = posts[which.index(posts.len())];
            let body = if number % 5 == 0 { bytes } else { fields.clone().into_bytes() };
            let kind = if number % 7 == 0 { kind } else { "application/x-www-form-urlencoded" };
            person.client.post(format!("http://{}{path}", stack.address)).header("content-type", kind).body(body)
        };
        let signed_in = number % 4 > 0;
        let request = if signed_in { request.header(&person.header.0, &person.header.1) } else { request };
        let request = request.build().unwrap();
        let about = format!("{} {:.200} {fields:.400}", request.method(), request.url());
        let response = person.client.execute(request).await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        assert!(status < 500, "{about}: {status} {text}");
        assert!(!text.contains("panicked") && !text.contains("src/"), "{about}: {text}");
        // They may have signed out, or in again.
        if signed_in && person.call("conversations", json!({})).await.0 == 401 {
            person = sign_in().await;
        }
    }
    assert_eq!(person.page(&path).await.0, 200, "nothing of it was lost");
}

#[tokio::test]
async fn whatever_comes_back_from_a_provider_signs_nobody_in() {
    let provider = Hostile::start().await;
    let people = PeopleConfig { mode: SignInMode::Oidc(provider.client()), ..PeopleConfig::nobody() };
    let stack = Stack::with_people(NetboxSource::Demo, people).await;
    let client = http_client();
    let begin = async || {
        let begun = client.get(format!("http://{}/sign-in/oidc", stack.address)).send().await.unwrap();
        let to = url::Url::parse(begun.headers()["location"].to_str().unwrap()).unwrap();
        let state = to.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        (state, begun.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned())
    };
    let (other, _) = begin().await;
    let mut cases = Cases::new("answers of a provider", 150);
    for _ in 0..cases.count {
        let (state, cookie) = begin().await;
        let right = vec![state.clone(), state, other.clone(), provider.issuer.clone(), "access_denied".to_owned()];
        let (query, cut, bytes) = cases.one(&(
            form(&["code", "state", "error", "iss", "session_state"], right),
            any::<prop::sample::Index>(),
            prop::collection::vec(32_u8..127, 0..300),
        ));
        let query: String = query.chars().take(30_000).collect();
        // Now and then the cookie is cut, or something else.
        let kept = match cut.index(4) {
            0 => cookie[..cut.index(cookie.len())].to_owned(),
            1 => String::from_utf8(bytes).unwrap(),
            _ => cookie,
        };
        let url = format!("http://{}/sign-in/oidc/callback?{query}", stack.address);
        let response = client.get(url).header("cookie", kept).send().await.unwrap();
        let status = response.status().as_u16();
        // 502: what was taken for a code could not be redeemed.
        assert!(matches!(status, 400 | 403 | 502), "{query:.300}: {status}");
        let cookies = response.headers().get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok());
        assert!(cookies.into_iter().all(|cookie| cookie.contains("Max-Age=0")), "{query:.300}");
    }
}
