//! The settings as they are given: all of them text, so that what is wrong with them is told at once and with a hint
//! instead of one by one. Their help names defaults and possible values itself. Secrets are plain text only here, on their way into their own type.

mod limits;

use super::oidc::OidcArguments;
pub use limits::LimitArguments;

/// What is asked.
#[derive(clap::Args)]
pub struct ConnectionArguments {
    /// Use the embedded demo NetBox and stand-in model, whatever is configured
    #[arg(long)]
    pub demo: bool,

    /// Your NetBox's address; without it, the embedded demo NetBox is used
    #[arg(long, env = "NETBOX_URL", value_name = "URL", help_heading = "NetBox")]
    pub netbox_url: Option<String>,

    /// A NetBox API token, v1 or v2; read-only is enough. Better set in the environment than as a flag
    #[arg(long, env = "NETBOX_TOKEN", value_name = "TOKEN", hide_env_values = true, help_heading = "NetBox")]
    pub netbox_token: Option<String>,

    /// The certificate of a private certificate authority that NetBox's certificate is from (PEM)
    #[arg(long, env = "NETBOX_CA_FILE", value_name = "FILE", help_heading = "NetBox")]
    pub netbox_ca_file: Option<String>,

    /// Whether NetBox's certificate is checked [default: true] [possible values: true, false]
    #[arg(long, env = "NETBOX_TLS_VERIFY", value_name = "BOOLEAN", help_heading = "NetBox")]
    pub netbox_tls_verify: Option<String>,

    /// Where what NetBox says of itself is kept from one start to the next; `none` keeps nothing [default: the user's cache folder]
    #[arg(long, env = "CACHE_DIRECTORY", value_name = "FOLDER", help_heading = "NetBox")]
    pub cache_directory: Option<String>,

    /// The key of the Anthropic API; without it, the embedded stand-in model answers. Better set in the environment than as a flag
    #[arg(long, env = "ANTHROPIC_API_KEY", value_name = "KEY", hide_env_values = true, help_heading = "Model")]
    pub anthropic_api_key: Option<String>,

    /// A server that speaks the Anthropic Messages API; without it, Anthropic itself
    #[arg(long, env = "ANTHROPIC_BASE_URL", value_name = "URL", help_heading = "Model")]
    pub anthropic_base_url: Option<String>,

    /// The model that answers [default: claude-haiku-5-5]
    #[arg(long, env = "ANTHROPIC_MODEL", value_name = "MODEL", help_heading = "Model")]
    pub anthropic_model: Option<String>,

    /// How the key is sent [default: bearer] [possible values: bearer, api-key]
    #[arg(long, env = "ANTHROPIC_AUTHORIZATION", value_name = "KIND", help_heading = "Model")]
    pub anthropic_authorization: Option<String>,

    /// The value of the header `anthropic-version` [default: 2026-10-21]
    #[arg(long, env = "ANTHROPIC_VERSION", value_name = "VERSION", help_heading = "Model")]
    pub anthropic_version: Option<String>,

    /// How much work the model puts into an answer [default: medium] [possible values: low, medium, high, xhigh, max]
    #[arg(long, env = "MODEL_EFFORT", value_name = "EFFORT", help_heading = "Model")]
    pub model_effort: Option<String>,

    /// What the model's server speaks: Anthropic's API, only what compatible servers have in common, or as it turns out
    /// [default: auto] [possible values: auto, anthropic, compatible]
    #[arg(long, env = "MODEL_PROFILE", value_name = "PROFILE", help_heading = "Model")]
    pub model_profile: Option<String>,

    /// What a compatible server understands beyond that, divided by commas [possible values: thinking, effort, cache-control]
    #[arg(long, env = "MODEL_FEATURES", value_name = "FEATURES", value_delimiter = ',', help_heading = "Model")]
    pub model_features: Vec<String>,

    /// A list of prices in place of the built-in one, for the estimated cost
    #[arg(long, env = "MODEL_PRICES", value_name = "FILE", help_heading = "Model")]
    pub model_prices: Option<String>,

    /// Seconds without a byte after which the model's server counts as silent [default: 180]
    #[arg(long, env = "MODEL_TIMEOUT", value_name = "SECONDS", help_heading = "Model")]
    pub model_timeout: Option<String>,

    /// Tokens from which on a conversation is summarised for the model; without it, shortly before the model gets
    /// dearer for long prompts or its window is full
    #[arg(long, env = "COMPACT_AT_TOKENS", value_name = "NUMBER", help_heading = "Model")]
    pub compact_at_tokens: Option<String>,

    /// The most tokens that one answer may use, those of the cache included [default: 2000000]
    #[arg(long, env = "MAXIMUM_TOKENS", value_name = "NUMBER", help_heading = "Model")]
    pub maximum_tokens: Option<String>,

    /// The most US dollars that one answer may cost, by the list of prices [default: 1]
    #[arg(long, env = "MAXIMUM_COST", value_name = "DOLLARS", help_heading = "Model")]
    pub maximum_cost: Option<String>,

    /// The most seconds that one answer may take [default: 600]
    #[arg(long, env = "MAXIMUM_SECONDS", value_name = "SECONDS", help_heading = "Model")]
    pub maximum_seconds: Option<String>,

    /// The most rounds of NetBox queries in one answer [default: 25]
    #[arg(long, env = "MAXIMUM_ROUNDS", value_name = "NUMBER", help_heading = "Model")]
    pub maximum_rounds: Option<String>,
}

/// How the server runs.
#[derive(clap::Args)]
pub struct ServeArguments {
    /// What is asked.
    #[command(flatten)]
    pub connection: ConnectionArguments,

    /// The address and port to listen on [default: 127.0.0.1:8001]
    #[arg(long, env = "LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,

    /// Origins besides its own that may use it from a browser, divided by commas
    #[arg(long, env = "CORS_ORIGINS", value_name = "ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,

    /// Host names under which it may be addressed, divided by commas; its addresses and localhost always may
    #[arg(long, env = "ALLOWED_HOSTS", value_name = "HOSTS", value_delimiter = ',')]
    pub allowed_hosts: Vec<String>,

    /// Accept that there is no sign-in when listening beyond loopback: `everyone-who-can-reach-it-may-read-my-netbox`
    #[arg(long, env = "ANONYMOUS_ACCESS", value_name = "SENTENCE")]
    pub anonymous_access: Option<String>,

    /// Who may ask.
    #[command(flatten)]
    pub people: PeopleArguments,

    /// What is kept.
    #[command(flatten)]
    pub storage: StorageArguments,

    /// How much people may do.
    #[command(flatten)]
    pub limits: LimitArguments,

    /// Seconds that running answers get to finish when the server is told to stop [default: 10]
    #[arg(long, env = "DRAIN_SECONDS", value_name = "SECONDS")]
    pub drain_seconds: Option<String>,
}

/// Where things are kept.
#[derive(clap::Args)]
pub struct StorageArguments {
    /// Where conversations are kept: `sqlite:FILE`, `postgres://…`, or `memory:` (until the server stops) [default: a SQLite file in the data folder]
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, help_heading = "Storage")]
    pub database_url: Option<String>,

    /// The folder for what has to outlive this program: the SQLite file and the key that seals tokens [default: the user's data folder]
    #[arg(long, env = "DATA_DIRECTORY", value_name = "FOLDER", help_heading = "Storage")]
    pub data_directory: Option<String>,

    /// Days that the tables and pictures of answers are kept; 0 keeps them until the server stops only [default: 90]
    #[arg(long, env = "RESULT_RETENTION_DAYS", value_name = "DAYS", help_heading = "Storage")]
    pub result_retention_days: Option<String>,
}

/// Who may ask.
#[derive(clap::Args)]
pub struct PeopleArguments {
    /// How people sign in: not at all, with their NetBox user, at an OpenID Connect provider, or at a proxy in front [default: none] [possible values: none, netbox, oidc, proxy]
    #[arg(long, env = "AUTH_MODE", value_name = "MODE", help_heading = "People")]
    pub auth_mode: Option<String>,

    /// Who is an admin: names as people sign in with, divided by commas
    #[arg(long, env = "ADMINS", value_name = "NAMES", value_delimiter = ',', help_heading = "People")]
    pub admins: Vec<String>,

    /// Groups whose members are admins, divided by commas
    #[arg(long, env = "ADMIN_GROUPS", value_name = "GROUPS", value_delimiter = ',', help_heading = "People")]
    pub admin_groups: Vec<String>,

    /// Hours after which an unused session ends [default: 168]
    #[arg(long, env = "SESSION_IDLE_HOURS", value_name = "HOURS", help_heading = "People")]
    pub session_idle_hours: Option<String>,

    /// Hours after which every session ends [default: 720; with `AUTH_MODE=oidc` 12, since groups are learnt at sign-in]
    #[arg(long, env = "SESSION_HOURS", value_name = "HOURS", help_heading = "People")]
    pub session_hours: Option<String>,

    /// Whether people may change NetBox, by plans that they have approved; with sign-in, by their own NetBox rights only [default: off] [possible values: on, off]
    #[arg(long, env = "CHANGES", value_name = "BOOLEAN", help_heading = "People")]
    pub changes: Option<String>,

    /// Minutes that a plan of changes waits for its person's word [default: 15]
    #[arg(long, env = "APPROVAL_MINUTES", value_name = "MINUTES", help_heading = "People")]
    pub approval_minutes: Option<String>,

    /// The address under which people open the page, where a proxy in front has another one
    #[arg(long, env = "PUBLIC_URL", value_name = "URL", help_heading = "People")]
    pub public_url: Option<String>,

    /// Addresses and networks of proxies that are believed about who asks and from where, divided by commas
    #[arg(long, env = "TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',', help_heading = "People")]
    pub trusted_proxies: Vec<String>,

    /// The header in which such a proxy names who is signed in [default: X-Forwarded-User]
    #[arg(long, env = "PROXY_USER_HEADER", value_name = "HEADER", help_heading = "People")]
    pub proxy_user_header: Option<String>,

    /// The header in which such a proxy names their groups
    #[arg(long, env = "PROXY_GROUPS_HEADER", value_name = "HEADER", help_heading = "People")]
    pub proxy_groups_header: Option<String>,

    /// Minutes after which a connection of the page passes such a proxy again, so that it says who still may [default: 60]
    #[arg(long, env = "PROXY_SOCKET_MINUTES", value_name = "MINUTES", help_heading = "People")]
    pub proxy_socket_minutes: Option<String>,

    /// What NetBox tokens are sealed with: 32 random bytes in base64; older ones after it, divided by commas. Better set in the environment than as a flag [default: one that is made in the data folder]
    #[arg(
        long,
        env = "SECRET_KEY",
        value_name = "KEYS",
        value_delimiter = ',',
        hide_env_values = true,
        help_heading = "People"
    )]
    pub secret_key: Vec<String>,

    /// A file with such keys, one a line, the newest first
    #[arg(long, env = "SECRET_KEY_FILE", value_name = "FILE", help_heading = "People")]
    pub secret_key_file: Option<String>,

    /// The OpenID Connect provider.
    #[command(flatten)]
    pub oidc: OidcArguments,
}
