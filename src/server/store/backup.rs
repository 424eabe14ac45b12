//! Backups: everything in the database at one moment, in a file that both databases can be restored from.

mod format;
mod restore;
mod tables;
#[cfg(test)]
mod tests;

use std::io::Write;

use futures::TryStreamExt as _;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row as _, Transaction};

use self::format::{FORMAT, Header, Heading, LineWriter, Section, VERSION, Value};
pub use self::restore::{Restored, Restoring};
use self::tables::{Column, ColumnKind, TABLES, Table};
use super::database::Database;
use super::error::unavailable;
use crate::wire::problem::{Problem, ProblemCode};

/// Rows between two reports of how far it is.
const REPORTED_ROWS: u64 = 10_000;

/// How far a backup or a restoring is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The table.
    pub table: &'static str,
    /// Rows of it that are done.
    pub done: u64,
    /// Rows that it has.
    pub rows: u64,
}

/// Told how far it is.
pub type Report<'report> = &'report mut (dyn FnMut(Progress) + Send);

impl Database {
    /// Writes everything as it is at one moment, while others go on writing. Gives the number of rows. The memory it
    /// takes is that of a row.
    ///
    /// # Errors
    /// A `storage` problem, of the database or of what is written to; what was written then is no backup.
    pub async fn backup(&self, writer: &mut (dyn Write + Send), report: Report<'_>) -> Result<u64, Problem> {
        let mut moment = self.begin_snapshot().await?;
        let mut header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            schema: super::newest_schema(),
            program: env!("CARGO_PKG_VERSION").to_owned(),
            created_at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            tables: Vec::new(),
        };
        for table in TABLES {
            header.tables.push(Section {
                name: table.name.to_owned(),
                columns: table.columns.iter().map(|column| column.name.to_owned()).collect(),
                rows: count(&mut moment, table).await?,
            });
        }
        let mut lines = LineWriter::new(writer);
        lines.write(&header).map_err(cannot_write)?;
        let mut rows = 0;
        for (table, section) in TABLES.iter().zip(&header.tables) {
            lines.write(&Heading { table: table.name.to_owned() }).map_err(cannot_write)?;
            rows += write_table(&mut moment, table, section.rows, &mut lines, report).await?;
        }
        lines.finish(rows).map_err(cannot_write)?;
        Ok(rows)
    }
}

async fn count(moment: &mut Transaction<'static, Any>, table: &Table) -> Result<u64, Problem> {
    let statement = format!("SELECT COUNT(*) AS rows FROM {}", table.name);
    let row = sqlx::query(AssertSqlSafe(statement)).fetch_one(&mut **moment).await.map_err(unavailable)?;
    let rows: i64 = row.try_get("rows").map_err(unavailable)?;
    Ok(u64::try_from(rows).unwrap_or_default())
}

async fn write_table(
    moment: &mut Transaction<'static, Any>,
    table: &Table,
    rows: u64,
    lines: &mut LineWriter<'_>,
    report: Report<'_>,
) -> Result<u64, Problem> {
    let columns: Vec<String> = table.columns.iter().map(expression).collect();
    let statement = format!("SELECT {} FROM {} ORDER BY {}", columns.join(", "), table.name, table.order());
    let mut found = sqlx::query(AssertSqlSafe(statement)).fetch(&mut **moment);
    let mut done = 0;
    while let Some(row) = found.try_next().await.map_err(unavailable)? {
        let values = table.columns.iter().enumerate().map(|(place, column)| value(&row, place, column));
        let values: Vec<Value> = values.collect::<Result<_, _>>().map_err(unavailable)?;
        lines.write(&values).map_err(cannot_write)?;
        done += 1;
        if done % REPORTED_ROWS == 0 {
            report(Progress { table: table.name, done, rows });
        }
    }
    report(Progress { table: table.name, done, rows });
    if done == rows {
        return Ok(done);
    }
    Err(Problem::new(ProblemCode::Internal, format!("The table {} changed while it was read", table.name))
        .hint("what was written is no backup; report this"))
}

/// The column as both databases give it.
fn expression(column: &Column) -> String {
    match column.kind {
        ColumnKind::Text | ColumnKind::Integer => column.name.to_owned(),
        ColumnKind::Boolean => format!("CAST({} AS INTEGER)", column.name),
    }
}

fn value(row: &AnyRow, place: usize, column: &Column) -> Result<Value, sqlx::Error> {
    Ok(match column.kind {
        ColumnKind::Text => row.try_get::<Option<String>, _>(place)?.map_or(Value::Null, Value::Text),
        ColumnKind::Integer => row.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, Value::Integer),
        ColumnKind::Boolean => {
            row.try_get::<Option<i64>, _>(place)?.map_or(Value::Null, |value| Value::Boolean(value != 0))
        }
    })
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn cannot_write(error: std::io::Error) -> Problem {
    let problem = Problem::new(ProblemCode::Storage, format!("The backup cannot be written: {error}"));
    match error.kind() {
        std::io::ErrorKind::StorageFull => problem.hint("free some space, or write it to another disk"),
        _ => problem.hint("check that the file can be written there"),
    }
}
