//! Several attempts against a real server.

use std::time::{Duration, Instant};

use axum::response::IntoResponse;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::super::client::Client;
use super::super::error::Error;
use super::super::reply::ReplyEvent;
use super::super::retry::{Retrying, Step};
use super::server::{Server, cut, events, failure, page, request, silent, slow};
use super::{ERROR, TEXT};
use crate::wire::problem::ProblemCode;

/// What a request goes through, in words, and its error.
async fn run(client: &Client) -> (Vec<String>, Option<Error>) {
    let request = request();
    let mut retrying = Retrying::new(client, &request, CancellationToken::new());
    let (mut steps, mut failed) = (Vec::new(), None);
    while let Some(step) = retrying.next().await {
        match step {
            Ok(Step::Waiting(wait)) => steps.push(wait.notice().message),
            Ok(Step::Reply(ReplyEvent::Started { .. })) => steps.push("started".to_owned()),
            Ok(Step::Reply(ReplyEvent::Done(_))) => steps.push("done".to_owned()),
            Ok(Step::Reply(_)) if steps.last().is_some_and(|step| step == "shown") => {}
            Ok(Step::Reply(_)) => steps.push("shown".to_owned()),
            Err(error) => {
                assert!(failed.is_none());
                failed = Some(error);
            }
        }
    }
    (steps, failed)
}

fn overloaded() -> axum::response::Response {
    failure(529, "overloaded_error", "Overloaded")
}

const FIRST: &str = "The model is overloaded, trying again in 1 s (1 of 2)";
const SECOND: &str = "The model is overloaded, trying again in 1 s (2 of 2)";

#[tokio::test]
async fn an_overloaded_model_recovers() {
    let (server, client) = Server::with_client(vec![overloaded(), overloaded(), events(TEXT)]).await;
    let (steps, error) = run(&client).await;
    assert_eq!(steps, [FIRST, SECOND, "started", "shown", "done"]);
    assert!(error.is_none());
    let bodies: Vec<_> = server.arrived().into_iter().map(|request| request.body.to_string()).collect();
    assert_eq!((&bodies[0], &bodies[0]), (&bodies[1], &bodies[2]), "the same request each time");
}

#[tokio::test]
async fn two_retries_and_no_more() {
    let (server, client) = Server::with_client((0..4).map(|_| overloaded()).collect()).await;
    let (steps, error) = run(&client).await;
    assert_eq!(steps, [FIRST, SECOND]);
    assert_eq!(error.unwrap().problem().code, ProblemCode::ModelOverloaded);
    assert_eq!(server.arrived().len(), 3);
}

#[tokio::test]
async fn a_failing_proxy_is_asked_again() {
    let (_, client) = Server::with_client(vec![page(502), events(TEXT)]).await;
    assert_eq!(run(&client).await.0.last().unwrap(), "done");
}

#[tokio::test]
async fn what_cannot_get_better_is_not_asked_again() {
    let spend = json!({ "type": "error", "error": { "type": "rate_limit_error", "message": "m",
        "details": { "error_code": "enforced_spend_limit_reached" } } });
    let too_many = http::StatusCode::TOO_MANY_REQUESTS;
    let answers = vec![
        failure(400, "invalid_request_error", "m"),
        failure(401, "authentication_error", "m"),
        failure(404, "not_found_error", "m"),
        (too_many, axum::Json(spend)).into_response(),
        (too_many, [("retry-after", "3600")]).into_response(),
        (http::StatusCode::SERVICE_UNAVAILABLE, [("x-should-retry", "false")]).into_response(),
    ];
    let count = answers.len();
    let (server, client) = Server::with_client(answers).await;
    for number in 0..count {
        let (steps, error) = run(&client).await;
        assert!(steps.is_empty(), "answer {number}: {steps:?}");
        if number == 4 {
            assert_eq!(error.unwrap().problem().retry_after_milliseconds, Some(3_600_000));
        }
    }
    assert_eq!(server.arrived().len(), count);
}

#[tokio::test]
async fn the_server_may_ask_for_a_retry() {
    let answer = (http::StatusCode::BAD_REQUEST, [("x-should-retry", "true"), ("retry-after-ms", "5")]).into_response();
    let (_, client) = Server::with_client(vec![answer, events(TEXT)]).await;
    assert_eq!(run(&client).await.0.last().unwrap(), "done");
}

#[tokio::test]
async fn a_stream_cut_before_anything_was_shown_is_made_again_once() {
    let nothing = &TEXT[..TEXT.find("event: content_block_delta").unwrap()];
    let (_, client) = Server::with_client(vec![cut(nothing), events(TEXT)]).await;
    let (steps, error) = run(&client).await;
    assert!(error.is_none(), "{error:?}");
    assert_eq!((steps.first().unwrap().as_str(), steps.last().unwrap().as_str()), ("started", "done"));

    let (server, client) = Server::with_client(vec![cut(nothing), cut(nothing), events(TEXT)]).await;
    assert_eq!(run(&client).await.1.unwrap().problem().code, ProblemCode::ModelStreamCut);
    assert_eq!(server.arrived().len(), 2);
}

#[tokio::test]
async fn a_stream_that_was_shown_is_not_made_again() {
    for (broken, code) in
        [(cut(&TEXT[..900]), ProblemCode::ModelStreamCut), (events(ERROR), ProblemCode::ModelOverloaded)]
    {
        let (server, client) = Server::with_client(vec![broken, events(TEXT)]).await;
        let (steps, error) = run(&client).await;
        assert_eq!(steps, ["started", "shown"]);
        assert_eq!(error.unwrap().problem().code, code);
        assert_eq!(server.arrived().len(), 1);
    }
}

#[tokio::test]
async fn a_wait_can_be_cancelled() {
    let answer = (http::StatusCode::TOO_MANY_REQUESTS, [("retry-after", "50")]).into_response();
    let (server, client) = Server::with_client(vec![answer, events(TEXT)]).await;
    let (request, token) = (request(), CancellationToken::new());
    let mut retrying = Retrying::new(&client, &request, token.clone());
    assert!(matches!(retrying.next().await, Some(Ok(Step::Waiting(wait))) if wait.wait == Duration::from_secs(50)));
    let start = Instant::now();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        token.cancel();
    });
    assert!(retrying.next().await.is_none());
    assert!(retrying.next().await.is_none(), "cancelled stays cancelled");
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(server.arrived().len(), 1);
}

#[tokio::test]
async fn a_stream_can_be_cancelled() {
    let (_, client) = Server::with_client(vec![silent(&TEXT[..900])]).await;
    let (request, token) = (request(), CancellationToken::new());
    let mut retrying = Retrying::new(&client, &request, token.clone());
    while let Some(step) = retrying.next().await {
        if matches!(step, Ok(Step::Reply(ReplyEvent::Text { .. }))) {
            token.cancel();
        }
    }
    assert!(token.is_cancelled(), "the stream ended by itself");
}

#[tokio::test]
async fn a_dropped_call_neither_loses_nor_repeats() {
    let (server, client) = Server::with_client(vec![overloaded(), slow(TEXT)]).await;
    let (request, mut text) = (request(), String::new());
    let mut retrying = Retrying::new(&client, &request, CancellationToken::new());
    let mut dropped = 0;
    loop {
        tokio::select! {
            step = retrying.next() => match step {
                Some(Ok(Step::Reply(ReplyEvent::Text { text: piece, .. }))) => text.push_str(&piece),
                Some(step) => drop(step.unwrap()),
                None => break,
            },
            () = tokio::time::sleep(Duration::from_millis(2)) => dropped += 1,
        }
    }
    assert_eq!(text, super::reply(TEXT).text());
    assert_eq!(server.arrived().len(), 2);
    assert!(dropped > 10, "only {dropped} calls were dropped");
}
