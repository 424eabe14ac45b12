//! Readers that only listen, leave, or do not read. Time is the test's.

use axum::body::BodyDataStream;
use tokio::time::Instant;

use super::*;
use crate::server::state::alone::alone;

/// A stream of nobody in particular, and the server that it is of.
async fn opened() -> (AppState, BodyDataStream) {
    let (state, person) = alone().await;
    let opening = Query(Opening::default());
    let response = open(State(state.clone()), person, Origin::LOCAL, Method::GET, HeaderMap::new(), opening).await;
    assert_eq!(response.status(), StatusCode::OK);
    (state, response.into_body().into_data_stream())
}

/// How long the server keeps what belongs to the stream.
async fn until_given_up(state: &AppState) -> Duration {
    let begin = Instant::now();
    state.sockets().close();
    state.sockets().wait().await;
    begin.elapsed()
}

#[tokio::test]
async fn a_reader_who_only_listens_stays_and_is_never_left_in_silence() {
    let (state, mut body) = opened().await;
    tokio::time::pause();
    let (begin, mut last) = (Instant::now(), Instant::now());
    while begin.elapsed() < Duration::from_mins(10) {
        body.next().await.unwrap().unwrap();
        assert!(last.elapsed() <= KEEP_ALIVE + Duration::from_secs(1), "{:?}", last.elapsed());
        last = Instant::now();
    }
    assert_eq!(state.sockets().len(), 1);
}

#[tokio::test]
async fn a_reader_who_leaves_is_gone_at_once() {
    let (state, body) = opened().await;
    tokio::time::pause();
    drop(body);
    let kept = until_given_up(&state).await;
    assert!(kept < Duration::from_secs(1), "{kept:?}");
}

#[tokio::test]
async fn a_reader_whose_network_takes_nothing_is_given_up() {
    let (state, body) = opened().await;
    tokio::time::pause();
    let kept = until_given_up(&state).await;
    assert!((30..=80).contains(&kept.as_secs()), "{kept:?}");
    drop(body);
}

#[test]
fn an_id_is_told_with_what_moves_the_place_and_never_goes_back() {
    let (signs, _alive) = unbounded();
    let mut reader = Reader { signs, follows: Some("c".into()), reached: None };
    let mut told = |conversation: &str, after| {
        let reached = Some(Resume { conversation: conversation.into(), after });
        let event = reader.event(Outgoing::Text { json: "{}".to_owned(), reached });
        format!("{event:?}").contains(&format!("id: {after}"))
    };
    assert!(told("c", 3));
    assert!(told("c", 4));
    assert!(!told("c", 2), "the end of an answer after a snapshot");
    assert!(!told("d", 9), "another conversation");
    assert!(told("c", 5));
}
