//! What SQLite needs beside statements: connections that are set up, and one that stays.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use tokio::sync::Mutex;

use super::error::is_locked_now;

/// Another process that opens the same new file at once makes it a WAL database: the slower one tries again.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// A connection that does nothing but stay. As long as there is one, the WAL's index is there (`-shm`), which on a full
/// disk could not be made again: a new connection would not even read (SQLite, `SQLITE_IOERR_SHMSIZE`).
#[derive(Clone)]
pub struct Anchor(Arc<Mutex<Option<AnyConnection>>>);

impl Anchor {
    /// Opens the database, and makes it where it is missing.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub async fn open(url: &str, patience: Duration) -> Result<Self, sqlx::Error> {
        let mut attempt = 1;
        loop {
            match open(url, patience).await {
                Ok(connection) => return Ok(Self(Arc::new(Mutex::new(Some(connection))))),
                Err(error) if attempt < ATTEMPTS && is_locked_now(&error) => {
                    attempt += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Lets go, once no other connection is needed any more.
    pub async fn close(&self) {
        if let Some(connection) = self.0.lock().await.take()
            && let Err(error) = connection.close().await
        {
            tracing::debug!(error = %error, "a connection to the database was not closed in order");
        }
    }
}

async fn open(url: &str, patience: Duration) -> Result<AnyConnection, sqlx::Error> {
    let mut connection = AnyConnection::connect(url).await?;
    prepare(&mut connection, patience).await?;
    // The index is there from the first read on.
    connection.execute("SELECT COUNT(*) FROM sqlite_master").await?;
    Ok(connection)
}

/// Write-ahead logging lets reads go on while something is written, and FULL makes what is committed outlive a loss of
/// power too (SQLite, "PRAGMA synchronous").
pub async fn prepare(connection: &mut AnyConnection, patience: Duration) -> Result<(), sqlx::Error> {
    let patience = patience.as_millis();
    connection
        .execute(AssertSqlSafe(format!(
            "PRAGMA busy_timeout = {patience}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"
        )))
        .await?;
    Ok(())
}

/// Whether a connection can be used once more. On a full disk SQLite may roll a transaction back by itself (SQLite,
/// "Response To Errors Within A Transaction"); the rollback that sqlx sends then fails, and sqlx takes the connection
/// for one within a transaction for ever: no other could be begun on it.
pub async fn is_fit(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    if connection.is_in_transaction() {
        // A rollback may still be on its way.
        connection.ping().await?;
    }
    Ok(!connection.is_in_transaction())
}
