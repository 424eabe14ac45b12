//! One stack a test, on free ports, ended with the test.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::channel::mpsc;
use netbox_chatbox::chat::reducer;
use netbox_chatbox::server::audit::Audit;
use netbox_chatbox::server::auth::network::Network;
use netbox_chatbox::server::auth::proxy::ProxyRules;
use netbox_chatbox::server::config::{
    AnswerConfig, ConnectionConfig, LimitConfig, ModelSource, NetboxSource, PeopleConfig, RemoteModel, RemoteNetbox,
    ServeConfig, SignInMode, StorageConfig,
};
use netbox_chatbox::server::demo::{model, netbox};
use netbox_chatbox::server::run::Server;
use netbox_chatbox::server::state::AppState;
use netbox_chatbox::server::store::{Database, Location};
use netbox_chatbox::wire::event::{Event, Frame};
use netbox_chatbox::wire::id::ConversationId;
use netbox_chatbox::wire::transcript::{Answer, Transcript};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::line::{Events, Line};

use crate::scratch::Scratch;

/// Longer than anything here takes, on a machine that is busy with something else.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server.
pub struct Stack {
    /// `127.0.0.1:port`.
    pub address: String,
    /// The address of the NetBox behind it.
    pub netbox: String,
    state: AppState,
    signals: mpsc::UnboundedSender<()>,
    serving: tokio::task::JoinHandle<()>,
    /// Its database, where it is this stack's alone; gone with it.
    _scratch: Option<Scratch>,
}

/// The variable that names the database of every stack for which it does not matter: `memory` (unset), `sqlite` (a file)
/// or `postgres`.
const DATABASE: &str = "TEST_DATABASE";

/// How the stand-in model behaves.
#[derive(Clone, Copy, Default)]
pub struct Model {
    pub natural: bool,
    pub faults: bool,
    pub wrong_key: bool,
}

impl Stack {
    /// As `serve` without any setting: one local person.
    pub async fn alone() -> Self {
        Self::with_people(NetboxSource::Demo, PeopleConfig::nobody()).await
    }

    /// With people who sign in some way.
    pub async fn with_people(netbox: NetboxSource, people: PeopleConfig) -> Self {
        let drain = Duration::from_millis(300);
        Self::start_for(people, netbox, ModelSource::StandIn, AnswerConfig::default(), drain).await
    }

    /// Everything embedded, as fast as it goes. A proxy, which the test plays, says who everybody is.
    pub async fn demo() -> Self {
        Self::start(NetboxSource::Demo, ModelSource::StandIn, AnswerConfig::default()).await
    }

    /// With a stand-in model of its own kind.
    pub async fn with_model(kind: Model) -> Self {
        Self::start(NetboxSource::Demo, remote_model(kind).await, AnswerConfig::default()).await
    }

    /// With another NetBox, at this address and with this token.
    pub async fn with_netbox(url: &str, token: &str) -> Self {
        Self::start(remote_netbox(url, token), ModelSource::StandIn, AnswerConfig::default()).await
    }

    /// With few rounds.
    pub async fn with_rounds(maximum_rounds: u32) -> Self {
        let model = remote_model(Model { faults: true, ..Model::default() }).await;
        let mut answers = AnswerConfig::default();
        answers.budget.rounds = maximum_rounds;
        Self::start(NetboxSource::Demo, model, answers).await
    }

    /// With a model that a test plays itself.
    pub async fn with_model_at(base_url: &str) -> Self {
        Self::with(RemoteModel::new(base_url.parse().unwrap(), None, "claude-haiku-5-5"), AnswerConfig::default()).await
    }

    /// With a model and limits of one's own.
    pub async fn with(model: RemoteModel, answers: AnswerConfig) -> Self {
        Self::start(NetboxSource::Demo, ModelSource::Remote(model), answers).await
    }

    /// With a slow stand-in, and this long for running answers at the end.
    pub async fn draining(drain: Duration) -> Self {
        let model = remote_model(Model { natural: true, faults: true, ..Model::default() }).await;
        Self::start_with(NetboxSource::Demo, model, AnswerConfig::default(), drain).await
    }

    /// With answers that take their time, and a proxy that wants to be asked so often who is behind a socket.
    pub async fn with_socket_age(age: Duration) -> Self {
        let mut people = behind_a_proxy();
        if let SignInMode::Proxy(rules) = &mut people.mode {
            rules.socket_age = age;
        }
        let model = remote_model(Model { natural: true, ..Model::default() }).await;
        Self::start_for(people, NetboxSource::Demo, model, AnswerConfig::default(), Duration::from_millis(300)).await
    }

    async fn start(netbox: NetboxSource, model: ModelSource, answers: AnswerConfig) -> Self {
        Self::start_with(netbox, model, answers, Duration::from_millis(300)).await
    }

    async fn start_with(netbox: NetboxSource, model: ModelSource, answers: AnswerConfig, drain: Duration) -> Self {
        Self::start_for(behind_a_proxy(), netbox, model, answers, drain).await
    }

    async fn start_for(
        people: PeopleConfig,
        netbox: NetboxSource,
        model: ModelSource,
        answers: AnswerConfig,
        drain: Duration,
    ) -> Self {
        Self::start_limited(people, netbox, model, answers, drain, LimitConfig::unlimited(), StorageConfig::memory())
            .await
    }

    /// With people of a proxy, limits and storage of one's own.
    pub async fn limited(limits: LimitConfig, storage: StorageConfig, kind: Model) -> Self {
        let (model, answers, drain) = (remote_model(kind).await, AnswerConfig::default(), Duration::from_millis(300));
        Self::start_limited(behind_a_proxy(), NetboxSource::Demo, model, answers, drain, limits, storage).await
    }

    /// With people and limits of one's own.
    pub async fn with_limits(people: PeopleConfig, limits: LimitConfig) -> Self {
        let (answers, drain) = (AnswerConfig::default(), Duration::from_millis(300));
        let (netbox, model) = (NetboxSource::Demo, ModelSource::StandIn);
        Self::start_limited(people, netbox, model, answers, drain, limits, StorageConfig::memory()).await
    }

    /// With people, limits and storage of one's own.
    pub async fn start_limited(
        people: PeopleConfig,
        netbox: NetboxSource,
        model: ModelSource,
        answers: AnswerConfig,
        drain: Duration,
        limits: LimitConfig,
        mut storage: StorageConfig,
    ) -> Self {
        let scratch = match storage.database {
            Location::Memory => of_its_own().await,
            Location::File(_) | Location::Postgres(_) => None,
        };
        if let Some(scratch) = &scratch {
            storage.database = scratch.location();
        }
        let config = ServeConfig {
            connection: ConnectionConfig { netbox, model, answers },
            people,
            storage,
            limits,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            cors_origins: vec!["https://portal.example.com".parse().unwrap()],
            allowed_hosts: Vec::new(),
            drain,
        };
        let server = Server::bind(config, model::Pace::Instant).await.unwrap();
        let address = server.address().trim_start_matches("http://").to_owned();
        let state = server.state().clone();
        let netbox = state.deployment().netbox.url.clone();
        let (signals, received) = mpsc::unbounded();
        let serving = tokio::spawn(async move { server.serve(received).await.unwrap() });
        Self { address, netbox, state, signals, serving, _scratch: scratch }
    }

    /// What the server keeps.
    pub fn database(&self) -> &Database {
        self.state.database()
    }

    /// Whether no answer is worked on any more, within this time.
    pub async fn has_no_runs(&self, patience: Duration) -> bool {
        self.state.agent().drain(patience).await
    }

    /// What it notes.
    pub fn audit(&self) -> &Audit {
        self.state.audit()
    }

    /// Tells the server to stop, as SIGTERM does.
    pub fn tell_to_stop(&self) {
        self.signals.unbounded_send(()).unwrap();
    }

    /// Waits until it has stopped.
    pub async fn stopped(self) {
        tokio::time::timeout(PATIENCE, self.serving).await.expect("the server did not stop").unwrap();
    }

    /// The browser of somebody whom nobody else is.
    #[allow(clippy::unused_async, reason = "tests need not know")]
    pub async fn browser(&self) -> Browser {
        let number = PEOPLE.fetch_add(1, Ordering::Relaxed);
        self.with_header(USER_HEADER, &format!("person-{number}"))
    }

    /// The browser of somebody with this session.
    pub fn with_cookie(&self, cookie: &str) -> Browser {
        self.with_header("cookie", cookie)
    }

    /// A browser that sends this header with everything.
    pub fn with_header(&self, name: &str, value: &str) -> Browser {
        Browser { client: http_client(), address: self.address.clone(), header: (name.to_owned(), value.to_owned()) }
    }

    /// A script of somebody whom nobody else is.
    pub async fn script(&self) -> Socket {
        self.browser().await.socket().await
    }

    /// How many objects the NetBox behind has, asked directly.
    pub async fn count(&self, path: &str) -> u64 {
        let url = format!("{}api/{path}", self.netbox);
        let response = http_client()
            .get(url)
            .header("Authorization", format!("Bearer {}", netbox::DEMO_TOKEN))
            .send()
            .await
            .unwrap();
        response.json::<Value>().await.unwrap()["count"].as_u64().unwrap()
    }
}

/// The database that [`DATABASE`] asks for; none where it stays in memory.
async fn of_its_own() -> Option<Scratch> {
    match std::env::var(DATABASE).unwrap_or_default().as_str() {
        "" | "memory" => None,
        "sqlite" => Some(Scratch::file()),
        "postgres" => Some(Scratch::postgres().await),
        other => panic!("{DATABASE}={other} is none of memory, sqlite, postgres"),
    }
}

/// A client without the system's proxies.
pub fn http_client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A NetBox of the operator's.
pub fn remote_netbox(url: &str, token: &str) -> NetboxSource {
    NetboxSource::Remote(RemoteNetbox {
        url: url.parse().unwrap(),
        token: (!token.is_empty()).then(|| token.to_owned().into()),
        certificate_authority: None,
        verify_certificate: true,
        cache_directory: None,
    })
}

async fn remote_model(kind: Model) -> ModelSource {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let base_url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let pace = if kind.natural { model::Pace::Natural } else { model::Pace::Instant };
    let settings = model::Settings { pace, key: Some("right".to_owned().into()), faults: kind.faults };
    tokio::spawn(async move { model::serve(listener, settings).await });
    let key = if kind.wrong_key { "wrong" } else { "right" };
    ModelSource::Remote(RemoteModel::new(base_url, Some(key.to_owned().into()), model::MODEL))
}

/// People are counted, so that no two are the same.
static PEOPLE: AtomicUsize = AtomicUsize::new(1);
/// Where the proxy that a test plays names who it is.
pub const USER_HEADER: &str = "x-forwarded-user";

/// People whom a proxy on loopback names.
pub fn behind_a_proxy() -> PeopleConfig {
    let trusted = vec![Network::parse("127.0.0.1").unwrap()];
    let rules = ProxyRules {
        trusted,
        user_header: USER_HEADER.parse().unwrap(),
        groups_header: Some("x-forwarded-groups".parse().unwrap()),
        admin_groups: vec!["netops".to_owned()],
        socket_age: Duration::from_hours(1),
    };
    PeopleConfig { mode: SignInMode::Proxy(rules), ..PeopleConfig::nobody() }
}

/// A browser, and what it says who it is with.
pub struct Browser {
    pub client: reqwest::Client,
    pub address: String,
    pub header: (String, String),
}

impl Browser {
    /// Opens a socket.
    pub async fn socket(&self) -> Socket {
        Socket::open(&self.address, Some(&self.header)).await
    }

    /// Opens a stream.
    pub async fn events(&self) -> Socket {
        Socket::over(Line::Events(Box::new(Events::open(self, "", None).await.unwrap()))).await
    }

    /// Sends a form; the whole answer. Redirects are not followed.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let url = format!("http://{}{path}", self.address);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(url).header(&self.header.0, &self.header.1);
        request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await.unwrap()
    }

    /// Opens a page; the status and the HTML.
    pub async fn page(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.address);
        let request = self.client.get(url).header(&self.header.0, &self.header.1).header("Accept", "text/html");
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Calls a server function; the status and the answer.
    pub async fn call(&self, function: &str, arguments: Value) -> (u16, Value) {
        let url = format!("http://{}/api/{function}", self.address);
        let request = self.client.post(url).header(&self.header.0, &self.header.1).json(&arguments);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }
}

/// A socket, with everything that it reduced.
pub struct Socket {
    inner: Line,
    /// The conversation as this socket saw it.
    pub transcript: Transcript,
    /// The code that the server closed it with.
    pub close_code: Option<u16>,
    /// Whether frames are only read, whatever they make of the transcript.
    pub careless: bool,
}

impl Socket {
    /// Opens a socket and reads the greeting.
    pub async fn open(address: &str, header: Option<&(String, String)>) -> Self {
        let mut request = format!("ws://{address}/ws/chat").into_client_request().unwrap();
        if let Some((name, value)) = header {
            request.headers_mut().insert(name.parse::<http::HeaderName>().unwrap(), value.parse().unwrap());
        }
        let (inner, _) = connect_async(request).await.unwrap();
        Self::over(Line::WebSocket(Box::new(inner))).await
    }

    /// Reads the greeting, over whichever way.
    pub async fn over(inner: Line) -> Self {
        let mut socket = Self { inner, transcript: Transcript::default(), close_code: None, careless: false };
        assert_eq!(socket.next().await["type"], "connected");
        socket
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: Value) {
        self.send_raw(Message::text(frame.to_string())).await;
    }

    /// Sends anything.
    pub async fn send_raw(&mut self, message: Message) {
        self.inner.send(message).await.unwrap();
    }

    /// Sends anything, should the server still take it.
    pub async fn try_send(&mut self, message: Message) -> Result<(), tokio_tungstenite::tungstenite::Error> {
        self.inner.send(message).await
    }

    /// The next frame as JSON; none at the end.
    pub async fn next_frame(&mut self) -> Option<Value> {
        loop {
            match tokio::time::timeout(PATIENCE, self.inner.next()).await.expect("no frame came")? {
                Ok(Message::Text(text)) => {
                    let value: Value = serde_json::from_str(&text).unwrap();
                    for field in ["type", "seq", "content", "completed"] {
                        assert!(value.get(field).is_some(), "a frame without `{field}`: {value}");
                    }
                    if !self.careless {
                        self.reduce(&text);
                    }
                    return Some(value);
                }
                Ok(Message::Close(close)) => {
                    self.close_code = close.map(|close| close.code.into());
                    return None;
                }
                Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next frame as JSON.
    pub async fn next(&mut self) -> Value {
        self.next_frame().await.expect("the socket was closed")
    }

    /// The next frame of this type; others are passed over.
    pub async fn until(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.next().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// All frames until the run ends, that one included.
    pub async fn until_completed(&mut self) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            frames.push(self.next().await);
            if frames.last().unwrap()["completed"] == true {
                return frames;
            }
        }
    }

    /// Asks as a short script does: the printed text.
    pub async fn ask(&mut self, text: &str) -> String {
        self.send(json!({"type": "send", "text": text})).await;
        let frames = self.until_completed().await;
        frames.iter().filter(|frame| frame["type"] == "text").map(|frame| frame["content"].as_str().unwrap()).collect()
    }

    /// Asks under this command id, and waits until that is taken: the conversation that it went to.
    pub async fn ask_as(&mut self, id: &str, text: &str) -> ConversationId {
        self.send(json!({"type": "send", "id": id, "text": text})).await;
        ConversationId::from(self.until("ack").await["conversation"].as_str().unwrap())
    }

    /// Waits until so many answers of the conversation are over.
    pub async fn until_over(&mut self, answers: usize) {
        let is_over = |answer: &Answer| answer.end.is_some();
        let over = |transcript: &Transcript| {
            transcript.turns.iter().filter(|turn| turn.answer.as_ref().is_some_and(is_over)).count()
        };
        while over(&self.transcript) < answers {
            self.next().await;
        }
    }

    /// The stream that it is.
    pub fn stream(&self) -> &Events {
        match &self.inner {
            Line::Events(events) => events,
            Line::WebSocket(_) => panic!("this is a WebSocket"),
        }
    }

    /// Closes the socket the hard way.
    pub fn cut(self) -> Transcript {
        self.transcript
    }

    fn reduce(&mut self, text: &str) {
        let frame: Frame = serde_json::from_str(text).unwrap();
        match (&frame.event, &frame.conversation) {
            (Event::Ack { .. } | Event::Error { .. }, _) | (_, None) => {}
            (_, Some(conversation)) => {
                if &self.transcript.conversation != conversation {
                    self.transcript = Transcript::new(conversation.clone());
                }
                let applied = reducer::apply(&mut self.transcript, &frame);
                assert!(!matches!(applied, reducer::Applied::Gap), "a gap at {text}");
            }
        }
    }

    /// The conversation that this socket is in.
    pub fn conversation(&self) -> ConversationId {
        self.transcript.conversation.clone()
    }

    /// The text of the newest answer.
    pub fn answer(&self) -> String {
        use netbox_chatbox::wire::transcript::Part;
        let parts = self.transcript.turns.last().and_then(|turn| turn.answer.as_ref()).map(|answer| &answer.parts);
        parts
            .into_iter()
            .flatten()
            .filter_map(|part| match part {
                Part::Text { text } => Some(text.as_str()),
                _ => None,
            })
            .collect()
    }
}
