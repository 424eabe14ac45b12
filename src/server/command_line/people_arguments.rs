//! What `people` takes, and its help.

use clap::{Args, Subcommand};

use crate::server::config::{ServeArguments, StorageArguments};

/// What `people` does.
#[derive(Subcommand)]
#[allow(clippy::large_enum_variant, reason = "made once, at the start")]
pub(super) enum PeopleCommand {
    /// List who was here, whoever was here last first
    #[command(after_help = "\
Examples:
  netbox-chatbox people list
  netbox-chatbox people list --json | jq -r 'select(.disabled_at != null).subject'")]
    List(PeopleListArguments),

    /// Show a person: role, way of sign-in, when they were here, how much there is of theirs
    #[command(after_help = "\
Examples:
  netbox-chatbox people show netbox:anna
  netbox-chatbox people show netbox:anna --json")]
    Show(PersonShowArguments),

    /// Shut a person out: they cannot sign in, their sessions end, running answers stop, their links do not work
    #[command(after_help = "\
Examples:
  netbox-chatbox people disable netbox:anna
  DATABASE_URL=postgres://chatbox@db.example.com/chatbox netbox-chatbox people disable proxy:anna

The server may run: requests are refused at once, open pages are told within 15 seconds, and what was being written for
them stops within a few seconds, on every process. Nothing of theirs is deleted. Give it the server's settings, so that
the NetBox tokens of their sessions are deleted in NetBox too.")]
    Disable(PersonArguments),

    /// Let a person in again who was disabled
    #[command(after_help = "\
Example:
  netbox-chatbox people enable netbox:anna")]
    Enable(PersonOfStorageArguments),

    /// End all sessions of a person; they may sign in again
    #[command(after_help = "\
Example:
  netbox-chatbox people sign-out netbox:anna")]
    SignOut(PersonArguments),

    /// Erase a person: their conversations with everything below these, links, sessions and NetBox tokens
    #[command(after_help = "\
Examples:
  netbox-chatbox people remove netbox:anna --yes

What they used stays as numbers, without a name, and the audit trail keeps its entries: who did what is what it is for.
They may sign in again, as somebody new; to keep them out, disable them instead, or take their account away where they
sign in. There is no way back but a backup.")]
    Remove(PersonRemoveArguments),
}

/// What `people list` takes.
#[derive(Args)]
pub(super) struct PeopleListArguments {
    /// Print one JSON object a line, times in milliseconds since 1970 (UTC)
    #[arg(long)]
    pub json: bool,

    /// Where they are.
    #[command(flatten)]
    pub storage: StorageArguments,
}

/// What `people show` takes.
#[derive(Args)]
pub(super) struct PersonShowArguments {
    /// Their id, or who they are where they sign in, like netbox:anna
    pub person: String,

    /// Print a JSON object
    #[arg(long)]
    pub json: bool,

    /// Where they are.
    #[command(flatten)]
    pub storage: StorageArguments,
}

/// A person, and where they are.
#[derive(Args)]
pub(super) struct PersonOfStorageArguments {
    /// Their id, or who they are where they sign in, like netbox:anna
    pub person: String,

    /// Where they are.
    #[command(flatten)]
    pub storage: StorageArguments,
}

/// A person, and the settings of the server.
#[derive(Args)]
pub(super) struct PersonArguments {
    /// Their id, or who they are where they sign in, like netbox:anna
    pub person: String,

    /// The server.
    #[command(flatten)]
    pub server: ServeArguments,
}

/// What `people remove` takes.
#[derive(Args)]
pub(super) struct PersonRemoveArguments {
    /// Their id, or who they are where they sign in, like netbox:anna
    pub person: String,

    /// Really do it
    #[arg(long)]
    pub yes: bool,

    /// The server.
    #[command(flatten)]
    pub server: ServeArguments,
}
