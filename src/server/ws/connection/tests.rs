//! Clients that are gone, silent, or do not read. Time is the test's.

use futures::channel::mpsc::{Receiver, UnboundedSender, channel, unbounded};

use super::*;
use crate::server::state::alone::alone;

struct Client {
    state: AppState,
    say: UnboundedSender<Incoming>,
    heard: Receiver<Outgoing>,
    serving: JoinHandle<()>,
}

/// A client whose network holds a frame or two.
async fn client() -> Client {
    let (state, person) = alone().await;
    let (say, incoming) = unbounded();
    let (outgoing, heard) = channel(1);
    let visitor = Visitor { person, address: IpAddr::from([127, 0, 0, 1]), time_zone: None, stream: None };
    let serving = tokio::spawn(serve(state.clone(), visitor, outgoing, incoming));
    Client { state, say, heard, serving }
}

impl Client {
    fn text(&self, text: &str) {
        self.say.unbounded_send(Incoming::Text(text.to_owned())).unwrap();
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_is_pinged_and_then_given_up() {
    let Client { mut heard, serving, say, .. } = client().await;
    tokio::time::pause();
    let begin = Instant::now();
    let mut pings = 0;
    while let Some(outgoing) = heard.next().await {
        pings += usize::from(outgoing == Outgoing::Ping);
    }
    assert_eq!(pings, 2);
    assert!((75..80).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
    serving.await.unwrap();
    drop(say);
}

#[tokio::test]
async fn a_client_that_answers_pings_stays() {
    let Client { mut heard, serving, say, .. } = client().await;
    tokio::time::pause();
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_mins(10) {
        if heard.next().await.unwrap() == Outgoing::Ping {
            say.unbounded_send(Incoming::Alive).unwrap();
        }
    }
    assert!(!serving.is_finished());
}

#[tokio::test]
async fn a_client_that_does_not_read_is_closed_and_pings_of_its_own_do_not_block() {
    let client = client().await;
    tokio::time::pause();
    for _ in 0..2 * WAITING_FRAMES {
        client.text(r#"{"type":"ping"}"#);
    }
    client.say.unbounded_send(Incoming::Alive).unwrap();
    let begin = Instant::now();
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(!client.serving.is_finished(), "pongs are left out");
    // What has to be answered waits for ten seconds.
    for _ in 0..10 {
        client.text("{not json");
    }
    client.serving.await.unwrap();
    assert!((14..17).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_change_of_the_list_is_told_once_there_is_room() {
    let mut client = client().await;
    for _ in 0..2 * WAITING_FRAMES {
        client.text(r#"{"type":"ping"}"#);
    }
    client.text(r#"{"type":"send","text":"How many sites do we have?"}"#);
    let mut changed = false;
    while !changed {
        match client.heard.next().await.unwrap() {
            Outgoing::Text { json, .. } => changed = json.contains("conversations_changed"),
            _ => client.say.unbounded_send(Incoming::Alive).unwrap(),
        }
    }
}

#[tokio::test]
async fn the_last_frame_is_the_closes() {
    let mut client = client().await;
    client.state.draining().cancel();
    let mut all = Vec::new();
    while let Some(outgoing) = client.heard.next().await {
        all.push(outgoing);
    }
    assert_eq!(all.last(), Some(&Outgoing::Close { code: CLOSE_RESTART, reason: "restart" }));
    assert!(matches!(&all[all.len() - 2], Outgoing::Text { json, .. } if json.contains("bye")));
    client.serving.await.unwrap();
}
