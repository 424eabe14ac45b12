//! What an operator does with people, by the command, while servers run over the same database.

use std::process::Command;

use netbox_chatbox::server::audit::Filter;
use netbox_chatbox::server::config::{
    AnswerConfig, LimitConfig, ModelSource, NetboxSource, PeopleConfig, SignInMode, StorageConfig,
};
use netbox_chatbox::server::demo::netbox::ACCOUNTS;
use netbox_chatbox::server::store::{Database, Location};
use serde_json::{Value, json};

use crate::program::database_url;
use crate::scratch::both;
use crate::sign_in::{made_for, setting};
use crate::stack::{Browser, Model, Stack, USER_HEADER, remote_netbox};

/// Runs `people` as the operator of this server: whether it worked, what it printed, what it said.
pub fn people(database: &Location, settings: &[(&str, &str)], arguments: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_netbox-chatbox"))
        .args([&["people"], arguments].concat())
        .env_clear()
        .envs([("DATABASE_URL", database_url(database).as_str()), ("SECRET_KEY", KEY)])
        .envs(settings.iter().copied())
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// 32 bytes in base64.
const KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const PROXY: [(&str, &str); 2] = [("AUTH_MODE", "proxy"), ("TRUSTED_PROXIES", "127.0.0.1")];
const NETBOX: [(&str, &str); 1] = [("AUTH_MODE", "netbox")];

fn worked(outcome: (bool, String, String)) -> String {
    let (worked, printed, said) = outcome;
    assert!(worked, "{said}");
    format!("{printed}{said}")
}

/// A link to the conversation, as its owner makes it.
async fn link(owner: &Browser, conversation: &str) -> String {
    owner.submit(&format!("/c/{conversation}/share"), &[]).await;
    let (_, page) = owner.page(&format!("/c/{conversation}/share")).await;
    let path = page.split("/s/").nth(1).unwrap_or_else(|| panic!("no link: {page}")).split('"').next().unwrap();
    format!("/s/{path}")
}

async fn kinds_of(database: &Database, person: &str) -> Vec<String> {
    let filter = Filter { person: Some(person.to_owned()), ..Filter::default() };
    database.audit_page(&filter, "", 1000).await.unwrap().into_iter().map(|row| row.kind).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_disabled_is_out_at_once_and_back_with_everything_when_enabled() {
    for scratch in both().await {
        let kind = Model { natural: true, faults: true, ..Model::default() };
        let stack = Stack::limited(LimitConfig::unlimited(), StorageConfig::at(scratch.location()), kind).await;
        let (anna, bert) = (stack.with_header(USER_HEADER, "anna"), stack.with_header(USER_HEADER, "bert"));
        let mut socket = anna.socket().await;
        socket.ask("How many sites do we have?").await;
        let conversation = socket.conversation();
        let link = link(&anna, conversation.as_str()).await;
        assert_eq!(bert.page(&link).await.0, 200);
        // Something that is being written, and something that waits behind it.
        socket.send(json!({"type": "send", "text": "Tell me everything about all sites [[slow]]"})).await;
        socket.until("run_start").await;
        socket.send(json!({"type": "send", "text": "How many racks do we have?"})).await;
        socket.until("queued").await;
        let said = worked(people(&scratch.location(), &PROXY, &["disable", "proxy:anna"]));
        assert!(said.contains("proxy:anna is disabled"), "{said}");
        let (status, answer) = anna.call("conversations", json!({})).await;
        assert_eq!((status, answer["code"].as_str()), (403, Some("forbidden")), "{answer}");
        assert!(answer["message"].as_str().unwrap().contains("disabled") && answer["hint"].is_string(), "{answer}");
        let (status, page) = anna.page("/").await;
        assert!(status == 403 && page.contains("An administrator has disabled your access"), "{page}");
        socket.send(json!({"type": "send", "text": "May I?"})).await;
        loop {
            let frame = socket.next().await;
            if frame["type"] == "error" {
                assert_eq!(frame["problem"]["code"], "sign_in", "{frame}");
                break;
            }
        }
        assert_eq!(socket.until("bye").await["code"], "reauth");
        assert_eq!(bert.page(&link).await.0, 404);
        // Nothing is written for them any more.
        let database = stack.database();
        while database.unfinished_run(&conversation).await.unwrap().is_some()
            || !database.waiting().await.unwrap().is_empty()
        {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let listed = worked(people(&scratch.location(), &[], &["list", "--json"]));
        let listed: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |subject: &str| listed.iter().find(|person| person["subject"] == subject).unwrap();
        assert!(of("proxy:anna")["disabled_at"].is_i64() && of("proxy:bert")["disabled_at"].is_null(), "{listed:?}");
        assert_eq!(of("proxy:anna")["conversations"], 1);
        let table = worked(people(&scratch.location(), &[], &["list"]));
        assert!(table.lines().any(|line| line.starts_with("proxy:anna") && line.contains("disabled")), "{table}");
        let (again, _, said) = people(&scratch.location(), &PROXY, &["disable", "proxy:anna"]);
        assert!(!again && said.contains("disabled already"), "{said}");

        worked(people(&scratch.location(), &[], &["enable", "proxy:anna"]));
        assert_eq!(anna.call("conversation", json!({"id": conversation})).await.0, 200);
        assert_eq!(bert.page(&link).await.0, 200);
        let shown = worked(people(&scratch.location(), &[], &["show", of("proxy:anna")["id"].as_str().unwrap()]));
        assert!(shown.contains("active") && shown.contains("proxy:anna"), "{shown}");
        stack.audit().flush().await;
        let kinds = kinds_of(database, "proxy:anna").await;
        assert!(kinds.contains(&"sign_in".to_owned()) && kinds.contains(&"sign_in_failed".to_owned()), "{kinds:?}");
        database.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_removed_leaves_numbers_and_the_trail_and_nothing_else() {
    for scratch in both().await {
        let kind = Model { natural: true, faults: true, ..Model::default() };
        let stack = Stack::limited(LimitConfig::unlimited(), StorageConfig::at(scratch.location()), kind).await;
        let (anna, bert) = (stack.with_header(USER_HEADER, "anna"), stack.with_header(USER_HEADER, "bert"));
        let (mut annas, mut berts) = (anna.socket().await, bert.socket().await);
        annas.ask("How many sites do we have?").await;
        berts.ask("How many racks do we have?").await;
        let conversation = annas.conversation();
        let link = link(&anna, conversation.as_str()).await;
        annas.send(json!({"type": "send", "text": "How many devices do we have?"})).await;
        annas.until("run_start").await;
        let (removed, _, said) = people(&scratch.location(), &PROXY, &["remove", "proxy:anna"]);
        assert!(!removed && said.contains("--yes") && said.contains("1 conversation"), "{said}");
        let said = worked(people(&scratch.location(), &PROXY, &["remove", "proxy:anna", "--yes"]));
        assert!(said.contains("1 conversation") && said.contains("audit trail"), "{said}");
        assert_eq!(annas.until("bye").await["code"], "reauth");
        let database = stack.database();
        assert!(!database.has_conversation(&conversation).await.unwrap());
        assert!(database.person_of_subject("proxy:anna").await.unwrap().is_none());
        assert_eq!(bert.page(&link).await.0, 404);
        assert_eq!(bert.call("conversation", json!({"id": berts.conversation()})).await.0, 200);
        stack.audit().flush().await;
        assert!(kinds_of(database, "proxy:anna").await.contains(&"question".to_owned()));
        // They come again as somebody new.
        assert_eq!(anna.call("conversations", json!({})).await, (200, json!([])));
        assert_eq!(anna.call("conversation", json!({"id": conversation})).await.0, 404);
        let (found, _, said) = people(&scratch.location(), &[], &["show", "proxy:nobody"]);
        assert!(!found && said.contains("hint: "), "{said}");
        database.close().await;
    }
}

/// A server whose people sign in with NetBox.
async fn with_netbox(netbox: NetboxSource, database: Location) -> Stack {
    let people = PeopleConfig { mode: SignInMode::Netbox, ..PeopleConfig::nobody() };
    let (answers, drain) = (AnswerConfig::default(), std::time::Duration::from_millis(300));
    let (limits, storage) = (LimitConfig::unlimited(), StorageConfig::at(database));
    Stack::start_limited(people, netbox, ModelSource::StandIn, answers, drain, limits, storage).await
}

async fn sign_in(stack: &Stack, name: &str) -> Result<Browser, (u16, String)> {
    let stranger = stack.with_header("accept-language", "en");
    let response = stranger.submit("/sign-in", &[("username", name), ("password", name)]).await;
    match response.headers().get("set-cookie") {
        Some(cookie) => Ok(stack.with_cookie(cookie.to_str().unwrap().split(';').next().unwrap())),
        None => Err((response.status().as_u16(), response.text().await.unwrap())),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_and_the_door_stays_shut() {
    for scratch in both().await {
        let stack = with_netbox(NetboxSource::Demo, scratch.location()).await;
        let name = ACCOUNTS[1].name;
        let subject = format!("netbox:{name}");
        let browser = sign_in(&stack, name).await.unwrap();
        let mut socket = browser.socket().await;
        let said = worked(people(&scratch.location(), &NETBOX, &["sign-out", &subject]));
        assert!(said.contains("1 session ended"), "{said}");
        assert_eq!(browser.call("conversations", json!({})).await.0, 401);
        assert_eq!(socket.until("bye").await["code"], "reauth");
        let browser = sign_in(&stack, name).await.unwrap();
        assert_eq!(browser.call("conversations", json!({})).await.0, 200);
        worked(people(&scratch.location(), &NETBOX, &["disable", &subject]));
        assert_eq!(browser.call("conversations", json!({})).await.0, 401);
        let (status, page) = sign_in(&stack, name).await.err().unwrap();
        assert!(status == 403 && page.contains("An administrator has disabled your access"), "{page}");
        worked(people(&scratch.location(), &[], &["enable", &subject]));
        assert!(sign_in(&stack, name).await.is_ok());
        stack.database().close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_were_made_in_netbox_go_with_the_person() {
    let scratch = both().await.remove(0);
    let url = format!("{}/", setting("TEST_NETBOX_URL"));
    let service = setting("TEST_NETBOX_TOKEN");
    // The server has no token that may delete; the command is given one.
    let stack = with_netbox(remote_netbox(&url, ""), scratch.location()).await;
    let before = made_for("nobody").await;
    let browser = sign_in(&stack, "nobody").await.unwrap();
    let made: Vec<i64> = made_for("nobody").await.difference(&before).copied().collect();
    assert!(!made.is_empty());
    let settings = [("AUTH_MODE", "netbox"), ("NETBOX_URL", url.as_str()), ("NETBOX_TOKEN", service.as_str())];
    let said = worked(people(&scratch.location(), &settings, &["remove", "netbox:nobody", "--yes"]));
    assert!(!said.contains("could not be deleted"), "{said}");
    assert_eq!(browser.call("conversations", json!({})).await.0, 401);
    // Other tests sign in as the same user meanwhile: at least one of these was ours.
    let now = made_for("nobody").await;
    assert!(made.iter().any(|id| !now.contains(id)), "{made:?} {now:?}");
}

#[tokio::test]
async fn without_sign_in_nobody_is_shut_out() {
    for scratch in both().await {
        let database = scratch.open().await;
        database.meet("local", "Local", netbox_chatbox::server::person::Role::Admin, 1).await.unwrap();
        for arguments in [&["disable", "local"][..], &["remove", "local", "--yes"]] {
            let (done, _, said) = people(&scratch.location(), &[], arguments);
            assert!(!done && said.contains("everybody is this one person") && said.contains("hint: "), "{said}");
        }
        assert!(database.person_of_subject("local").await.unwrap().unwrap().disabled_at.is_none());
        database.close().await;
    }
    let nowhere = Location::File("/nonexistent/chat.db".into());
    let (found, _, said) = people(&nowhere, &[], &["list"]);
    assert!(!found && said.contains("There is no database"), "{said}");
}
