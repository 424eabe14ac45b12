//! Databases that several servers share: a SQLite file, and a PostgreSQL where one can be had.

use std::path::PathBuf;

use netbox_chatbox::server::config::StorageConfig;
use netbox_chatbox::server::store::Location;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};

/// A database that is gone with the test.
pub enum Scratch {
    File(PathBuf),
    Postgres { server: String, name: String },
}

/// One of each kind. Where `TEST_POSTGRES_URL` names a PostgreSQL, it has to work.
pub async fn both() -> Vec<Scratch> {
    let name = format!("chatbox_{}", uuid::Uuid::new_v4().simple());
    let mut all = vec![Scratch::File(std::env::temp_dir().join(&name))];
    match std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty()) {
        Some(server) => {
            run(&server, format!("CREATE DATABASE {name}")).await;
            all.push(Scratch::Postgres { server, name });
        }
        None => eprintln!("TEST_POSTGRES_URL is not set: this test runs on SQLite only"),
    }
    all
}

impl Scratch {
    /// For a server's settings.
    pub fn storage(&self) -> StorageConfig {
        StorageConfig { database: self.location(), data_directory: None }
    }

    /// Where it is.
    pub fn location(&self) -> Location {
        match self {
            Self::File(folder) => Location::File(folder.join("chat.db")),
            Self::Postgres { .. } => Location::Postgres(self.url().into()),
        }
    }

    /// As `DATABASE_URL` names it.
    pub fn url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite:{}", folder.join("chat.db").display()),
            Self::Postgres { server, name } => {
                let mut url = url::Url::parse(server).unwrap();
                url.set_path(name);
                url.to_string()
            }
        }
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

async fn run(server: &str, statement: String) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(server).await.unwrap();
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
    connection.close().await.unwrap();
}
