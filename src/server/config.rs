//! Configuration: flags, then the environment, then `.env`, then defaults. Everything wrong is told at once, one
//! line each with a hint, before anything starts.

mod answers;
mod folder;
mod limits;
mod logging;
mod oidc;
mod people;
mod raw;
mod storage;
#[cfg(test)]
mod tests;
mod typed;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use http::HeaderValue;
use secrecy::SecretString;
use url::Url;

pub use answers::AnswerConfig;
use folder::Purpose;
pub use limits::{
    AuditConfig, Bounds, BudgetConfig, HstsConfig, LimitConfig, RateConfig, SIGN_IN_PERIOD, SharingConfig,
};
pub use logging::{LogConfig, LogFormat};
pub use oidc::{OidcArguments, OidcConfig};
pub use people::{KeySource, PeopleConfig, SignInMode};
pub use raw::{ConnectionArguments, LimitArguments, ServeArguments, StorageArguments};
pub use storage::StorageConfig;

use crate::server::agent::ProfileChoice;
use crate::server::anthropic::{DEFAULT_MODEL, DEFAULT_READ_TIMEOUT, DEFAULT_VERSION, Features};
use crate::server::netbox::is_token;
use crate::wire::problem::{Problem, ProblemCode};

/// Where Anthropic's API is, as in its own SDKs.
const ANTHROPIC_BASE_URL: &str = "https://api.anthropic.com";
const LISTEN: &str = "127.0.0.1:8001";
const DRAIN_SECONDS: u64 = 10;
/// What to say to be reached from elsewhere without sign-in.
pub const EVERYONE: &str = "everyone-who-can-reach-it-may-read-my-netbox";

/// Which NetBox is asked, with which rights.
#[derive(Debug)]
pub enum NetboxSource {
    /// The embedded demo.
    Demo,
    /// A NetBox of the operator's.
    Remote(RemoteNetbox),
}

/// A NetBox of the operator's.
#[derive(Debug)]
pub struct RemoteNetbox {
    /// Its address, with the path where it has one; always ends with `/`.
    pub url: Url,
    /// The API token, v1 or v2; none where everybody brings their own.
    pub token: Option<SecretString>,
    /// A file with the private certificate authority's certificate (PEM).
    pub certificate_authority: Option<PathBuf>,
    /// Whether its certificate is checked.
    pub verify_certificate: bool,
    /// Where what it says of itself is kept; nowhere without.
    pub cache_directory: Option<PathBuf>,
}

/// Which model answers.
#[derive(Debug)]
pub enum ModelSource {
    /// The embedded stand-in.
    StandIn,
    /// A server that speaks the Messages API.
    Remote(RemoteModel),
}

/// A server that speaks the Messages API.
#[derive(Debug)]
pub struct RemoteModel {
    /// Its address without `/v1/messages`.
    pub base_url: Url,
    /// The key; none for servers that want none.
    pub key: Option<SecretString>,
    /// How the key is sent.
    pub authorization: Authorization,
    /// The model's id.
    pub model: String,
    /// The header `anthropic-version`.
    pub version: String,
    /// Which dialect it speaks.
    pub profile: ProfileChoice,
    /// The longest silence.
    pub timeout: Duration,
}

impl RemoteModel {
    /// A server with the usual settings.
    pub fn new(base_url: Url, key: Option<SecretString>, model: &str) -> Self {
        Self {
            base_url,
            key,
            authorization: Authorization::default(),
            model: model.to_owned(),
            version: DEFAULT_VERSION.to_owned(),
            profile: ProfileChoice::Probe(Features::default()),
            timeout: DEFAULT_READ_TIMEOUT,
        }
    }
}

/// How the key is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Authorization {
    /// `Authorization: Bearer`, what Anthropic's SDKs send.
    #[default]
    Bearer,
    /// `x-api-key`.
    ApiKey,
}

/// What every command that asks questions needs.
#[derive(Debug)]
pub struct ConnectionConfig {
    /// The NetBox.
    pub netbox: NetboxSource,
    /// The model.
    pub model: ModelSource,
    /// How it answers, and how far it may go.
    pub answers: AnswerConfig,
}

/// What the server needs.
#[derive(Debug)]
pub struct ServeConfig {
    /// What it asks.
    pub connection: ConnectionConfig,
    /// Who may ask.
    pub people: PeopleConfig,
    /// Where it keeps things.
    pub storage: StorageConfig,
    /// How much people may do, and what is noted of it.
    pub limits: LimitConfig,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Origins besides its own that may open a socket and call its functions.
    pub cors_origins: Vec<HeaderValue>,
    /// Names under which it may be addressed, besides its addresses and `localhost`.
    pub allowed_hosts: Vec<String>,
    /// How long answers may take to finish when it is told to stop.
    pub drain: Duration,
}

impl ConnectionArguments {
    /// Checks what was given. All problems at once.
    pub fn validate(self) -> Result<ConnectionConfig, Vec<Problem>> {
        self.validate_for(false)
    }

    /// As [`Self::validate`]; without a token of its own where everybody signs in.
    fn validate_for(self, people_sign_in: bool) -> Result<ConnectionConfig, Vec<Problem>> {
        let mut problems = Vec::new();
        let netbox = netbox_source(&self, people_sign_in, &mut problems);
        let model = model_source(&self, &mut problems);
        let answers = AnswerConfig::read(&self, &mut problems);
        match (netbox, model) {
            (Some(netbox), Some(model)) if problems.is_empty() => Ok(ConnectionConfig { netbox, model, answers }),
            _ => Err(problems),
        }
    }
}

impl ServeArguments {
    /// Checks what was given. All problems at once.
    pub fn validate(self) -> Result<ServeConfig, Vec<Problem>> {
        let mut problems = Vec::new();
        let cors_origins = self.cors_origins.iter().filter_map(|origin| cors_origin(origin, &mut problems)).collect();
        let seconds = self.drain_seconds.as_deref();
        let drain = typed::number("DRAIN_SECONDS", seconds, DRAIN_SECONDS, 0..=3600, &mut problems);
        let storage = StorageConfig::read(&self.storage, &mut problems);
        let limits = LimitConfig::read(&self.limits, &mut problems);
        let people = PeopleConfig::read(&self.people, storage.as_ref(), &mut problems);
        let anonymous = self.anonymous_access.as_deref().map(str::trim) == Some(EVERYONE);
        let listen = listen_address(self.listen.as_deref(), people.signs_in() || anonymous, &mut problems);
        if let Some(listen) = listen {
            people.check_address(listen, &mut problems);
        }
        let allowed_hosts = allowed_hosts(&self.allowed_hosts, people.public_url.as_ref());
        let connection = self.connection.validate_for(people.signs_in()).map_err(|found| problems.extend(found)).ok();
        match (connection, listen, storage) {
            (Some(connection), Some(listen), Some(storage)) if problems.is_empty() => Ok(ServeConfig {
                connection,
                people,
                storage,
                limits,
                listen,
                cors_origins,
                allowed_hosts,
                drain: Duration::from_secs(drain),
            }),
            _ => Err(problems),
        }
    }
}

fn netbox_source(
    arguments: &ConnectionArguments,
    people_sign_in: bool,
    problems: &mut Vec<Problem>,
) -> Option<NetboxSource> {
    let (url, token) = (typed::given(arguments.netbox_url.as_deref()), typed::given(arguments.netbox_token.as_deref()));
    let verify = arguments.netbox_tls_verify.as_deref();
    let verify_certificate = typed::boolean("NETBOX_TLS_VERIFY", verify, true, problems);
    let Some(url) = url.filter(|_| !arguments.demo) else {
        if token.is_some() && !arguments.demo {
            problems.push(wrong(
                "NETBOX_TOKEN",
                "is set, but NETBOX_URL is not",
                "set NETBOX_URL to your NetBox's address, or unset NETBOX_TOKEN to use the embedded demo",
            ));
        }
        return Some(NetboxSource::Demo);
    };
    let before = problems.len();
    let url = http_url("NETBOX_URL", url, "https://netbox.example.com", problems);
    if let Some(url) = &url
        && url.path().trim_end_matches('/').ends_with("/api")
    {
        problems.push(wrong("NETBOX_URL", "ends with `/api`", "give NetBox's own address, without `/api`"));
    }
    match token {
        None if people_sign_in => {}
        None => problems.push(wrong(
            "NETBOX_TOKEN",
            "is missing, but NETBOX_URL is set",
            "make one in NetBox under your user name > API Tokens (a read-only token is enough), or let people sign in with AUTH_MODE=netbox",
        )),
        Some(token) if !is_token(token) => problems.push(wrong(
            "NETBOX_TOKEN",
            "is not a NetBox API token",
            "a v2 token looks like nbt_KEY.TOKEN, a v1 token has 40 hexadecimal digits; give it without `Token` or `Bearer`",
        )),
        Some(_) => {}
    }
    let certificate_authority = typed::given(arguments.netbox_ca_file.as_deref()).map(PathBuf::from);
    if let Some(file) = &certificate_authority
        && let Err(error) = std::fs::File::open(file)
    {
        problems.push(wrong(
            "NETBOX_CA_FILE",
            &format!("cannot be read: {error}"),
            "give the path of a PEM file with the certificate of your certificate authority",
        ));
    }
    if problems.len() > before {
        return None;
    }
    Some(NetboxSource::Remote(RemoteNetbox {
        url: url?,
        token: token.map(Into::into),
        certificate_authority,
        verify_certificate,
        cache_directory: cache_directory(typed::given(arguments.cache_directory.as_deref())),
    }))
}

/// The folder that was named, or the program's own below the user's cache folder. Nothing depends on it: what is kept
/// there is fetched again where it is missing.
fn cache_directory(given: Option<&str>) -> Option<PathBuf> {
    match given {
        Some("none") => None,
        Some(folder) => Some(PathBuf::from(folder)),
        None => folder::of_user(Purpose::Cache),
    }
}

fn model_source(arguments: &ConnectionArguments, problems: &mut Vec<Problem>) -> Option<ModelSource> {
    let key = typed::given(arguments.anthropic_api_key.as_deref());
    let base_url = typed::given(arguments.anthropic_base_url.as_deref());
    let authorization = arguments.anthropic_authorization.as_deref();
    let authorization = typed::choice("ANTHROPIC_AUTHORIZATION", authorization, problems);
    let profile = answers::profile(arguments, problems);
    let timeout = arguments.model_timeout.as_deref();
    let timeout = typed::number("MODEL_TIMEOUT", timeout, DEFAULT_READ_TIMEOUT.as_secs(), 1..=3600, problems);
    let version = typed::given(arguments.anthropic_version.as_deref()).unwrap_or(DEFAULT_VERSION);
    if !version.bytes().all(|byte| byte.is_ascii_graphic()) {
        problems.push(wrong(
            "ANTHROPIC_VERSION",
            "holds characters that no version has",
            &format!("leave it out for {DEFAULT_VERSION}"),
        ));
    }
    if arguments.demo || (key.is_none() && base_url.is_none()) {
        return Some(ModelSource::StandIn);
    }
    if key.is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_graphic())) {
        problems.push(wrong(
            "ANTHROPIC_API_KEY",
            "holds characters that no key has",
            "copy it again from the Anthropic console; it looks like sk-ant-…",
        ));
        return None;
    }
    let url = http_url("ANTHROPIC_BASE_URL", base_url.unwrap_or(ANTHROPIC_BASE_URL), ANTHROPIC_BASE_URL, problems)?;
    let model = typed::given(arguments.anthropic_model.as_deref());
    Some(ModelSource::Remote(RemoteModel {
        authorization,
        version: version.to_owned(),
        profile,
        timeout: Duration::from_secs(timeout),
        ..RemoteModel::new(url, key.map(Into::into), model.unwrap_or(DEFAULT_MODEL))
    }))
}

fn http_url(name: &str, text: &str, example: &str, problems: &mut Vec<Problem>) -> Option<Url> {
    let hint = format!("give an address like {example}");
    let mut url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => {
            problems.push(wrong(name, &format!("is not an address: {error}"), &hint));
            return None;
        }
    };
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        problems.push(wrong(name, "must begin with http:// or https://", &hint));
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        problems.push(wrong(
            name,
            "holds a user name or password",
            "give the address alone; secrets have their own settings",
        ));
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Some(url)
}

fn cors_origin(text: &str, problems: &mut Vec<Problem>) -> Option<HeaderValue> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let parsed = Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text.trim_end_matches('/')
    });
    let value = parsed.and_then(|url| HeaderValue::from_str(&url.origin().ascii_serialization()).ok());
    if value.is_none() {
        problems.push(wrong(
            "CORS_ORIGINS",
            &format!("holds `{text}`, which is not an origin"),
            "give origins like https://portal.example.com, divided by commas; `*` is not accepted",
        ));
    }
    value
}

fn listen_address(text: Option<&str>, may_be_reached: bool, problems: &mut Vec<Problem>) -> Option<SocketAddr> {
    let text = typed::given(text).unwrap_or(LISTEN);
    let Ok(address) = text.parse::<SocketAddr>() else {
        problems.push(wrong(
            "LISTEN",
            &format!("is `{text}`, which is not an address and port"),
            "use for example 127.0.0.1:8001",
        ));
        return None;
    };
    if !address.ip().is_loopback() && !may_be_reached {
        problems.push(wrong(
            "LISTEN",
            &format!("is {address}, which other machines can reach, and there is no sign-in"),
            &format!("let people sign in with AUTH_MODE=netbox, or accept it with ANONYMOUS_ACCESS={EVERYONE}"),
        ));
        return None;
    }
    Some(address)
}

/// The names that were given, and that of the address under which people open the page.
fn allowed_hosts(configured: &[String], public_url: Option<&Url>) -> Vec<String> {
    let public = public_url.and_then(Url::host_str).map(str::to_owned);
    let configured = configured.iter().map(|host| host.trim().to_ascii_lowercase());
    configured.chain(public).filter(|host| !host.is_empty()).collect()
}

fn wrong(name: &str, what: &str, hint: &str) -> Problem {
    Problem::new(ProblemCode::BadRequest, format!("{name} {what}")).hint(hint)
}
