//! Fetches what the connected NetBox says of itself, in the background, once at a time: its version and plugins, and,
//! when somebody wants to know what its lists take, its types and its OpenAPI document, which takes NetBox ten seconds
//! and 14.6 MB.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use serde_json::Value;
use tokio::sync::watch;

use super::reduce::{NamedType, reduce};
use super::store::Store;
use super::{Origin, Schema};
use crate::server::netbox::graphql::GraphqlSchema;
use crate::server::netbox::{Capabilities, Client, Credentials, Error, Query, Settings};

/// How long what was asked counts.
const LIFETIME: Duration = Duration::from_mins(5);
/// How long after a failure nobody asks again.
const PAUSE: Duration = Duration::from_secs(30);
/// How long the document counts within one process.
const DOCUMENT_LIFETIME: Duration = Duration::from_hours(24);
/// How long a first caller waits for the version and for what was kept on disk.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The largest document, in bytes: that of NetBox 4.7 without plugins has 14.6 MB.
const LARGEST_DOCUMENT: usize = 64 * 1024 * 1024;
/// NetBox makes the document anew for every process that serves it.
const DOCUMENT_TIMEOUT: Duration = Duration::from_mins(3);
const STATUS_TIMEOUT: Duration = Duration::from_secs(20);
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

static FETCHING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// How far the fetching is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// Nothing was asked yet.
    Start,
    /// The version is known, or NetBox does not answer.
    Probed,
    /// What was kept on disk is loaded.
    Loaded,
    /// Everything is there, or cannot be had.
    Settled,
}

/// What one NetBox says of itself.
pub(in crate::server::netbox) struct Live {
    http: reqwest::Client,
    settings: Settings,
    store: Store,
    state: Mutex<State>,
    stage: watch::Sender<Stage>,
    graphql: tokio::sync::Mutex<Option<(String, Arc<GraphqlSchema>)>>,
}

struct State {
    schema: Arc<Schema>,
    capabilities: Arc<Capabilities>,
    /// When NetBox was asked last for its version, and whether it answered.
    probed: Option<(Instant, bool)>,
    /// When it was asked last for all that its lists take, and whether it answered.
    described: Option<(Instant, bool)>,
    running: bool,
    document: Option<Document>,
}

/// A reduced document.
#[derive(Clone)]
struct Document {
    key: String,
    text: Arc<str>,
    since: Instant,
}

impl Live {
    pub(in crate::server::netbox) fn new(http: reqwest::Client, settings: Settings) -> Self {
        Self {
            http,
            store: Store::new(settings.cache_directory.clone()),
            settings,
            state: Mutex::new(State {
                schema: Arc::new(Schema::embedded(None)),
                capabilities: Arc::default(),
                probed: None,
                described: None,
                running: false,
                document: None,
            }),
            stage: watch::Sender::new(Stage::Start),
            graphql: tokio::sync::Mutex::default(),
        }
    }

    /// What is known now; a first caller waits a moment for what is quick to have.
    pub(in crate::server::netbox) async fn schema(self: &Arc<Self>, credentials: &Credentials) -> Arc<Schema> {
        self.at_least(Stage::Loaded, FIRST_WAIT, credentials).await;
        Arc::clone(&self.state().schema)
    }

    /// What is known when the document is there or cannot be had.
    pub(in crate::server::netbox) async fn settled(self: &Arc<Self>, credentials: &Credentials) -> Arc<Schema> {
        self.at_least(Stage::Settled, DOCUMENT_TIMEOUT + STATUS_TIMEOUT, credentials).await;
        Arc::clone(&self.state().schema)
    }

    /// What this NetBox can do.
    pub(in crate::server::netbox) async fn capabilities(
        self: &Arc<Self>,
        credentials: &Credentials,
    ) -> Arc<Capabilities> {
        self.at_least(Stage::Probed, FIRST_WAIT, credentials).await;
        Arc::clone(&self.state().capabilities)
    }

    /// What NetBox's GraphQL takes.
    pub(in crate::server::netbox) async fn graphql(
        self: &Arc<Self>,
        client: &Client,
        credentials: &Credentials,
    ) -> Result<Arc<GraphqlSchema>, Error> {
        let key = self.key(&*self.capabilities(credentials).await);
        let mut known = self.graphql.lock().await;
        if let Some((of, schema)) = &*known
            && *of == key
        {
            return Ok(Arc::clone(schema));
        }
        let kept = self.store.read("graphql", &key).filter(|(_, fresh)| *fresh);
        let schema = if let Some(schema) = kept.and_then(|(text, _)| GraphqlSchema::parse(&text)) {
            schema
        } else {
            let text = GraphqlSchema::ask(client, credentials).await?;
            let schema = GraphqlSchema::parse(&text).ok_or_else(|| client.no_list())?;
            self.store.write("graphql", &key, &text);
            schema
        };
        let schema = Arc::new(schema);
        *known = Some((key, Arc::clone(&schema)));
        Ok(schema)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the fetching where it is due and waits until it is this far, at most so long.
    async fn at_least(self: &Arc<Self>, stage: Stage, wait: Duration, credentials: &Credentials) {
        let mut progress = self.stage.subscribe();
        let arrived = async {
            loop {
                self.start(stage > Stage::Probed, credentials);
                // A run that was on its way may have been for less. The sender lives as long as this.
                if *progress.borrow_and_update() >= stage || progress.changed().await.is_err() {
                    break;
                }
            }
        };
        // Who does not want to wait longer takes what there is.
        let _ = tokio::time::timeout(wait, arrived).await;
    }

    fn start(self: &Arc<Self>, whole: bool, credentials: &Credentials) {
        let due = |asked: Option<(Instant, bool)>| {
            asked.is_none_or(|(when, answered)| when.elapsed() > if answered { LIFETIME } else { PAUSE })
        };
        let mut state = self.state();
        if state.running || !due(if whole { state.described } else { state.probed }) {
            return;
        }
        state.running = true;
        drop(state);
        let (live, credentials) = (Arc::clone(self), credentials.clone());
        tokio::spawn(async move {
            let mut running = Running { live: &live, reached: if whole { Stage::Settled } else { Stage::Probed } };
            let capabilities = live.probe(&credentials).await;
            live.state().probed = Some((Instant::now(), capabilities.is_some()));
            if let Some(capabilities) = &capabilities {
                live.reach(Stage::Probed);
                if whole {
                    live.describe(&credentials, capabilities).await;
                }
            } else {
                running.reached = Stage::Settled;
            }
            if whole {
                live.state().described = Some((Instant::now(), capabilities.is_some()));
            }
        });
    }

    fn reach(&self, stage: Stage) {
        self.stage.send_if_modified(|now| {
            let is_further = stage > *now;
            *now = stage.max(*now);
            is_further
        });
    }

    /// Asks for version and plugins.
    async fn probe(&self, credentials: &Credentials) -> Option<Arc<Capabilities>> {
        let none = Query::new();
        let (status, lacks_graphql) =
            futures::join!(self.json(credentials, "status/", &none), self.lacks_graphql(credentials));
        let status = status.filter(Value::is_object)?;
        let capabilities = Arc::new(Capabilities { lacks_graphql, ..Capabilities::read(&status) });
        let key = self.key(&capabilities);
        let mut state = self.state();
        state.capabilities = Arc::clone(&capabilities);
        if state.document.as_ref().is_none_or(|document| document.key != key) {
            state.schema = Arc::new(Schema::embedded(capabilities.version));
        }
        Some(capabilities)
    }

    /// Whether NetBox says that it has no GraphQL: its address leads nowhere when it is switched off. Any other answer,
    /// also none, leaves the question open.
    async fn lacks_graphql(&self, credentials: &Credentials) -> bool {
        let url = self.settings.address.page("graphql/", &Query::new());
        let mut request = self.http.post(url).header(ACCEPT, "application/json").timeout(STATUS_TIMEOUT);
        if let Ok(Some(value)) = credentials.authorization() {
            request = request.header(AUTHORIZATION, value);
        }
        let answer = request.json(&serde_json::json!({"query": "{__typename}"})).send().await;
        answer.is_ok_and(|answer| answer.status() == StatusCode::NOT_FOUND)
    }

    /// Asks for types and document, as far as they are not known.
    async fn describe(&self, credentials: &Credentials, capabilities: &Capabilities) {
        let key = self.key(capabilities);
        let types = self.types(credentials, capabilities).await;
        let fields = self.custom_object_fields(credentials, &types).await;
        let mut document = self.state().document.clone().filter(|document| document.key == key);
        let mut fresh = document.as_ref().is_some_and(|document| document.since.elapsed() < DOCUMENT_LIFETIME);
        if document.is_none() {
            let kept = self.store.read("schema", &key);
            fresh = kept.as_ref().is_some_and(|(_, fresh)| *fresh);
            document = kept.map(|(text, _)| Document { key: key.clone(), text: text.into(), since: Instant::now() });
        }
        if let Some(document) = document {
            self.take(capabilities, document, &types, &fields);
        }
        self.reach(Stage::Loaded);
        if fresh {
            return;
        }
        // One document at a time in this process: it costs memory here and seconds there. Who waited may find it kept.
        let _one = FETCHING.lock().await;
        if let Some((text, true)) = self.store.read("schema", &key) {
            self.take(capabilities, Document { key, text: text.into(), since: Instant::now() }, &types, &fields);
        } else if let Some(text) = self.document(credentials, &types).await {
            self.store.write("schema", &key, &text);
            let document = Document { key, text: text.into(), since: Instant::now() };
            self.take(capabilities, document, &types, &fields);
        }
    }

    /// Makes a document what is known.
    fn take(
        &self,
        capabilities: &Capabilities,
        document: Document,
        types: &[NamedType],
        fields: &HashMap<String, Vec<String>>,
    ) {
        if let Some(schema) = Schema::live(capabilities.version, &document.text, types, fields) {
            let mut state = self.state();
            state.schema = Arc::new(schema);
            state.document = Some(document);
        }
    }

    /// What decides over the document: the NetBox, its version and its plugins.
    fn key(&self, capabilities: &Capabilities) -> String {
        format!("{} {}", self.settings.address, capabilities.signature())
    }

    /// NetBox's document, reduced.
    async fn document(&self, credentials: &Credentials, types: &[NamedType]) -> Option<String> {
        let started = Instant::now();
        let query = Query::new().with("format", "json");
        let body = match self.get(credentials, "schema/", &query, LARGEST_DOCUMENT, DOCUMENT_TIMEOUT).await {
            Ok(body) => body,
            Err(error) => {
                tracing::warn!(%error, "NetBox's own description cannot be had: the embedded catalogue is used");
                return None;
            }
        };
        let (bytes, types) = (body.len(), types.to_vec());
        let reduced = tokio::task::spawn_blocking(move || reduce(&body, &types)).await;
        match reduced {
            Ok(Ok(text)) => {
                tracing::info!(
                    bytes,
                    reduced = text.len(),
                    milliseconds = started.elapsed().as_millis(),
                    "NetBox described itself"
                );
                Some(text)
            }
            Ok(Err(error)) => {
                tracing::warn!(%error, bytes, "NetBox's own description cannot be read: the embedded catalogue is used");
                None
            }
            Err(error) => {
                tracing::error!(%error, "reading NetBox's own description failed");
                None
            }
        }
    }

    /// The types that NetBox has, as it names them itself.
    async fn types(&self, credentials: &Credentials, capabilities: &Capabilities) -> Vec<NamedType> {
        const FIELDS: &str = "app_label,model,model_name,model_name_plural,rest_api_endpoint";
        let query = Query::new().with("limit", 1000).with("fields", FIELDS);
        let body = self.json(credentials, capabilities.object_types_path(), &query).await.unwrap_or_default();
        let mut types: Vec<NamedType> = results(&body)
            .filter_map(|kind| {
                let text = |name: &str| kind.get(name).and_then(Value::as_str);
                let address = text("rest_api_endpoint")?;
                let (_, endpoint) = address.split_once("/api/")?;
                let name = format!("{}.{}", text("app_label")?, text("model")?);
                let words = text("model_name").zip(text("model_name_plural"));
                let words = words.map(|(one, several)| (one.to_owned(), several.to_owned()));
                Some(NamedType { name, endpoint: endpoint.trim_matches('/').to_owned(), words })
            })
            .collect();
        types.sort_unstable();
        types
    }

    /// The fields of custom objects, which no document describes, by endpoint.
    async fn custom_object_fields(
        &self,
        credentials: &Credentials,
        types: &[NamedType],
    ) -> HashMap<String, Vec<String>> {
        const FOLDER: &str = "plugins/custom-objects/";
        if !types.iter().any(|kind| kind.endpoint.starts_with(FOLDER)) {
            return HashMap::new();
        }
        let path = format!("{FOLDER}custom-object-types/");
        let body = self.json(credentials, &path, &Query::new().with("limit", 1000)).await.unwrap_or_default();
        let named = |field: &Value| field.get("name").and_then(Value::as_str).map(str::to_owned);
        results(&body)
            .filter_map(|kind| {
                let slug = kind.get("slug").and_then(Value::as_str)?;
                let fields = kind.get("fields").and_then(Value::as_array)?;
                Some((format!("{FOLDER}{slug}"), fields.iter().filter_map(named).collect()))
            })
            .collect()
    }

    async fn json(&self, credentials: &Credentials, path: &str, query: &Query) -> Option<Value> {
        let body = self.get(credentials, path, query, LARGEST_ANSWER, STATUS_TIMEOUT).await;
        body.inspect_err(|error| tracing::debug!(%error, path, "NetBox does not say"))
            .ok()
            .and_then(|body| serde_json::from_slice(&body).ok())
    }

    /// The body of a GET below `/api/`, at most so large and so late.
    async fn get(
        &self,
        credentials: &Credentials,
        path: &str,
        query: &Query,
        largest: usize,
        timeout: Duration,
    ) -> Result<Vec<u8>, String> {
        let url = self.settings.address.api(path, query);
        let mut request = self.http.get(url).header(ACCEPT, "application/json").timeout(timeout);
        if let Some(value) = credentials.authorization().map_err(|error| error.to_string())? {
            request = request.header(AUTHORIZATION, value);
        }
        let told = |error: reqwest::Error| error.without_url().to_string();
        let mut response = request.send().await.map_err(told)?;
        if !response.status().is_success() {
            return Err(format!("HTTP {}", response.status().as_u16()));
        }
        let mut body = Vec::with_capacity(
            response.content_length().map_or(0, |length| usize::try_from(length).unwrap_or(0).min(largest)),
        );
        while let Some(chunk) = response.chunk().await.map_err(told)? {
            if body.len() + chunk.len() > largest {
                return Err(format!("more than {largest} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn results(body: &Value) -> impl Iterator<Item = &Value> {
    body.get("results").and_then(Value::as_array).into_iter().flatten()
}

/// Ends a run, also one that panics: whoever waits goes on.
struct Running<'a> {
    live: &'a Live,
    reached: Stage,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.live.state().running = false;
        self.live.reach(self.reached);
        // Who waits for more than this run was for starts the next one.
        self.live.stage.send_modify(|_| {});
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let origin: Origin = self.state().schema.origin;
        formatter.debug_struct("Live").field("origin", &origin).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
