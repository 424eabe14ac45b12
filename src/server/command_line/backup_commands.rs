//! `backup`, `restore` and `reindex`: everything that is kept, into a file and out of it again.

mod files;

use std::process::ExitCode;

use super::arguments::{BackupArguments, ReindexArguments, RestoreArguments};
use super::say;
use crate::server::audit::Entry;
use crate::server::config::{StorageArguments, StorageConfig};
use crate::server::store::{Database, Location, Progress, Restored, Restoring};
use crate::wire::problem::{Problem, ProblemCode};

/// Writes a backup.
pub(super) async fn backup(arguments: BackupArguments) -> Result<ExitCode, Vec<Problem>> {
    let location = location(&arguments.storage)?;
    let rows = write(location, &arguments).await.map_err(|problem| vec![problem])?;
    say(&format!("Backed up {rows} rows to {}", files::name(&arguments.file)));
    Ok(ExitCode::SUCCESS)
}

async fn write(location: Location, arguments: &BackupArguments) -> Result<u64, Problem> {
    let database = Database::open_as_it_is(location).await?;
    let mut target = files::Target::open(&arguments.file, arguments.gzip)?;
    let rows = database.backup(&mut target, &mut report).await;
    if let Ok(rows) = rows {
        note(&database, Entry::backup(rows)).await;
    }
    database.close().await;
    // What was written of one that failed is removed with `target`.
    let rows = rows?;
    target.keep()?;
    Ok(rows)
}

/// Restores one.
pub(super) async fn restore(arguments: RestoreArguments) -> Result<ExitCode, Vec<Problem>> {
    let location = location(&arguments.storage)?;
    read(location, &arguments).await.map_err(|problem| vec![problem])?;
    Ok(ExitCode::SUCCESS)
}

async fn read(location: Location, arguments: &RestoreArguments) -> Result<(), Problem> {
    if matches!(location, Location::Memory) {
        return Err(Problem::new(ProblemCode::BadRequest, "A database in memory is gone with its process")
            .hint("set DATABASE_URL or DATA_DIRECTORY as the server has it"));
    }
    let mut source = files::open(&arguments.file)?;
    let database = Database::open(location).await?;
    if cfg!(unix) && matches!(database.location(), Location::File(_)) && !database.is_ours_alone() {
        return Err(Problem::new(ProblemCode::BadRequest, "Another program has the database open")
            .hint("stop the server, restore, and start it again"));
    }
    let restoring = Restoring {
        replaces: arguments.replace,
        keeps_sessions: arguments.keep_sessions,
        revokes_links: arguments.revoke_links,
    };
    let Restored { rows, ended_sessions, links } = database.restore(&mut source, restoring, &mut report).await?;
    say(&format!("Restored {rows} rows from {}", files::name(&arguments.file)));
    if ended_sessions > 0 {
        say(&format!(
            "{} not kept: people sign in again",
            plural(ended_sessions, "session of then is", "sessions of then are")
        ));
    }
    if links > 0 {
        say(&format!(
            "{} again, revoked since or not: whoever shared revokes one on its conversation's page, `restore \
             --revoke-links` revokes all",
            plural(links, "link to a conversation works", "links to conversations work")
        ));
    }
    let conversations = database.index_what_is_missing().await?;
    say(&searchable(conversations));
    note(&database, Entry::restore(rows)).await;
    database.close().await;
    Ok(())
}

/// Notes it in the audit trail. What was done stands, also where that cannot be noted.
pub(super) async fn note(database: &Database, entry: Entry) {
    if let Err(problem) = database.add_to_audit(&[entry]).await {
        say(&format!("warning: the audit trail does not hold this: {problem}"));
    }
}

/// Makes the index of the search again.
pub(super) async fn reindex(arguments: ReindexArguments) -> Result<ExitCode, Vec<Problem>> {
    let location = location(&arguments.storage)?;
    let indexed = async {
        let database = Database::open_as_it_is(location).await?;
        let conversations = database.index_anew().await;
        if conversations.is_ok() {
            note(&database, Entry::admin(None, "search indexed anew")).await;
        }
        database.close().await;
        conversations
    };
    let conversations = indexed.await.map_err(|problem| vec![problem])?;
    say(&searchable(conversations));
    Ok(ExitCode::SUCCESS)
}

/// Where the database is, as the server would take it.
pub(super) fn location(arguments: &StorageArguments) -> Result<Location, Vec<Problem>> {
    let mut problems = Vec::new();
    match StorageConfig::read(arguments, &mut problems) {
        Some(storage) if problems.is_empty() => Ok(storage.database),
        _ => Err(problems),
    }
}

fn report(progress: Progress) {
    let Progress { table, done, rows } = progress;
    if rows > 0 {
        say(&format!("  {table}: {done} of {rows}"));
    }
}

fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn searchable(conversations: u64) -> String {
    let plural = if conversations == 1 { "" } else { "s" };
    format!("Made {conversations} conversation{plural} searchable")
}
