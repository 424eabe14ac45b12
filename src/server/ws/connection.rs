//! One socket's life, over any sink and stream, so that tests need no network.

use std::collections::HashMap;
use std::sync::Arc;

use futures::{Sink, SinkExt, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::parse::parse;
use crate::server::hub::Conversation;
use crate::server::person::PersonId;
use crate::server::state::AppState;
use crate::wire::command::{MAXIMUM_FRAME_BYTES, PROTOCOL_VERSION};
use crate::wire::event::{Event, Frame};
use crate::wire::id::{CommandId, ConversationId};
use crate::wire::problem::{Problem, ProblemCode};

/// Frames waiting for a slow reader. Beyond it the views wait, fall behind and answer with a snapshot.
const WAITING_FRAMES: usize = 64;
/// The most conversations one socket may look at.
const MAXIMUM_VIEWS: usize = 16;
/// RFC 6455, section 7.4.1.
const CLOSE_TOO_BIG: u16 = 1009;
/// "Service restart", IANA's registry of close codes.
const CLOSE_RESTART: u16 = 1012;
/// When a client should come back after the server stopped, in milliseconds.
const COME_BACK: u64 = 1000;

/// What comes from the client.
#[derive(Debug)]
pub enum Incoming {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary,
    /// A frame over the socket's limit; nothing can be read after it.
    TooLarge,
    /// The end.
    Closed,
}

/// What goes to the client.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// A text frame.
    Text(String),
    /// The last frame.
    Close {
        /// The close code.
        code: u16,
        /// Why, in a few words.
        reason: &'static str,
    },
}

/// One client's connection.
pub struct Connection {
    pub(super) state: AppState,
    pub(super) person: PersonId,
    frames: mpsc::Sender<Arc<Frame>>,
    views: HashMap<ConversationId, AbortHandle>,
    /// The conversation that commands without one mean.
    pub(super) current: Option<Arc<Conversation>>,
}

/// Serves a socket until either side ends it.
pub async fn serve<Output, Input>(state: AppState, person: PersonId, mut sink: Output, mut stream: Input)
where
    Output: Sink<Outgoing> + Unpin + Send + 'static,
    Input: Stream<Item = Incoming> + Unpin,
{
    let (frames, mut waiting) = mpsc::channel::<Arc<Frame>>(WAITING_FRAMES);
    let (closing, mut close) = mpsc::channel::<Outgoing>(1);
    // Writing has its own task: a client that does not read must still be heard when it stops a run.
    let writer = tokio::spawn(async move {
        loop {
            let outgoing = tokio::select! {
                biased;
                frame = waiting.recv() => match frame.map(|frame| serde_json::to_string(frame.as_ref())) {
                    Some(Ok(text)) => Outgoing::Text(text),
                    Some(Err(error)) => {
                        tracing::error!(error = %error, "a frame could not be written as JSON");
                        continue;
                    }
                    None => break,
                },
                Some(last) = close.recv() => {
                    let _ = sink.send(last).await;
                    break;
                }
            };
            if sink.send(outgoing).await.is_err() {
                break;
            }
        }
        let _ = sink.close().await;
    });

    let mut list_changes = state.hub().list_changes();
    let draining = state.draining().clone();
    let mut connection = Connection { state, person, frames, views: HashMap::new(), current: None };
    connection.say(connection.greeting()).await;
    let mut last = None;
    loop {
        tokio::select! {
            incoming = stream.next() => match incoming {
                Some(Incoming::Text(text)) => connection.received(&text).await,
                Some(Incoming::Binary) => connection.complain(None, binary()).await,
                Some(Incoming::TooLarge) => {
                    connection.complain(None, too_large()).await;
                    last = Some(Outgoing::Close { code: CLOSE_TOO_BIG, reason: "frame too large" });
                    break;
                }
                Some(Incoming::Closed) | None => break,
            },
            changed = list_changes.recv() => {
                // Having missed some is a change too.
                if changed.as_ref().is_ok_and(|person| *person != connection.person) { continue }
                connection.say(outside(Event::ConversationsChanged, String::new())).await;
            }
            () = draining.cancelled() => {
                let bye = Event::Bye { code: "drain".to_owned(), retry_milliseconds: COME_BACK };
                connection.say(outside(bye, "The server is restarting".to_owned())).await;
                last = Some(Outgoing::Close { code: CLOSE_RESTART, reason: "restart" });
                break;
            }
            () = connection.frames.closed() => break,
        }
    }
    for view in connection.views.values() {
        view.abort();
    }
    drop(connection);
    if let Some(last) = last {
        let _ = closing.send(last).await;
    }
    drop(closing);
    let _ = writer.await;
}

impl Connection {
    async fn received(&mut self, text: &str) {
        if text.len() > MAXIMUM_FRAME_BYTES {
            return self.complain(None, too_large()).await;
        }
        match parse(text) {
            Ok(command) => self.obey(command).await,
            Err((id, problem)) => self.complain(id, problem).await,
        }
    }

    /// Sends a frame; a client that is gone is noticed by the loop.
    pub(super) async fn say(&self, frame: Frame) {
        let _ = self.frames.send(Arc::new(frame)).await;
    }

    /// Tells that a command failed.
    pub(super) async fn complain(&self, id: Option<CommandId>, problem: Problem) {
        let sentence = problem.message.clone();
        self.say(outside(Event::Error { id, problem }, sentence)).await;
    }

    /// Opens a view, replacing an earlier one of the same conversation.
    pub(super) async fn look_at(&mut self, conversation: &Arc<Conversation>, after: u64) -> Result<(), Problem> {
        self.look_away(conversation.id());
        self.views.retain(|_, view| !view.is_finished());
        if self.views.len() >= MAXIMUM_VIEWS {
            return Err(Problem::new(ProblemCode::RateLimited, "This connection looks at too many conversations")
                .hint("unsubscribe from one first"));
        }
        let mut view = conversation.view(after).await?;
        let frames = self.frames.clone();
        let forwarding = tokio::spawn(async move {
            while let Some(frame) = view.next().await {
                if frames.send(frame).await.is_err() {
                    break;
                }
            }
        });
        self.views.insert(conversation.id().clone(), forwarding.abort_handle());
        Ok(())
    }

    /// Whether a view of this conversation is open.
    pub(super) fn looks_at(&self, conversation: &ConversationId) -> bool {
        self.views.get(conversation).is_some_and(|view| !view.is_finished())
    }

    /// Closes a view.
    pub(super) fn look_away(&mut self, conversation: &ConversationId) {
        if let Some(view) = self.views.remove(conversation) {
            view.abort();
        }
    }

    fn greeting(&self) -> Frame {
        let event = Event::Connected {
            protocol: PROTOCOL_VERSION,
            maximum_frame_bytes: MAXIMUM_FRAME_BYTES,
            deployment: self.state.deployment().clone(),
        };
        outside(event, "Connected".to_owned())
    }
}

/// A frame outside any log.
pub(super) fn outside(event: Event, content: String) -> Frame {
    Frame { event, seq: 0, conversation: None, content, completed: false }
}

fn too_large() -> Problem {
    Problem::new(ProblemCode::TooLarge, format!("A frame may have at most {} KiB", MAXIMUM_FRAME_BYTES / 1024))
        .hint("send a shorter message; nothing of this one was taken")
}

fn binary() -> Problem {
    Problem::new(ProblemCode::BadRequest, "Binary frames are not understood").hint("send JSON as a text frame")
}
