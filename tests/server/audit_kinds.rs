//! Every kind of entry that the trail knows is noted by something that people, admins or operators do.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use http::Method;
use netbox_chatbox::server::audit::{Filter, Kind};
use netbox_chatbox::server::config::{AnswerConfig, LimitConfig, ModelSource, PeopleConfig, SignInMode, StorageConfig};
use netbox_chatbox::server::person::Role;
use netbox_chatbox::server::store::{AuditRow, Database, Location};
use serde_json::{Value, json};

use crate::changes::one_is_approved;
use crate::program::database_url;
use crate::scratch::both;
use crate::sign_in::{rest, setting};
use crate::stack::{Browser, Stack, remote_netbox};

/// Who asks here: a user of the real NetBox.
const USER: &str = "reader";

async fn sign_in(stack: &Stack, password: &str) -> Option<Browser> {
    let stranger = stack.with_header("accept-language", "en");
    let response = stranger.submit("/sign-in", &[("username", USER), ("password", password)]).await;
    let cookie = response.headers().get("set-cookie")?;
    Some(stack.with_cookie(cookie.to_str().unwrap().split(';').next().unwrap()))
}

fn command(database: &Location, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_netbox-chatbox"))
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", database_url(database))
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

async fn rows(database: &Database) -> Vec<AuditRow> {
    database.audit_page(&Filter::default(), "", 10_000).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_has_somebody_who_makes_it() {
    for scratch in both().await {
        let people = PeopleConfig { mode: SignInMode::Netbox, admins: vec![USER.to_owned()], ..PeopleConfig::nobody() };
        let netbox = remote_netbox(&format!("{}/", setting("TEST_NETBOX_URL")), &setting("TEST_NETBOX_TOKEN"));
        let (answers, drain) = (AnswerConfig::default(), Duration::from_millis(300));
        let (limits, storage) = (LimitConfig::unlimited(), StorageConfig::at(scratch.location()));
        let stack = Stack::start_limited(people, netbox, ModelSource::StandIn, answers, drain, limits, storage).await;
        let database = stack.database();
        assert!(sign_in(&stack, "surely-not").await.is_none());
        let browser = sign_in(&stack, USER).await.unwrap();
        let other = sign_in(&stack, USER).await.unwrap();

        let mut socket = browser.socket().await;
        socket.ask("Which sites do we have?").await;
        let id = socket.conversation();
        let call = async |function: &str, arguments: Value| {
            let (status, answer) = browser.call(function, arguments).await;
            assert_eq!(status, 200, "{function}: {answer}");
            answer
        };
        // A page waits for NetBox a moment only; what was asked of it is noted all the same.
        while call("starting_questions", json!({})).await == json!([]) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        call("result_page", json!({"conversation": id, "handle": "r1", "query": {"offset": 0, "limit": 1000}})).await;
        call("rename_conversation", json!({"id": id, "title": "Sites of Bielefeld"})).await;
        let share = format!("/c/{id}/share");
        assert_eq!(browser.submit(&share, &[]).await.status(), 303);
        let (_, page) = browser.page(&share).await;
        let part = |mark: &str| page.split(mark).nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(other.page(&format!("/s/{}", part("/s/"))).await.0, 200);
        let revoked = browser.submit(&format!("{share}/revoke"), &[("share", &part("name=\"share\" value=\""))]).await;
        assert_eq!(revoked.status(), 303);
        call("delete_conversation", json!({"id": id})).await;
        assert_eq!(browser.submit("/settings/netbox-token/forget", &[]).await.status(), 303);
        assert_eq!(browser.submit("/settings/sessions/end-others", &[]).await.status(), 303);
        for page in ["/usage", "/audit.jsonl"] {
            assert_eq!(browser.page(page).await.0, 200, "{page}");
        }
        // As if they had been a superuser in NetBox until now.
        let person = database.person_of_subject(&format!("netbox:{USER}")).await.unwrap().unwrap();
        database.set_role(&person.id, Role::Admin).await.unwrap();
        let last = sign_in(&stack, USER).await.unwrap();
        assert_eq!(browser.submit("/sign-out", &[]).await.status(), 303);
        // The token of the session that is left is deleted in NetBox, and NetBox is asked about it.
        let session = database.sessions_of(&person.id, 0, 0).await.unwrap().remove(0);
        let token = format!("users/tokens/{}/", session.netbox_token_id.unwrap());
        rest(Method::DELETE, &token, &setting("TEST_NETBOX_TOKEN"), Value::Null).await;
        let before = session.checked_at - 15 * 60 * 1000;
        assert!(database.claim_check(&session.id, session.checked_at, before).await.unwrap());
        while last.call("conversations", json!({})).await.0 != 401 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        stack.audit().flush().await;
        one_is_approved(StorageConfig::at(scratch.location())).await;

        let file = std::env::temp_dir().join(format!("kinds-{}.jsonl", uuid::Uuid::new_v4().simple()));
        let name = file.to_str().unwrap();
        for arguments in [&["backup", name][..], &["audit", "export", "--since", "2999-01-01"], &["reindex"]] {
            command(&scratch.location(), arguments);
        }
        let noted = rows(database).await;
        let into = both().await.remove(0);
        command(&into.location(), &["restore", name]);
        let _ = std::fs::remove_file(&file);
        let restored = into.open().await;
        let kinds: BTreeSet<String> = noted.iter().chain(&rows(&restored).await).map(|row| row.kind.clone()).collect();
        let all: BTreeSet<String> = Kind::ALL.iter().map(|kind| kind.name().to_owned()).collect();
        assert_eq!(kinds, all);
        restored.close().await;

        let of = |kind: &str| noted.iter().filter(|row| row.kind == kind).collect::<Vec<_>>();
        let (decided, changed) = (of("decision"), of("change"));
        assert_eq!(decided[0].detail["decision"], "approve");
        assert_eq!(decided[0].detail["approval"], changed[0].detail["approval"]);
        assert_eq!(changed[0].detail["method"], "PATCH");
        for kind in ["tool_call", "starting_questions"] {
            let asked = of(kind);
            let request = &asked[0].detail["requests"][0];
            assert!(request["path"].as_str().is_some_and(|path| path.starts_with("/api/")), "{asked:?}");
        }
        let read = of("result_read");
        assert!(read[0].detail["requests"].is_array() && read[0].detail["result"] == "r1", "{read:?}");
        let by_command = |act: &str| of("admin").iter().any(|row| row.detail["act"] == act && row.person.is_none());
        assert!(by_command("search indexed anew"), "{:?}", of("admin"));
        assert!(of("export").iter().any(|row| row.person.is_none()), "the command's export is noted too");
        let deeds = noted.iter().filter(|row| row.kind.starts_with("conversation_") || row.kind.starts_with("share"));
        for row in deeds {
            assert_eq!(row.subject.as_deref(), Some(format!("netbox:{USER}").as_str()), "{row:?}");
            assert_eq!((row.address.as_deref(), row.conversation.as_deref()), (Some("127.0.0.1"), Some(id.as_str())));
        }
        assert!(!format!("{noted:?}").contains("Bielefeld"), "words are not noted");
        database.close().await;
    }
}
