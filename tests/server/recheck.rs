//! What somebody may is asked of NetBox again while their session is in use: with a real one, whose users change.

use std::time::Duration;

use http::Method;
use netbox_chatbox::server::audit::Filter;
use netbox_chatbox::server::config::{AnswerConfig, LimitConfig, ModelSource, PeopleConfig, SignInMode, StorageConfig};
use netbox_chatbox::server::person::Role;
use serde_json::{Value, json};

use crate::scratch::both;
use crate::sign_in::{rest, setting};
use crate::stack::{Browser, Stack, remote_netbox};

/// A user of the real NetBox that goes with the test.
struct User {
    id: i64,
    name: String,
}

impl User {
    async fn make() -> Self {
        let name = format!("passing-{}", uuid::Uuid::new_v4().simple());
        let body = json!({"username": name, "password": PASSWORD});
        let made = rest(Method::POST, "users/users/", &setting("TEST_NETBOX_TOKEN"), body).await;
        Self { id: made["id"].as_i64().unwrap_or_else(|| panic!("no user was made: {made}")), name }
    }

    async fn change(&self, change: Value) {
        let path = format!("users/users/{}/", self.id);
        let changed = rest(Method::PATCH, &path, &setting("TEST_NETBOX_TOKEN"), change).await;
        assert_eq!(changed["id"], self.id, "{changed}");
    }

    async fn delete(self) {
        let path = format!("users/users/{}/", self.id);
        rest(Method::DELETE, &path, &setting("TEST_NETBOX_TOKEN"), Value::Null).await;
    }
}

const PASSWORD: &str = "Long-Enough-4711-and-more";

async fn signed_in(stack: &Stack, user: &User) -> Browser {
    let stranger = stack.with_header("accept-language", "en");
    let response = stranger.submit("/sign-in", &[("username", &user.name), ("password", PASSWORD)]).await;
    let cookie = response.headers().get("set-cookie").map(|cookie| cookie.to_str().unwrap().to_owned());
    let Some(cookie) = cookie else { panic!("{}", response.text().await.unwrap()) };
    stack.with_cookie(cookie.split(';').next().unwrap())
}

/// Makes it as late as it is when NetBox is to be asked again.
async fn a_quarter_of_an_hour_later(stack: &Stack, name: &str) {
    let database = stack.database();
    let person = database.person_of_subject(&format!("netbox:{name}")).await.unwrap().unwrap();
    for session in database.sessions_of(&person.id, 0, 0).await.unwrap() {
        let before = session.checked_at - 15 * 60 * 1000;
        assert!(database.claim_check(&session.id, session.checked_at, before).await.unwrap());
    }
}

async fn admin_places(browser: &Browser) -> [u16; 3] {
    let (_, usage) = browser.page("/usage").await;
    let everybody = if usage.contains("Everybody this month") { 200 } else { 403 };
    [everybody, browser.page("/audit.jsonl").await.0, browser.page("/people").await.0]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_superuser_no_more_is_an_admin_no_more_and_whoever_is_switched_off_is_signed_out() {
    for scratch in both().await {
        let people = PeopleConfig { mode: SignInMode::Netbox, ..PeopleConfig::nobody() };
        let netbox = remote_netbox(&format!("{}/", setting("TEST_NETBOX_URL")), "");
        let (answers, drain) = (AnswerConfig::default(), Duration::from_millis(300));
        let (limits, storage) = (LimitConfig::unlimited(), StorageConfig::at(scratch.location()));
        let stack = Stack::start_limited(people, netbox, ModelSource::StandIn, answers, drain, limits, storage).await;
        let user = User::make().await;
        let browser = signed_in(&stack, &user).await;
        assert_eq!(admin_places(&browser).await, [403, 403, 403]);
        // NetBox's API makes nobody a superuser: as if they had been one when they signed in.
        let person = stack.database().person_of_subject(&format!("netbox:{}", user.name)).await.unwrap().unwrap();
        stack.database().set_role(&person.id, Role::Admin).await.unwrap();
        assert_eq!(admin_places(&browser).await, [200, 200, 200], "NetBox is asked every quarter of an hour");
        a_quarter_of_an_hour_later(&stack, &user.name).await;
        // The very first request after it is answered by what NetBox says now, or the next ones where that takes long.
        while admin_places(&browser).await != [403, 403, 403] {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert_eq!(browser.call("conversations", json!({})).await.0, 200, "the session goes on");
        // Who is one stays one.
        let token = setting("TEST_NETBOX_TOKEN");
        let response = stack.with_header("accept-language", "en").submit("/sign-in", &[("token", &token)]).await;
        let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let admin = stack.with_cookie(&cookie);
        a_quarter_of_an_hour_later(&stack, "admin").await;
        for _ in 0..3 {
            assert_eq!(admin_places(&admin).await, [200, 200, 200]);
        }

        let mut socket = browser.socket().await;
        user.change(json!({"is_active": false})).await;
        a_quarter_of_an_hour_later(&stack, &user.name).await;
        // A socket alone is use too.
        socket.send(json!({"type": "reset"})).await;
        assert_eq!(socket.until("bye").await["code"], "reauth");
        assert_eq!(browser.call("conversations", json!({})).await.0, 401);
        user.delete().await;
        stack.audit().flush().await;
        let rows = stack.database().audit_page(&Filter::default(), "", 1000).await.unwrap();
        let of = |kind: &str| rows.iter().filter(|row| row.kind == kind).collect::<Vec<_>>();
        let roles: Vec<_> = of("role_changed").iter().map(|row| row.detail["now"].clone()).collect();
        assert_eq!(roles, [json!("user")]);
        let ended = of("session_ended");
        assert!(ended.len() == 1 && ended[0].detail["reason"].as_str().unwrap().len() > 10, "{ended:?}");
        stack.database().close().await;
    }
}
