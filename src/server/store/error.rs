//! The database's errors, as people may read them.

use crate::wire::problem::{Problem, ProblemCode};

/// A statement that failed: its reason goes to the log, a sentence to the person.
pub(super) fn unavailable(error: sqlx::Error) -> Problem {
    tracing::error!(error = %error, "a statement of the database failed");
    let message = match &error {
        sqlx::Error::Database(error) if is_full(error.message()) => "The disk of the database is full",
        sqlx::Error::Database(error) if is_locked(error.message()) => "The database is locked by another program",
        _ => "The database does not answer",
    };
    Problem::new(ProblemCode::Storage, message)
        .hint("nothing was lost; try again in a moment, or tell whoever runs this")
}

/// A row that does not hold what this program wrote.
pub(super) fn damaged(what: &str, error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(error = %error, what, "the database holds something that cannot be read");
    Problem::new(ProblemCode::Storage, format!("The database holds {what} that cannot be read"))
        .hint("the server's log says which; restore a backup if it was damaged")
}

/// Whether it would work a little later.
pub(super) fn is_locked_now(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if is_locked(error.message()))
}

/// Whether a row of this key was there already.
pub(super) fn is_conflict(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.is_unique_violation() || error.message().contains("UNIQUE constraint"))
}

/// Whether what the row belongs to is gone.
pub(super) fn is_orphan(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.is_foreign_key_violation() || error.message().contains("FOREIGN KEY constraint"))
}

/// SQLite, "Result and Error Codes": `SQLITE_FULL`; PostgreSQL's 53100 names the file and "No space left on device".
fn is_full(message: &str) -> bool {
    message.contains("disk is full") || message.contains("No space left") || message.contains("disk full")
}

fn is_locked(message: &str) -> bool {
    message.contains("database is locked")
}
