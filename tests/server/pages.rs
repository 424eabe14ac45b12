//! What a browser or a monitor gets without a socket.

use serde_json::{Value, json};

use crate::stack::{Stack, http_client};

#[tokio::test]
async fn health_is_what_monitors_of_the_predecessor_expect() {
    let stack = Stack::demo().await;
    let get = |path: &str| http_client().get(format!("http://{}{path}", stack.address)).send();
    let health: Value = get("/health").await.unwrap().json().await.unwrap();
    assert_eq!(
        health,
        json!({"status": "healthy", "service": "netbox-chatbox-api", "version": env!("CARGO_PKG_VERSION")})
    );
    let ready = get("/ready").await.unwrap();
    assert_eq!(ready.status(), 200);
    assert_eq!(ready.json::<Value>().await.unwrap()["netbox"], "reachable");
}

#[tokio::test]
async fn the_page_is_rendered_with_its_policy_and_its_content() {
    let stack = Stack::alone().await;
    let response = http_client().get(format!("http://{}/", stack.address)).send().await.unwrap();
    let headers = response.headers().clone();
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    assert!(headers.get("set-cookie").is_none(), "without sign-in nobody needs a cookie");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let html = response.text().await.unwrap();
    let scripts = html.matches("<script").count();
    assert!(scripts > 0);
    assert_eq!(html.matches(&format!("nonce=\"{nonce}\"")).count(), scripts + html.matches("modulepreload").count());
    assert!(!html.contains("style=\""), "the policy forbids style attributes");
}

#[tokio::test]
async fn a_conversation_is_in_the_page_before_any_script_runs() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut socket = browser.socket().await;
    socket.ask("Which sites do we have in Ohio?").await;
    let (status, html) = browser.page(&format!("/c/{}", socket.conversation())).await;
    assert_eq!(status, 200);
    assert!(html.contains("Which sites do we have in Ohio?"));
    assert!(html.contains("<table"), "the answer's table is not in the page");
    let (status, _) = browser.page("/c/0000000000000000").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn titles_change_and_conversations_go() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut socket = browser.socket().await;
    socket.ask("How many sites do we have?").await;
    let id = socket.conversation();
    let (_, listed) = browser.call("conversations", json!({})).await;
    assert_eq!(listed[0]["title"], "How many sites do we have?");
    assert_eq!(listed[0]["running"], false);
    let (status, _) = browser.call("rename_conversation", json!({"id": id, "title": "  Sites\n of  ours "})).await;
    assert_eq!(status, 200);
    assert_eq!(socket.until("title").await["content"], "Sites of ours");
    let (status, answer) = browser.call("rename_conversation", json!({"id": id, "title": " "})).await;
    assert_ne!(status, 200, "{answer}");
    let (status, _) = browser.call("delete_conversation", json!({"id": id})).await;
    assert_eq!(status, 200);
    assert_eq!(browser.call("conversations", json!({})).await.1, json!([]));
    assert_eq!(browser.page(&format!("/c/{id}")).await.0, 404);
}

#[tokio::test]
async fn starting_questions_name_what_the_netbox_holds() {
    let stack = Stack::demo().await;
    let (_, questions) = stack.browser().await.call("starting_questions", json!({})).await;
    let questions = questions.as_array().unwrap();
    assert!(questions.len() >= 4, "{questions:?}");
    let mut socket = stack.script().await;
    for question in questions {
        let answer = socket.ask(question["text"].as_str().unwrap()).await;
        assert!(!answer.contains("did not understand"), "{question}: {answer}");
    }
}

#[tokio::test]
async fn paths_that_are_nothing_say_so() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    assert_eq!(browser.page("/nothing/here").await.0, 404);
    assert_eq!(browser.page("/pkg/none.js").await.0, 404);
    assert_ne!(browser.call("no_such_function", json!({})).await.0, 200);
}

#[tokio::test]
async fn a_function_that_refuses_says_whose_fault_it_is() {
    let stack = Stack::demo().await;
    let browser = stack.browser().await;
    let mut socket = browser.socket().await;
    socket.ask("How many sites do we have?").await;
    let id = socket.conversation();
    for (function, arguments, status) in [
        ("conversation", json!({"id": "nobody-knows-it"}), 404),
        ("delete_conversation", json!({"id": "nobody-knows-it"}), 404),
        ("rename_conversation", json!({"id": id, "title": "  "}), 400),
        ("rename_conversation", json!({"id": id, "title": "Sites"}), 200),
    ] {
        let (answered, answer) = browser.call(function, arguments).await;
        assert_eq!(answered, status, "{function}: {answer}");
    }
}

#[tokio::test]
async fn a_file_is_kept_for_ever_only_under_its_own_version() {
    let stack = Stack::demo().await;
    for path in ["/favicon.svg", "/favicon.svg?v=0123456789ab", "/favicon.svg?v="] {
        let response = http_client().get(format!("http://{}{path}", stack.address)).send().await.unwrap();
        // Without a built site there is no file at all.
        if response.status() == 200 {
            assert_eq!(response.headers()["cache-control"], "no-cache", "{path}");
        }
    }
}
