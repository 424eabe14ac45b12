//! The client: one request at a time, bounded, recorded; what only reads is tried again.

mod tokens;
mod writes;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::Rng as _;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE, ETAG, HeaderValue, IF_MATCH, LOCATION, RETRY_AFTER};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;

pub use tokens::{TokenMade, TokenWanted, is_token};
pub use writes::Write;

use super::cache::Cache;
use super::custom_field::CustomField;
use super::failure::{json_error, redirect_error, seconds, words_for};
use super::recent::{self, Recent};
use super::schema::Live;
use super::{
    Address, Answer, Capabilities, Credentials, Error, Exchange, GraphqlSchema, Query, Refusal, SavedFilter, Schema,
    Version, object_type, tls,
};
use crate::server::no_connection;
use crate::wire::tool::NetboxRequest;

/// gunicorn, NetBox's usual server, refuses a request line over 4,094 bytes with an HTML page.
const LONGEST_ADDRESS: usize = 3_500;
/// The longest wait that a `Retry-After` can make this client wait in a request.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const ATTEMPTS: usize = 3;
/// Stands for the path of GraphQL, which is not below `/api/`.
const GRAPHQL: &str = "graphql";
/// Of a connection that was there: what was sent over it may have arrived.
pub(in crate::server) const CONNECTION_BROKE: &str = "the connection was lost";

/// How to reach a NetBox.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its base address.
    pub address: Address,
    /// A file of PEM certificates to trust besides the system's.
    pub certificate_authorities: Option<PathBuf>,
    /// Whether to check NetBox's certificate; off is for laboratories only.
    pub verify_tls: bool,
    /// The longest wait for a connection.
    pub connect_timeout: Duration,
    /// The longest silence while waiting for an answer or the rest of it.
    pub read_timeout: Duration,
    /// The longest time for one answer as a whole, however steadily it trickles in.
    pub answer_timeout: Duration,
    /// How many requests at once.
    pub concurrency: usize,
    /// The largest answer, in bytes after decompression.
    pub largest_answer: u64,
    /// The pause before the first repetition; it doubles.
    pub pause: Duration,
    /// Where what NetBox says of itself is kept from one start to the next; nowhere without.
    pub cache_directory: Option<PathBuf>,
}

impl Settings {
    /// The usual settings for a NetBox at `address`.
    pub fn new(address: Address) -> Self {
        Self {
            address,
            certificate_authorities: None,
            verify_tls: true,
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_mins(1),
            answer_timeout: Duration::from_mins(2),
            concurrency: 8,
            largest_answer: 16 * 1024 * 1024,
            pause: Duration::from_millis(250),
            cache_directory: None,
        }
    }
}

/// What is sent besides an address and who sends it.
struct Sent<'a> {
    method: Method,
    body: Option<&'a Value>,
    /// The state in which the object has to be, or nothing is done.
    if_match: Option<&'a str>,
}

impl<'a> Sent<'a> {
    const GET: Self = Self { method: Method::GET, body: None, if_match: None };

    fn post(body: &'a Value) -> Self {
        Self { method: Method::POST, body: Some(body), if_match: None }
    }
}

/// One NetBox. Dropping a call's future cancels it.
pub struct Client {
    http: reqwest::Client,
    settings: Settings,
    permits: Semaphore,
    names: Cache<Option<String>>,
    custom_fields: Cache<Arc<Vec<CustomField>>>,
    saved_filters: Cache<Arc<Vec<SavedFilter>>>,
    live: Arc<Live>,
    pub(super) recent: Recent,
    /// Filters that were seen to choose objects, by endpoint and name.
    effective: Mutex<HashSet<(&'static str, String)>>,
}

impl Client {
    /// A client; connects to nothing yet.
    ///
    /// # Errors
    /// [`Error::Authorities`] and [`Error::Tls`] when the trust settings cannot be used.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let http = tls::http_client(&settings.address, &settings)?;
        Ok(Self {
            live: Arc::new(Live::new(http.clone(), settings.clone())),
            http,
            permits: Semaphore::new(settings.concurrency.max(1)),
            settings,
            recent: Recent::default(),
            names: Cache::new(Duration::from_mins(5)),
            custom_fields: Cache::new(Duration::from_mins(1)),
            saved_filters: Cache::new(Duration::from_mins(1)),
            effective: Mutex::default(),
        })
    }

    /// Where this NetBox is.
    pub fn address(&self) -> &Address {
        &self.settings.address
    }

    /// GETs `path` below `/api/` (`dcim/sites/`), trying again when the failure may pass. What the same credentials were
    /// answered a moment ago is not asked again while nothing changed; its record says how old it is.
    pub async fn get(&self, credentials: &Credentials, path: &str, query: &Query) -> Exchange {
        if recent::covers(path) {
            self.get_recent(credentials, path, query).await
        } else {
            self.ask(credentials, path, query).await
        }
    }

    /// GETs from NetBox itself.
    pub(super) async fn ask(&self, credentials: &Credentials, path: &str, query: &Query) -> Exchange {
        let url = self.settings.address.api(path, query);
        let mut requests = Vec::new();
        let length = url.as_str().len();
        if length > LONGEST_ADDRESS {
            return Exchange { requests, answer: Err(Error::AddressTooLong { length, limit: LONGEST_ADDRESS }) };
        }
        let mut pause = self.settings.pause;
        loop {
            let started = Instant::now();
            let mut record = self.record(&url, path, query);
            let answer = self.attempt(credentials, &url, path, &Sent::GET, &mut record).await;
            record.milliseconds = milliseconds(started.elapsed());
            if let Ok(answer) = &answer {
                (record.total, record.returned) = (answer.total(), Some(answer.returned()));
            }
            tracing::debug!(
                netbox.path = path,
                netbox.status = record.status,
                netbox.duration_ms = record.milliseconds,
                netbox.bytes = record.bytes,
                "asked NetBox"
            );
            requests.push(record);
            match answer {
                Err(error) if requests.len() < ATTEMPTS && error.is_transient() => {
                    let asked = if let Error::Busy { retry_after: Some(wait), .. } = &error { *wait } else { pause };
                    if asked > LONGEST_PAUSE {
                        return Exchange { requests, answer: Err(error) };
                    }
                    let jitter = rand::rng().random_range(0.75..1.25);
                    tokio::time::sleep(asked.max(pause).mul_f64(jitter)).await;
                    pause *= 2;
                }
                answer => return Exchange { requests, answer },
            }
        }
    }

    /// The record of a GET that was not sent yet.
    pub(super) fn record(&self, url: &Url, path: &str, query: &Query) -> NetboxRequest {
        let page = object_type::page_path(path);
        NetboxRequest {
            method: "GET".into(),
            page: page.map(|page| self.settings.address.page(&page, &query.filters_only()).to_string()),
            url: url.to_string(),
            ..NetboxRequest::default()
        }
    }

    /// `/api/status/`: version, plugins, workers.
    pub async fn status(&self, credentials: &Credentials) -> Exchange {
        self.get(credentials, "status/", &Query::new()).await
    }

    /// `/api/authentication-check/`: the user whose token this is (NetBox 4.5 and later).
    pub async fn authentication_check(&self, credentials: &Credentials) -> Exchange {
        self.get(credentials, "authentication-check/", &Query::new()).await
    }

    /// The name of the user whose token this is, remembered for five minutes; `None` where NetBox does not say.
    pub async fn whoami(&self, credentials: &Credentials) -> Option<String> {
        if let Some(name) = self.names.get(credentials) {
            return name;
        }
        let answer = self.authentication_check(credentials).await.answer;
        let name = match &answer {
            Ok(answer) => answer.body.get("username").and_then(Value::as_str).map(str::to_owned),
            // An older NetBox has no such endpoint; anything else may pass and is not remembered.
            Err(Error::NoSuchEndpoint { .. }) => None,
            Err(_) => return None,
        };
        self.names.put(credentials, name.clone());
        name
    }

    /// This NetBox's version, remembered for five minutes; `None` where it does not say.
    pub async fn version(&self, credentials: &Credentials) -> Option<Version> {
        self.capabilities(credentials).await.version
    }

    /// What this NetBox can do, remembered for five minutes.
    pub async fn capabilities(&self, credentials: &Credentials) -> Arc<Capabilities> {
        self.live.capabilities(credentials).await
    }

    /// What this NetBox's lists have and take. Never waits for NetBox's document, which takes it ten seconds: until
    /// that is there, the embedded catalogue is what is known, and [`Schema::note`] says so.
    pub async fn schema(&self, credentials: &Credentials) -> Arc<Schema> {
        self.live.schema(credentials).await
    }

    /// As [`Client::schema`], but waits for NetBox's own document as long as it takes to get or fail.
    pub async fn settled_schema(&self, credentials: &Credentials) -> Arc<Schema> {
        self.live.settled(credentials).await
    }

    /// What NetBox's GraphQL takes, fetched once and kept.
    ///
    /// # Errors
    /// Those of [`Client::get`]; [`Error::NoSuchEndpoint`] where GraphQL is switched off.
    pub async fn graphql_schema(&self, credentials: &Credentials) -> Result<Arc<GraphqlSchema>, Error> {
        self.live.graphql(self, credentials).await
    }

    /// Asks NetBox's GraphQL, by a POST that changes nothing: NetBox's GraphQL has no mutations.
    pub async fn graphql(&self, credentials: &Credentials, query: &str, variables: &Value) -> Exchange {
        let url = self.settings.address.page("graphql/", &Query::new());
        let body = serde_json::json!({"query": query, "variables": variables});
        let started = Instant::now();
        let mut record = NetboxRequest { method: "POST".into(), url: url.to_string(), ..NetboxRequest::default() };
        let answer = self.attempt(credentials, &url, GRAPHQL, &Sent::post(&body), &mut record).await;
        record.milliseconds = milliseconds(started.elapsed());
        Exchange { requests: vec![record], answer }
    }

    /// Whether the filter of this name was seen to choose objects of the list at `endpoint`.
    pub fn is_effective(&self, endpoint: &'static str, filter: &str) -> bool {
        let effective = self.effective.lock().unwrap_or_else(PoisonError::into_inner);
        effective.contains(&(endpoint, filter.to_owned()))
    }

    /// Remembers that a filter chooses objects.
    pub fn note_effective(&self, endpoint: &'static str, filter: &str) {
        self.effective.lock().unwrap_or_else(PoisonError::into_inner).insert((endpoint, filter.to_owned()));
    }

    /// The custom fields that this token may see, remembered for a minute, with the requests made.
    ///
    /// # Errors
    /// Those of [`Client::get`].
    pub async fn custom_fields(
        &self,
        credentials: &Credentials,
    ) -> (Vec<NetboxRequest>, Result<Arc<Vec<CustomField>>, Error>) {
        const FIELDS: &str = "name,label,type,filter_logic,object_types,choice_set,related_object_type";
        self.remembered(credentials, &self.custom_fields, "extras/custom-fields/", FIELDS, CustomField::read).await
    }

    /// The saved filters that this token may see, remembered for a minute, with the requests made.
    ///
    /// # Errors
    /// Those of [`Client::get`].
    pub async fn saved_filters(
        &self,
        credentials: &Credentials,
    ) -> (Vec<NetboxRequest>, Result<Arc<Vec<SavedFilter>>, Error>) {
        const FIELDS: &str = "id,name,slug,object_types,parameters,enabled";
        self.remembered(credentials, &self.saved_filters, "extras/saved-filters/", FIELDS, SavedFilter::read).await
    }

    /// A short list out of a cache, or read into it, with the requests made.
    async fn remembered<T>(
        &self,
        credentials: &Credentials,
        cache: &Cache<Arc<Vec<T>>>,
        path: &str,
        fields: &str,
        read: fn(&Value) -> Option<T>,
    ) -> (Vec<NetboxRequest>, Result<Arc<Vec<T>>, Error>) {
        if let Some(known) = cache.get(credentials) {
            return (Vec::new(), Ok(known));
        }
        let exchange = self.get(credentials, path, &Query::new().with("fields", fields).with("limit", 1000)).await;
        let listed = exchange.answer.and_then(|answer| if answer.is_list() { Ok(answer) } else { Err(self.no_list()) });
        let found = listed.map(|answer| {
            let found = Arc::new(answer.results().iter().filter_map(read).collect::<Vec<_>>());
            cache.put(credentials, Arc::clone(&found));
            found
        });
        (exchange.requests, found)
    }

    async fn attempt(
        &self,
        credentials: &Credentials,
        url: &Url,
        path: &str,
        sent: &Sent<'_>,
        record: &mut NetboxRequest,
    ) -> Result<Answer, Error> {
        let authorization = credentials.authorization()?;
        // The semaphore is never closed.
        let _permit = self.permits.acquire().await.ok();
        let limit = self.settings.answer_timeout;
        match tokio::time::timeout(limit, self.exchange(authorization, url, path, sent, record)).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Timeout { host: self.host(), limit, source: None }),
        }
    }

    async fn exchange(
        &self,
        authorization: Option<HeaderValue>,
        url: &Url,
        path: &str,
        sent: &Sent<'_>,
        record: &mut NetboxRequest,
    ) -> Result<Answer, Error> {
        let mut request = self.http.request(sent.method.clone(), url.clone()).header(ACCEPT, "application/json");
        if let Some(body) = sent.body {
            request = request.json(body);
        }
        if let Some(state) = sent.if_match {
            request = request.header(IF_MATCH, state);
        }
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let mut response = request.send().await.map_err(|error| self.transport_error(error))?;
        let status = response.status();
        record.status = status.as_u16();
        let header = |name| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        let content_type = header(CONTENT_TYPE).unwrap_or_default();
        let (date, etag) = (header(DATE), header(ETAG));
        let (location, retry_after) = (header(LOCATION), header(RETRY_AFTER));
        if status.is_redirection() {
            return Err(redirect_error(status.as_u16(), url, location.as_deref()));
        }
        if status == StatusCode::NO_CONTENT {
            return Ok(Answer { body: Value::Null, date, etag });
        }
        let is_json = content_type.to_ascii_lowercase().contains("json");
        if !is_json {
            return Err(self.page_error(status, path, content_type, retry_after.as_deref()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.transport_error(error))? {
            record.bytes += chunk.len() as u64;
            if record.bytes > self.settings.largest_answer {
                return Err(Error::TooLarge { limit: self.settings.largest_answer });
            }
            body.extend_from_slice(&chunk);
        }
        let parsed = serde_json::from_slice::<Value>(&body);
        if status.is_success() {
            return Ok(Answer { body: parsed.map_err(|source| Error::Malformed { source })?, date, etag });
        }
        let body = parsed.unwrap_or_default();
        Err(json_error(status, path, &body, retry_after.as_deref()))
    }

    /// The error of JSON that is no list of NetBox's.
    pub fn no_list(&self) -> Error {
        Error::NotNetbox { host: self.host(), sent: "JSON that is no list of objects".to_owned() }
    }

    fn host(&self) -> String {
        let url = self.settings.address.as_url();
        let host = url.host_str().unwrap_or_default();
        url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// An answer that is not JSON: its body is never read.
    fn page_error(&self, status: StatusCode, path: &str, content_type: String, retry_after: Option<&str>) -> Error {
        match status.as_u16() {
            401 | 403 => Error::Refused { refusal: Refusal::from_detail(None), what: words_for(path) },
            404 => {
                let address = &self.settings.address;
                let here = if path == GRAPHQL {
                    address.page("graphql/", &Query::new())
                } else {
                    address.api(path, &Query::new())
                };
                Error::NoSuchEndpoint { address: here.to_string() }
            }
            status @ (429 | 502 | 503 | 504) => Error::Busy { status, retry_after: seconds(retry_after) },
            200..300 => {
                let content_type = content_type.split(';').next().unwrap_or_default().trim();
                let content_type = if content_type.is_empty() { "nothing" } else { content_type };
                let content_type: String = content_type.chars().take(60).collect();
                Error::NotNetbox { host: self.host(), sent: format!("{content_type} instead of JSON") }
            }
            status => Error::Failed { status, detail: None },
        }
    }

    fn transport_error(&self, source: reqwest::Error) -> Error {
        // The address with its query is in the record already, and the error may travel further than that.
        let source = source.without_url();
        let host = self.host();
        if source.is_connect() {
            return Error::Unreachable { host, reason: no_connection::reason(&source), source };
        }
        if source.is_timeout() {
            return Error::Timeout { host, limit: self.settings.read_timeout, source: Some(source) };
        }
        if source.is_body() || source.is_decode() {
            return Error::Cut { host, source };
        }
        Error::Unreachable { host, reason: CONNECTION_BROKE, source }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Client").field("address", &self.settings.address).finish_non_exhaustive()
    }
}
