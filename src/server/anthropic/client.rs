//! The HTTP side: one attempt at a request, and its reply as a stream.

mod stream;

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use url::Url;

pub use stream::ReplyStream;

use super::error::{ApiFailure, Error, ErrorKind, Unreachable};
use super::message;
use super::models::{self, Model};
use super::profile::Profile;
use super::request::Request;
use crate::wire::problem::{Problem, ProblemCode};

/// The version of the API that this module is written for.
pub const DEFAULT_VERSION: &str = "2026-10-21";
/// How long a stream may be silent. The API sends pings, at intervals that are not documented.
pub const DEFAULT_READ_TIMEOUT: Duration = Duration::from_mins(3);

/// How long a stream may hold nothing but pings: longer than any model thinks without a word.
pub const DEFAULT_PROGRESS_TIMEOUT: Duration = Duration::from_mins(10);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Of an error's body no more is read than this, in bytes, and for no longer than [`ERROR_BODY_TIMEOUT`].
const MAXIMUM_ERROR_BODY: usize = 64 * 1024;
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(5);
/// The list of models is some kilobytes a page, with a thousand models a page.
const MAXIMUM_LIST_BODY: usize = 16 * 1024 * 1024;
const MAXIMUM_LIST_PAGES: usize = 10;

/// How to reach the model.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that `/v1/messages` is added to; may have a path.
    pub base_url: Url,
    /// The API key or token. Sent only to `base_url`.
    pub key: Option<SecretString>,
    /// How the key is sent.
    pub authorization: Authorization,
    /// The header `anthropic-version`.
    pub version: String,
    /// The longest silence, before the answer and within its stream.
    pub read_timeout: Duration,
    /// The longest time in which a stream may hold nothing but pings.
    pub progress_timeout: Duration,
}

impl Settings {
    /// The usual settings for an address and a key.
    pub fn new(base_url: Url, key: Option<SecretString>) -> Self {
        Self {
            base_url,
            key,
            authorization: Authorization::Bearer,
            version: DEFAULT_VERSION.to_owned(),
            read_timeout: DEFAULT_READ_TIMEOUT,
            progress_timeout: DEFAULT_PROGRESS_TIMEOUT,
        }
    }
}

/// How the key is sent. The API refuses requests with both headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authorization {
    /// `Authorization: Bearer KEY`, as the official SDKs do since 2026-10-21.
    #[default]
    Bearer,
    /// `x-api-key: KEY`, for older servers and proxies.
    ApiKey,
    /// Not at all, for servers on the own machine.
    None,
}

/// A client of one Messages API. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    /// Host and port, as errors name it.
    service: String,
    key: Option<SecretString>,
    account: String,
    read_timeout: Duration,
    progress_timeout: Duration,
}

impl Client {
    /// Makes a client. Fails when the settings cannot work: an address without a host, a key with line breaks.
    /// Nothing is sent yet.
    pub fn new(settings: Settings) -> Result<Self, Problem> {
        let base = base(settings.base_url)?;
        let mut service = base.host_str().unwrap_or_default().to_owned();
        if let Some(port) = base.port() {
            service = format!("{service}:{port}");
        }
        // Another part of the program may have installed it already; both want the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("netbox-chatbox/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers(settings.key.as_ref(), settings.authorization, &settings.version)?)
            // The key goes to the configured address and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(settings.read_timeout)
            .pool_idle_timeout(Duration::from_secs(90))
            .tcp_keepalive(Duration::from_mins(1));
        if is_loopback(&base) {
            // A proxy for the world outside would look for the embedded stand-in on its own machine.
            builder = builder.no_proxy();
        }
        if base.scheme() == "http" {
            // Do not load, and do not depend on, the system's certificates.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the HTTP client for the model cannot be built");
            Problem::new(ProblemCode::Internal, "The system's certificates could not be loaded")
                .hint("Install the package ca-certificates, or name a file of certificates in SSL_CERT_FILE")
        })?;
        let Settings { key, read_timeout, progress_timeout, .. } = settings;
        let account = account(&base, key.as_ref());
        Ok(Self { http, base, service, key, account, read_timeout, progress_timeout })
    }

    /// The host, with its port where it has one, as messages name it.
    pub fn service(&self) -> &str {
        &self.service
    }

    /// Stands for the account behind the key: another key or address has another. Nothing can be told from it.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Sends a request and gives its reply as a stream. One HTTP attempt: [`super::Retrying`] makes more.
    pub async fn stream(&self, request: &Request) -> Result<ReplyStream, Error> {
        let sent = self.request(Method::POST, "v1/messages").header(ACCEPT, "text/event-stream").json(request).send();
        let response = self.answer(sent.await, Some(&request.model)).await?;
        let origin = Origin { model: Some(request.model.clone()), request_id: request_id(&response) };
        let content_type = content_type(&response);
        if !(content_type.starts_with("text/event-stream") || content_type == "unknown") {
            let kind = ErrorKind::NotTheApi { status: response.status().as_u16(), content_type };
            return Err(self.error(origin, kind));
        }
        let ids = request.messages.iter().flat_map(message::tool_use_ids).map(str::to_owned).collect();
        Ok(ReplyStream::new(self.clone(), origin, response, request.profile, ids))
    }

    /// The models that the key may use, newest first as the API lists them. What the server does not tell of a model
    /// comes from the built-in table ([`Model::known`]).
    pub async fn models(&self) -> Result<Vec<Model>, Error> {
        let mut all = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MAXIMUM_LIST_PAGES {
            let mut request = self.request(Method::GET, "v1/models").query(&[("limit", "1000")]);
            if let Some(after) = &after {
                request = request.query(&[("after_id", after)]);
            }
            let body = self.json(request, None).await?;
            let Some(page) = models::Page::read(&body) else {
                let kind = ErrorKind::NotTheApi { status: 200, content_type: "other JSON".to_owned() };
                return Err(self.error(Origin::default(), kind));
            };
            all.extend(page.models);
            match page.next {
                // A server that repeats itself ends the list.
                Some(next) if after.as_ref() != Some(&next) => after = Some(next),
                _ => break,
            }
        }
        Ok(all)
    }

    /// One model by its id, and whether the server describes it as Anthropic's does.
    pub async fn model(&self, id: &str) -> Result<(Model, bool), Error> {
        let mut address = self.address("v1/models");
        if let Ok(mut path) = address.path_segments_mut() {
            path.push(id);
        }
        let body = self.json(self.http.get(address), Some(id)).await?;
        let model = Model::read(&body).unwrap_or_else(|| Model::known(id));
        Ok((model, Profile::is_anthropics(&body)))
    }

    fn address(&self, path: &str) -> Url {
        // `base` ends with a slash, so this only appends; the path is ours and always fits.
        self.base.join(path).unwrap_or_else(|_| self.base.clone())
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.address(path))
    }

    async fn json(&self, request: RequestBuilder, model: Option<&str>) -> Result<serde_json::Value, Error> {
        let response = self.answer(request.header(ACCEPT, "application/json").send().await, model).await?;
        let origin = Origin { model: model.map(str::to_owned), request_id: request_id(&response) };
        let (status, content_type) = (response.status().as_u16(), content_type(&response));
        let body = match read_at_most(response, MAXIMUM_LIST_BODY).await {
            Ok(body) => body,
            Err(error) => return Err(self.error(origin, self.transport(error))),
        };
        serde_json::from_slice(&body).map_err(|_| self.error(origin, ErrorKind::NotTheApi { status, content_type }))
    }

    /// Turns everything but a 2xx into an error.
    async fn answer(&self, sent: Result<Response, reqwest::Error>, model: Option<&str>) -> Result<Response, Error> {
        let mut origin = Origin { model: model.map(str::to_owned), request_id: None };
        let response = match sent {
            Ok(response) => response,
            Err(error) => return Err(self.error(origin, self.transport(error))),
        };
        origin.request_id = request_id(&response);
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() {
            let kind = ErrorKind::NotTheApi { status: status.as_u16(), content_type: content_type(&response) };
            return Err(self.error(origin, kind));
        }
        let headers = response.headers().clone();
        let body = tokio::time::timeout(ERROR_BODY_TIMEOUT, read_at_most(response, MAXIMUM_ERROR_BODY)).await;
        let body = body.ok().and_then(Result::ok).unwrap_or_default();
        let failure = ApiFailure::from_response(status.as_u16(), &headers, &body);
        Err(self.error(origin, ErrorKind::Api(Box::new(failure))))
    }

    /// Every error of this client is made here, so that none leaves with the key in it.
    fn error(&self, origin: Origin, kind: ErrorKind) -> Error {
        let in_body = match &kind {
            ErrorKind::Api(failure) => failure.request_id.clone(),
            _ => None,
        };
        let Origin { model, request_id } = origin;
        let mut error = Error { service: self.service.clone(), model, request_id: request_id.or(in_body), kind };
        if let Some(key) = &self.key {
            error.redact(key.expose_secret());
        }
        error
    }

    /// What an error of the HTTP library means. Its own text may hold the address with what people put there.
    fn transport(&self, error: reqwest::Error) -> ErrorKind {
        let error = error.without_url();
        if error.is_connect() {
            let why = if error.is_dns() {
                Unreachable::Name
            } else if is_tls(&error) {
                Unreachable::Certificate
            } else {
                Unreachable::Connection
            };
            ErrorKind::Unreachable(why, error)
        } else if error.is_timeout() {
            ErrorKind::Silent(self.read_timeout)
        } else if error.is_builder() {
            ErrorKind::Unsendable(error)
        } else if error.is_decode() || error.is_body() {
            ErrorKind::Cut
        } else {
            ErrorKind::Unreachable(Unreachable::Connection, error)
        }
    }
}

/// What an error should know about its request.
#[derive(Clone, Debug, Default)]
struct Origin {
    model: Option<String>,
    request_id: Option<String>,
}

/// Checks the address and makes it end with a slash, so that paths are appended to it.
fn base(mut url: Url) -> Result<Url, Problem> {
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(Problem::new(ProblemCode::BadRequest, "ANTHROPIC_BASE_URL is not an http or https address")
            .hint("Write it like https://api.anthropic.com"));
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

fn account(base: &Url, key: Option<&SecretString>) -> String {
    let mut hash = Sha256::new();
    hash.update(base.as_str());
    hash.update([0]);
    hash.update(key.map(ExposeSecret::expose_secret).unwrap_or_default());
    hash.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn headers(key: Option<&SecretString>, authorization: Authorization, version: &str) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    let version = HeaderValue::from_str(version).map_err(|_| {
        Problem::new(ProblemCode::BadRequest, "The API version has characters that no header may have")
            .hint(format!("Use {DEFAULT_VERSION}"))
    })?;
    headers.insert(HeaderName::from_static("anthropic-version"), version);
    let (Some(key), true) = (key, authorization != Authorization::None) else { return Ok(headers) };
    let (name, value) = match authorization {
        Authorization::ApiKey => (HeaderName::from_static("x-api-key"), key.expose_secret().to_owned()),
        _ => (AUTHORIZATION, format!("Bearer {}", key.expose_secret())),
    };
    let mut value = HeaderValue::from_str(&value).map_err(|_| {
        Problem::new(ProblemCode::ModelKey, "The API key has characters that no key has")
            .hint("Check ANTHROPIC_API_KEY for line breaks, quotes or text around the key")
    })?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(headers)
}

fn request_id(response: &Response) -> Option<String> {
    response.headers().get("request-id")?.to_str().ok().map(str::to_owned)
}

fn content_type(response: &Response) -> String {
    let value = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("unknown");
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn read_at_most(mut response: Response, maximum: usize) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await? {
        let piece: Bytes = piece;
        let room = maximum.saturating_sub(body.len());
        body.extend_from_slice(&piece[..piece.len().min(room)]);
        if body.len() == maximum {
            break;
        }
    }
    Ok(body)
}

/// Whether TLS is to blame.
fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    // An input/output error hides what it wraps from `source`, and rustls's come wrapped twice.
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || wrapped.is_some_and(|inner| is_tls(inner)) || error.source().is_some_and(is_tls)
}
