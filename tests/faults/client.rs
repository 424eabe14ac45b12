//! A client that does what the protocol says: it comes back, to another process where its own stops, goes on from where
//! it was, and sends again what was not acknowledged.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use netbox_chatbox::chat::reducer::{self, Applied};
use netbox_chatbox::wire::change::Approval;
use netbox_chatbox::wire::command::{Command, Word};
use netbox_chatbox::wire::event::{Event, Frame};
use netbox_chatbox::wire::id::{ConversationId, MessageId};
use netbox_chatbox::wire::transcript::{Part, Transcript};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long a connection and an acknowledgement may take before the client begins anew: longer than the program waits
/// for its database, so that a refusal is heard.
const IMPATIENCE: Duration = Duration::from_secs(7);
/// How long anything may take in all, on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// Whom a proxy that signs people in names.
const PERSON: (&str, &str) = ("x-forwarded-user", "somebody");

/// A client with one conversation.
pub struct Client {
    /// Those of the processes that it may talk to.
    addresses: Vec<String>,
    /// With which of them it does.
    at: usize,
    /// The conversation as this client has put it together.
    pub transcript: Transcript,
    socket: Option<WebSocketStream<MaybeTlsStream<TcpStream>>>,
    /// Its connection ended while nothing could be stored: what it has may be in no database.
    unsure: bool,
    /// How often it came back.
    pub connections: u32,
    /// What it was told outside the conversation.
    pub told: Told,
}

/// What a client was told outside its conversation's log, and what of the log does not stay in a transcript.
#[derive(Debug, Default)]
pub struct Told {
    /// How often a command was refused, by the code, and a connection, by the status.
    pub refused: BTreeMap<String, u32>,
    /// Whether what happens can be stored, as often as that changed. A new connection is told where it cannot.
    pub storage: Vec<bool>,
    /// Passing states of the run, by their sentences.
    pub notices: Vec<String>,
    /// How often what a step had shown was withdrawn.
    pub withdrawn: u32,
    /// How often a process said that it stops.
    pub drained: u32,
}

impl Client {
    /// Of the processes at these addresses; the conversation's id is this client's own.
    pub fn new(addresses: &[&str]) -> Self {
        let id = ConversationId(uuid::Uuid::new_v4().to_string());
        Self::of(addresses, id)
    }

    /// With a conversation that is there.
    pub fn of(addresses: &[&str], conversation: ConversationId) -> Self {
        Self {
            addresses: addresses.iter().map(|&address| address.to_owned()).collect(),
            at: 0,
            transcript: Transcript::new(conversation),
            socket: None,
            unsure: false,
            connections: 0,
            told: Told::default(),
        }
    }

    /// Connects, as a page does that is open before somebody asks.
    pub async fn open(&mut self) {
        let end = Instant::now() + PATIENCE;
        while self.socket.is_none() && !self.tell(r#"{"type":"ping"}"#).await {
            assert!(Instant::now() < end, "there is no connection");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Looks at the conversation from its beginning, without asking.
    pub async fn look(&mut self) {
        let subscribe =
            json!({"type": "subscribe", "conversation": self.transcript.conversation, "after": 0}).to_string();
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if self.tell(&subscribe).await {
                let by = Instant::now() + IMPATIENCE;
                while self.transcript.seq == 0 && self.hear(by).await.is_some() {}
                if self.transcript.seq > 0 {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the conversation cannot be looked at");
    }

    /// Asks, as often as it takes to have it acknowledged. Gives the message.
    pub async fn ask(&mut self, command: &str, text: &str) -> MessageId {
        let conversation = self.transcript.conversation.clone();
        let frame = json!({"type": "send", "id": command, "conversation": conversation, "text": text}).to_string();
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if !self.tell(&frame).await {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            let by = Instant::now() + IMPATIENCE;
            while let Some(heard) = self.hear(by).await {
                if heard["type"] == "ack" && heard["id"] == command {
                    return MessageId::from(heard["message"].as_str().unwrap());
                }
                // A question that cannot be stored, or comes while the server stops, is sent again.
                if heard["type"] == "error" && heard["id"] == command {
                    let code = heard["problem"]["code"].as_str().unwrap_or_default();
                    assert!(["restarting", "storage", "internal", "rate_limited"].contains(&code), "{heard}");
                    if code == "restarting" {
                        self.go_elsewhere();
                    }
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    break;
                }
            }
        }
        panic!("{command} was never acknowledged");
    }

    /// Waits until an answer has a plan that waits for its person's word.
    pub async fn until_plan(&mut self) -> Approval {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if let Some(plan) = self.plan().filter(|plan| plan.decision.is_none()) {
                return plan;
            }
            if !self.tell(r#"{"type":"ping"}"#).await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let _ = timeout(Duration::from_millis(300), self.hear(end)).await;
        }
        panic!("there is no plan: {:#?}", self.transcript);
    }

    /// Says a word about a plan, as often as it takes to see what became of it.
    pub async fn decide(&mut self, plan: &Approval, word: Word) {
        let command = Command::Approve {
            conversation: self.transcript.conversation.clone(),
            approval: plan.approval.clone(),
            digest: plan.digest.clone(),
            decision: word,
        };
        let frame = serde_json::to_string(&command).unwrap();
        let end = Instant::now() + PATIENCE;
        while self.plan().is_none_or(|plan| plan.decision.is_none()) {
            assert!(Instant::now() < end, "nothing became of the word: {:#?}", self.transcript);
            if !self.tell(&frame).await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            let _ = timeout(Duration::from_millis(300), self.hear(end)).await;
        }
    }

    /// The newest answer's plan.
    pub fn plan(&self) -> Option<Approval> {
        let parts = &self.transcript.turns.last()?.answer.as_ref()?.parts;
        parts.iter().find_map(|part| if let Part::Tool(tool) = part { tool.approval.clone() } else { None })
    }

    /// Waits until so many questions have ended answers and none waits.
    pub async fn until_rest(&mut self, turns: usize) {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if self.rests(turns) {
                return;
            }
            if !self.tell(r#"{"type":"ping"}"#).await {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            let by = Instant::now() + IMPATIENCE;
            while !self.rests(turns) && self.hear(by).await.is_some_and(|heard| heard["type"] != "pong") {}
            if !self.rests(turns) {
                let _ = timeout(Duration::from_millis(300), self.hear(by)).await;
            }
        }
        panic!("never came to rest: {:#?}", self.transcript);
    }

    /// Listens for a while, whatever comes; comes back where the connection ends.
    pub async fn listen(&mut self, lasting: Duration) {
        let end = Instant::now() + lasting;
        while Instant::now() < end {
            if self.hear(end).await.is_none() && !self.tell(r#"{"type":"ping"}"#).await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    fn rests(&self, turns: usize) -> bool {
        let Transcript { turns: all, queue, .. } = &self.transcript;
        !self.unsure
            && self.told.storage.last() != Some(&false)
            && all.len() >= turns
            && queue.is_empty()
            && all.iter().all(|turn| turn.answer.as_ref().is_some_and(|answer| answer.end.is_some()))
    }

    /// The conversation as the server tells it to whoever knows nothing of it.
    pub async fn whole(&self) -> Transcript {
        let addresses: Vec<&str> = self.addresses.iter().map(String::as_str).collect();
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            let mut other = Self::of(&addresses, self.transcript.conversation.clone());
            other.at = self.at;
            other.look().await;
            if other.transcript.seq >= self.transcript.seq {
                return other.transcript;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("what is kept never became what this client has: {:#?}", self.transcript);
    }

    /// Leaves a process that stops, or does not answer, for the next.
    fn go_elsewhere(&mut self) {
        if self.addresses.len() > 1 {
            self.socket = None;
            self.at = (self.at + 1) % self.addresses.len();
        }
    }

    /// Sends a frame, connecting first if there is no connection. False when that did not work.
    async fn tell(&mut self, frame: &str) -> bool {
        if self.socket.is_none() && !self.connect().await {
            return false;
        }
        let Some(socket) = &mut self.socket else { return false };
        let sent = timeout(IMPATIENCE, socket.send(Message::text(frame.to_owned()))).await;
        if !matches!(sent, Ok(Ok(()))) {
            self.socket = None;
        }
        self.socket.is_some()
    }

    async fn connect(&mut self) -> bool {
        let mut request = format!("ws://{}/ws/chat", self.addresses[self.at]).into_client_request().unwrap();
        // Where nobody signs in, it says nothing.
        request.headers_mut().insert(PERSON.0, PERSON.1.parse().unwrap());
        let socket = match timeout(IMPATIENCE, connect_async(request)).await {
            Ok(Ok((socket, _))) => socket,
            failed => {
                if let Ok(Err(Error::Http(response))) = failed {
                    *self.told.refused.entry(response.status().as_u16().to_string()).or_default() += 1;
                }
                self.go_elsewhere();
                return false;
            }
        };
        self.socket = Some(socket);
        self.connections += 1;
        if self.transcript.seq > 0 {
            self.unsure |= self.told.storage.last() == Some(&false);
            let after = if self.unsure { 0 } else { self.transcript.seq };
            let resume = json!([{"conversation": self.transcript.conversation, "after": after}]);
            return Box::pin(self.tell(&json!({"type": "hello", "resume": resume}).to_string())).await;
        }
        true
    }

    /// The next frame until then, applied; none when nothing came or the connection has ended.
    async fn hear(&mut self, by: Instant) -> Option<Value> {
        loop {
            let socket = self.socket.as_mut()?;
            match tokio::time::timeout_at(by, socket.next()).await {
                Ok(Some(Ok(Message::Text(text)))) => {
                    let frame: Frame = serde_json::from_str(&text).unwrap();
                    self.note(&frame.event, &frame.content);
                    self.take(&frame).await;
                    if matches!(&frame.event, Event::Bye { .. }) {
                        self.go_elsewhere();
                    }
                    return serde_json::from_str(&text).ok();
                }
                Ok(Some(Ok(message))) if !message.is_close() => {}
                // The end, or silence: whether the connection still lives, nobody knows.
                _ => {
                    self.socket = None;
                    return None;
                }
            }
        }
    }

    fn note(&mut self, event: &Event, content: &str) {
        match event {
            Event::Error { problem, .. } => {
                let code = serde_json::to_value(problem.code).unwrap().as_str().unwrap_or_default().to_owned();
                *self.told.refused.entry(code).or_default() += 1;
            }
            Event::Storage { problem } => self.told.storage.push(problem.is_none()),
            Event::Connected { .. } if self.told.storage.last() == Some(&false) => self.told.storage.push(true),
            Event::Snapshot { .. } => self.unsure = false,
            Event::Notice { .. } => self.told.notices.push(content.to_owned()),
            Event::StepReset { .. } => self.told.withdrawn += 1,
            Event::Bye { .. } => self.told.drained += 1,
            _ => {}
        }
    }

    async fn take(&mut self, frame: &Frame) {
        if frame.conversation.as_ref() != Some(&self.transcript.conversation)
            || matches!(frame.event, Event::Ack { .. } | Event::Error { .. })
        {
            return;
        }
        if reducer::apply(&mut self.transcript, frame) == Applied::Gap {
            let again = json!({"type": "subscribe", "conversation": self.transcript.conversation, "after": self.transcript.seq});
            Box::pin(self.tell(&again.to_string())).await;
        }
    }
}
