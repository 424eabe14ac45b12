//! The reply of a call, heard while something else is done.

use std::collections::VecDeque;

use crate::server::anthropic::{Error, ReplyEvent, Retrying, Step};
use crate::wire::transcript::Usage;

/// How many steps of a reply are heard ahead of what is written.
const MOST_AHEAD: usize = 4096;

/// The steps of a reply, also those that come while what came before is being written: the database may take its time, and
/// a model that nobody listens to would be taken for one that is silent.
pub(super) struct Steps<'call> {
    retrying: Retrying<'call>,
    come: VecDeque<Option<Result<Step, Error>>>,
    has_ended: bool,
}

impl<'call> Steps<'call> {
    /// Of this reply, of which nothing was heard yet.
    pub fn new(retrying: Retrying<'call>) -> Self {
        Self { retrying, come: VecDeque::new(), has_ended: false }
    }

    /// The next step. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<Step, Error>> {
        match self.come.pop_front() {
            Some(step) => step,
            None => self.retrying.next().await,
        }
    }

    /// Awaits `work`, and listens meanwhile.
    pub async fn beside<Output>(&mut self, work: impl Future<Output = Output>) -> Output {
        let mut work = std::pin::pin!(work);
        loop {
            let Self { retrying, come, has_ended } = self;
            tokio::select! {
                biased;
                output = &mut work => return output,
                step = retrying.next(), if !*has_ended && come.len() < MOST_AHEAD => {
                    *has_ended = !matches!(&step, Some(Ok(step)) if !matches!(step, Step::Reply(ReplyEvent::Done(_))));
                    come.push_back(step);
                }
            }
        }
    }

    /// What attempts used that did not come to their end.
    pub fn broken_off(&self) -> Usage {
        self.retrying.broken_off()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use axum::body::Body;
    use axum::routing::post;
    use futures::StreamExt as _;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::server::anthropic::{Client, Effort, Model, Profile, Request, Settings, message};

    const REPLY: &str = include_str!("../../../../tests/fixtures/sse/1-text-only.sse");
    /// How long the client bears silence, and how long the server pauses between two events.
    const PATIENCE: Duration = Duration::from_millis(500);
    const PAUSE: Duration = Duration::from_millis(100);

    /// A model that says one event after another.
    async fn model() -> Client {
        let reply = || async {
            let events: Vec<String> = REPLY.split_inclusive("\n\n").map(str::to_owned).collect();
            let events = futures::stream::iter(events).then(|event| async {
                tokio::time::sleep(PAUSE).await;
                Ok::<_, Infallible>(event)
            });
            ([("content-type", "text/event-stream")], Body::from_stream(events))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(axum::serve(listener, axum::Router::new().route("/v1/messages", post(reply))).into_future());
        Client::new(Settings { read_timeout: PATIENCE, ..Settings::new(url, None) }).unwrap()
    }

    #[tokio::test]
    async fn a_model_is_not_silent_because_nobody_listened() {
        let client = model().await;
        let asked = vec![message::user("How many sites are there?")];
        let known = Model::known("claude-haiku-5-5");
        let request = Request::new(Profile::Anthropic, &known, Effort::Medium, "", serde_json::json!([]), asked);
        let mut steps = Steps::new(Retrying::new(&client, &request, CancellationToken::new()));
        assert!(matches!(steps.next().await, Some(Ok(Step::Reply(ReplyEvent::Started { .. })))));
        // It is listened to, and then something takes longer than silence may.
        assert!(tokio::time::timeout(PAUSE / 10, steps.next()).await.is_err());
        steps.beside(tokio::time::sleep(3 * PATIENCE)).await;
        let mut text = String::new();
        loop {
            match steps.next().await {
                Some(Ok(Step::Reply(ReplyEvent::Text { text: piece, .. }))) => text.push_str(&piece),
                Some(Ok(Step::Reply(ReplyEvent::Done(_)))) => break,
                other => panic!("{other:?}"),
            }
        }
        assert!(!text.is_empty());
        assert!(steps.next().await.is_none());
    }
}
