//! Results by reference: what tools found, as it is shown again when somebody comes back to an old conversation.

use sqlx::Row as _;

use super::Database;
use super::error::{damaged, is_orphan, unavailable};
use crate::server::clock;
use crate::wire::problem::Problem;

/// Which result: handles count within a conversation, and belong to whoever may read what they stand for.
#[derive(Clone, Copy, Debug)]
pub struct ResultKey<'a> {
    /// The conversation's id.
    pub conversation: &'a str,
    /// `r7`
    pub handle: &'a str,
    /// Who may read it.
    pub reader: &'a str,
}

impl Database {
    /// Keeps a result; one that was there under the same key is replaced. The conversation's oldest go until all of it
    /// takes at most `most` bytes. What is larger is not kept, nor what belongs to a conversation that is not here (any
    /// more).
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn keep_result(&self, key: ResultKey<'_>, stored: &str, most: u64) -> Result<(), Problem> {
        // Others would have to go for what does not fit all the same.
        if stored.len() as u64 > most {
            return Ok(());
        }
        let mut transaction = self.begin().await?;
        let kept = sqlx::query(
            "INSERT INTO results (conversation, handle, reader, stored, bytes, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (conversation, handle, reader) DO UPDATE SET stored = excluded.stored, bytes = excluded.bytes",
        )
        .bind(key.conversation)
        .bind(key.handle)
        .bind(key.reader)
        .bind(stored)
        .bind(i64::try_from(stored.len()).unwrap_or(i64::MAX))
        .bind(clock::now())
        .execute(&mut *transaction)
        .await;
        match kept {
            Ok(_) => {}
            Err(error) if is_orphan(&error) => return Ok(()),
            Err(error) => return Err(unavailable(error)),
        }
        let rows = sqlx::query(
            "SELECT handle, reader, bytes FROM results WHERE conversation = $1 ORDER BY created_at DESC, handle DESC",
        )
        .bind(key.conversation)
        .fetch_all(&mut *transaction)
        .await
        .map_err(unavailable)?;
        let mut room = i64::try_from(most).unwrap_or(i64::MAX);
        for row in rows {
            room -= row.try_get::<i64, _>("bytes").map_err(|error| damaged("a result", &error))?;
            if room < 0 {
                let text = |name: &str| row.try_get::<String, _>(name).map_err(|error| damaged("a result", &error));
                sqlx::query("DELETE FROM results WHERE conversation = $1 AND handle = $2 AND reader = $3")
                    .bind(key.conversation)
                    .bind(text("handle")?)
                    .bind(text("reader")?)
                    .execute(&mut *transaction)
                    .await
                    .map_err(unavailable)?;
            }
        }
        transaction.commit().await.map_err(unavailable)
    }

    /// A result, where it is kept.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn result(&self, key: ResultKey<'_>) -> Result<Option<String>, Problem> {
        let row = sqlx::query("SELECT stored FROM results WHERE conversation = $1 AND handle = $2 AND reader = $3")
            .bind(key.conversation)
            .bind(key.handle)
            .bind(key.reader)
            .fetch_optional(self.pool())
            .await
            .map_err(unavailable)?;
        row.map(|row| row.try_get("stored")).transpose().map_err(|error| damaged("a result", &error))
    }

    /// The handles of a conversation that a reader has.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn result_handles(&self, conversation: &str, reader: &str) -> Result<Vec<String>, Problem> {
        let rows = sqlx::query("SELECT handle FROM results WHERE conversation = $1 AND reader = $2")
            .bind(conversation)
            .bind(reader)
            .fetch_all(self.pool())
            .await
            .map_err(unavailable)?;
        let handles = rows.iter().map(|row| row.try_get("handle"));
        handles.collect::<Result<_, _>>().map_err(|error| damaged("a result", &error))
    }

    /// Forgets the results of up to this moment (milliseconds since 1970); gives how many there were.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn forget_results(&self, until: i64) -> Result<u64, Problem> {
        let done = sqlx::query("DELETE FROM results WHERE created_at <= $1").bind(until).execute(self.pool()).await;
        done.map(|done| done.rows_affected()).map_err(unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scratch;
    use super::*;
    use crate::server::person::PersonId;
    use crate::wire::id::ConversationId;

    fn key<'a>(handle: &'a str, reader: &'a str) -> ResultKey<'a> {
        ResultKey { conversation: "c", handle, reader }
    }

    #[tokio::test]
    async fn results_are_kept_by_reader_replaced_and_forgotten() {
        for scratch in scratch::both().await {
            let database = scratch.open().await;
            database.keep_result(key("r1", "ada"), "nowhere", 100).await.unwrap();
            assert_eq!(database.result(key("r1", "ada")).await.unwrap(), None, "there is no such conversation");

            let conversation = ConversationId::from("c");
            database.create_conversation(&conversation, &PersonId::from_stored("ada".into())).await.unwrap();
            for stored in ["first", "second"] {
                database.keep_result(key("r1", "ada"), stored, 100).await.unwrap();
            }
            assert_eq!(database.result(key("r1", "ada")).await.unwrap().as_deref(), Some("second"));
            assert_eq!(database.result(key("r1", "grace")).await.unwrap(), None);
            assert_eq!(database.result_handles("c", "ada").await.unwrap(), ["r1"]);
            assert!(database.result_handles("c", "grace").await.unwrap().is_empty());

            let now = clock::now();
            assert_eq!(database.forget_results(now - 60_000).await.unwrap(), 0);
            assert_eq!(database.forget_results(now + 60_000).await.unwrap(), 1);
            assert_eq!(database.result(key("r1", "ada")).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn a_conversation_has_room_for_so_much() {
        for scratch in scratch::both().await {
            let database = scratch.open().await;
            let conversation = ConversationId::from("c");
            database.create_conversation(&conversation, &PersonId::from_stored("ada".into())).await.unwrap();
            for handle in ["r1", "r2", "r3"] {
                database.keep_result(key(handle, "ada"), &"x".repeat(40), 100).await.unwrap();
                // The order is that of time.
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
            let mut handles = database.result_handles("c", "ada").await.unwrap();
            handles.sort_unstable();
            assert_eq!(handles, ["r2", "r3"]);
            database.keep_result(key("r4", "ada"), &"x".repeat(200), 100).await.unwrap();
            assert_eq!(database.result_handles("c", "ada").await.unwrap().len(), 2, "what is too large is not kept");
        }
    }
}
