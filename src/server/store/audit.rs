//! The audit trail. There is no statement that changes an entry, and one that deletes by age.

use serde_json::Value;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::Database;
use super::error::{damaged, unavailable};
use crate::server::audit::{Entry, Filter};
use crate::server::person::PersonId;
use crate::wire::id::{ConversationId, RunId};
use crate::wire::problem::Problem;

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditRow {
    /// Orders entries by when they were noted.
    pub id: String,
    /// When, in milliseconds since 1970 (UTC).
    pub at: i64,
    /// What.
    pub kind: String,
    /// Who.
    pub person: Option<String>,
    /// Who it is where they sign in.
    pub subject: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// In which conversation.
    pub conversation: Option<String>,
    /// In which run.
    pub run: Option<String>,
    /// What else is known, by kind.
    pub detail: Value,
}

impl Database {
    /// Adds entries, all or none.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn add_to_audit(&self, entries: &[Entry]) -> Result<(), Problem> {
        let mut transaction = self.begin().await?;
        for entry in entries {
            // Whoever is only known by an id is named as they are known now: people go, and the trail stays.
            sqlx::query(
                "INSERT INTO audit (id, at, kind, person, subject, address, conversation, run, detail) \
                 VALUES ($1, $2, $3, COALESCE($4, (SELECT id FROM people WHERE subject = $5)), \
                 COALESCE($5, (SELECT subject FROM people WHERE id = $4)), $6, $7, $8, $9)",
            )
            .bind(uuid::Uuid::now_v7().to_string())
            .bind(entry.at)
            .bind(entry.kind.name())
            .bind(entry.person.as_ref().map(PersonId::as_str))
            .bind(entry.subject.as_deref())
            .bind(entry.address.as_deref())
            .bind(entry.conversation.as_ref().map(ConversationId::as_str))
            .bind(entry.run.as_ref().map(RunId::as_str))
            .bind(Value::Object(entry.detail.clone()).to_string())
            .execute(&mut *transaction)
            .await
            .map_err(unavailable)?;
        }
        transaction.commit().await.map_err(unavailable)
    }

    /// The next entries after the one with the id `after` (empty for the first), in their order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn audit_page(&self, filter: &Filter, after: &str, limit: i64) -> Result<Vec<AuditRow>, Problem> {
        sqlx::query(
            "SELECT id, at, kind, person, subject, address, conversation, run, detail FROM audit \
             WHERE id > $1 AND at >= $2 AND at < $3 AND ($4 = '' OR person = $4 OR subject = $4) \
             ORDER BY id LIMIT $5",
        )
        .bind(after)
        .bind(filter.since.unwrap_or(i64::MIN))
        .bind(filter.until.unwrap_or(i64::MAX))
        .bind(filter.person.as_deref().unwrap_or_default())
        .bind(limit)
        .fetch_all(self.pool())
        .await
        .map_err(unavailable)?
        .iter()
        .map(row)
        .collect()
    }

    /// Deletes the entries of before this moment, and says how many there were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_audit(&self, before: i64) -> Result<u64, Problem> {
        let deleted = sqlx::query("DELETE FROM audit WHERE at < $1").bind(before).execute(self.pool()).await;
        deleted.map(|done| done.rows_affected()).map_err(unavailable)
    }
}

fn row(row: &AnyRow) -> Result<AuditRow, Problem> {
    let read = || -> Result<AuditRow, sqlx::Error> {
        let detail: String = row.try_get("detail")?;
        Ok(AuditRow {
            id: row.try_get("id")?,
            at: row.try_get("at")?,
            kind: row.try_get("kind")?,
            person: row.try_get("person")?,
            subject: row.try_get("subject")?,
            address: row.try_get("address")?,
            conversation: row.try_get("conversation")?,
            run: row.try_get("run")?,
            // What cannot be read is shown as it is: an export is no place to hide it.
            detail: serde_json::from_str(&detail).unwrap_or(Value::String(detail)),
        })
    };
    read().map_err(|error| damaged("an entry of the audit trail", &error))
}
