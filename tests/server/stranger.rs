//! Every way in, tried by nobody and by somebody else. A new server function, command or path fails here until it is
//! listed with what it must answer.

mod commands;

use std::collections::BTreeSet;
use std::path::Path;

use http::Method;
use netbox_chatbox::server::config::{NetboxSource, OidcConfig, PeopleConfig, SignInMode};
use netbox_chatbox::wire::id::ConversationId;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

use self::commands::{Told, commands, told};
use crate::shares::{links, press};
use crate::stack::{Browser, Stack, USER_HEADER, http_client};

/// What a server function does for somebody else.
enum Function {
    /// With these arguments it knows only of what is the caller's own.
    Own(Value),
    /// With these arguments it finds what the caller has, and nothing for another.
    Finds(Value),
    /// With these arguments it names what is another's: to be answered with 404.
    Names(Value),
}

/// Every server function. `id` is another person's conversation.
fn functions(id: &ConversationId) -> Vec<(&'static str, Function)> {
    let query = json!({"offset": 0, "limit": 10, "ordering": "", "search": ""});
    vec![
        ("conversations", Function::Own(json!({}))),
        ("starting_questions", Function::Own(json!({}))),
        ("conversation", Function::Names(json!({"id": id}))),
        ("rename_conversation", Function::Names(json!({"id": id, "title": "mine now"}))),
        ("delete_conversation", Function::Names(json!({"id": id}))),
        ("search_conversations", Function::Finds(json!({"query": "4711"}))),
        ("result_page", Function::Names(json!({"conversation": id, "handle": "r1", "query": query}))),
    ]
}

/// A request of another person: the method, the form, and what it gives with NetBox's sign-in and with a proxy's.
type Request = (Method, &'static [(&'static str, &'static str)], [u16; 2]);

/// Every path of the server.
struct Way {
    path: &'static str,
    /// What a stranger gets for a GET where the path is open: with NetBox's sign-in, a proxy's, OpenID Connect.
    open: Option<[u16; 3]>,
    /// What another person gets there. `{conversation}`, `{share}` and `{session}` are somebody else's.
    other: &'static [Request],
}

const fn closed(path: &'static str, other: &'static [Request]) -> Way {
    Way { path, open: None, other }
}

const fn open(path: &'static str, open: [u16; 3], other: &'static [Request]) -> Way {
    Way { path, open: Some(open), other }
}

const NO_FORM: &[(&str, &str)] = &[];
const SHARE: &[(&str, &str)] = &[("share", "{share}")];
const SESSION: &[(&str, &str)] = &[("session", "{session}")];
const PERSON: &[(&str, &str)] = &[("person", "somebody")];
const TOKEN: &[(&str, &str)] = &[("token", "nbt_unknown.token")];

/// Signing out comes last: what is asked after it is asked by a stranger.
const WAYS: &[Way] = &[
    closed("/", &[(Method::GET, NO_FORM, [200, 200])]),
    closed("/c/{conversation}", &[(Method::GET, NO_FORM, [404, 404]), (Method::POST, NO_FORM, [405, 405])]),
    // Functions and commands have tests of their own, below.
    closed("/api/{*function}", &[]),
    closed("/ws/chat", &[(Method::GET, NO_FORM, [400, 400])]),
    // A stream has no end; that it is one's own, tests/server/events.rs says.
    closed("/events/chat", &[(Method::POST, NO_FORM, [405, 405])]),
    closed("/events/chat/{connection}", &[(Method::POST, NO_FORM, [404, 404])]),
    open("/health", [200, 200, 200], &[(Method::GET, NO_FORM, [200, 200])]),
    open("/ready", [200, 200, 200], &[(Method::GET, NO_FORM, [200, 200])]),
    // Behind a proxy there is nothing to do there.
    open("/sign-in", [200, 401, 200], &[(Method::GET, NO_FORM, [200, 303])]),
    // The provider of this test is away.
    open("/sign-in/oidc", [303, 303, 502], &[(Method::GET, NO_FORM, [303, 303])]),
    open("/sign-in/oidc/callback", [303, 303, 400], &[(Method::GET, NO_FORM, [303, 303])]),
    open("/sign-out/done", [303, 303, 200], &[(Method::GET, NO_FORM, [303, 303])]),
    closed("/c/{conversation}/share", &[(Method::GET, NO_FORM, [404, 404]), (Method::POST, NO_FORM, [404, 404])]),
    closed("/c/{conversation}/share/revoke", &[(Method::POST, SHARE, [404, 404])]),
    closed("/s/{secret}", &[(Method::GET, NO_FORM, [404, 404])]),
    closed("/settings", &[(Method::GET, NO_FORM, [200, 200])]),
    closed("/settings/netbox-token", &[(Method::POST, TOKEN, [401, 401])]),
    closed("/settings/netbox-token/forget", &[(Method::POST, NO_FORM, [303, 303])]),
    closed("/settings/sessions/end", &[(Method::POST, SESSION, [404, 404])]),
    closed("/settings/sessions/end-others", &[(Method::POST, NO_FORM, [303, 303])]),
    closed("/usage", &[(Method::GET, NO_FORM, [200, 200])]),
    closed("/audit.jsonl", &[(Method::GET, NO_FORM, [403, 403])]),
    closed("/people", &[(Method::GET, NO_FORM, [403, 403])]),
    closed("/people/disable", &[(Method::POST, PERSON, [403, 403])]),
    closed("/people/enable", &[(Method::POST, PERSON, [403, 403])]),
    closed("/people/end-sessions", &[(Method::POST, PERSON, [403, 403])]),
    closed("/sign-out", &[(Method::POST, NO_FORM, [303, 303])]),
];

/// Those of them that are for admins alone, each with a form that names somebody.
const FOR_ADMINS: [(Method, &str); 5] = [
    (Method::GET, "/audit.jsonl"),
    (Method::GET, "/people"),
    (Method::POST, "/people/disable"),
    (Method::POST, "/people/enable"),
    (Method::POST, "/people/end-sessions"),
];

/// The routes that stand in the source.
fn routes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("demo") && !path.ends_with("tests") {
                routes(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for part in text.split(".route(").skip(1) {
                let part = part.trim_start();
                if let Some(route) = part.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                    found.insert(route.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_path_and_every_function_is_listed_here() {
    let mut found = BTreeSet::new();
    routes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server"), &mut found);
    let listed: BTreeSet<String> = WAYS.iter().map(|way| way.path.to_owned()).collect();
    assert_eq!(found, listed);
    let registered: BTreeSet<String> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.trim_start_matches("/api/").to_owned())
        .collect();
    let listed: BTreeSet<String> =
        functions(&ConversationId::from("x")).into_iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(registered, listed);
}

/// Servers with each way of signing in, in the order of [`Way`]'s statuses.
async fn each_way_of_signing_in() -> [(&'static str, Stack); 3] {
    let people = |mode| PeopleConfig { mode, ..PeopleConfig::nobody() };
    let away = OidcConfig::new("http://127.0.0.1:9", "chatbox");
    [
        ("netbox", Stack::with_people(NetboxSource::Demo, people(SignInMode::Netbox)).await),
        ("proxy", Stack::demo().await),
        ("oidc", Stack::with_people(NetboxSource::Demo, people(SignInMode::Oidc(away))).await),
    ]
}

#[tokio::test]
async fn a_stranger_gets_nothing_anywhere() {
    for (position, (people, stack)) in each_way_of_signing_in().await.into_iter().enumerate() {
        // With OpenID Connect nobody can sign in here, so nothing is there.
        let there = match people {
            "oidc" => None,
            _ => Some(somebodys(signed_in(&stack, people, ALICE).await).await),
        };
        let id = there.as_ref().map_or("0000000000000000", |there| there.conversation.as_str());
        let secret = there.as_ref().map_or("none", |there| there.link.trim_start_matches("/s/"));
        for way in WAYS {
            let paths: Vec<String> = match way.path {
                "/api/{*function}" => {
                    functions(&ConversationId::from(id)).iter().map(|(name, _)| format!("/api/{name}")).collect()
                }
                path => vec![path.replace("{conversation}", id).replace("{secret}", secret)],
            };
            for path in paths {
                for (method, accept) in [
                    (Method::GET, "*/*"),
                    (Method::GET, "text/html"),
                    (Method::POST, "*/*"),
                    (Method::POST, "text/html"),
                ] {
                    let url = format!("http://{}{path}", stack.address);
                    let request = http_client().request(method.clone(), url).header("accept", accept);
                    let response = request.header("content-type", "application/json").body("{}").send().await.unwrap();
                    let status = response.status().as_u16();
                    let headers = response.headers().clone();
                    let to = headers.get("location").map(|to| to.to_str().unwrap().to_owned());
                    let text = response.text().await.unwrap();
                    let about = format!("{people}: {method} {path} ({accept}) gave {status} {to:?} {text}");
                    // Nobody becomes somebody, and nothing is told of anybody or of what is behind.
                    assert!(!headers.contains_key("set-cookie"), "{about}");
                    let netbox = stack.netbox.trim_start_matches("http://").trim_end_matches('/');
                    assert!(!text.contains("4711") && !text.contains(netbox), "{about}");
                    let to_sign_in =
                        to.as_deref().is_some_and(|to| to == "/sign-in" || to.starts_with("/sign-in?next="));
                    assert!(to.is_none() || to_sign_in, "{about}");
                    match way.open {
                        Some(statuses) if method == Method::GET => assert_eq!(status, statuses[position], "{about}"),
                        // Nothing takes JSON but functions.
                        Some(_) => assert!(matches!(status, 405 | 415), "{about}"),
                        None => {
                            let refused = matches!(status, 401 | 404 | 405) || (status == 303 && people != "proxy");
                            assert!(refused, "{about}");
                        }
                    }
                    if path.starts_with("/api/") && method == Method::POST {
                        assert_eq!(status, 401, "{about}");
                    }
                }
            }
        }
        let request = format!("ws://{}/ws/chat", stack.address).into_client_request().unwrap();
        match tokio_tungstenite::connect_async(request).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 401),
            other => panic!("{people}: {other:?}"),
        }
        if let Some(there) = there {
            there.is_as_it_was(people).await;
        }
    }
}

/// People of the demo NetBox, none of them an admin; a proxy may name them too.
const ALICE: &str = "alice.nguyen";
const BOB: &str = "bola.okafor";

async fn signed_in(stack: &Stack, people: &str, name: &str) -> Browser {
    if people == "proxy" {
        return stack.with_header(USER_HEADER, name);
    }
    let stranger = stack.with_header("accept-language", "en");
    let response = stranger.submit("/sign-in", &[("username", name), ("password", name)]).await;
    let cookie = response.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    stack.with_cookie(&cookie)
}

/// What somebody has here.
struct There {
    owner: Browser,
    conversation: String,
    /// The path of a link to it.
    link: String,
    share: String,
    /// Their other session, where there are sessions.
    session: String,
    title: String,
}

/// Somebody's conversation, a link to it, and a session.
async fn somebodys(owner: Browser) -> There {
    let mut socket = owner.socket().await;
    socket.ask("Which sites do we have? Secret-4711").await;
    let conversation = socket.conversation().to_string();
    let (status, page) = press(&owner, &format!("/c/{conversation}/share"), &[]).await;
    assert_eq!(status, 200, "{page}");
    let (link, share) = links(&page).pop().unwrap();
    let (_, page) = owner.page("/settings").await;
    let session = page.split("name=\"session\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let (_, kept) = owner.call("conversation", json!({"id": conversation})).await;
    let title = kept["title"].as_str().unwrap().to_owned();
    let session = session.unwrap_or("0000").to_owned();
    There { owner, conversation, link, share, session, title }
}

impl There {
    /// Nothing of it was touched.
    async fn is_as_it_was(&self, about: &str) {
        let (status, kept) = self.owner.call("conversation", json!({"id": self.conversation})).await;
        assert_eq!((status, &kept["title"]), (200, &json!(self.title)), "{about}");
        assert_eq!(kept["turns"].as_array().map(Vec::len), Some(1), "{about}: {kept}");
        assert_eq!(self.owner.page(&self.link).await.0, 200, "{about}");
        let (_, page) = self.owner.page(&format!("/c/{}/share", self.conversation)).await;
        assert_eq!(links(&page).len(), 1, "{about}");
    }
}

#[tokio::test]
async fn another_person_gets_their_own_or_nothing_on_every_path() {
    for (position, (people, stack)) in each_way_of_signing_in().await.into_iter().take(2).enumerate() {
        let alice = signed_in(&stack, people, ALICE).await;
        let second = signed_in(&stack, people, ALICE).await;
        let there = somebodys(alice).await;
        assert_eq!(there.session.len() > 4, people == "netbox", "another session of hers is on her page");
        let bob = signed_in(&stack, people, BOB).await;
        for way in WAYS {
            for (method, form, statuses) in way.other {
                let theirs = |text: &str| {
                    let text = text.replace("{conversation}", &there.conversation).replace("{share}", &there.share);
                    text.replace("{session}", &there.session).replace("{secret}", &"A".repeat(there.link.len() - 3))
                };
                let path = theirs(way.path);
                let form: Vec<(&str, String)> = form.iter().map(|(name, value)| (*name, theirs(value))).collect();
                let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let (status, text) = if *method == Method::GET {
                    bob.page(&path).await
                } else {
                    let response = bob.submit(&path, &form).await;
                    (response.status().as_u16(), response.text().await.unwrap())
                };
                let about = format!("{people}: {method} {path} gave {status} {text}");
                assert_eq!(status, statuses[position], "{about}");
                for hers in [there.conversation.as_str(), "4711", &there.share, ALICE, "Alice", &there.session] {
                    // What Bob himself typed may be told back; NetBox's demo lists its people for everybody.
                    let told_back = path.contains(hers) || form.iter().any(|(_, value)| *value == hers);
                    let is_listed = people == "netbox" && path == "/sign-in" && hers == ALICE;
                    assert!(told_back || is_listed || !text.contains(hers), "{hers} in {about}");
                }
            }
        }
        assert_eq!(bob.call("conversations", json!({})).await.0 == 401, people == "netbox", "he signed out");
        there.is_as_it_was(people).await;
        for browser in [&there.owner, &second] {
            assert_eq!(browser.call("conversations", json!({})).await.0, 200, "{people}: her sessions go on");
        }
    }
}

#[tokio::test]
async fn a_header_or_a_cookie_that_somebody_made_up_is_nobody() {
    let people = PeopleConfig { mode: SignInMode::Netbox, ..PeopleConfig::nobody() };
    let stack = Stack::with_people(NetboxSource::Demo, people).await;
    for (name, value) in [
        ("x-forwarded-user".to_owned(), "admin".to_owned()),
        ("cookie".to_owned(), format!("netbox_chatbox_session={}", "0".repeat(64))),
        ("cookie".to_owned(), format!("__Host-netbox_chatbox_session={}", "0".repeat(64))),
        ("authorization".to_owned(), "Bearer nbt_x.y".to_owned()),
    ] {
        let (status, answer) = stack.with_header(&name, &value).call("conversations", json!({})).await;
        assert_eq!(status, 401, "{name}: {answer}");
        assert_eq!(answer["code"], "sign_in", "{answer}");
        assert!(answer["hint"].is_string(), "{answer}");
    }
}

#[tokio::test]
async fn somebody_else_gets_nothing_of_a_conversation() {
    let stack = Stack::demo().await;
    let (alice, bob) = (stack.browser().await, stack.browser().await);
    let mut socket = alice.socket().await;
    socket.ask("Which sites do we have? Secret-4711").await;
    let id = socket.conversation();
    let message = socket.transcript.turns[0].message.clone();

    for (name, function) in functions(&id) {
        match function {
            Function::Own(arguments) => {
                let (status, answer) = bob.call(name, arguments).await;
                assert_eq!(status, 200, "{name}: {answer}");
                assert!(!answer.to_string().contains(id.as_str()), "{name}: {answer}");
            }
            Function::Finds(arguments) => {
                let (_, theirs) = alice.call(name, arguments.clone()).await;
                assert!(theirs.to_string().contains(id.as_str()), "{name}: {theirs}");
                let (status, answer) = bob.call(name, arguments).await;
                assert_eq!((status, answer), (200, json!([])), "{name}");
            }
            Function::Names(arguments) => {
                let (status, answer) = bob.call(name, arguments.clone()).await;
                assert_eq!(status, 404, "{name}: {answer}");
                assert!(!answer.to_string().contains("4711"), "{name}: {answer}");
                // What is not there at all looks the same.
                let text = arguments.to_string().replace(id.as_str(), "ffffffffffffffff");
                let (_, missing) = bob.call(name, serde_json::from_str(&text).unwrap()).await;
                assert_eq!(answer, missing, "{name}");
            }
        }
    }
    let (status, html) = bob.page(&format!("/c/{id}")).await;
    assert_eq!(status, 404);
    assert!(!html.contains("4711"), "the page tells of it");

    let mut foreign = bob.socket().await;
    for command in commands(&id, &message) {
        let text = serde_json::to_string(&command).unwrap();
        foreign.send_raw(Message::text(text.clone())).await;
        // The answer to a ping comes after that to the command.
        foreign.send(json!({"type": "ping"})).await;
        let mut codes = Vec::new();
        loop {
            let frame = foreign.next().await;
            assert!(!frame.to_string().contains("4711"), "{text}: {frame}");
            match frame["type"].as_str() {
                Some("error") => codes.push(frame["problem"]["code"].as_str().unwrap().to_owned()),
                Some("pong") => break,
                _ => {}
            }
        }
        let expected: &[&str] = if told(&command) == Told::NotFound { &["not_found"] } else { &[] };
        assert_eq!(codes, expected, "{text}");
    }
    let names: BTreeSet<String> = commands(&id, &message)
        .iter()
        .map(|command| serde_json::to_value(command).unwrap()["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names.len(), commands(&id, &message).len(), "each command once: {names:?}");
}

#[tokio::test]
async fn whoever_is_no_admin_is_told_so_and_nothing_is_done() {
    let stack = Stack::demo().await;
    let alice = stack.with_header(crate::stack::USER_HEADER, "alice");
    let bob = stack.with_header(crate::stack::USER_HEADER, "bob");
    alice.socket().await;
    let subject = format!("proxy:{}", alice.header.1);
    let id = stack.database().person_of_subject(&subject).await.unwrap().unwrap().id;
    for (method, path) in FOR_ADMINS {
        let response = if method == Method::POST {
            bob.submit(path, &[("person", id.as_str())]).await
        } else {
            http_client()
                .get(format!("http://{}{path}", stack.address))
                .header(&bob.header.0, &bob.header.1)
                .send()
                .await
                .unwrap()
        };
        let (status, html) = (response.status().as_u16(), response.text().await.unwrap());
        assert!(status == 403 && html.contains("Only admins may"), "{path}: {status} {html}");
        assert!(!html.contains(&alice.header.1), "{path} tells of somebody: {html}");
    }
    assert_eq!(alice.page("/settings").await.0, 200);
}
