//! `audit export`: the trail as lines of JSON.

use std::io::Write as _;
use std::pin::pin;
use std::process::ExitCode;

use futures::TryStreamExt;

use super::arguments::AuditExportArguments;
use super::backup_commands::note;
use crate::server::audit::{Entry, Filter, lines, moment};
use crate::server::config::StorageConfig;
use crate::server::store::Database;
use crate::wire::problem::{Problem, ProblemCode};

/// Writes the entries to standard output, in the order in which they were noted.
pub(super) async fn export(arguments: AuditExportArguments) -> Result<ExitCode, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut read = |name: &str, text: Option<&String>| {
        let moment = text.map(|text| moment(name, text)).transpose();
        moment.unwrap_or_else(|problem| {
            problems.push(problem);
            None
        })
    };
    let (since, until) = (read("--since", arguments.since.as_ref()), read("--until", arguments.until.as_ref()));
    let Some(storage) = StorageConfig::read(&arguments.storage, &mut problems).filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let database = Database::open_as_it_is(storage.database).await.map_err(|problem| vec![problem])?;
    // An export is an entry too, and in it.
    note(&database, Entry::export(None, "audit")).await;
    let filter = Filter { since, until, person: arguments.person };
    let mut pages = pin!(lines(database, filter));
    let mut output = std::io::stdout().lock();
    while let Some(page) = pages.try_next().await.map_err(|problem| vec![problem])? {
        if let Err(error) = output.write_all(page.as_bytes()) {
            // A reader that has seen enough, like `head`.
            if error.kind() == std::io::ErrorKind::BrokenPipe {
                break;
            }
            let problem = Problem::new(ProblemCode::Internal, format!("The entries cannot be written: {error}"));
            return Err(vec![problem.hint("check where the output goes, and whether its disk is full")]);
        }
    }
    Ok(ExitCode::SUCCESS)
}
