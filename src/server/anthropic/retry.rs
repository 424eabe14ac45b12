//! A request that is made again when that helps.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::client::{Client, ReplyStream};
use super::error::{Error, MAXIMUM_RETRIES};
use super::reply::ReplyEvent;
use super::request::Request;
use crate::wire::problem::Problem;
use crate::wire::transcript::Usage;

/// A request that is made again when that helps, as long as nothing of the reply was shown: by the rules of
/// [`Error::retry`] until it is accepted, and once if the stream fails after that. Each wait is an event, so that the
/// person sees it and can stop.
pub struct Retrying<'a> {
    client: &'a Client,
    request: &'a Request,
    cancellation: CancellationToken,
    state: State<'a>,
    retries: u32,
    reissued: bool,
    shown: bool,
    broken_off: Usage,
}

enum State<'a> {
    Send,
    /// Kept here and not on the stack of a call: a dropped call must not send the request twice.
    Sending(BoxFuture<'a, Result<ReplyStream, Error>>),
    Wait(tokio::time::Instant),
    Read(Box<ReplyStream>),
    Ended,
}

/// What happens on the way to a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The reply goes on. `Started` comes once for each attempt.
    Reply(ReplyEvent),
    /// An attempt failed, and the next one begins after a while.
    Waiting(Wait),
}

/// A failed attempt and the wait for the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// What failed.
    pub problem: Problem,
    /// How long until the next attempt.
    pub wait: Duration,
    /// Which retry it will be, from 1.
    pub retry: u32,
    /// How many there are at most.
    pub of: u32,
}

impl Wait {
    /// As the person should read it: `The model is overloaded, trying again in 2 s (1 of 2)`.
    pub fn notice(&self) -> Problem {
        let Self { problem, wait, retry, of } = self;
        let seconds = wait.as_secs_f64().ceil();
        let message = format!("{}, trying again in {seconds} s ({retry} of {of})", problem.message);
        let milliseconds = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        Problem { message, hint: None, retry_after_milliseconds: Some(milliseconds), ..problem.clone() }
    }
}

impl<'a> Retrying<'a> {
    /// Prepares a request; nothing is sent before [`Self::next`].
    pub fn new(client: &'a Client, request: &'a Request, cancellation: CancellationToken) -> Self {
        Self {
            client,
            request,
            cancellation,
            state: State::Send,
            retries: 0,
            reissued: false,
            shown: false,
            broken_off: Usage::default(),
        }
    }

    /// The next step. The last is `Reply(Done(..))` or an error; after it, and as soon as the request is cancelled,
    /// comes none. Cancelling drops the connection, which ends the generation. Nothing is lost and nothing is sent
    /// twice when the future is dropped before it is ready, as in `select!`.
    pub async fn next(&mut self) -> Option<Result<Step, Error>> {
        let cancellation = self.cancellation.clone();
        let step = cancellation.run_until_cancelled(self.advance()).await.flatten();
        if !matches!(step, Some(Ok(Step::Waiting(_) | Step::Reply(_)))) {
            self.break_off();
        }
        step
    }

    /// What attempts used that did not come to their end: it is billed all the same.
    pub fn broken_off(&self) -> Usage {
        self.broken_off
    }

    fn break_off(&mut self) {
        if let State::Read(stream) = std::mem::replace(&mut self.state, State::Ended) {
            self.broken_off.add(&stream.usage());
        }
    }

    async fn advance(&mut self) -> Option<Result<Step, Error>> {
        loop {
            match &mut self.state {
                State::Ended => return None,
                State::Wait(until) => {
                    tokio::time::sleep_until(*until).await;
                    self.state = State::Send;
                }
                State::Send => self.state = State::Sending(Box::pin(self.client.stream(self.request))),
                State::Sending(sending) => match sending.await {
                    Ok(stream) => self.state = State::Read(Box::new(stream)),
                    Err(error) => return Some(self.failed(error)),
                },
                State::Read(stream) => match stream.next().await? {
                    Ok(event) => {
                        self.shown |= event.is_content();
                        if matches!(event, ReplyEvent::Done(_)) {
                            self.state = State::Ended;
                        }
                        return Some(Ok(Step::Reply(event)));
                    }
                    Err(error) if self.shown || self.reissued => return Some(Err(error)),
                    Err(error) => {
                        self.reissued = true;
                        return Some(self.failed(error));
                    }
                },
            }
        }
    }

    fn failed(&mut self, error: Error) -> Result<Step, Error> {
        self.break_off();
        let Some(wait) = error.retry(self.retries) else { return Err(error) };
        self.retries += 1;
        self.state = State::Wait(tokio::time::Instant::now() + wait);
        Ok(Step::Waiting(Wait { problem: error.problem(), wait, retry: self.retries, of: MAXIMUM_RETRIES }))
    }
}
