//! The page of people: an admin sees who is here, never what they ask, and decides who may be.

use netbox_chatbox::server::config::{LimitConfig, PeopleConfig, SignInMode};
use netbox_chatbox::server::demo::netbox::ACCOUNTS;
use serde_json::json;

use crate::stack::{Browser, Stack};

async fn signed_in(stack: &Stack, name: &str) -> Result<Browser, u16> {
    let stranger = stack.with_header("accept-language", "en");
    let response = stranger.submit("/sign-in", &[("username", name), ("password", name)]).await;
    let cookie = response.headers().get("set-cookie").ok_or(response.status().as_u16())?;
    Ok(stack.with_cookie(cookie.to_str().unwrap().split(';').next().unwrap()))
}

#[tokio::test]
async fn an_admin_shuts_somebody_out_and_lets_them_in_again() {
    let people = PeopleConfig { mode: SignInMode::Netbox, ..PeopleConfig::nobody() };
    let stack = Stack::with_limits(people, LimitConfig::unlimited()).await;
    let (chief, other) = (ACCOUNTS[0].name, ACCOUNTS[1].name);
    assert!(ACCOUNTS[0].is_superuser && !ACCOUNTS[1].is_superuser);
    let (admin, user) = (signed_in(&stack, chief).await.unwrap(), signed_in(&stack, other).await.unwrap());
    let mut socket = user.socket().await;
    socket.ask("How many sites do we have? Secret-4711").await;
    let (status, page) = admin.page("/people").await;
    assert_eq!(status, 200, "{page}");
    for words in [format!("netbox:{other}"), "NetBox, ".to_owned(), "1 conversation, 1 session".to_owned()] {
        assert!(page.contains(&words), "{words} is missing: {page}");
    }
    assert!(!page.contains("4711"), "what somebody asked is on the page");
    assert!(!page.contains(" style="), "the policy forbids style attributes");
    let id = stack.database().person_of_subject(&format!("netbox:{other}")).await.unwrap().unwrap().id;
    let to = async |path: &str| {
        let response = admin.submit(path, &[("person", id.as_str())]).await;
        let place = response.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
        (response.status().as_u16(), place)
    };
    assert_eq!(to("/people/end-sessions").await, (303, Some("/people?done=sessions-ended".to_owned())));
    assert_eq!(socket.until("bye").await["code"], "reauth");
    let user = signed_in(&stack, other).await.unwrap();
    assert_eq!(to("/people/disable").await, (303, Some("/people?done=disabled".to_owned())));
    assert_eq!(user.call("conversations", json!({})).await.0, 401);
    assert_eq!(signed_in(&stack, other).await.err(), Some(403));
    assert!(admin.page("/people?done=disabled").await.1.contains("Disabled since"));
    assert_eq!(to("/people/disable").await.0, 400, "they are so already");
    assert_eq!(to("/people/enable").await, (303, Some("/people?done=enabled".to_owned())));
    let user = signed_in(&stack, other).await.unwrap();
    assert_eq!(user.call("conversations", json!({})).await.1.as_array().unwrap().len(), 1, "nothing was deleted");
    // Nobody shuts themselves out, and who is not there is told so.
    let own = stack.database().person_of_subject(&format!("netbox:{chief}")).await.unwrap().unwrap().id;
    for (person, expected) in [(own.as_str(), 400), ("nobody", 404)] {
        assert_eq!(admin.submit("/people/disable", &[("person", person)]).await.status().as_u16(), expected);
    }
    assert_eq!(admin.page("/people").await.0, 200);
}
