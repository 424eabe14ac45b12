//! Nobody sees or touches what is somebody else's, and no other page acts here.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::stack::{Stack, http_client};

#[tokio::test]
async fn another_persons_conversation_stays_as_it_was() {
    let stack = Stack::demo().await;
    let (owner, stranger) = (stack.browser().await, stack.browser().await);
    let mut socket = owner.socket().await;
    socket.ask("How many sites do we have?").await;
    let id = socket.conversation();
    let message = socket.transcript.turns[0].message.clone();
    let before = socket.transcript.clone();

    let mut foreign = stranger.socket().await;
    for command in [
        json!({"type": "subscribe", "conversation": id}),
        json!({"type": "hello", "resume": [{"conversation": id, "after": 1}]}),
        json!({"type": "send", "conversation": id, "text": "hello"}),
        json!({"type": "regenerate", "conversation": id, "message": message}),
        json!({"type": "stop", "conversation": id}),
        json!({"type": "unqueue", "conversation": id, "message": message}),
        json!({"type": "reset", "conversation": id}),
    ] {
        foreign.send(command.clone()).await;
        assert_eq!(foreign.until("error").await["problem"]["code"], "not_found", "{command}");
    }
    assert_eq!(stranger.page(&format!("/c/{id}")).await.0, 404);
    for (function, arguments) in [
        ("conversation", json!({"id": id})),
        ("rename_conversation", json!({"id": id, "title": "mine now"})),
        ("delete_conversation", json!({"id": id})),
    ] {
        let (status, answer) = stranger.call(function, arguments).await;
        assert_ne!(status, 200, "{function}: {answer}");
    }
    assert_eq!(stranger.call("conversations", json!({})).await.1, json!([]));
    let (_, listed) = owner.call("conversations", json!({})).await;
    assert_eq!(listed[0]["id"], json!(id));
    let (_, now) = owner.call("conversation", json!({"id": id})).await;
    assert_eq!(now, serde_json::to_value(&before).unwrap());
}

#[tokio::test]
async fn behind_a_proxy_a_socket_is_opened_anew_now_and_then_and_loses_nothing() {
    let stack = Stack::with_socket_age(Duration::from_millis(300)).await;
    let anna = stack.browser().await;
    let mut socket = anna.socket().await;
    let question = json!({"type": "send", "id": "one", "text": "List all devices"});
    socket.send(question.clone()).await;
    let (mut taken, mut completed, mut codes) = (false, false, Vec::new());
    // Until the end of the answer was told, and the proxy was asked at least once more who it is.
    while !completed || codes.is_empty() {
        let Some(frame) = socket.next_frame().await else {
            codes.push(socket.close_code);
            // As the page does: what was not acknowledged again, then what follows what is there.
            let transcript = socket.cut();
            socket = anna.socket().await;
            if !taken {
                socket.send(question.clone()).await;
            }
            let (conversation, after) = (transcript.conversation.clone(), transcript.seq);
            if !conversation.as_str().is_empty() {
                socket.send(json!({"type": "hello", "resume": [{"conversation": conversation, "after": after}]})).await;
            }
            socket.transcript = transcript;
            continue;
        };
        taken |= frame["type"] == "ack";
        if frame["type"] == "bye" {
            assert_eq!((&frame["code"], &frame["retry_milliseconds"]), (&json!("renew"), &json!(0)), "{frame}");
        }
        completed |= frame["completed"] == true;
    }
    assert!(codes.iter().all(|code| *code == Some(4408)), "{codes:?}");
    assert_eq!(socket.transcript.turns.len(), 1, "asked once");
    let (_, kept) = anna.call("conversation", json!({"id": socket.conversation()})).await;
    assert_eq!(kept, serde_json::to_value(&socket.transcript).unwrap());

    // Whom the proxy names no more is a stranger to the next one.
    let request = format!("ws://{}/ws/chat", stack.address).into_client_request().unwrap();
    match tokio_tungstenite::connect_async(request).await {
        Err(Error::Http(response)) => assert_eq!(response.status(), StatusCode::UNAUTHORIZED),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn another_web_page_may_neither_open_a_socket_nor_call_a_function() {
    let stack = Stack::alone().await;
    for (origin, allowed) in [
        (format!("http://{}", stack.address), true),
        ("https://portal.example.com".to_owned(), true),
        ("https://evil.example.com".to_owned(), false),
        ("null".to_owned(), false),
    ] {
        let mut request = format!("ws://{}/ws/chat", stack.address).into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        match tokio_tungstenite::connect_async(request).await {
            Ok(_) => assert!(allowed, "{origin}"),
            Err(Error::Http(response)) => {
                assert!(!allowed, "{origin}");
                assert_eq!(response.status(), StatusCode::FORBIDDEN);
            }
            Err(error) => panic!("{error}"),
        }
        let url = format!("http://{}/api/conversations", stack.address);
        let response = http_client().post(url).header("Origin", &origin).json(&json!({})).send().await.unwrap();
        assert_eq!(response.status() == StatusCode::OK, allowed, "{origin}");
    }
}

#[tokio::test]
async fn a_name_rebound_to_loopback_is_refused() {
    let stack = Stack::demo().await;
    let url = format!("http://{}/", stack.address);
    let response = http_client().get(url).header("Host", "evil.example.com").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(response.text().await.unwrap().contains("ALLOWED_HOSTS"));
    // A monitor asks by address, whichever that is.
    let url = format!("http://{}/health", stack.address);
    let response = http_client().get(url).header("Host", "10.1.2.3:8001").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}
