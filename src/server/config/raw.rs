//! The settings as they are given. Secrets are plain text only here, on their way into their own type.

use std::path::PathBuf;

use clap::builder::ArgAction;

use super::Authorization;

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
    pub netbox_ca_file: Option<PathBuf>,

    /// Whether NetBox's certificate is checked
    #[arg(long, env = "NETBOX_TLS_VERIFY", value_name = "BOOLEAN", default_value_t = true, action = ArgAction::Set, help_heading = "NetBox")]
    pub netbox_tls_verify: bool,

    /// The key of the Anthropic API; without it, the embedded stand-in model answers. Better set in the environment than as a flag
    #[arg(long, env = "ANTHROPIC_API_KEY", value_name = "KEY", hide_env_values = true, help_heading = "Model")]
    pub anthropic_api_key: Option<String>,

    /// A server that speaks the Anthropic Messages API; without it, Anthropic itself
    #[arg(long, env = "ANTHROPIC_BASE_URL", value_name = "URL", help_heading = "Model")]
    pub anthropic_base_url: Option<String>,

    /// The model that answers [default: claude-haiku-5-5]
    #[arg(long, env = "ANTHROPIC_MODEL", value_name = "MODEL", help_heading = "Model")]
    pub anthropic_model: Option<String>,

    /// How the key is sent
    #[arg(long, env = "ANTHROPIC_AUTHORIZATION", value_enum, default_value_t = Authorization::Bearer, help_heading = "Model")]
    pub anthropic_authorization: Authorization,

    /// The most rounds of NetBox queries in one answer
    #[arg(long, env = "MAXIMUM_ROUNDS", value_name = "NUMBER", default_value_t = 25, help_heading = "Model")]
    pub maximum_rounds: u32,
}

/// How the server runs.
#[derive(clap::Args)]
pub struct ServeArguments {
    /// What is asked.
    #[command(flatten)]
    pub connection: ConnectionArguments,

    /// The address and port to listen on
    #[arg(long, env = "LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8001")]
    pub listen: String,

    /// Origins besides its own that may use it from a browser, divided by commas
    #[arg(long, env = "CORS_ORIGINS", value_name = "ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<String>,

    /// Host names besides loopback's under which it may be addressed, divided by commas
    #[arg(long, env = "ALLOWED_HOSTS", value_name = "HOSTS", value_delimiter = ',')]
    pub allowed_hosts: Vec<String>,

    /// Accept that there is no sign-in when listening beyond loopback: `everyone-who-can-reach-it-may-read-my-netbox`
    #[arg(long, env = "ANONYMOUS_ACCESS", value_name = "SENTENCE")]
    pub anonymous_access: Option<String>,

    /// Where conversations are kept: `memory:` (until the server stops)
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// Seconds that running answers get to finish when the server is told to stop
    #[arg(long, env = "DRAIN_SECONDS", value_name = "SECONDS", default_value_t = 10)]
    pub drain_seconds: u64,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}
