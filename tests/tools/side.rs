//! A NetBox to ask: the demo on a port of its own, or the real one.

use std::sync::Arc;

use netbox_chatbox::server::demo::netbox;
use netbox_chatbox::server::netbox::{Address, Client, Credentials, Error, Query, Settings};
use netbox_chatbox::server::tools::{Asking, Changes, Outcome, Toolbox, rows_of};
use secrecy::SecretString;
use serde_json::Value;

/// A NetBox and who asks it.
pub struct Side {
    /// For messages: `demo` or `real`.
    pub name: &'static str,
    pub client: Arc<Client>,
    pub credentials: Credentials,
    toolbox: Toolbox,
}

impl Side {
    /// The embedded demo NetBox.
    pub async fn demo() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(netbox::serve(listener, jiff::Timestamp::now()));
        Self::new("demo", &url, netbox::DEMO_TOKEN)
    }

    /// The real NetBox, asked by the administrator with a token that may only read.
    pub fn real() -> Self {
        Self::real_as("TEST_NETBOX_TOKEN_READONLY")
    }

    /// The real NetBox, asked with the token in this variable.
    pub fn real_as(token: &str) -> Self {
        Self::new("real", &setting("TEST_NETBOX_URL"), &setting(token))
    }

    /// Both.
    pub async fn both() -> [Self; 2] {
        [Self::demo().await, Self::real()]
    }

    pub fn new(name: &'static str, url: &str, token: &str) -> Self {
        let mut settings = Settings::new(Address::parse(url).unwrap());
        // The real NetBox's document is fetched by the first test that wants it, not by each.
        settings.cache_directory = (name == "real").then(|| std::env::temp_dir().join("netbox-chatbox-tests"));
        let client = Arc::new(Client::new(settings).unwrap());
        let toolbox = Toolbox::new(Arc::clone(&client));
        Self { name, client, credentials: Credentials::new(&SecretString::from(token)), toolbox }
    }

    /// The same, where everybody may change NetBox.
    pub fn changing(self) -> Self {
        Self { toolbox: self.toolbox.changing(Changes::All), ..self }
    }

    pub async fn call(&self, tool: &str, input: Value) -> Outcome {
        self.toolbox.call(Asking::new(&self.credentials, "test"), tool, &input).await
    }

    /// The names of the tools that a model is offered for it.
    pub async fn offered(&self) -> Vec<String> {
        self.toolbox.offered(&self.credentials).await.into_iter().map(|tool| tool.name).collect()
    }

    /// The answer of a call that must succeed.
    pub async fn answer(&self, tool: &str, input: Value) -> Value {
        let outcome = self.call(tool, input.clone()).await;
        assert!(!outcome.evidence.is_error, "{}: {tool} {input}: {}", self.name, outcome.model_text);
        assert!(!outcome.evidence.requests.is_empty(), "{tool} {input}");
        let mut answer: Value = serde_json::from_str(&outcome.model_text).unwrap();
        // Rows as names and values.
        if answer["total"].is_u64() {
            answer["results"] = rows_of(&answer).into();
        }
        answer
    }

    pub async fn objects(&self, input: Value) -> Value {
        self.answer("netbox_get_objects", input).await
    }

    /// The text of a call that must fail, and that it tells what to do.
    pub async fn refusal(&self, tool: &str, input: Value) -> String {
        let outcome = self.call(tool, input.clone()).await;
        assert!(outcome.evidence.is_error, "{}: {tool} {input}: {}", self.name, outcome.model_text);
        assert!(outcome.model_text.contains("\nhint: "), "{}", outcome.model_text);
        outcome.model_text
    }

    /// What NetBox itself says, without the tools.
    pub async fn raw(&self, path: &str, query: &[(&str, &str)]) -> Value {
        self.try_raw(path, query).await.unwrap()
    }

    /// What NetBox itself says, or why it refuses.
    pub async fn try_raw(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Error> {
        let query = query.iter().fold(Query::new(), |query, (name, value)| query.with(*name, value));
        self.client.get(&self.credentials, path, &query).await.answer.map(|answer| answer.body)
    }

    /// NetBox's own count.
    pub async fn count(&self, path: &str, query: &[(&str, &str)]) -> Value {
        self.raw(path, query).await["count"].clone()
    }
}

/// How many requests an answer needs: those that were kept from an earlier one count, looks at the change log for them
/// do not.
pub fn needed(outcome: &Outcome) -> usize {
    let is_look = |url: &str| url.contains("/core/object-changes/?time_after=") && url.ends_with("fields=id%2Ctime");
    outcome.evidence.requests.iter().filter(|request| !is_look(&request.url)).count()
}

/// A setting of the real NetBox.
pub fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: start a real NetBox with tests/netbox/start.sh and take over its tokens.env, as `make test` does")
    })
}
