//! The browser's connection as a state machine: it is told what happened and says what to do. It knows no clock, no
//! chance and no socket, so every failure can be played in a test.
//!
//! Times are milliseconds of one clock that never goes back. Every socket has a number; what an older one still says
//! is ignored. Closing is never the end: views are resumed and commands that were not acknowledged are sent again
//! under the same id.
//!
//! A socket is whichever way there is to the server: a `WebSocket`, or where something in between breaks those, a stream
//! over plain HTTP with requests beside it.

mod backoff;
mod outbox;
#[cfg(test)]
mod tests;

use crate::wire::command::{Command, Resume};
use crate::wire::event::{Event, Frame};
use crate::wire::id::ConversationId;
use crate::wire::problem::ProblemCode;

use self::outbox::Outbox;

/// How often an open connection is asked whether it is alive.
pub const PING_INTERVAL: u64 = 20_000;
/// How long a regular ping may stay without any frame.
pub const PING_LIMIT: u64 = 10_000;
/// The same for a probe: somebody is looking at the page and waits.
pub const PROBE_LIMIT: u64 = 2_000;
/// How long opening a socket may take.
pub const CONNECT_LIMIT: u64 = 10_000;
/// A socket that lived so long was no failed attempt.
pub const STABLE_AFTER: u64 = 5_000;

/// After so many attempts in a row over which nothing came, the other way is tried.
pub const SILENT_ATTEMPTS: u32 = 2;
/// The same where sockets have worked before: rather the server is away.
pub const SILENT_ATTEMPTS_AFTER_SUCCESS: u32 = 5;

/// A way to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A `WebSocket`.
    Socket,
    /// Server-Sent Events, and a request for each command.
    Stream,
}

/// What the machine wants done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Open a socket under this number, this way; there is no other one then.
    Connect(u64, Way),
    /// Close the socket of this number and forget it.
    Close(u64),
    /// Send this on the open socket.
    Send(Command),
    /// Tell the page about [`Connection::state`].
    Report,
}

/// How the connection is, as a person should know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionState {
    /// Whether commands can be sent now.
    pub online: bool,
    /// Failed attempts in a row; losing an open connection is none.
    pub attempt: u32,
    /// When the next attempt comes, in milliseconds from the time this was said.
    pub retry_in: Option<u32>,
    /// How many commands the server has not taken yet.
    pub outbox: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Connecting {
        since: u64,
    },
    /// `answer_by`: a ping was sent and any frame must come until then.
    Open {
        since: u64,
        ping_at: u64,
        answer_by: Option<u64>,
    },
    Waiting {
        since: u64,
        until: u64,
    },
}

/// The machine.
#[derive(Debug)]
pub struct Connection {
    phase: Phase,
    socket: u64,
    attempt: u32,
    way: Way,
    /// Attempts in a row, this way, over which nothing came.
    silent: u32,
    /// Whether something came over the present socket.
    heard: bool,
    /// Sockets have worked, and nothing was said against them since.
    sockets_work: bool,
    /// When the server, saying goodbye, wants to see us again; milliseconds.
    come_back: Option<u64>,
    views: Vec<View>,
    outbox: Outbox,
    /// The server said that it cannot store what happens, and not yet that it can again.
    unsure: bool,
}

/// A conversation that is looked at.
#[derive(Debug)]
struct View {
    resume: Resume,
    /// The server said that it is not there. A question on its way may still make it, so the next socket asks anew.
    missing: bool,
}

impl Connection {
    /// A machine that begins to connect at once.
    pub fn start(now: u64) -> (Self, Vec<Action>) {
        let phase = Phase::Connecting { since: now };
        let (views, outbox) = (Vec::new(), Outbox::default());
        let way = Way::Socket;
        let machine = Self {
            phase,
            socket: 1,
            attempt: 0,
            way,
            silent: 0,
            heard: false,
            sockets_work: false,
            come_back: None,
            views,
            outbox,
            unsure: false,
        };
        (machine, vec![Action::Connect(1, way)])
    }

    /// How it is now.
    pub fn state(&self) -> ConnectionState {
        let retry_in = match self.phase {
            Phase::Waiting { since, until } => Some(u32::try_from(until.saturating_sub(since)).unwrap_or(u32::MAX)),
            _ => None,
        };
        let online = matches!(self.phase, Phase::Open { .. });
        ConnectionState { online, attempt: self.attempt, retry_in, outbox: self.outbox.len() }
    }

    /// When [`Connection::tick`] has something to do.
    pub fn next_tick(&self) -> u64 {
        match self.phase {
            Phase::Connecting { since } => since + CONNECT_LIMIT,
            Phase::Open { ping_at, answer_by, .. } => answer_by.unwrap_or(ping_at),
            Phase::Waiting { until, .. } => until,
        }
    }

    /// The socket is open. What was not acknowledged goes first: it may create the conversation that is then viewed.
    pub fn opened(&mut self, socket: u64, now: u64) -> Vec<Action> {
        if socket != self.socket || !matches!(self.phase, Phase::Connecting { .. }) {
            return Vec::new();
        }
        self.phase = Phase::Open { since: now, ping_at: now + PING_INTERVAL, answer_by: None };
        let mut actions: Vec<_> = self.outbox.take_for_sending().into_iter().map(Action::Send).collect();
        if !self.views.is_empty() {
            let resume = self.views.iter().map(|view| view.resume.clone()).collect();
            actions.push(Action::Send(Command::Hello { resume }));
        }
        actions.push(Action::Report);
        actions
    }

    /// A frame came; `true` if it is of the present socket and the page should see it.
    pub fn received(&mut self, socket: u64, frame: &Frame) -> (bool, Vec<Action>) {
        let Phase::Open { since, ping_at, .. } = self.phase else { return (false, Vec::new()) };
        if socket != self.socket {
            return (false, Vec::new());
        }
        self.phase = Phase::Open { since, ping_at, answer_by: None };
        self.heard = true;
        self.silent = 0;
        self.sockets_work |= self.way == Way::Socket;
        let mut actions = Vec::new();
        match &frame.event {
            // Nothing was taken: it is sent again when the server is back, or whoever asked is signed in again.
            Event::Error { problem, .. } if matches!(problem.code, ProblemCode::Restarting | ProblemCode::SignIn) => {}
            Event::Ack { id: Some(id), .. } | Event::Error { id: Some(id), .. } if self.outbox.settle(id) => {
                actions.push(Action::Report);
            }
            Event::Storage { problem } => self.unsure = problem.is_some(),
            Event::Bye { retry_milliseconds, .. } => self.come_back = Some(*retry_milliseconds),
            Event::Error { id: None, problem } if problem.code == ProblemCode::NotFound => {
                if let Some(view) = frame.conversation.as_ref().and_then(|conversation| self.view(conversation)) {
                    view.missing = true;
                }
            }
            Event::Snapshot { transcript } => {
                if let Some(view) = self.view(&transcript.conversation) {
                    view.resume.after = transcript.seq;
                }
            }
            Event::Pong { views } => actions = self.make_good(views),
            _ => {}
        }
        if let Some(view) = frame.conversation.as_ref().and_then(|conversation| self.view(conversation))
            && frame.seq > 0
            && frame.seq - 1 == view.resume.after
        {
            view.resume.after = frame.seq;
            view.missing = false;
        }
        (true, actions)
    }

    /// The socket closed or failed. `chance` is a random number from 0 up to 1.
    pub fn closed(&mut self, socket: u64, now: u64, chance: f64) -> Vec<Action> {
        if socket != self.socket || matches!(self.phase, Phase::Waiting { .. }) {
            return Vec::new();
        }
        self.wait(now, chance)
    }

    /// A time came that [`Connection::next_tick`] named (or a later one: timers of hidden pages are slow).
    pub fn tick(&mut self, now: u64, chance: f64) -> Vec<Action> {
        if now < self.next_tick() {
            return Vec::new();
        }
        match self.phase {
            Phase::Connecting { .. } | Phase::Open { answer_by: Some(_), .. } => {
                let mut actions = vec![Action::Close(self.socket)];
                actions.extend(self.wait(now, chance));
                actions
            }
            // They worked until the server was away: is it so that they do not any more? A second time nobody asks.
            Phase::Open { .. } if self.way == Way::Stream && self.sockets_work && self.outbox.len() == 0 => {
                let mut actions = vec![Action::Close(self.socket)];
                self.way = Way::Socket;
                self.sockets_work = false;
                self.silent = SILENT_ATTEMPTS - 1;
                self.attempt = 0;
                actions.extend(self.connect(now));
                actions
            }
            Phase::Open { since, .. } => {
                self.phase = Phase::Open { since, ping_at: now + PING_INTERVAL, answer_by: Some(now + PING_LIMIT) };
                vec![Action::Send(Command::Ping)]
            }
            Phase::Waiting { .. } => self.connect(now),
        }
    }

    /// The page is seen again or the network is back: is the connection still what it seems? A socket that died while
    /// the page slept closes only minutes later by itself.
    pub fn wake(&mut self, now: u64) -> Vec<Action> {
        match self.phase {
            Phase::Open { since, ping_at, answer_by } => {
                let limit = now + PROBE_LIMIT;
                let answer_by = Some(answer_by.map_or(limit, |earlier| earlier.min(limit)));
                self.phase = Phase::Open { since, ping_at, answer_by };
                vec![Action::Send(Command::Ping)]
            }
            Phase::Waiting { .. } => self.connect(now),
            Phase::Connecting { .. } => Vec::new(),
        }
    }

    /// Sends a command, now or when there is a connection again.
    pub fn send(&mut self, command: Command) -> Vec<Action> {
        if let Command::Unsubscribe { conversation } = &command {
            self.views.retain(|view| view.resume.conversation != *conversation);
        }
        let online = matches!(self.phase, Phase::Open { .. });
        let mut actions = Vec::new();
        if self.outbox.put(&command, online) {
            actions.push(Action::Report);
        }
        if online {
            actions.insert(0, Action::Send(command));
        }
        actions
    }

    /// Opens a view of a conversation from the last event that the page has, or opens it again after a gap.
    pub fn subscribe(&mut self, conversation: ConversationId, after: u64) -> Vec<Action> {
        let resume = Resume { conversation, after };
        self.views.retain(|view| view.resume.conversation != resume.conversation);
        self.views.push(View { resume: resume.clone(), missing: false });
        match self.phase {
            Phase::Open { .. } => vec![Action::Send(Command::Subscribe(resume))],
            _ => Vec::new(),
        }
    }

    /// Questions that the server has not taken yet: command, conversation, text, and the message that it puts in another
    /// way where it does.
    pub fn unsent(&self) -> Vec<Vec<String>> {
        self.outbox.questions()
    }

    /// Frames and commands keep their order. So what the server had sent and answered when it said `pong` is here by
    /// now, or was lost: then no later frame may ever show it, and it is asked for and sent again.
    fn make_good(&self, sent: &[Resume]) -> Vec<Action> {
        let is_lost = |view: &&View| {
            let last = sent.iter().find(|one| one.conversation == view.resume.conversation);
            last.map_or(!view.missing, |last| last.after > view.resume.after)
        };
        let views = self.views.iter().filter(is_lost).map(|view| Command::Subscribe(view.resume.clone()));
        self.outbox.unanswered().chain(views).map(Action::Send).collect()
    }

    fn view(&mut self, conversation: &ConversationId) -> Option<&mut View> {
        self.views.iter_mut().find(|view| view.resume.conversation == *conversation)
    }

    fn connect(&mut self, now: u64) -> Vec<Action> {
        self.socket += 1;
        self.phase = Phase::Connecting { since: now };
        self.heard = false;
        vec![Action::Connect(self.socket, self.way), Action::Report]
    }

    fn wait(&mut self, now: u64, chance: f64) -> Vec<Action> {
        // What came last may be in no database, and another process may go on from before it, with the same numbers.
        if std::mem::take(&mut self.unsure) {
            self.views.iter_mut().for_each(|view| view.resume.after = 0);
        }
        self.attempt = match self.phase {
            Phase::Open { since, .. } if now.saturating_sub(since) >= STABLE_AFTER => 0,
            // It opened, but only for a moment: this counts, or a server that refuses at once would be stormed.
            Phase::Open { .. } if self.attempt == 0 && self.come_back.is_some() => 0,
            _ => self.attempt.saturating_add(1),
        };
        if !self.heard {
            self.silent += 1;
            self.change_way();
        }
        let delay = match self.come_back.take() {
            Some(milliseconds) => backoff::come_back(milliseconds, chance),
            None => backoff::delay(self.attempt, chance),
        };
        self.phase = Phase::Waiting { since: now, until: now + delay };
        vec![Action::Report]
    }

    /// What lets nothing through may be the way.
    fn change_way(&mut self) {
        let (other, patience) = match self.way {
            Way::Socket if self.sockets_work => (Way::Stream, SILENT_ATTEMPTS_AFTER_SUCCESS),
            Way::Socket => (Way::Stream, SILENT_ATTEMPTS),
            Way::Stream => (Way::Socket, SILENT_ATTEMPTS),
        };
        if self.silent >= patience {
            (self.way, self.silent) = (other, 0);
        }
    }
}
