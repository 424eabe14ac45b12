//! A reply that is being streamed.

use std::collections::{HashSet, VecDeque};

use reqwest::Response;
use tokio::time::Instant;

use super::super::assemble::{Assembler, Fault};
use super::super::error::{Error, ErrorKind};
use super::super::profile::Profile;
use super::super::reply::ReplyEvent;
use super::super::sse::{Event, Reader};
use super::{Client, Origin};
use crate::wire::transcript::Usage;

/// A reply that is being streamed. Dropping it ends the request, and with it the generation at the provider.
#[derive(Debug)]
pub struct ReplyStream {
    client: Client,
    origin: Origin,
    /// None when the body has ended, or after the last item.
    response: Option<Response>,
    reader: Reader,
    events: VecDeque<Event>,
    assembler: Assembler,
    /// When something came that was more than a ping.
    progress: Instant,
    ended: bool,
}

impl ReplyStream {
    pub(super) fn new(
        client: Client,
        origin: Origin,
        response: Response,
        profile: Profile,
        tool_ids: HashSet<String>,
    ) -> Self {
        Self {
            client,
            origin,
            response: Some(response),
            reader: Reader::default(),
            events: VecDeque::new(),
            assembler: Assembler::new(profile, tool_ids),
            progress: Instant::now(),
            ended: false,
        }
    }

    /// The `request-id` header.
    pub fn request_id(&self) -> Option<&str> {
        self.origin.request_id.as_deref()
    }

    /// What the reply used so far: of one that breaks off, this is billed.
    pub fn usage(&self) -> Usage {
        self.assembler.usage()
    }

    /// The next event. The last item is [`ReplyEvent::Done`] or an error; after it comes none.
    /// A stream that ends before `message_stop` is an error. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Result<ReplyEvent, Error>> {
        while !self.ended {
            while let Some(event) = self.events.pop_front() {
                let before = self.assembler.progress();
                let pushed = self.assembler.push(&event.data);
                if self.assembler.progress() > before {
                    self.progress = Instant::now();
                }
                match pushed {
                    Ok(None) => {}
                    Ok(Some(event)) => return Some(Ok(self.leave(event))),
                    // The body broke off within this event.
                    Err(Fault::Malformed(_)) if self.response.is_none() => return Some(self.fail(ErrorKind::Cut)),
                    Err(fault) => return Some(self.fail(fault.into())),
                }
            }
            let Some(response) = &mut self.response else { return Some(self.fail(ErrorKind::Cut)) };
            // Pings alone keep the connection, but a reply that never goes on is none.
            let patience = self.client.progress_timeout;
            let Ok(received) = tokio::time::timeout_at(self.progress + patience, response.chunk()).await else {
                return Some(self.fail(ErrorKind::Silent(patience)));
            };
            match received {
                Ok(Some(bytes)) => {
                    let mut events = Vec::new();
                    let read = self.reader.push(&bytes, &mut events);
                    self.events.extend(events);
                    if let Err(error) = read {
                        return Some(self.fail(Fault::from(error).into()));
                    }
                }
                Ok(None) => {
                    self.response = None;
                    match self.reader.finish() {
                        Ok(last) => self.events.extend(last),
                        Err(_) => return Some(self.fail(ErrorKind::Cut)),
                    }
                }
                Err(error) => {
                    let kind = self.client.transport(error);
                    return Some(self.fail(kind));
                }
            }
        }
        None
    }

    /// Completes the last event with what only the transport knows.
    fn leave(&mut self, mut event: ReplyEvent) -> ReplyEvent {
        if let ReplyEvent::Done(reply) = &mut event {
            reply.request_id.clone_from(&self.origin.request_id);
            self.end();
        }
        event
    }

    fn fail(&mut self, kind: ErrorKind) -> Result<ReplyEvent, Error> {
        self.end();
        Err(self.client.error(std::mem::take(&mut self.origin), kind))
    }

    fn end(&mut self) {
        self.ended = true;
        self.response = None;
        self.events.clear();
    }
}

impl From<Fault> for ErrorKind {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Api(failure) => Self::Api(failure),
            Fault::Malformed(what) => Self::Malformed(what),
        }
    }
}
