//! A client that does what the protocol says: it comes back, goes on from where it was, and sends again what was not
//! acknowledged.

use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use netbox_chatbox::chat::reducer::{self, Applied};
use netbox_chatbox::wire::event::{Event, Frame};
use netbox_chatbox::wire::id::{ConversationId, MessageId};
use netbox_chatbox::wire::transcript::Transcript;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// How long a connection and an acknowledgement may take before the client begins anew.
const IMPATIENCE: Duration = Duration::from_secs(4);
/// How long anything may take in all, on a machine that is busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// A client with one conversation.
pub struct Client {
    address: String,
    /// The conversation as this client has put it together.
    pub transcript: Transcript,
    socket: Option<WebSocketStream<MaybeTlsStream<TcpStream>>>,
    /// How often it came back.
    pub connections: u32,
}

impl Client {
    /// Of the server at `address`; the conversation's id is this client's own.
    pub fn new(address: &str) -> Self {
        let id = ConversationId(uuid::Uuid::new_v4().to_string());
        Self::of(address, id)
    }

    /// With a conversation that is there.
    pub fn of(address: &str, conversation: ConversationId) -> Self {
        Self { address: address.to_owned(), transcript: Transcript::new(conversation), socket: None, connections: 0 }
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
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    break;
                }
            }
        }
        panic!("{command} was never acknowledged");
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

    fn rests(&self, turns: usize) -> bool {
        let Transcript { turns: all, queue, .. } = &self.transcript;
        all.len() >= turns
            && queue.is_empty()
            && all.iter().all(|turn| turn.answer.as_ref().is_some_and(|answer| answer.end.is_some()))
    }

    /// The conversation as the server tells it to whoever knows nothing of it.
    pub async fn whole(&self) -> Transcript {
        let mut other = Self::of(&self.address, self.transcript.conversation.clone());
        let subscribe =
            json!({"type": "subscribe", "conversation": other.transcript.conversation, "after": 0}).to_string();
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if other.tell(&subscribe).await {
                let by = Instant::now() + IMPATIENCE;
                while other.transcript.seq < self.transcript.seq && other.hear(by).await.is_some() {}
                if other.transcript.seq >= self.transcript.seq {
                    return other.transcript;
                }
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the conversation cannot be looked at");
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
        let url = format!("ws://{}/ws/chat", self.address);
        let Ok(Ok((socket, _))) = timeout(IMPATIENCE, connect_async(url)).await else { return false };
        self.socket = Some(socket);
        self.connections += 1;
        if self.transcript.seq > 0 {
            let resume = json!([{"conversation": self.transcript.conversation, "after": self.transcript.seq}]);
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
                    self.take(&frame).await;
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
