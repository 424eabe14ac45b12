//! The commands and their help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::backup_commands::location;
use super::people_arguments::PeopleCommand;
use crate::server::config::{ConnectionArguments, ServeArguments, StorageArguments};
use crate::wire::problem::Problem;

/// Ask your NetBox in plain language
#[derive(Parser)]
#[command(
    name = "netbox-chatbox",
    version,
    about,
    long_about = "\
Ask your NetBox in plain language: a self-hosted chat that lets Claude look things up in your NetBox.

Settings come from flags, then the environment, then the file .env in the current folder. Without NETBOX_URL an \
embedded demo NetBox is used, without ANTHROPIC_API_KEY an embedded stand-in for the model.",
    after_help = "\
Examples:
  netbox-chatbox serve
  NETBOX_URL=https://netbox.example.com NETBOX_TOKEN=nbt_… ANTHROPIC_API_KEY=sk-ant-… netbox-chatbox serve
  netbox-chatbox ask \"How many sites do we have?\"
  netbox-chatbox doctor"
)]
pub(super) struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub command: Command,

    /// How much is logged: error, warn, info, debug or trace [default: info when serving, else warn]
    #[arg(long, env = "LOG_LEVEL", value_name = "LEVEL", global = true)]
    pub log_level: Option<String>,

    /// How the log is written [default: text] [possible values: text, json]
    #[arg(long, env = "LOG_FORMAT", value_name = "FORMAT", global = true)]
    pub log_format: Option<String>,
}

/// What to do.
#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "made once, at the start")]
pub(super) enum Command {
    /// Serve the page, the socket and the API
    #[command(after_help = "\
Examples:
  netbox-chatbox serve                            what is configured, else the demo
  netbox-chatbox serve --demo                     the demo, whatever is configured
  netbox-chatbox serve --listen 127.0.0.1:9000")]
    Serve(ServeArguments),

    /// Ask one question and print the answer as it comes
    #[command(after_help = "\
Examples:
  netbox-chatbox ask \"Which sites do we have in Ohio?\"
  netbox-chatbox ask --json \"What changed yesterday?\" | jq -r 'select(.type==\"text\").content'
  echo \"How many devices are offline?\" | netbox-chatbox ask -")]
    Ask(AskArguments),

    /// Check key, model, NetBox, rights, sign-in provider, clock, database and disk, and say what to do
    #[command(after_help = "\
Examples:
  netbox-chatbox doctor
  NETBOX_URL=https://netbox.example.com NETBOX_TOKEN=nbt_… netbox-chatbox doctor")]
    Doctor(ServeArguments),

    /// Make a new key for the NetBox tokens in the database, and seal all of them anew
    #[command(after_help = "\
Examples:
  netbox-chatbox rotate-key                       the key in the data folder, or in SECRET_KEY_FILE
  SECRET_KEY=new,old netbox-chatbox rotate-key    keys that are kept elsewhere: the first one seals")]
    RotateKey(ServeArguments),

    /// Write everything that is kept to a file, while the server runs
    #[command(after_help = "\
Examples:
  netbox-chatbox backup netbox-chatbox.jsonl.gz
  netbox-chatbox backup \"/backup/netbox-chatbox-$(date +%F).jsonl.gz\"
  DATABASE_URL=postgres://chatbox@db.example.com/chatbox netbox-chatbox backup - | age -r age1… > backup.age

The file holds what people asked, what was answered, and NetBox tokens sealed with the key that the server seals them
with: keep that key too, elsewhere. docs/storage.md says more.")]
    Backup(BackupArguments),

    /// Put everything of a backup into an empty database, of either kind, while no server uses it
    #[command(after_help = "\
Examples:
  netbox-chatbox restore netbox-chatbox.jsonl.gz
  age -d backup.age | netbox-chatbox restore -
  DATABASE_URL=postgres://chatbox@db.example.com/chatbox netbox-chatbox restore netbox-chatbox.jsonl.gz
  netbox-chatbox restore --replace netbox-chatbox.jsonl.gz      instead of all that is in it now

A backup that is cut off or damaged restores nothing. Sessions of then are ended unless you keep them; who was disabled
since is not any more (`people list` shows it).")]
    Restore(RestoreArguments),

    /// Make the index of the search in conversations again; the server does what is missing at its start
    #[command(after_help = "\
Examples:
  netbox-chatbox reindex
  DATABASE_URL=postgres://chatbox@db.example.com/chatbox netbox-chatbox reindex")]
    Reindex(ReindexArguments),

    /// List the tools that the model has, or call one
    #[command(
        subcommand,
        after_help = "\
Examples:
  netbox-chatbox tool list
  netbox-chatbox tool call netbox_get_objects '{\"object_type\": \"dcim.site\", \"limit\": 10}'
  netbox-chatbox tool call netbox_search_objects '{\"query\": \"core\"}' --view person
  netbox-chatbox tool call - < calls.jsonl        one {\"name\": …, \"input\": …} a line, as one conversation"
    )]
    Tool(ToolCommand),

    /// Read the audit trail
    #[command(
        subcommand,
        after_help = "\
Examples:
  netbox-chatbox audit export > audit.jsonl
  netbox-chatbox audit export --since 2026-11-01 --person netbox:anna | jq -r .kind | sort | uniq -c"
    )]
    Audit(AuditCommand),

    /// See who was here, shut people out, sign them out, remove them
    #[command(
        subcommand,
        after_help = "\
Examples:
  netbox-chatbox people list
  netbox-chatbox people disable netbox:anna
  netbox-chatbox people remove netbox:anna --yes"
    )]
    People(PeopleCommand),

    /// Serve the embedded demo NetBox alone, for other clients
    #[command(after_help = "\
Examples:
  netbox-chatbox demo-netbox
  netbox-chatbox demo-netbox --listen 127.0.0.1:8010
  netbox-chatbox demo-netbox --export > estate.jsonl")]
    DemoNetbox(DemoNetboxArguments),

    /// Serve the embedded stand-in model alone, for other clients of the Messages API
    #[command(after_help = "\
Examples:
  netbox-chatbox demo-model
  netbox-chatbox demo-model --listen 127.0.0.1:8011 --key secret")]
    DemoModel(DemoModelArguments),

    /// Print what a NetBox's lists have and take, reduced from its OpenAPI document: how this program's own list is made
    #[command(
        hide = true,
        after_help = "\
Examples:
  curl -s 'https://netbox.example.com/api/schema/?format=json' | netbox-chatbox netbox-catalogue -"
    )]
    NetboxCatalogue {
        /// The document; `-` reads it from standard input
        file: PathBuf,
    },

    /// Print a completion script for a shell
    #[command(after_help = "\
Examples:
  netbox-chatbox completions bash > ~/.local/share/bash-completion/completions/netbox-chatbox
  netbox-chatbox completions zsh > ~/.zfunc/_netbox-chatbox")]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

impl Command {
    /// What is wrong with its settings, to be told together with what else is wrong.
    pub(super) fn problems(self) -> Vec<Problem> {
        match self {
            Self::Serve(arguments) | Self::Doctor(arguments) | Self::RotateKey(arguments) => {
                arguments.validate().err().unwrap_or_default()
            }
            Self::Ask(arguments) => arguments.connection.validate().err().unwrap_or_default(),
            Self::Tool(ToolCommand::Call(arguments)) => arguments.connection.validate().err().unwrap_or_default(),
            Self::Backup(BackupArguments { storage, .. })
            | Self::Restore(RestoreArguments { storage, .. })
            | Self::Reindex(ReindexArguments { storage }) => location(&storage).err().unwrap_or_default(),
            Self::Tool(ToolCommand::List { .. })
            | Self::Audit(_)
            | Self::People(_)
            | Self::DemoNetbox(_)
            | Self::DemoModel(_)
            | Self::NetboxCatalogue { .. }
            | Self::Completions { .. } => Vec::new(),
        }
    }

    /// How much is logged unless it is said.
    pub(super) fn log_level(&self) -> &'static str {
        match self {
            Self::Serve(_) | Self::DemoNetbox(_) | Self::DemoModel(_) => "info",
            Self::Ask(_)
            | Self::Tool(_)
            | Self::Doctor(_)
            | Self::Audit(_)
            | Self::People(_)
            | Self::RotateKey(_)
            | Self::Backup(_)
            | Self::Restore(_)
            | Self::Reindex(_)
            | Self::NetboxCatalogue { .. }
            | Self::Completions { .. } => "error",
        }
    }
}

/// What `ask` takes.
#[derive(Args)]
pub(super) struct AskArguments {
    /// The question; `-` reads it from standard input
    pub question: String,

    /// Print every event as a line of JSON instead of the answer's text
    #[arg(long)]
    pub json: bool,

    /// What is asked.
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// What `backup` takes.
#[derive(Args)]
pub(super) struct BackupArguments {
    /// The file; as gzip where its name ends in .gz; `-` writes to standard output
    pub file: PathBuf,

    /// Write gzip whatever the file's name
    #[arg(long)]
    pub gzip: bool,

    /// What is backed up.
    #[command(flatten)]
    pub storage: StorageArguments,
}

/// What `restore` takes.
#[derive(Args)]
pub(super) struct RestoreArguments {
    /// The file, plain or as gzip; `-` reads standard input
    pub file: PathBuf,

    /// Put it in the place of all that is in the database
    #[arg(long)]
    pub replace: bool,

    /// Keep whoever was signed in then signed in, although they may have signed out since
    #[arg(long)]
    pub keep_sessions: bool,

    /// Revoke all links to conversations: some of them may have been revoked since
    #[arg(long)]
    pub revoke_links: bool,

    /// What is restored into.
    #[command(flatten)]
    pub storage: StorageArguments,
}

/// What `reindex` takes.
#[derive(Args)]
pub(super) struct ReindexArguments {
    /// What is searched.
    #[command(flatten)]
    pub storage: StorageArguments,
}

/// What `tool` does.
#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "made once, at the start")]
pub(super) enum ToolCommand {
    /// List the tools with their arguments, as the model is told of them
    List {
        /// How they are written
        #[arg(long, value_enum, default_value = "text")]
        format: ToolListFormat,
    },
    /// Call a tool
    Call(ToolCallArguments),
}

/// What `tool call` takes.
#[derive(Args)]
pub(super) struct ToolCallArguments {
    /// The tool; `-` reads calls from standard input, one JSON object a line
    pub name: String,

    /// Its arguments, a JSON object
    #[arg(default_value = "{}")]
    pub input: String,

    /// Whose view of the result is printed
    #[arg(long, value_enum, default_value = "model")]
    pub view: ToolView,

    /// What is asked.
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// What `audit` does.
#[derive(Subcommand)]
pub(super) enum AuditCommand {
    /// Print its entries, one JSON object a line
    Export(AuditExportArguments),
}

/// What `audit export` takes.
#[derive(Args)]
pub(super) struct AuditExportArguments {
    /// From this day or moment on: 2026-11-26 or 2026-11-26T18:00:00Z
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,

    /// Before this day or moment
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,

    /// Of this person: an id, or who they are where they sign in (netbox:NAME)
    #[arg(long, value_name = "PERSON")]
    pub person: Option<String>,

    /// Where the trail is.
    #[command(flatten)]
    pub storage: StorageArguments,
}

/// How the tools are listed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum ToolListFormat {
    /// For a terminal
    Text,
    /// As Anthropic's Messages API takes them
    Anthropic,
    /// As a server of the Model Context Protocol lists them
    Mcp,
    /// As a page of documentation
    Markdown,
}

/// Whose view of a result.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum ToolView {
    /// What the model reads
    Model,
    /// All rows, and the requests that were made
    Person,
}

/// What `demo-netbox` takes.
#[derive(Args)]
pub(super) struct DemoNetboxArguments {
    /// The address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8000")]
    pub listen: std::net::SocketAddr,

    /// Write the estate as lines of JSON to standard output instead of serving it
    #[arg(long)]
    pub export: bool,

    /// The moment that the change log leads up to (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME")]
    pub now: Option<jiff::Timestamp>,

    /// Put each text of this JSON file into every kind of field, in objects of its own: for tests of hostile data
    #[arg(long, value_name = "FILE", hide = true)]
    pub plant: Option<std::path::PathBuf>,
}

/// What `demo-model` takes.
#[derive(Args)]
pub(super) struct DemoModelArguments {
    /// The address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8011")]
    pub listen: std::net::SocketAddr,

    /// The key that callers must send [default: none]
    #[arg(long, env = "DEMO_MODEL_KEY", value_name = "KEY", hide_env_values = true)]
    pub key: Option<String>,

    /// Answer as fast as the caller reads
    #[arg(long)]
    pub instant: bool,

    /// Let a question ask for a failure, like `[[overloaded]]`, to try how a client takes it
    #[arg(long)]
    pub faults: bool,
}
