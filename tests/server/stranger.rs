//! Every way in, tried by nobody and by somebody else. A new server function, command or path fails here until it is
//! listed with what it must answer.

use std::collections::BTreeSet;
use std::path::Path;

use http::Method;
use netbox_chatbox::server::config::{NetboxSource, PeopleConfig, SignInMode};
use netbox_chatbox::wire::command::{Command, Resume, SendMode};
use netbox_chatbox::wire::id::{ConversationId, MessageId};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::stack::{Stack, http_client};

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

/// Every path of the server, and whether a stranger gets anything there.
const PATHS: [(&str, bool); 25] = [
    ("/", false),
    ("/c/{conversation}", false),
    ("/api/{*function}", false),
    ("/ws/chat", false),
    ("/health", true),
    ("/ready", true),
    ("/sign-in", true),
    ("/sign-in/oidc", true),
    ("/sign-in/oidc/callback", true),
    ("/sign-out", false),
    ("/sign-out/done", true),
    ("/c/{conversation}/share", false),
    ("/c/{conversation}/share/revoke", false),
    ("/s/{secret}", false),
    ("/settings", false),
    ("/settings/netbox-token", false),
    ("/settings/netbox-token/forget", false),
    ("/settings/sessions/end", false),
    ("/settings/sessions/end-others", false),
    ("/usage", false),
    ("/audit.jsonl", false),
    ("/people", false),
    ("/people/disable", false),
    ("/people/enable", false),
    ("/people/end-sessions", false),
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
    let listed: BTreeSet<String> = PATHS.iter().map(|(path, _)| (*path).to_owned()).collect();
    assert_eq!(found, listed);
    let registered: BTreeSet<String> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path.trim_start_matches("/api/").to_owned())
        .collect();
    let listed: BTreeSet<String> =
        functions(&ConversationId::from("x")).into_iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(registered, listed);
}

#[tokio::test]
async fn a_stranger_gets_nothing_anywhere() {
    for people in ["proxy", "netbox"] {
        let stack = if people == "proxy" {
            Stack::demo().await
        } else {
            let people = PeopleConfig { mode: SignInMode::Netbox, ..PeopleConfig::nobody() };
            Stack::with_people(NetboxSource::Demo, people).await
        };
        for (path, is_open) in &PATHS {
            let paths: Vec<String> = match *path {
                "/api/{*function}" => {
                    functions(&ConversationId::from("x")).iter().map(|(name, _)| format!("/api/{name}")).collect()
                }
                path => vec![path.replace("{conversation}", "0000000000000000")],
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
                    let to = response.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
                    if *is_open {
                        continue;
                    }
                    let to_sign_in =
                        to.as_deref().is_some_and(|to| to == "/sign-in" || to.starts_with("/sign-in?next="));
                    let refused =
                        matches!(status, 401 | 404 | 405) || (status == 303 && to_sign_in && people == "netbox");
                    assert!(refused, "{people}: {method} {path} ({accept}) gave {status} {to:?}");
                    if path.starts_with("/api/") && method == Method::POST {
                        assert_eq!(status, 401, "{path}");
                    }
                }
            }
        }
        let request = format!("ws://{}/ws/chat", stack.address).into_client_request().unwrap();
        match tokio_tungstenite::connect_async(request).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 401),
            other => panic!("{people}: {other:?}"),
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

/// What the socket answers to somebody else.
#[derive(PartialEq, Debug)]
enum Told {
    /// That there is no such conversation.
    NotFound,
    /// Nothing that tells of it.
    Nothing,
}

/// Each command of the protocol, naming another's conversation. A new one does not compile here.
fn told(command: &Command) -> Told {
    match command {
        Command::Hello { .. }
        | Command::Subscribe(_)
        | Command::Send { .. }
        | Command::Edit { .. }
        | Command::Regenerate { .. }
        | Command::Branch { .. }
        | Command::Stop { .. }
        | Command::Unqueue { .. }
        | Command::Reset { .. } => Told::NotFound,
        Command::Unsubscribe { .. } | Command::Ping => Told::Nothing,
    }
}

fn commands(conversation: &ConversationId, message: &MessageId) -> Vec<Command> {
    let resume = Resume { conversation: conversation.clone(), after: 0 };
    vec![
        Command::Hello { resume: vec![resume.clone()] },
        Command::Subscribe(resume),
        Command::Unsubscribe { conversation: conversation.clone() },
        Command::Send {
            id: None,
            conversation: Some(conversation.clone()),
            text: "hello".to_owned(),
            mode: SendMode::Interrupt,
        },
        Command::Edit {
            id: None,
            conversation: conversation.clone(),
            message: message.clone(),
            text: "hello".to_owned(),
        },
        Command::Regenerate { id: None, conversation: conversation.clone(), message: message.clone() },
        Command::Branch { conversation: conversation.clone(), message: message.clone() },
        Command::Stop { run: None, conversation: Some(conversation.clone()) },
        Command::Unqueue { conversation: conversation.clone(), message: message.clone() },
        Command::Reset { conversation: Some(conversation.clone()) },
        Command::Ping,
    ]
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
