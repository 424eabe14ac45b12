//! One attempt against a real server: what is sent, and what each failure becomes.

use std::time::Duration;

use axum::response::IntoResponse;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use url::Url;

use super::super::client::{Authorization, Client, ReplyStream, Settings};
use super::super::error::{Error, ErrorKind};
use super::super::models::{Effort, ThinkingMode};
use super::super::reply::{Reply, ReplyEvent};
use super::super::sse::MAXIMUM_EVENT_BYTES;
use super::server::{KEY, Server, client, cut, events, failure, page, pinging, request, settings, silent};
use super::{ERROR, TEXT, TOOL_USE};
use crate::wire::problem::ProblemCode;

async fn whole(mut stream: ReplyStream) -> Result<Reply, Error> {
    while let Some(event) = stream.next().await {
        if let ReplyEvent::Done(reply) = event? {
            assert!(stream.next().await.is_none(), "nothing comes after the end");
            return Ok(reply);
        }
    }
    panic!("the stream ended without an end");
}

async fn attempt(client: &Client) -> Result<Reply, Error> {
    whole(client.stream(&request()).await?).await
}

#[tokio::test]
async fn a_request_is_what_the_api_wants() {
    let (server, client) = Server::with_client(vec![events(TEXT), events(TEXT)]).await;
    let reply = attempt(&client).await.unwrap();
    assert_eq!(reply.request_id.as_deref(), Some("req_header"));
    attempt(&client).await.unwrap();
    let [first, second] = &server.arrived()[..] else { panic!() };
    assert_eq!(first.path, "/v1/messages");
    assert_eq!(first.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(first.headers["anthropic-version"], "2026-10-21");
    assert!(!first.headers.contains_key("x-api-key"), "both headers at once are refused");
    assert_eq!(first.body["stream"], true);
    assert_eq!(first.body["thinking"], json!({ "type": "adaptive", "display": "summarized" }));
    assert_eq!(first.body["output_config"], json!({ "effort": "medium" }));
    assert_eq!(first.body["cache_control"], json!({ "type": "ephemeral" }));
    assert_eq!(first.body["system"][0]["cache_control"]["ttl"], "1h");
    assert_eq!(first.body.to_string(), second.body.to_string(), "the cache needs equal bytes");
}

#[tokio::test]
async fn the_base_may_have_a_path_and_the_key_another_header() {
    let (server, url) = Server::start(vec![events(TEXT), events(TEXT)]).await;
    for authorization in [Authorization::ApiKey, Authorization::None] {
        let mut settings = settings(url.join("proxy/anthropic").unwrap());
        settings.authorization = authorization;
        attempt(&Client::new(settings).unwrap()).await.unwrap();
    }
    let [with_key, without] = &server.arrived()[..] else { panic!() };
    assert_eq!(with_key.path, "/proxy/anthropic/v1/messages");
    assert_eq!(with_key.headers["x-api-key"], KEY);
    assert!(!with_key.headers.contains_key("authorization"));
    assert!(!without.headers.contains_key("x-api-key") && !without.headers.contains_key("authorization"));
}

#[tokio::test]
async fn no_error_and_no_debug_text_holds_the_key() {
    let message = format!("invalid x-api-key: {KEY}");
    let answers = vec![failure(401, "authentication_error", &message), failure(400, "invalid_request_error", &message)];
    let (_, client) = Server::with_client(answers).await;
    for code in [ProblemCode::ModelKey, ProblemCode::ModelRequest] {
        let error = attempt(&client).await.unwrap_err();
        assert_eq!(error.problem().code, code);
        let everything = format!("{error} {error:?} {} {client:?}", error.problem());
        assert!(!everything.contains(KEY), "{everything}");
    }
}

#[tokio::test]
async fn every_status_becomes_its_problem() {
    let cases = [
        (400, "invalid_request_error", ProblemCode::ModelRequest),
        (401, "authentication_error", ProblemCode::ModelKey),
        (402, "billing_error", ProblemCode::ModelPermission),
        (403, "permission_error", ProblemCode::ModelPermission),
        (404, "not_found_error", ProblemCode::ModelNotFound),
        (413, "request_too_large", ProblemCode::ModelRequest),
        (429, "rate_limit_error", ProblemCode::ModelRateLimited),
        (500, "api_error", ProblemCode::ModelFailed),
        (504, "timeout_error", ProblemCode::ModelFailed),
        (529, "overloaded_error", ProblemCode::ModelOverloaded),
        // Servers with kinds of their own: the status decides.
        (401, "custom_auth", ProblemCode::ModelKey),
        (418, "teapot", ProblemCode::ModelFailed),
    ];
    let answers = cases.iter().map(|(status, kind, _)| failure(*status, kind, "Because.")).collect();
    let (_, client) = Server::with_client(answers).await;
    for (status, kind, code) in cases {
        let problem = attempt(&client).await.unwrap_err().problem();
        assert_eq!(problem.code, code, "{status} {kind}");
        assert!(problem.hint.is_some() && !problem.message.ends_with('.'), "{problem}");
        assert_eq!(problem.request_id.as_deref(), Some("req_body"));
    }
}

#[tokio::test]
async fn a_missing_model_is_not_a_wrong_address() {
    let (_, client) = Server::with_client(vec![failure(404, "not_found_error", "model: x"), page(404)]).await;
    let problem = attempt(&client).await.unwrap_err().problem();
    assert!(problem.message.contains("no model \"claude-haiku-5-5\""), "{problem}");
    let problem = attempt(&client).await.unwrap_err().problem();
    assert!(problem.message.contains("no Messages API"), "{problem}");
}

#[tokio::test]
async fn pages_of_proxies_are_not_passed_on() {
    for status in [200, 403, 404, 502] {
        let (_, client) = Server::with_client(vec![page(status)]).await;
        let error = attempt(&client).await.unwrap_err();
        let everything = format!("{error:?} {}", error.problem());
        assert!(!everything.contains("It broke") && !everything.contains('<'), "{everything}");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (other, elsewhere) = Server::start(vec![events(TEXT)]).await;
    let redirect = (http::StatusCode::TEMPORARY_REDIRECT, [("location", elsewhere.as_str())]).into_response();
    let (_, client) = Server::with_client(vec![redirect]).await;
    let problem = attempt(&client).await.unwrap_err().problem();
    assert!(problem.message.contains("redirects"), "{problem}");
    assert!(other.arrived().is_empty(), "the key went elsewhere");
}

#[tokio::test]
async fn an_error_inside_the_stream() {
    let (_, client) = Server::with_client(vec![events(ERROR)]).await;
    let problem = attempt(&client).await.unwrap_err().problem();
    assert_eq!(problem.code, ProblemCode::ModelOverloaded);
    assert_eq!(problem.request_id.as_deref(), Some("req_header"));
}

#[tokio::test]
async fn a_cut_stream_is_an_error_wherever_it_is_cut() {
    let whole_length = TOOL_USE.trim_end().len();
    for place in [0, 1, 40, 500, 1000, 2000, whole_length - 1] {
        // Both ends: the connection breaks, or the body ends as if all were well.
        for answer in [cut(&TOOL_USE[..place]), events(&TOOL_USE[..place])] {
            let (_, client) = Server::with_client(vec![answer]).await;
            let error = attempt(&client).await.unwrap_err();
            assert_eq!(error.problem().code, ProblemCode::ModelStreamCut, "cut at {place}: {error:?}");
        }
    }
}

#[tokio::test]
async fn silence_ends_a_stream() {
    let (_, client) = Server::with_client(vec![silent(&TEXT[..800])]).await;
    let problem = attempt(&client).await.unwrap_err().problem();
    assert_eq!(problem.code, ProblemCode::ModelUnreachable);
    assert!(problem.message.contains("sent nothing"), "{problem}");
}

#[tokio::test]
async fn headers_without_end_are_not_waited_for() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while socket.write_all(b"x-more: headers\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let limit = Duration::from_secs(10);
    let error = tokio::time::timeout(limit, attempt(&client(url))).await.expect("it hangs").unwrap_err();
    assert_eq!(error.problem().code, ProblemCode::ModelUnreachable);
}

#[tokio::test]
async fn a_line_without_end_is_refused() {
    let endless = format!("data: {}", "x".repeat(MAXIMUM_EVENT_BYTES + 1));
    let (_, client) = Server::with_client(vec![events(&endless)]).await;
    let problem = attempt(&client).await.unwrap_err().problem();
    assert_eq!(problem.code, ProblemCode::ModelUnreachable);
    assert!(problem.message.contains("larger than"), "{problem}");
}

#[tokio::test]
async fn no_server_and_no_tls() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = attempt(&client(format!("http://{free}").parse().unwrap())).await.unwrap_err();
    assert!(error.problem().message.ends_with("cannot be reached"), "{error:?}");
    let (_, url) = Server::start(vec![]).await;
    let error = attempt(&client(url.as_str().replace("http:", "https:").parse().unwrap())).await.unwrap_err();
    assert!(error.problem().message.contains("TLS"), "{error:?}");
}

#[tokio::test]
async fn models_come_from_all_pages_with_what_they_can() {
    let page = |models: serde_json::Value, more: bool, last: &str| {
        axum::Json(json!({ "data": models, "has_more": more, "last_id": last })).into_response()
    };
    let novel = json!({ "id": "claude-novel-6", "display_name": "Claude Novel 6", "max_tokens": 8000, "capabilities": {
        "effort": { "supported": true, "low": { "supported": true }, "high": { "supported": true } },
        "thinking": { "supported": true, "types": { "adaptive": { "supported": true } } } } });
    let answers = vec![
        page(json!([novel, { "type": "no id" }]), true, "claude-novel-6"),
        page(json!([{ "id": "claude-haiku-4-5-20251001" }, { "id": "llama" }]), false, "llama"),
    ];
    let (server, client) = Server::with_client(answers).await;
    let models = client.models().await.unwrap();
    let paths: Vec<_> = server.arrived().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/v1/models?limit=1000", "/v1/models?limit=1000&after_id=claude-novel-6"]);
    let [novel, haiku, llama] = &models[..] else { panic!("{models:?}") };
    assert_eq!((novel.thinking.as_slice(), novel.reply_tokens()), (&[ThinkingMode::Adaptive][..], 8000));
    assert_eq!((novel.effort(Effort::Medium), novel.effort(Effort::Max)), (Some(Effort::Low), Some(Effort::High)));
    assert_eq!(
        (haiku.display_name.as_str(), haiku.thinking(), haiku.effort(Effort::Medium)),
        ("Claude Haiku 4.5", None, None)
    );
    assert_eq!((llama.thinking(), llama.effort(Effort::Low)), (None, None));
}

#[tokio::test]
async fn one_model_by_an_id_that_needs_escaping() {
    let (server, client) = Server::with_client(vec![axum::Json(json!({ "id": "a/b" })).into_response()]).await;
    let (model, is_anthropics) = client.model("a/b").await.unwrap();
    assert_eq!(model.id, "a/b");
    assert!(!is_anthropics);
    assert_eq!(server.arrived()[0].path, "/v1/models/a%2Fb");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let url: Url = "https://api.anthropic.com".parse().unwrap();
    let mut broken = settings(url.clone());
    broken.key = Some("two\nlines".into());
    assert_eq!(Client::new(broken).unwrap_err().code, ProblemCode::ModelKey);
    let file = settings("file:///etc/passwd".parse().unwrap());
    assert_eq!(Client::new(file).unwrap_err().code, ProblemCode::BadRequest);
}

#[tokio::test]
async fn a_stream_of_pings_ends() {
    let begun = &TEXT[..TEXT.find("event: content_block_delta").unwrap()];
    let (_, url) = Server::start(vec![pinging(begun)]).await;
    let patience = Duration::from_millis(300);
    let client = Client::new(Settings { progress_timeout: patience, ..settings(url) }).unwrap();
    let mut stream = client.stream(&request()).await.unwrap();
    let mut last = None;
    while let Some(event) = stream.next().await {
        last = Some(event);
    }
    let error = last.unwrap().unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Silent(silence) if silence == patience), "{error:?}");
}
