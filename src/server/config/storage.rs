//! Where things are kept that have to outlive the program.

use std::path::PathBuf;

use super::folder::{Purpose, of_user};
use super::raw::StorageArguments;
use super::{typed, wrong};
use crate::server::store::Location;
use crate::wire::problem::Problem;

/// The SQLite file in the data folder.
const FILE: &str = "netbox-chatbox.db";
const RESULT_DAYS: u32 = 90;

/// Where things are kept.
#[derive(Clone, Debug)]
pub struct StorageConfig {
    /// The database.
    pub database: Location,
    /// The folder for what is not in the database; none where nothing is kept.
    pub data_directory: Option<PathBuf>,
    /// How many days what tools found is kept in the database; with 0, nothing of it is.
    pub result_days: u32,
}

impl StorageConfig {
    /// Everything in memory, gone with the program.
    #[must_use]
    pub fn memory() -> Self {
        Self::at(Location::Memory)
    }

    /// Everything in this database, and nothing beside it.
    #[must_use]
    pub fn at(database: Location) -> Self {
        Self { database, data_directory: None, result_days: RESULT_DAYS }
    }

    /// Checks what was given; what is wrong is added to `problems`.
    pub fn read(arguments: &StorageArguments, problems: &mut Vec<Problem>) -> Option<Self> {
        let given = typed::given(arguments.data_directory.as_deref()).map(PathBuf::from);
        let data_directory = given.or_else(|| of_user(Purpose::Data));
        let database = match typed::given(arguments.database_url.as_deref()) {
            Some(url) => location(url, problems)?,
            None => {
                let Some(folder) = &data_directory else {
                    problems.push(wrong(
                        "DATA_DIRECTORY",
                        "is not set, and the system does not say where this user keeps data (HOME is not set)",
                        "set DATA_DIRECTORY to a folder that this program may write, or DATABASE_URL",
                    ));
                    return None;
                };
                Location::File(folder.join(FILE))
            }
        };
        let days = arguments.result_retention_days.as_deref();
        let result_days = typed::number("RESULT_RETENTION_DAYS", days, RESULT_DAYS, 0..=36_500, problems);
        Some(Self { database, data_directory, result_days })
    }
}

/// What a database's URL names. The URL may hold a password, so it is never repeated.
fn location(url: &str, problems: &mut Vec<Problem>) -> Option<Location> {
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    match scheme {
        "memory" if rest.is_empty() => Some(Location::Memory),
        "sqlite" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.is_empty() || path.contains('?') || path == ":memory:" {
                problems.push(wrong(
                    "DATABASE_URL",
                    "names no file of SQLite's",
                    "give the file alone, like sqlite:/var/lib/netbox-chatbox/netbox-chatbox.db, or `memory:`",
                ));
                return None;
            }
            Some(Location::File(PathBuf::from(path)))
        }
        "postgres" | "postgresql" if url::Url::parse(url).is_ok() => Some(Location::Postgres(url.into())),
        "postgres" | "postgresql" => {
            problems.push(wrong(
                "DATABASE_URL",
                "is not an address",
                "give one like postgres://user:password@db.example.com/netbox_chatbox; write `%40` for a `@` in the password",
            ));
            None
        }
        _ => {
            let scheme: String = scheme.chars().take(20).collect();
            problems.push(wrong(
                "DATABASE_URL",
                &format!("names a `{scheme}` database, which this program does not know"),
                "use sqlite:FILE, postgres://user:password@host/database, or `memory:`",
            ));
            None
        }
    }
}
