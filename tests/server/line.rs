//! The two ways over which the protocol is spoken, so that the same test goes over either.

use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use futures::{SinkExt, StreamExt};

use crate::stack::Browser;

/// One of them.
pub enum Line {
    WebSocket(Box<WebSocketStream<MaybeTlsStream<TcpStream>>>),
    Events(Box<Events>),
}

impl Line {
    pub async fn send(&mut self, message: Message) -> Result<(), Error> {
        match self {
            Self::WebSocket(socket) => socket.send(message).await,
            Self::Events(events) => match events.say(&message.into_text().unwrap()).await.status().as_u16() {
                202 => Ok(()),
                _ => Err(Error::ConnectionClosed),
            },
        }
    }

    pub async fn next(&mut self) -> Option<Result<Message, Error>> {
        match self {
            Self::WebSocket(socket) => socket.next().await,
            Self::Events(events) => events.next().await.map(Ok),
        }
    }
}

/// A stream of Server-Sent Events and the requests beside it.
pub struct Events {
    client: reqwest::Client,
    address: String,
    header: (String, String),
    response: reqwest::Response,
    read: Vec<u8>,
    /// The stream's id.
    pub connection: String,
    /// The `id:` that came last.
    pub last_id: Option<u64>,
}

impl Events {
    /// Opens a stream; the answer where that is none.
    pub async fn open(browser: &Browser, query: &str, last_id: Option<u64>) -> Result<Self, reqwest::Response> {
        let Browser { client, address, header } = browser;
        let mut request = client.get(format!("http://{address}/events/chat{query}")).header(&header.0, &header.1);
        if let Some(last_id) = last_id {
            request = request.header("last-event-id", last_id.to_string());
        }
        let response = request.send().await.unwrap();
        if response.status() != 200 {
            return Err(response);
        }
        let (client, address, header) = (client.clone(), address.clone(), header.clone());
        let (read, connection) = (Vec::new(), String::new());
        Ok(Self { client, address, header, response, read, connection, last_id: None })
    }

    /// What the answer said before the first frame.
    pub fn headers(&self) -> &http::HeaderMap {
        self.response.headers()
    }

    /// Sends a command.
    pub async fn say(&self, command: &str) -> reqwest::Response {
        let url = format!("http://{}/events/chat/{}", self.address, self.connection);
        let request = self.client.post(url).header(&self.header.0, &self.header.1).body(command.to_owned());
        request.send().await.unwrap()
    }

    /// The next frame; with what the server closes is the code that a socket would be closed with.
    async fn next(&mut self) -> Option<Message> {
        loop {
            while let Some(end) = self.read.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = self.read.drain(..end + 2).collect();
                if let Some(message) = self.take(&String::from_utf8(event).unwrap()) {
                    return Some(message);
                }
            }
            self.read.extend(self.response.chunk().await.ok()??);
        }
    }

    fn take(&mut self, event: &str) -> Option<Message> {
        let mut data = None;
        for line in event.lines() {
            if let Some(text) = line.strip_prefix("data: ") {
                assert!(data.replace(text).is_none(), "a frame is one line: {event}");
            } else if let Some(id) = line.strip_prefix("id: ") {
                self.last_id = Some(id.parse().unwrap());
            } else if let Some(closed) = line.strip_prefix(": closed with ") {
                let code: u16 = closed.split(',').next().unwrap().parse().unwrap();
                return Some(Message::Close(Some(CloseFrame { code: code.into(), reason: "".into() })));
            } else {
                assert!(line.is_empty() || line.starts_with(':') || line.starts_with("retry: "), "{line}");
            }
        }
        let data = data?;
        let frame: Value = serde_json::from_str(data).unwrap();
        if frame["type"] == "connected" {
            frame["connection"].as_str().unwrap().clone_into(&mut self.connection);
        }
        Some(Message::text(data))
    }
}
