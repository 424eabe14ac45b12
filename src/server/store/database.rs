//! The database: SQLite inside this program, or a PostgreSQL of the operator's. Both take the same statements but for
//! a few, which [`Kind`] tells apart.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyPool, Executor as _, Row as _, Transaction};

use super::error::unavailable;
use super::migrations::{migrator, newest};
use super::sqlite::{self, Anchor};
use crate::server::private;
use crate::wire::problem::{Problem, ProblemCode};

/// How long a statement waits for a connection to PostgreSQL, or for SQLite's lock, before it fails.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a statement waits for one of SQLite's connections: they are in this process, so waiting means that others
/// are being served, and not that nobody is there.
const QUEUE_PATIENCE: Duration = Duration::from_mins(1);
/// SQLite writes one at a time; the others read meanwhile.
const SQLITE_CONNECTIONS: u32 = 8;
const POSTGRES_CONNECTIONS: u32 = 16;
/// Two processes that start at once on one SQLite file both try to bring it up to date: the slower one tries again.
const MIGRATION_ATTEMPTS: u32 = 20;
const MIGRATION_PAUSE: Duration = Duration::from_millis(250);

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SQLite, inside this program.
    Sqlite,
    /// PostgreSQL, which several processes can share.
    Postgres,
}

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// In this process's memory, gone when it ends.
    Memory,
    /// A file of SQLite's; it is made where it is missing, with its folder.
    File(PathBuf),
    /// `postgres://…`, with the password where it has one.
    Postgres(SecretString),
}

/// A pool of connections. Cloning shares it.
#[derive(Clone)]
pub struct Database {
    pool: AnyPool,
    kind: Kind,
    location: Arc<Location>,
    anchor: Option<Anchor>,
    /// Held as long as this is the only process on the SQLite file.
    alone: Option<Arc<std::fs::File>>,
    /// Which events tests have it refuse.
    #[cfg(test)]
    refuses: Arc<std::sync::Mutex<Option<super::refusing::Refuses>>>,
    #[cfg(test)]
    loses_answers: Arc<std::sync::atomic::AtomicBool>,
}

impl std::fmt::Debug for Database {
    /// Without its address, which may hold a password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Database").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Database {
    /// Connects and brings the schema up to date.
    ///
    /// # Errors
    /// A `storage` problem that says what to look at.
    pub async fn open(location: Location) -> Result<Self, Problem> {
        sqlx::any::install_default_drivers();
        let database = Self::connect(location).await?;
        database.migrate().await?;
        Ok(database)
    }

    /// Connects to a database that is there, as it is: none is made, and its schema is not changed.
    ///
    /// # Errors
    /// A problem that says what to look at; also where its schema is not this program's.
    pub async fn open_as_it_is(location: Location) -> Result<Self, Problem> {
        let hint = "set DATABASE_URL or DATA_DIRECTORY as the server has it";
        match &location {
            Location::Memory => {
                let problem = Problem::new(ProblemCode::BadRequest, "A database in memory is gone with its process");
                return Err(problem.hint(hint));
            }
            Location::File(file) if !file.is_file() => {
                let problem = format!("There is no database at {}", file.display());
                return Err(Problem::new(ProblemCode::NotFound, problem).hint(hint));
            }
            Location::File(_) | Location::Postgres(_) => {}
        }
        sqlx::any::install_default_drivers();
        // It may be a server's, now or in a moment, so nothing is held.
        let database = Self { alone: None, ..Self::connect(location).await? };
        let version = database.version().await.ok_or_else(|| {
            Problem::new(ProblemCode::BadRequest, "The database was not made by this program").hint(hint)
        })?;
        if version == newest() {
            return Ok(database);
        }
        let problem = format!("The database is at step {version} of the schema, this program at step {}", newest());
        Err(Problem::new(ProblemCode::BadRequest, problem)
            .hint("use the version of the program that serves it, or let this one serve it once"))
    }

    /// The step of the schema at which a database is; none where nothing of this program's is in it yet. It changes
    /// nothing.
    ///
    /// # Errors
    /// A `storage` problem that says why it cannot be reached.
    pub async fn version_at(location: Location) -> Result<Option<i64>, Problem> {
        sqlx::any::install_default_drivers();
        let database = Self { alone: None, ..Self::connect(location).await? };
        database.check().await?;
        Ok(database.version().await)
    }

    async fn version(&self) -> Option<i64> {
        let row = sqlx::query("SELECT MAX(version) AS version FROM _sqlx_migrations").fetch_one(&self.pool).await;
        row.and_then(|row| row.try_get::<Option<i64>, _>("version"))
            .inspect_err(|error| tracing::debug!(error = %error, "the schema's version cannot be read"))
            .ok()
            .map(Option::unwrap_or_default)
    }

    /// A new database in memory.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn memory() -> Result<Self, Problem> {
        Self::open(Location::Memory).await
    }

    async fn connect(location: Location) -> Result<Self, Problem> {
        let (kind, url, connections) = match &location {
            Location::Memory => (Kind::Sqlite, "sqlite::memory:".to_owned(), 1),
            Location::File(file) => (Kind::Sqlite, sqlite_url(file)?, SQLITE_CONNECTIONS),
            Location::Postgres(url) => (Kind::Postgres, url.expose_secret().to_owned(), POSTGRES_CONNECTIONS),
        };
        let mut options = AnyPoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
        if kind == Kind::Sqlite {
            // Its connections are threads of this process: there is nothing to lose between two uses.
            options = options.test_before_acquire(false).acquire_timeout(QUEUE_PATIENCE);
        }
        if kind == Kind::Sqlite {
            options = options
                .after_connect(|connection, _| Box::pin(async move { sqlite::prepare(connection, PATIENCE).await }));
        }
        let mut anchor = None;
        match location {
            // Another connection would be another database.
            Location::Memory => options = options.min_connections(1).idle_timeout(None).max_lifetime(None),
            Location::File(_) => {
                options = options.before_acquire(|connection, _| Box::pin(sqlite::is_fit(connection)));
                anchor = Some(Anchor::open(&url, PATIENCE).await.map_err(|error| cannot_open(&location, &error))?);
            }
            Location::Postgres(_) => {}
        }
        let pool = options.connect(&url).await.map_err(|error| cannot_open(&location, &error))?;
        let alone = match &location {
            Location::File(file) => hold_alone(file).map(Arc::new),
            Location::Memory | Location::Postgres(_) => None,
        };
        Ok(Self {
            pool,
            kind,
            location: Arc::new(location),
            anchor,
            alone,
            #[cfg(test)]
            refuses: Arc::default(),
            #[cfg(test)]
            loses_answers: Arc::default(),
        })
    }

    async fn migrate(&self) -> Result<(), Problem> {
        let mut attempt = 1;
        loop {
            match migrator(self.kind).run(&self.pool).await {
                Ok(()) => return Ok(()),
                Err(error) if attempt == MIGRATION_ATTEMPTS => {
                    tracing::error!(error = %error, "the database's schema could not be brought up to date");
                    return Err(Problem::new(
                        ProblemCode::Storage,
                        format!("The database's schema could not be brought up to date: {error}"),
                    )
                    .hint(
                        "a database of a newer version needs that version; otherwise see the log and restore a backup",
                    ));
                }
                Err(sqlx::migrate::MigrateError::VersionMissing(number)) => {
                    return Err(Problem::new(
                        ProblemCode::Storage,
                        format!(
                            "The database was made by a newer version of this program (step {number} of its schema)"
                        ),
                    )
                    .hint("run that version, or restore a backup of this one"));
                }
                Err(error) => {
                    tracing::debug!(error = %error, attempt, "the schema is being brought up to date elsewhere");
                    attempt += 1;
                    tokio::time::sleep(MIGRATION_PAUSE).await;
                }
            }
        }
    }

    /// Which database it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it is.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Whether what is in it is there after this process has ended.
    #[must_use]
    pub fn outlives_the_process(&self) -> bool {
        !matches!(*self.location, Location::Memory)
    }

    /// Whether no other process has it open.
    #[must_use]
    pub fn is_ours_alone(&self) -> bool {
        self.alone.is_some() || matches!(*self.location, Location::Memory)
    }

    /// Now, in milliseconds since 1970 (UTC), by the database's clock: processes on several machines have several.
    pub(super) fn clock(&self) -> &'static str {
        match self.kind {
            Kind::Sqlite => "CAST((julianday('now') - 2440587.5) * 86400000 AS BIGINT)",
            Kind::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        }
    }

    #[cfg(test)]
    pub(super) fn loses_answers(&self) -> &std::sync::atomic::AtomicBool {
        &self.loses_answers
    }

    #[cfg(test)]
    pub(super) fn refuses(&self) -> &std::sync::Mutex<Option<super::refusing::Refuses>> {
        &self.refuses
    }

    /// The connections, for statements outside a transaction.
    pub(super) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// The connections, for tests that look or meddle behind the statements here.
    #[cfg(test)]
    pub(crate) fn pool_for_tests(&self) -> &AnyPool {
        &self.pool
    }

    /// Begins a transaction that writes.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Any>, Problem> {
        let begun = match self.kind {
            // One that begins by reading could not write once another has written.
            Kind::Sqlite => self.pool.begin_with("BEGIN IMMEDIATE").await,
            Kind::Postgres => self.pool.begin().await,
        };
        begun.map_err(unavailable)
    }

    /// Begins a transaction in which all reads see the same moment.
    pub(super) async fn begin_snapshot(&self) -> Result<Transaction<'static, Any>, Problem> {
        let begun = match self.kind {
            Kind::Sqlite => self.pool.begin().await,
            Kind::Postgres => self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await,
        };
        begun.map_err(unavailable)
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn check(&self) -> Result<(), Problem> {
        self.pool.execute("SELECT 1").await.map(|_| ()).map_err(unavailable)
    }

    /// Whether it takes what is written, by writing something that means nothing.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn check_writing(&self) -> Result<(), Problem> {
        let written = self.pool.execute("UPDATE limit_lock SET taken = taken + 1 WHERE id = 1").await;
        written.map(|_| ()).map_err(unavailable)
    }

    /// Closes all connections; what is under way is finished first.
    pub async fn close(&self) {
        self.pool.close().await;
        if let Some(anchor) = &self.anchor {
            anchor.close().await;
        }
    }
}

/// Locks a file beside the database until this process ends, however it ends. None where another process has it.
#[cfg(unix)]
fn hold_alone(file: &Path) -> Option<std::fs::File> {
    use rustix::fs::{FlockOperation, flock};
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    let lock = private::open_file(Path::new(&name)).ok()?;
    flock(&lock, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(lock)
}

#[cfg(not(unix))]
fn hold_alone(_file: &Path) -> Option<std::fs::File> {
    None
}

/// The file as SQLite's URL. It is made for its owner alone, with its folder: it holds what people asked. SQLite gives
/// the files that it puts beside it the same mode ("Write-Ahead Logging", "The WAL File").
fn sqlite_url(file: &Path) -> Result<String, Problem> {
    let refused = |error: std::io::Error| {
        Problem::new(ProblemCode::Storage, format!("The database's file or its folder cannot be made: {error}"))
            .hint("set DATABASE_URL=sqlite:PATH to a file in a folder that this program may write")
    };
    let file = std::path::absolute(file).map_err(refused)?;
    if let Some(folder) = file.parent() {
        private::make_folder(folder).map_err(refused)?;
    }
    private::make_file(&file).map_err(refused)?;
    if private::is_open_to_others(&file) {
        // Some operators want a group to read it; a mode that somebody chose stays.
        tracing::warn!(file = %file.display(), "others on this machine may read the database: chmod 600 takes that away");
    }
    let mut url =
        url::Url::parse("sqlite://").map_err(|error| Problem::new(ProblemCode::Internal, error.to_string()))?;
    url.set_path(&file.to_string_lossy());
    url.set_query(Some("mode=rwc"));
    Ok(url.to_string())
}

fn cannot_open(location: &Location, error: &sqlx::Error) -> Problem {
    let problem = Problem::new(ProblemCode::Storage, format!("The database cannot be opened: {error}"));
    problem.hint(match location {
        Location::Memory => "free some memory".to_owned(),
        Location::File(file) => format!("check that {} can be written and that the disk is not full", file.display()),
        Location::Postgres(_) => {
            "check DATABASE_URL, and that PostgreSQL runs and lets this user in: psql \"$DATABASE_URL\"".to_owned()
        }
    })
}

#[cfg(test)]
mod tests;
