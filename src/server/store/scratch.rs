//! Databases for tests: a new one of each kind, gone with the test.

#![allow(clippy::print_stderr, reason = "a test that does less than it could says so")]

use std::path::PathBuf;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

use super::{Database, Location};

/// The variable with the URL of a PostgreSQL in which tests may make databases.
const POSTGRES: &str = "TEST_POSTGRES_URL";

/// A place for a database that nobody else uses.
pub enum Scratch {
    /// A file, removed with its folder.
    File(PathBuf),
    /// A database on the server of this URL.
    Postgres {
        /// The server, with a database to connect to while making another.
        server: String,
        /// The database made.
        name: String,
    },
}

/// The variable that says that nothing may be left out, as `make test` and `make soak` have it.
const EVERYTHING: &str = "TEST_EVERYTHING";

/// One of each kind that can be had here. Where `TEST_POSTGRES_URL` names a PostgreSQL, it has to work; where
/// `TEST_EVERYTHING` is set, there has to be one.
pub async fn both() -> Vec<Scratch> {
    let mut all = vec![Scratch::file()];
    match server() {
        Some(_) => all.push(Scratch::postgres().await),
        None => eprintln!("{POSTGRES} is not set: this test runs on SQLite only"),
    }
    all
}

/// The URL of the PostgreSQL for tests.
fn server() -> Option<String> {
    let server = variable(POSTGRES);
    assert!(
        server.is_some() || variable(EVERYTHING).is_none(),
        "{POSTGRES} is not set, and {EVERYTHING} wants nothing left out\nhint: run `make test` or `make soak`, which start a PostgreSQL"
    );
    server
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Scratch {
    /// A place for a file.
    pub fn file() -> Self {
        Self::File(std::env::temp_dir().join(new_name()))
    }

    /// A new database on the PostgreSQL for tests.
    pub async fn postgres() -> Self {
        let server = server().unwrap_or_else(|| panic!("{POSTGRES} is not set\nhint: name a PostgreSQL in it"));
        let name = new_name();
        run(&server, format!("CREATE DATABASE {name}")).await;
        Self::Postgres { server, name }
    }

    /// Where it is.
    pub fn location(&self) -> Location {
        match self {
            Self::File(folder) => Location::File(folder.join("chat.db")),
            Self::Postgres { server, name } => {
                let mut url = url::Url::parse(server).unwrap();
                url.set_path(name);
                Location::Postgres(url.to_string().into())
            }
        }
    }

    /// Opens it.
    pub async fn open(&self) -> Database {
        Database::open(self.location()).await.unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        match self {
            Self::File(folder) => {
                let _ = std::fs::remove_dir_all(folder);
            }
            Self::Postgres { server, name } => {
                let (server, name) = (server.clone(), name.clone());
                // The test's own runtime may be ending.
                let dropping = std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                    runtime.block_on(run(&server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
                });
                let _ = dropping.join();
            }
        }
    }
}

fn new_name() -> String {
    format!("chatbox_{}", uuid::Uuid::new_v4().simple())
}

async fn run(server: &str, statement: String) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
    connection.close().await.unwrap();
}
