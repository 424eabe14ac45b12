//! One socket's life, over any sink and stream: a `WebSocket`, an event stream with requests beside it, or a test.

mod session;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::{Sink, Stream, StreamExt};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::parse::parse;
use crate::server::account::signed_in;
use crate::server::hub::Conversation;
use crate::server::limits::frames::Frames;
use crate::server::person::Person;
use crate::server::state::AppState;
use crate::wire::command::{MAXIMUM_FRAME_BYTES, PROTOCOL_VERSION, Resume};
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
/// Our own, among those that applications may use: whoever is here has to sign in again.
const CLOSE_SIGN_IN: u16 = 4401;
/// Our own: the socket is as old as one may be without being asked again who is here.
const CLOSE_RENEW: u16 = 4408;
/// When a client should come back after the server stopped, in milliseconds.
const COME_BACK: u64 = 1000;
/// How long a client may be silent. It is pinged more often than that, and even a client that only listens answers
/// pings by itself (RFC 6455, section 5.5.2); so whoever says nothing is gone.
const LONGEST_SILENCE: Duration = Duration::from_secs(75);
/// How long an answer to a command may wait for room in the queue.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the last frames of a conversation may take when the server stops.
const LAST_FRAMES: Duration = Duration::from_secs(1);

/// What comes from the client.
#[derive(Debug)]
pub enum Incoming {
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary,
    /// A ping, or the answer to ours.
    Alive,
    /// A frame over the socket's limit; nothing can be read after it.
    TooLarge,
    /// The end.
    Closed,
}

/// What goes to the client.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// A text frame.
    Text {
        /// The frame.
        json: String,
        /// The event after which a client that has this goes on, where it moves that.
        reached: Option<Resume>,
    },
    /// Asks whether the client is there.
    Ping,
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
    pub(super) person: Person,
    pub(super) address: IpAddr,
    pub(super) time_zone: Option<String>,
    stream: Option<String>,
    frames: mpsc::Sender<Arc<Frame>>,
    views: HashMap<ConversationId, OpenView>,
    /// The conversation that commands without one mean.
    pub(super) current: Option<Arc<Conversation>>,
    /// The person's list changed, and there was no room to say so.
    list_changed: bool,
    /// When it was noted last that the session is used.
    noted: Option<Instant>,
    /// The client does not read.
    stuck: bool,
    /// How fast it commands.
    commands: Frames,
}

struct OpenView {
    /// A new conversation may have the id of a deleted one.
    conversation: Weak<Conversation>,
    forwarding: JoinHandle<()>,
    /// The last event that went to the client.
    sent: Arc<AtomicU64>,
}

/// Who is at the other end.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The person.
    pub person: Person,
    /// Where they are from.
    pub address: IpAddr,
    /// Their time zone, `Europe/Berlin`, where they told it.
    pub time_zone: Option<String>,
    /// Where commands are sent to, where they do not come the way that frames go.
    pub stream: Option<String>,
}

/// Serves a socket until either side ends it.
pub async fn serve<Output, Input>(state: AppState, visitor: Visitor, sink: Output, mut stream: Input)
where
    Output: Sink<Outgoing> + Unpin + Send + 'static,
    Input: Stream<Item = Incoming> + Unpin,
{
    let (frames, waiting) = mpsc::channel::<Arc<Frame>>(WAITING_FRAMES);
    let (closing, close) = oneshot::channel::<Outgoing>();
    // Writing has its own task: a client that does not read must still be heard when it stops a run.
    let writer = tokio::spawn(writer::write(sink, waiting, close));

    let Visitor { person, address, time_zone, stream: name } = visitor;
    let mut list_changes = state.hub().list_changes();
    let mut storage = state.hub().storage();
    let draining = state.draining().clone();
    let room = frames.clone();
    let mut signed_out = Box::pin(session::over(state.clone(), person.id.clone(), person.session.clone()));
    let mut renewal = Box::pin(session::renewal(state.clone()));
    let mut connection = Connection {
        state,
        person,
        address,
        time_zone,
        stream: name,
        frames,
        views: HashMap::new(),
        current: None,
        list_changed: false,
        noted: None,
        stuck: false,
        commands: Frames::default(),
    };
    connection.say(connection.greeting()).await;
    if storage.borrow_and_update().is_some() {
        storage.mark_changed();
    }
    let mut last = None;
    let mut heard = Instant::now();
    while !connection.stuck {
        tokio::select! {
            incoming = stream.next() => {
                heard = Instant::now();
                match incoming {
                    Some(Incoming::Text(text)) => {
                        telling_storage(&room, &mut storage, connection.received(&text)).await;
                    }
                    Some(Incoming::Binary) => connection.complain(None, None, binary()).await,
                    Some(Incoming::Alive) => {}
                    Some(Incoming::TooLarge) => {
                        connection.complain(None, None, too_large()).await;
                        last = Some(Outgoing::Close { code: CLOSE_TOO_BIG, reason: "frame too large" });
                        break;
                    }
                    Some(Incoming::Closed) | None => break,
                }
            }
            changed = list_changes.recv() => {
                // Having missed some is a change too.
                connection.list_changed |= !changed.as_ref().is_ok_and(|person| *person != connection.person.id);
            }
            Ok(room) = room.reserve(), if connection.list_changed => {
                connection.list_changed = false;
                room.send(Arc::new(outside(Event::ConversationsChanged, String::new())));
            }
            Ok(()) = storage.changed() => {
                connection.say(storage_frame(&mut storage)).await;
            }
            () = draining.cancelled() => {
                connection.finish_views().await;
                let bye = Event::Bye { code: "drain".to_owned(), retry_milliseconds: COME_BACK };
                connection.say(outside(bye, "The server is restarting".to_owned())).await;
                last = Some(Outgoing::Close { code: CLOSE_RESTART, reason: "restart" });
                break;
            }
            () = &mut signed_out => {
                let bye = Event::Bye { code: "reauth".to_owned(), retry_milliseconds: 0 };
                connection.say(outside(bye, "You are not signed in any more".to_owned())).await;
                last = Some(Outgoing::Close { code: CLOSE_SIGN_IN, reason: "sign in again" });
                break;
            }
            () = &mut renewal => {
                let bye = Event::Bye { code: "renew".to_owned(), retry_milliseconds: 0 };
                connection.say(outside(bye, "This connection is opened anew now and then".to_owned())).await;
                last = Some(Outgoing::Close { code: CLOSE_RENEW, reason: "open another" });
                break;
            }
            () = tokio::time::sleep_until(heard + LONGEST_SILENCE) => {
                tracing::debug!("a socket is closed: its client has been silent for too long");
                writer.abort();
                break;
            }
            () = room.closed() => break,
        }
    }
    // Whoever commands now is told that nobody listens.
    drop(stream);
    if connection.stuck {
        tracing::debug!("a socket is closed: its client does not read");
        writer.abort();
    }
    for view in connection.views.values() {
        view.forwarding.abort();
    }
    drop((connection, room));
    match last {
        Some(last) => drop(closing.send(last)),
        // The writer waits to hear that there is none.
        None => drop(closing),
    }
    let _ = writer.await;
}

/// Awaits `work`, and tells meanwhile when nothing can be stored, or everything again: what a command waits for may be the
/// database itself.
async fn telling_storage(
    room: &mpsc::Sender<Arc<Frame>>,
    storage: &mut watch::Receiver<Option<Problem>>,
    work: impl Future<Output = ()>,
) {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            () = &mut work => return,
            Ok(()) = storage.changed() => {
                if let Err(TrySendError::Full(_)) = room.try_send(Arc::new(storage_frame(storage))) {
                    // Whoever does not read is told afterwards.
                    storage.mark_changed();
                    return work.await;
                }
            }
        }
    }
}

fn storage_frame(storage: &mut watch::Receiver<Option<Problem>>) -> Frame {
    let problem = storage.borrow_and_update().clone();
    let sentence = problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default();
    outside(Event::Storage { problem }, sentence)
}

impl Connection {
    async fn received(&mut self, text: &str) {
        if text.len() > MAXIMUM_FRAME_BYTES {
            return self.complain(None, None, too_large()).await;
        }
        if let Err(problem) = self.commands.count() {
            return self.complain(None, None, problem).await;
        }
        match parse(text) {
            Ok(command) => self.obey(command).await,
            Err((id, problem)) => self.complain(id, None, problem).await,
        }
    }

    /// Sends a frame. A client that does not read is waited for, but not for long: what it says next may be `stop`.
    pub(super) async fn say(&mut self, frame: Frame) {
        if !self.stuck {
            // That it is gone, the loop notices.
            self.stuck = tokio::time::timeout(PATIENCE, self.frames.send(Arc::new(frame))).await.is_err();
        }
    }

    /// Sends a frame that nobody misses while others wait.
    pub(super) fn say_if_there_is_room(&self, frame: Frame) {
        if let Err(TrySendError::Full(_)) = self.frames.try_send(Arc::new(frame)) {
            tracing::trace!("a frame was left out: the client does not read");
        }
    }

    /// Tells that a command failed.
    pub(super) async fn complain(
        &mut self,
        id: Option<CommandId>,
        conversation: Option<ConversationId>,
        problem: Problem,
    ) {
        let sentence = problem.message.clone();
        let frame = Frame { conversation, ..outside(Event::Error { id, problem }, sentence) };
        self.say(frame).await;
    }

    /// Opens a view, replacing an earlier one of the same conversation.
    pub(super) async fn look_at(&mut self, conversation: &Arc<Conversation>, after: u64) -> Result<(), Problem> {
        self.look_away(conversation.id());
        self.views.retain(|_, view| !view.forwarding.is_finished());
        if self.views.len() >= MAXIMUM_VIEWS {
            return Err(Problem::new(ProblemCode::RateLimited, "This connection looks at too many conversations")
                .hint("unsubscribe from one first"));
        }
        let mut view = conversation.view(after).await?;
        let frames = self.frames.clone();
        let draining = self.state.draining().clone();
        let sent = Arc::new(AtomicU64::new(view.handed_out().unwrap_or_default()));
        let noted = Arc::clone(&sent);
        let forwarding = tokio::spawn(async move {
            loop {
                let frame = tokio::select! {
                    biased;
                    frame = view.next() => frame,
                    // What has happened by then was there already.
                    () = draining.cancelled() => None,
                };
                let Some(frame) = frame else { break };
                if frames.send(frame).await.is_err() {
                    break;
                }
                // Only now: whoever is told this number has the frames up to it before.
                if let Some(seq) = view.handed_out() {
                    noted.store(seq, Ordering::Release);
                }
            }
        });
        let view = OpenView { conversation: Arc::downgrade(conversation), forwarding, sent };
        self.views.insert(conversation.id().clone(), view);
        Ok(())
    }

    /// Whether a view of this very conversation is open.
    pub(super) fn looks_at(&self, conversation: &Arc<Conversation>) -> bool {
        self.views.get(conversation.id()).is_some_and(|view| {
            view.conversation.as_ptr() == Arc::as_ptr(conversation) && !view.forwarding.is_finished()
        })
    }

    /// Closes a view.
    pub(super) fn look_away(&mut self, conversation: &ConversationId) {
        if let Some(view) = self.views.remove(conversation) {
            view.forwarding.abort();
        }
    }

    /// The views that are open, each with the last event that went to the client: less there is a loss.
    pub(super) fn sent(&self) -> Vec<Resume> {
        let open = self.views.iter().filter(|(_, view)| !view.forwarding.is_finished());
        open.map(|(conversation, view)| Resume {
            conversation: conversation.clone(),
            after: view.sent.load(Ordering::Acquire),
        })
        .collect()
    }

    /// Lets every view hand out what has happened; they end by themselves when the server stops.
    async fn finish_views(&mut self) {
        let views = self.views.drain().map(|(_, view)| view.forwarding);
        let _ = tokio::time::timeout(LAST_FRAMES, futures::future::join_all(views)).await;
    }

    fn greeting(&self) -> Frame {
        let event = Event::Connected {
            protocol: PROTOCOL_VERSION,
            maximum_frame_bytes: MAXIMUM_FRAME_BYTES,
            deployment: self.state.deployment().clone(),
            person: Some(signed_in(&self.person)),
            connection: self.stream.clone(),
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
