//! Who may ask, and how it is found out who somebody is (`docs/sign-in.md`).

use std::path::PathBuf;
use std::time::Duration;

use http::HeaderName;
use url::Url;

use super::oidc::OidcConfig;
use super::raw::PeopleArguments;
use super::storage::StorageConfig;
use super::{http_url, typed, wrong};
use crate::server::auth::network::Network;
use crate::server::auth::proxy::ProxyRules;
use crate::server::auth::vault::{self, Key};
use crate::server::store::Location;
use crate::server::tools::Changes;
use crate::wire::problem::Problem;

/// Where most proxies put the name of whom they signed in.
const USER_HEADER: &str = "x-forwarded-user";
const IDLE_HOURS: u64 = 7 * 24;
const HOURS: u64 = 30 * 24;
/// A provider's groups are learnt at sign-in only: whoever left one must not stay an admin for a month.
const OIDC_HOURS: u64 = 12;
/// The longest that browsers keep a cookie (RFC 6265bis, section 5.5: 400 days).
const MOST_HOURS: u64 = 400 * 24;
const SOCKET_MINUTES: u64 = 60;
const MOST_SOCKET_MINUTES: u64 = 24 * 60;
const APPROVAL_MINUTES: u64 = 15;
/// What NetBox holds is another thing tomorrow, and a waiting plan keeps its answer running.
const MOST_APPROVAL_MINUTES: u64 = 8 * 60;
/// The key that is made where none is given, in the data folder.
const KEY_FILE: &str = "secret.key";

/// The word for a way of signing in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Word {
    #[default]
    None,
    Netbox,
    Oidc,
    Proxy,
}

/// How people sign in.
#[derive(Clone, Debug)]
pub enum SignInMode {
    /// Not at all: everybody who reaches this is the one local person.
    Nobody,
    /// With their NetBox user.
    Netbox,
    /// At an OpenID Connect provider.
    Oidc(OidcConfig),
    /// At a proxy in front.
    Proxy(ProxyRules),
}

impl SignInMode {
    /// Its name, as `AUTH_MODE` and the audit trail have it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nobody => "none",
            Self::Netbox => "netbox",
            Self::Oidc(_) => "oidc",
            Self::Proxy(_) => "proxy",
        }
    }
}

/// Where the keys are that seal NetBox tokens.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// In the settings.
    Given(Vec<Key>),
    /// In a file of the operator's.
    File(PathBuf),
    /// In a file that is made where it is missing.
    Generated(PathBuf),
    /// In memory, as everything else.
    Passing,
}

/// Who may ask.
#[derive(Clone, Debug)]
pub struct PeopleConfig {
    /// How they sign in.
    pub mode: SignInMode,
    /// Who is an admin whatever their way of signing in says: subjects, or names at it.
    pub admins: Vec<String>,
    /// How long a session may be unused.
    pub idle: Duration,
    /// How long a session lasts at most.
    pub lifetime: Duration,
    /// The address under which people open this, where that is not the one it listens on.
    pub public_url: Option<Url>,
    /// Proxies that are believed about where a request came from.
    pub trusted_proxies: Vec<Network>,
    /// What seals tokens.
    pub keys: KeySource,
    /// Whether people may change NetBox, by plans that they approve.
    pub changes: bool,
    /// How long a plan waits for its person's word.
    pub approval: Duration,
}

impl PeopleConfig {
    /// One local person, and nothing kept.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            mode: SignInMode::Nobody,
            admins: Vec::new(),
            idle: Duration::from_hours(IDLE_HOURS),
            lifetime: Duration::from_hours(HOURS),
            public_url: None,
            trusted_proxies: Vec::new(),
            keys: KeySource::Passing,
            changes: false,
            approval: Duration::from_mins(APPROVAL_MINUTES),
        }
    }

    /// Who may change NetBox: those with rights of their own there. Where there is one person only, they have the
    /// server's.
    #[must_use]
    pub fn who_changes(&self) -> Changes {
        match (self.changes, &self.mode) {
            (false, _) => Changes::Off,
            (true, SignInMode::Nobody) => Changes::All,
            (true, _) => Changes::OwnRights,
        }
    }

    /// Whether people sign in on a page of this server.
    #[must_use]
    pub fn has_sign_in_page(&self) -> bool {
        matches!(self.mode, SignInMode::Netbox | SignInMode::Oidc(_))
    }

    /// Whether there is a way to sign in.
    #[must_use]
    pub fn signs_in(&self) -> bool {
        !matches!(self.mode, SignInMode::Nobody)
    }

    /// What listening beyond this machine asks for: a provider sends people back to an address that it knows, and nobody
    /// changes NetBox without having signed in.
    pub(super) fn check_address(&self, listen: std::net::SocketAddr, problems: &mut Vec<Problem>) {
        if self.changes && !self.signs_in() && !listen.ip().is_loopback() {
            problems.push(wrong(
                "CHANGES",
                "is on, and nobody signs in: whoever reaches this could change NetBox",
                "let people sign in with AUTH_MODE=netbox, or listen on 127.0.0.1 only",
            ));
        }
        if matches!(self.mode, SignInMode::Oidc(_)) && self.public_url.is_none() && !listen.ip().is_loopback() {
            problems.push(wrong(
                "PUBLIC_URL",
                "is missing, but AUTH_MODE=oidc sends people back to it",
                "give the address under which people open the page, like https://chat.example.com",
            ));
        }
    }

    /// Checks what was given; what is wrong is added to `problems`.
    pub fn read(arguments: &PeopleArguments, storage: Option<&StorageConfig>, problems: &mut Vec<Problem>) -> Self {
        let hours = |name, text: Option<&str>, default, problems: &mut Vec<Problem>| {
            Duration::from_hours(typed::number(name, text, default, 1..=MOST_HOURS, problems))
        };
        let idle = hours("SESSION_IDLE_HOURS", arguments.session_idle_hours.as_deref(), IDLE_HOURS, problems);
        let word = typed::choice::<Word>("AUTH_MODE", arguments.auth_mode.as_deref(), problems);
        let most = if matches!(word, Word::Oidc) { OIDC_HOURS } else { HOURS };
        let lifetime = hours("SESSION_HOURS", arguments.session_hours.as_deref(), most, problems);
        let trusted_proxies = networks(&arguments.trusted_proxies, problems);
        let mode = match word {
            Word::None => SignInMode::Nobody,
            Word::Netbox => SignInMode::Netbox,
            // What is wrong with it is told, and nothing starts.
            Word::Oidc => arguments
                .oidc
                .validate(words(&arguments.admin_groups), problems)
                .map_or(SignInMode::Nobody, SignInMode::Oidc),
            Word::Proxy => SignInMode::Proxy(proxy_rules(arguments, &trusted_proxies, problems)),
        };
        let public_url = typed::given(arguments.public_url.as_deref());
        let public_url = public_url.and_then(|text| http_url("PUBLIC_URL", text, "https://chat.example.com", problems));
        if let Some(url) = &public_url
            && url.path() != "/"
        {
            let hint = "give the page a host name of its own, like https://chat.example.com";
            problems.push(wrong("PUBLIC_URL", "has a path, and the page works at the root of a host only", hint));
        }
        Self {
            mode,
            admins: words(&arguments.admins),
            idle,
            lifetime,
            public_url,
            trusted_proxies,
            keys: key_source(arguments, storage, problems),
            changes: typed::boolean("CHANGES", arguments.changes.as_deref(), false, problems),
            approval: minutes(
                "APPROVAL_MINUTES",
                arguments.approval_minutes.as_deref(),
                (APPROVAL_MINUTES, MOST_APPROVAL_MINUTES),
                problems,
            ),
        }
    }
}

/// A time in minutes, from one up.
fn minutes(name: &str, text: Option<&str>, (usual, most): (u64, u64), problems: &mut Vec<Problem>) -> Duration {
    Duration::from_mins(typed::number(name, text, usual, 1..=most, problems))
}

fn proxy_rules(arguments: &PeopleArguments, trusted: &[Network], problems: &mut Vec<Problem>) -> ProxyRules {
    if trusted.is_empty() && arguments.trusted_proxies.iter().all(|text| text.trim().is_empty()) {
        problems.push(wrong(
            "TRUSTED_PROXIES",
            "is missing, and AUTH_MODE=proxy believes nobody without it",
            "list the addresses from which the proxy connects to this server, like 10.0.0.5 or 127.0.0.1",
        ));
    }
    let mut header = |name: &str, text: Option<&str>| {
        let text = typed::given(text)?;
        let header = HeaderName::try_from(text).ok();
        if header.is_none() {
            problems.push(wrong(
                name,
                &format!("is `{text}`, which is no header's name"),
                "use for example X-Forwarded-User",
            ));
        }
        header
    };
    let user = header("PROXY_USER_HEADER", arguments.proxy_user_header.as_deref());
    let groups_header = header("PROXY_GROUPS_HEADER", arguments.proxy_groups_header.as_deref());
    ProxyRules {
        trusted: trusted.to_vec(),
        user_header: user.unwrap_or(HeaderName::from_static(USER_HEADER)),
        groups_header,
        admin_groups: words(&arguments.admin_groups),
        socket_age: minutes(
            "PROXY_SOCKET_MINUTES",
            arguments.proxy_socket_minutes.as_deref(),
            (SOCKET_MINUTES, MOST_SOCKET_MINUTES),
            problems,
        ),
    }
}

fn networks(texts: &[String], problems: &mut Vec<Problem>) -> Vec<Network> {
    let mut networks = Vec::new();
    for text in texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        match Network::parse(text) {
            Some(network) => networks.push(network),
            None => problems.push(wrong(
                "TRUSTED_PROXIES",
                &format!("holds `{text}`, which is neither an address nor a network"),
                "give addresses like 10.0.0.5 or networks like 10.0.0.0/24, divided by commas",
            )),
        }
    }
    networks
}

fn words(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

fn key_source(arguments: &PeopleArguments, storage: Option<&StorageConfig>, problems: &mut Vec<Problem>) -> KeySource {
    let given = words(&arguments.secret_key);
    let file = typed::given(arguments.secret_key_file.as_deref()).map(PathBuf::from);
    match (given.is_empty(), file) {
        (false, Some(_)) => {
            let hint = "keep one of them; in the file, old keys stand below the new one";
            problems.push(wrong("SECRET_KEY", "is set, and SECRET_KEY_FILE too", hint));
            KeySource::Passing
        }
        (false, None) => {
            if let Some(keys) = given.iter().map(|text| Key::parse(text)).collect::<Option<Vec<_>>>() {
                return KeySource::Given(keys);
            }
            problems.push(wrong(
                "SECRET_KEY",
                "is not 32 bytes in base64",
                "make one with `openssl rand -base64 32`; several are divided by commas, the newest first",
            ));
            KeySource::Passing
        }
        (true, Some(file)) => {
            if let Err(problem) = vault::read(&file) {
                problems.push(problem);
            }
            KeySource::File(file)
        }
        (true, None) => match storage {
            Some(StorageConfig { database: Location::Memory, .. }) | None => KeySource::Passing,
            Some(StorageConfig { data_directory: Some(folder), .. }) => KeySource::Generated(folder.join(KEY_FILE)),
            Some(StorageConfig { data_directory: None, .. }) => {
                let hint = "set SECRET_KEY to what `openssl rand -base64 32` prints, or DATA_DIRECTORY";
                problems.push(wrong(
                    "SECRET_KEY",
                    "is missing, and there is no data folder to keep a made one in",
                    hint,
                ));
                KeySource::Passing
            }
        },
    }
}
