//! People are users of NetBox, and not the names that these have.

use std::sync::{Arc, Mutex};

use netbox_chatbox::server::person::Role;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::sign_in::{signed_in, with_netbox};
use crate::stack::{Stack, remote_netbox};

/// A NetBox that knows one user only, whom the test names.
async fn netbox_of_one() -> (String, Arc<Mutex<Value>>) {
    let user = Arc::new(Mutex::new(Value::Null));
    let told = Arc::clone(&user);
    let router = axum::Router::new().route(
        "/api/authentication-check/",
        axum::routing::get(move || {
            let user = told.lock().unwrap().clone();
            async { axum::Json(user) }
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, user)
}

#[tokio::test]
async fn whoever_gets_somebodys_name_in_netbox_gets_nothing_else_of_theirs() {
    let (url, user) = netbox_of_one().await;
    let stack = Stack::with_people(remote_netbox(&url, ""), with_netbox()).await;
    // She asked before users were told apart by more than their name.
    let before = stack.database().meet("netbox:anna", "Anna", Role::User, 1).await.unwrap();
    let sign_in = async |id: u32, name: &str, joined: &str| {
        *user.lock().unwrap() = json!({"id": id, "username": name, "date_joined": joined});
        signed_in(&stack, &[("token", "nbt_key.token")]).await.0
    };
    let anna = sign_in(5, "anna", "2024-01-01T00:00:00Z").await;
    assert_eq!(stack.database().person_of_subject("netbox:anna").await.unwrap().unwrap().id, before.id);
    let conversation = anna.socket().await.ask_as("one", "How many sites do we have?").await;
    for (id, name, joined, is_she, about) in [
        (5, "anna", "2024-01-01T00:00:00Z", true, "she comes back"),
        (5, "anna.smith", "2024-01-01T00:00:00Z", true, "she is called something else now"),
        (9, "anna", "2026-01-01T00:00:00Z", false, "somebody else has the name that she had"),
        (9, "anna.smith", "2026-01-01T00:00:00Z", false, "somebody else has the name that she has"),
        (5, "anna", "2026-05-05T00:00:00Z", false, "NetBox was set up anew and counts from the beginning"),
        (5, "anna.smith", "2024-01-01T00:00:00Z", true, "she comes back again"),
    ] {
        let browser = sign_in(id, name, joined).await;
        let (status, _) = browser.call("conversation", json!({"id": conversation})).await;
        assert_eq!(status, if is_she { 200 } else { 404 }, "{about}");
    }
}
