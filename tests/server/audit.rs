//! Who did what is noted, by whatever way it was done, and nobody but an admin reads it.

use std::process::Command;

use netbox_chatbox::server::config::{AuditConfig, LimitConfig, PeopleConfig, SignInMode, StorageConfig};
use serde_json::{Value, json};

use crate::program::database_url;
use crate::scratch::both;
use crate::stack::{Model, Stack, USER_HEADER, http_client};

fn noting(content: bool) -> LimitConfig {
    LimitConfig { audit: AuditConfig { content, retention_days: 365 }, ..LimitConfig::unlimited() }
}

async fn get(stack: &Stack, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = http_client().get(format!("http://{}{path}", stack.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

const ADMIN: [(&str, &str); 2] = [(USER_HEADER, "root"), ("x-forwarded-groups", "netops")];

/// The trail as an admin downloads it, once it holds an entry of this kind.
async fn trail(stack: &Stack, kind: &str, query: &str) -> Vec<Value> {
    loop {
        let (status, text) = get(stack, &format!("/audit.jsonl{query}"), &ADMIN).await;
        assert_eq!(status, 200, "{text}");
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        if lines.iter().any(|line| line["kind"] == kind) {
            return lines;
        }
        // Entries are written a moment after what they note.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_question_is_noted_with_what_was_asked_of_netbox_for_it() {
    for (content, scratch) in [(false, 0), (true, 1)] {
        let stack = Stack::limited(noting(content), StorageConfig::memory(), Model::default()).await;
        let person = format!("anna-{scratch}");
        let mut socket = stack.with_header(USER_HEADER, &person).socket().await;
        socket.ask("Which devices are in the site Bielefeld?").await;
        socket.ask("How many sites do we have?").await;
        let lines = trail(&stack, "tool_call", &format!("?person=proxy:{person}")).await;
        let question = lines.iter().find(|line| line["kind"] == "question").unwrap();
        assert_eq!(question["subject"], format!("proxy:{person}"));
        assert_eq!(question["conversation"], json!(socket.conversation()));
        assert_eq!(question["address"], "127.0.0.1");
        assert_eq!(question["detail"]["text"].as_str().is_some(), content, "{question}");
        let call = lines.iter().find(|line| line["kind"] == "tool_call" && !line["detail"]["requests"][0].is_null());
        let call = call.unwrap_or_else(|| panic!("no request is noted: {lines:#?}"));
        let request = &call["detail"]["requests"][0];
        assert!(request["path"].as_str().unwrap().starts_with("/api/"), "{call}");
        for field in ["method", "status", "bytes", "milliseconds"] {
            assert!(!request[field].is_null(), "{field}: {call}");
        }
        assert!(call["run"].is_string() && call["subject"].is_string(), "{call}");
        let text = format!("{lines:?}");
        assert_eq!(text.contains("Bielefeld"), content, "words only where they are wanted");
        assert!(!text.contains(netbox_chatbox::server::demo::netbox::DEMO_TOKEN), "no secret");
    }
}

#[tokio::test]
async fn signing_in_and_out_and_failing_to_is_noted_without_the_password() {
    let people = PeopleConfig { mode: SignInMode::Netbox, admins: vec!["admin".to_owned()], ..PeopleConfig::nobody() };
    let stack = Stack::with_limits(people, noting(true)).await;
    let sign_in = async |name: &str, password: &str| {
        let stranger = stack.with_header("x-forwarded-for", "203.0.113.7");
        stranger.submit("/sign-in", &[("username", name), ("password", password)]).await
    };
    assert_ne!(sign_in("admin", "surely-not-the-password").await.status(), 303);
    let account = &netbox_chatbox::server::demo::netbox::ACCOUNTS[0];
    let answer = sign_in(account.name, account.name).await;
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let person = stack.with_cookie(&cookie);
    assert_eq!(person.submit("/sign-out", &[]).await.status(), 303);
    let database = netbox_chatbox::server::store::Database::clone(stack.database());
    let audit = stack.audit();
    audit.flush().await;
    let rows = database.audit_page(&netbox_chatbox::server::audit::Filter::default(), "", 100).await.unwrap();
    let kinds: Vec<&str> = rows.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["sign_in_failed", "sign_in", "sign_out"], "{rows:?}");
    assert_eq!(rows[0].detail["name"], "admin");
    assert_eq!(rows[1].subject.as_deref(), Some(format!("netbox:{}", account.name).as_str()));
    assert_eq!(rows[1].person, rows[2].person);
    assert!(rows.iter().all(|row| row.address.as_deref() == Some("203.0.113.7") || row.kind == "sign_out"));
    let text = format!("{rows:?}");
    assert!(!text.contains("surely-not"), "{text}");
}

#[tokio::test]
async fn only_an_admin_reads_the_trail_and_that_is_noted_too() {
    let stack = Stack::limited(noting(false), StorageConfig::memory(), Model::default()).await;
    assert_eq!(get(&stack, "/audit.jsonl", &[]).await.0, 401);
    let (status, text) = get(&stack, "/audit.jsonl", &[(USER_HEADER, "anna")]).await;
    assert_eq!(status, 403);
    assert!(text.contains("Only admins"), "{text}");
    assert_eq!(get(&stack, "/audit.jsonl?since=yesterday", &ADMIN).await.0, 400);
    assert_eq!(get(&stack, "/audit.jsonl?person=%00", &ADMIN).await.0, 400);
    let lines = trail(&stack, "export", "").await;
    let exported = lines.iter().find(|line| line["kind"] == "export").unwrap();
    assert_eq!((&exported["subject"], &exported["detail"]["what"]), (&json!("proxy:root"), &json!("audit")));
}

#[tokio::test]
async fn an_admin_sees_what_everybody_used_and_not_what_they_asked() {
    let stack = Stack::limited(LimitConfig::unlimited(), StorageConfig::memory(), Model::default()).await;
    let anna = stack.with_header(USER_HEADER, "anna");
    anna.socket().await.ask("How many sites do we have?").await;
    let (status, page) = get(&stack, "/usage", &ADMIN).await;
    assert_eq!(status, 200);
    assert!(page.contains("Everybody this month") && page.contains(">anna<"), "{page}");
    assert!(!page.contains("How many sites"), "{page}");
    assert!(!page.contains(" style="), "the policy forbids style attributes");
    let (_, page) = anna.page("/usage").await;
    assert!(page.contains("1 answer,") && !page.contains("Everybody"), "{page}");
}

#[tokio::test]
async fn the_command_prints_what_the_server_noted() {
    for scratch in both().await {
        let stack = Stack::limited(noting(false), StorageConfig::at(scratch.location()), Model::default()).await;
        stack.with_header(USER_HEADER, "anna").socket().await.ask("How many sites do we have?").await;
        trail(&stack, "tool_call", "").await;
        let export = |arguments: &[&str]| {
            let command = Command::new(env!("CARGO_BIN_EXE_netbox-chatbox"))
                .args([&["audit", "export"], arguments].concat())
                .env_clear()
                .env("DATABASE_URL", database_url(&scratch.location()))
                .output()
                .unwrap();
            let errors = String::from_utf8_lossy(&command.stderr).into_owned();
            (command.status.success(), String::from_utf8(command.stdout).unwrap(), errors)
        };
        let (done, text, errors) = export(&["--person", "proxy:anna"]);
        assert!(done, "{errors}");
        let kinds: Vec<Value> =
            text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].clone()).collect();
        assert!(kinds.contains(&json!("question")) && kinds.contains(&json!("tool_call")), "{text}");
        assert_eq!(export(&["--since", "2999-01-01"]).1, "");
        assert_eq!(export(&["--until", "2001-01-01T00:00:00Z"]).1, "");
        let (done, _, errors) = export(&["--since", "yesterday"]);
        assert!(!done && errors.contains("hint: "), "{errors}");
    }
}
