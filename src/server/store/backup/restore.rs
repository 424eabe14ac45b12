//! Restoring: all of a backup, or nothing of it.

use std::io::BufRead;
use std::sync::Arc;

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AssertSqlSafe, Row as _, Transaction};

use super::format::{FORMAT, Header, Heading, LineReader, Section, VERSION, Value, damaged};
use super::tables::{Column, ColumnKind, TABLES, Table, table};
use super::{Progress, REPORTED_ROWS, Report};
use crate::server::clock;
use crate::server::store::error::unavailable;
use crate::server::store::{Database, newest_schema};
use crate::wire::problem::{Problem, ProblemCode};

/// What is restored, and in whose place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restoring {
    /// Whether what is in the database is replaced.
    pub replaces: bool,
    /// Whether whoever was signed in when the backup was made is so again. They may have signed out since, or been
    /// signed out.
    pub keeps_sessions: bool,
    /// Whether the links of then are revoked.
    pub revokes_links: bool,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Rows of the backup.
    pub rows: u64,
    /// Sessions that were in it and were not kept.
    pub ended_sessions: u64,
    /// Links to conversations that work again.
    pub links: u64,
}

impl Database {
    /// Puts everything that a backup has into this database, in one piece. It has to be empty, unless what is in it is
    /// to be replaced. The index of the search is not in a backup: it is to be made after.
    ///
    /// # Errors
    /// A problem of the file or of the database; then nothing has changed.
    pub async fn restore(
        &self,
        reader: &mut (dyn BufRead + Send),
        restoring: Restoring,
        report: Report<'_>,
    ) -> Result<Restored, Problem> {
        let mut lines = LineReader::new(reader);
        let header: Header = lines.read("the first line of a backup").map_err(|problem| {
            problem.hint("give a file that `netbox-chatbox backup` wrote, whole; nothing was restored")
        })?;
        check(&header)?;
        let mut transaction = self.begin().await?;
        for table in TABLES.iter().rev() {
            if restoring.replaces {
                empty(&mut transaction, table).await?;
            } else if has_rows(&mut transaction, table).await? {
                return Err(Problem::new(ProblemCode::BadRequest, "The database is not empty")
                    .hint("restore into a new one, or replace all that is in this one with --replace"));
            }
        }
        let mut rows = 0;
        for section in &header.tables {
            let heading: Heading = lines.read("the heading of a table")?;
            let table = table(&section.name).filter(|_| heading.table == section.name);
            let table = table.ok_or_else(|| damaged("The backup is damaged: its tables are not those it names"))?;
            rows += read_table(&mut transaction, table, section, &mut lines, report).await?;
        }
        lines.finish(rows)?;
        let ended_sessions =
            if restoring.keeps_sessions { 0 } else { end_sessions(&mut transaction).await.map_err(unavailable)? };
        if restoring.revokes_links {
            revoke_links(&mut transaction).await.map_err(unavailable)?;
        }
        let links = working_links(&mut transaction).await.map_err(unavailable)?;
        transaction.commit().await.map_err(unavailable)?;
        Ok(Restored { rows, ended_sessions, links })
    }
}

/// Ends the sessions of the backup. Their NetBox tokens are noted as left, so that the next sign-in deletes them.
async fn end_sessions(transaction: &mut Transaction<'static, Any>) -> Result<u64, sqlx::Error> {
    sqlx::query(
        "INSERT INTO left_tokens (id, person, expires_at) SELECT netbox_token_id, person, expires_at FROM sessions \
         WHERE netbox_token_id IS NOT NULL ON CONFLICT (id) DO NOTHING",
    )
    .execute(&mut **transaction)
    .await?;
    Ok(sqlx::query("DELETE FROM sessions").execute(&mut **transaction).await?.rows_affected())
}

async fn revoke_links(transaction: &mut Transaction<'static, Any>) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE shares SET revoked_at = $1, secret = NULL WHERE revoked_at IS NULL")
        .bind(clock::now())
        .execute(&mut **transaction)
        .await?;
    sqlx::query("DELETE FROM share_results").execute(&mut **transaction).await?;
    Ok(())
}

async fn working_links(transaction: &mut Transaction<'static, Any>) -> Result<u64, sqlx::Error> {
    let links: i64 =
        sqlx::query("SELECT COUNT(*) FROM shares WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)")
            .bind(clock::now())
            .fetch_one(&mut **transaction)
            .await?
            .try_get(0)?;
    Ok(u64::try_from(links).unwrap_or_default())
}

/// Whether this program can read it.
fn check(header: &Header) -> Result<(), Problem> {
    if header.format != FORMAT {
        return Err(damaged("This is no backup of netbox-chatbox"));
    }
    if header.version > VERSION || header.schema > newest_schema() {
        return Err(Problem::new(
            ProblemCode::BadRequest,
            format!("The backup was made by a newer version of this program ({})", header.program),
        )
        .hint("restore it with that version; nothing was restored"));
    }
    for section in &header.tables {
        let known = table(&section.name).is_some_and(|table| {
            section.columns.iter().all(|column| table.column(column).is_some()) && !section.columns.is_empty()
        });
        if !known {
            return Err(damaged(&format!("The backup has a table that this program does not know: {}", section.name)));
        }
    }
    Ok(())
}

async fn empty(transaction: &mut Transaction<'static, Any>, table: &Table) -> Result<(), Problem> {
    let statement = format!("DELETE FROM {}", table.name);
    sqlx::query(AssertSqlSafe(statement)).execute(&mut **transaction).await.map_err(unavailable)?;
    Ok(())
}

async fn has_rows(transaction: &mut Transaction<'static, Any>, table: &Table) -> Result<bool, Problem> {
    let statement = format!("SELECT 1 AS there FROM {} LIMIT 1", table.name);
    let row = sqlx::query(AssertSqlSafe(statement)).fetch_optional(&mut **transaction).await.map_err(unavailable)?;
    Ok(row.is_some())
}

/// Reads the rows of a table. Columns that the backup has not, since they came later, are as the schema leaves them.
async fn read_table(
    transaction: &mut Transaction<'static, Any>,
    table: &'static Table,
    section: &Section,
    lines: &mut LineReader<'_>,
    report: Report<'_>,
) -> Result<u64, Problem> {
    // Known names only: nothing of the file becomes a part of a statement.
    let columns: Vec<&Column> = section.columns.iter().filter_map(|column| table.column(column)).collect();
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    let places: Vec<String> = (1..=columns.len()).map(|place| format!("${place}")).collect();
    let statement = format!("INSERT INTO {} ({}) VALUES ({})", table.name, names.join(", "), places.join(", "));
    let statement: Arc<str> = statement.into();
    for done in 1..=section.rows {
        let values: Vec<Value> = lines.read("a row")?;
        if values.len() != columns.len() {
            return Err(damaged(&format!("The backup is damaged: a row of {} has not all its values", table.name)));
        }
        let mut insert = sqlx::query(AssertSqlSafe(Arc::clone(&statement)));
        for (value, column) in values.into_iter().zip(&columns) {
            insert = bind(insert, value, column).ok_or_else(|| {
                damaged(&format!("The backup is damaged: {} of {} is of another kind", column.name, table.name))
            })?;
        }
        insert.execute(&mut **transaction).await.map_err(|error| match error {
            sqlx::Error::Database(error) if !error.is_unique_violation() && !error.is_foreign_key_violation() => {
                unavailable(sqlx::Error::Database(error))
            }
            sqlx::Error::Database(_) => {
                damaged(&format!("The backup is damaged: a row of {} does not fit", table.name))
            }
            error => unavailable(error),
        })?;
        if done % REPORTED_ROWS == 0 {
            report(Progress { table: table.name, done, rows: section.rows });
        }
    }
    report(Progress { table: table.name, done: section.rows, rows: section.rows });
    Ok(section.rows)
}

pub(super) type Insert<'insert> = Query<'insert, Any, AnyArguments>;

/// Adds a value; none where it is not of the column's kind.
pub(super) fn bind<'insert>(insert: Insert<'insert>, value: Value, column: &Column) -> Option<Insert<'insert>> {
    Some(match (column.kind, value) {
        (ColumnKind::Text, Value::Text(text)) => insert.bind(text),
        (ColumnKind::Text, Value::Null) => insert.bind(None::<String>),
        (ColumnKind::Integer, Value::Integer(number)) => insert.bind(number),
        (ColumnKind::Integer, Value::Null) => insert.bind(None::<i64>),
        (ColumnKind::Boolean, Value::Boolean(value)) => insert.bind(value),
        (ColumnKind::Boolean, Value::Null) => insert.bind(None::<bool>),
        _ => return None,
    })
}
