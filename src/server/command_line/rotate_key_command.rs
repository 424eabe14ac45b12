//! `rotate-key`: a new key for the NetBox tokens in the database, and all of them sealed anew under it.

use std::process::ExitCode;

use super::backup_commands::note;
use super::say;
use crate::server::audit::Entry;
use crate::server::auth::vault::{self, Key};
use crate::server::auth::{open_vault, seal_anew};
use crate::server::config::{KeySource, ServeArguments};
use crate::server::store::Database;
use crate::wire::problem::{Problem, ProblemCode};

/// How many keys stay in the file: the new one, and the one before for a server that still seals with it.
const KEPT: usize = 2;

pub(super) async fn rotate_key(arguments: ServeArguments) -> Result<ExitCode, Vec<Problem>> {
    let config = arguments.validate()?;
    let one = |problem: Problem| vec![problem];
    let file = match &config.people.keys {
        KeySource::Passing => {
            let problem = Problem::new(ProblemCode::BadRequest, "There is no key to rotate: nothing is kept");
            return Err(one(problem.hint("set DATABASE_URL, or leave it out for a file in the data folder")));
        }
        KeySource::Given(_) => None,
        KeySource::File(file) | KeySource::Generated(file) => {
            vault::generate(file).map_err(one)?;
            Some(file.clone())
        }
    };
    let database = Database::open(config.storage.database).await.map_err(one)?;
    if let Some(file) = &file {
        let mut keys = vault::read(file).map_err(one)?;
        keys.insert(0, Key::random());
        vault::replace(file, &keys).map_err(one)?;
    }
    let vault = open_vault(&config.people.keys).map_err(one)?;
    let (sealed, lost) = seal_anew(&database, &vault).await.map_err(one)?;
    if let Some(file) = &file {
        let mut keys = vault::read(file).map_err(one)?;
        // What no key opens is lost already; older keys are of no use.
        keys.truncate(KEPT);
        vault::replace(file, &keys).map_err(one)?;
        say(&format!("A new key is in {}", file.display()));
    }
    say(&format!("{sealed} NetBox tokens are sealed with the first key"));
    if lost > 0 {
        say(&format!(
            "{lost} could not be opened with any key: their people have to sign in, or give the token, again"
        ));
    }
    note(&database, Entry::admin(None, "key rotated")).await;
    database.close().await;
    Ok(ExitCode::SUCCESS)
}
