//! Links with which conversations are shared. What a link shows is the log up to one event, and the rows that were there
//! when it was made.

use std::sync::Arc;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::Database;
use super::error::{damaged, is_orphan, unavailable};
use crate::server::auth::vault::Sealed;
use crate::server::person::PersonId;
use crate::wire::event::Frame;
use crate::wire::id::ConversationId;
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::result::ResultPage;

/// A link as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredShare {
    /// Names it; no secret.
    pub id: String,
    /// What it shows.
    pub conversation: ConversationId,
    /// Who shared it.
    pub created_by: PersonId,
    /// The last event that it shows.
    pub until_seq: u64,
    /// When, in milliseconds since 1970 (UTC).
    pub created_at: i64,
    /// The secret in its address.
    pub secret: Option<Sealed>,
    /// When it ends by itself, in milliseconds since 1970 (UTC); none where it does not.
    pub expires_at: Option<i64>,
}

/// Which links work at the moment `$2`.
const WORKS: &str = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";

impl StoredShare {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: row.try_get(0)?,
            conversation: ConversationId(row.try_get(1)?),
            created_by: PersonId::from_stored(row.try_get(2)?),
            until_seq: u64::try_from(row.try_get::<i64, _>(3)?).unwrap_or_default(),
            created_at: row.try_get(4)?,
            secret: row.try_get::<Option<String>, _>(5)?.map(Sealed::from_stored),
            expires_at: row.try_get(6)?,
        })
    }
}

impl Database {
    /// Keeps a link under the digest of its secret, with the rows that it shows.
    ///
    /// # Errors
    /// The conversation is gone, or the database does not answer.
    pub async fn add_share(
        &self,
        share: &StoredShare,
        secret_digest: &str,
        results: &[(String, ResultPage)],
    ) -> Result<(), Problem> {
        let mut transaction = self.begin().await?;
        sqlx::query(
            "INSERT INTO shares (id, secret_hash, conversation, created_by, until_seq, created_at, secret, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(share.id.clone())
        .bind(secret_digest.to_owned())
        .bind(share.conversation.as_str())
        .bind(share.created_by.as_str())
        .bind(i64::try_from(share.until_seq).unwrap_or(i64::MAX))
        .bind(share.created_at)
        .bind(share.secret.as_ref().map(|secret| secret.as_stored().to_owned()))
        .bind(share.expires_at)
        .execute(&mut *transaction)
        .await
        .map_err(|error| if is_orphan(&error) { gone() } else { unavailable(error) })?;
        for (handle, page) in results {
            let page = serde_json::to_string(page).map_err(|error| damaged("a result", &error))?;
            sqlx::query("INSERT INTO share_results (share, handle, page) VALUES ($1, $2, $3)")
                .bind(share.id.clone())
                .bind(handle.clone())
                .bind(page)
                .execute(&mut *transaction)
                .await
                .map_err(unavailable)?;
        }
        transaction.commit().await.map_err(unavailable)
    }

    /// The links of a conversation that work, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn shares_of(&self, conversation: &ConversationId, now: i64) -> Result<Vec<StoredShare>, Problem> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT id, conversation, created_by, until_seq, created_at, secret, expires_at FROM shares \
             WHERE conversation = $1 AND {WORKS} ORDER BY created_at DESC, id DESC"
        )))
        .bind(conversation.as_str())
        .bind(now)
        .fetch_all(self.pool())
        .await
        .map_err(unavailable)?;
        rows.iter().map(StoredShare::read).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// The link of a secret, if it works: it was not revoked, its time is not over, and who shared may be here.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn share_of_secret(&self, secret_digest: &str, now: i64) -> Result<Option<StoredShare>, Problem> {
        let row = sqlx::query(AssertSqlSafe(format!(
            "SELECT id, conversation, created_by, until_seq, created_at, secret, expires_at FROM shares \
             WHERE secret_hash = $1 AND {WORKS} AND NOT EXISTS \
             (SELECT 1 FROM people WHERE people.id = shares.created_by AND people.disabled_at IS NOT NULL)"
        )))
        .bind(secret_digest.to_owned())
        .bind(now)
        .fetch_optional(self.pool())
        .await
        .map_err(unavailable)?;
        row.as_ref().map(StoredShare::read).transpose().map_err(unavailable)
    }

    /// Every link with a secret that can be read.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn shares_with_secrets(&self) -> Result<Vec<StoredShare>, Problem> {
        let rows = sqlx::query(
            "SELECT id, conversation, created_by, until_seq, created_at, secret, expires_at FROM shares \
             WHERE secret IS NOT NULL ORDER BY id",
        )
        .fetch_all(self.pool())
        .await
        .map_err(unavailable)?;
        rows.iter().map(StoredShare::read).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// Puts a link's secret back, sealed anew, unless it was revoked meanwhile.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reseal_share(&self, share: &str, before: &Sealed, now: &Sealed) -> Result<(), Problem> {
        sqlx::query("UPDATE shares SET secret = $1 WHERE id = $2 AND secret = $3")
            .bind(now.as_stored().to_owned())
            .bind(share.to_owned())
            .bind(before.as_stored().to_owned())
            .execute(self.pool())
            .await
            .map(|_| ())
            .map_err(unavailable)
    }

    /// Ends a link of this conversation and forgets what it showed; whether it worked until now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn revoke_share(&self, conversation: &ConversationId, share: &str, now: i64) -> Result<bool, Problem> {
        let mut transaction = self.begin().await?;
        let revoked = sqlx::query(
            "UPDATE shares SET revoked_at = $1, secret = NULL WHERE id = $2 AND conversation = $3 AND revoked_at IS NULL",
        )
        .bind(now)
        .bind(share.to_owned())
        .bind(conversation.as_str())
        .execute(&mut *transaction)
        .await
        .map_err(unavailable)?;
        let was_there = revoked.rows_affected() > 0;
        if was_there {
            sqlx::query("DELETE FROM share_results WHERE share = $1")
                .bind(share.to_owned())
                .execute(&mut *transaction)
                .await
                .map_err(unavailable)?;
        }
        transaction.commit().await.map_err(unavailable)?;
        Ok(was_there)
    }

    /// Forgets what links showed whose time is over. How many there were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_expired_shares(&self, now: i64) -> Result<u64, Problem> {
        let mut transaction = self.begin().await?;
        let over = sqlx::query(
            "UPDATE shares SET revoked_at = expires_at, secret = NULL WHERE revoked_at IS NULL AND expires_at <= $1",
        )
        .bind(now)
        .execute(&mut *transaction)
        .await
        .map_err(unavailable)?;
        if over.rows_affected() > 0 {
            let results =
                "DELETE FROM share_results WHERE share IN (SELECT id FROM shares WHERE revoked_at IS NOT NULL)";
            sqlx::query(results).execute(&mut *transaction).await.map_err(unavailable)?;
        }
        transaction.commit().await.map_err(unavailable)?;
        Ok(over.rows_affected())
    }

    /// What a link shows: the events, in order, and the rows by their handles.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn shared(&self, share: &StoredShare) -> Result<(Vec<Arc<Frame>>, Vec<(String, ResultPage)>), Problem> {
        let mut moment = self.begin_snapshot().await?;
        let events = sqlx::query("SELECT frame FROM events WHERE conversation = $1 AND seq <= $2 ORDER BY seq")
            .bind(share.conversation.as_str())
            .bind(i64::try_from(share.until_seq).unwrap_or(i64::MAX))
            .fetch_all(&mut *moment)
            .await
            .map_err(unavailable)?;
        let results = sqlx::query("SELECT handle, page FROM share_results WHERE share = $1 ORDER BY handle")
            .bind(share.id.clone())
            .fetch_all(&mut *moment)
            .await
            .map_err(unavailable)?;
        let event = |row: &AnyRow| {
            let text: String = row.try_get(0).map_err(unavailable)?;
            serde_json::from_str(&text).map(Arc::new).map_err(|error| damaged("an event", &error))
        };
        let result = |row: &AnyRow| {
            let (handle, page): (String, String) =
                (row.try_get(0).map_err(unavailable)?, row.try_get(1).map_err(unavailable)?);
            Ok((handle, serde_json::from_str(&page).map_err(|error| damaged("a result", &error))?))
        };
        let events = events.iter().map(event).collect::<Result<_, Problem>>()?;
        Ok((events, results.iter().map(result).collect::<Result<_, Problem>>()?))
    }
}

fn gone() -> Problem {
    Problem::new(ProblemCode::NotFound, "There is no such conversation")
        .hint("it may have been deleted; load the page again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::person::Role;
    use crate::server::store::scratch::both;

    fn share(conversation: &ConversationId, person: &PersonId, id: &str) -> StoredShare {
        StoredShare {
            id: id.to_owned(),
            conversation: conversation.clone(),
            created_by: person.clone(),
            until_seq: 7,
            created_at: 1,
            secret: Some(Sealed::from_stored("v1.key.text".to_owned())),
            expires_at: None,
        }
    }

    #[tokio::test]
    async fn a_link_works_until_it_is_revoked_or_its_conversation_goes() {
        for scratch in both().await {
            let database = scratch.open().await;
            let (alice, conversation, other) =
                (PersonId::new(), ConversationId::from("c1"), ConversationId::from("c2"));
            let page = ResultPage { title: "sites".to_owned(), total: 3, ..ResultPage::default() };
            let first = share(&conversation, &alice, "a");
            let missing = database.add_share(&first, "none", &[]).await.unwrap_err();
            assert_eq!(missing.code, ProblemCode::NotFound);
            for id in [&conversation, &other] {
                database.create_conversation(id, &alice).await.unwrap();
            }
            database.add_share(&first, "first", &[("r1".to_owned(), page.clone())]).await.unwrap();
            database.add_share(&share(&conversation, &alice, "b"), "second", &[]).await.unwrap();
            assert_eq!(database.share_of_secret("first", 5).await.unwrap().as_ref(), Some(&first));
            assert_eq!(database.share_of_secret("third", 5).await.unwrap(), None);
            assert_eq!(database.shares_of(&conversation, 5).await.unwrap().len(), 2);
            assert!(database.shares_of(&other, 5).await.unwrap().is_empty());
            assert_eq!(database.shared(&first).await.unwrap().1, [("r1".to_owned(), page)]);

            assert!(!database.revoke_share(&other, "a", 2).await.unwrap(), "another conversation's");
            assert!(database.revoke_share(&conversation, "a", 2).await.unwrap());
            assert!(!database.revoke_share(&conversation, "a", 3).await.unwrap(), "once only");
            assert_eq!(database.share_of_secret("first", 5).await.unwrap(), None);
            assert!(database.shared(&first).await.unwrap().1.is_empty(), "the rows are gone too");
            assert_eq!(database.shares_with_secrets().await.unwrap().len(), 1);

            database.delete_conversation("test", &alice, &conversation).await.unwrap();
            assert_eq!(database.share_of_secret("second", 5).await.unwrap(), None);
        }
    }
    #[tokio::test]
    async fn a_link_ends_at_its_time_and_rests_while_its_maker_is_shut_out() {
        for scratch in both().await {
            let database = scratch.open().await;
            let anna = database.meet("netbox:anna", "Anna", Role::User, 1).await.unwrap().id;
            let conversation = ConversationId::from("c1");
            database.create_conversation(&conversation, &anna).await.unwrap();
            let page = ResultPage { title: "sites".to_owned(), ..ResultPage::default() };
            let ends = StoredShare { expires_at: Some(100), ..share(&conversation, &anna, "a") };
            database.add_share(&ends, "ends", &[("r1".to_owned(), page)]).await.unwrap();
            database.add_share(&share(&conversation, &anna, "b"), "stays", &[]).await.unwrap();
            assert_eq!(database.share_of_secret("ends", 99).await.unwrap().as_ref(), Some(&ends));
            assert_eq!(database.share_of_secret("ends", 100).await.unwrap(), None);
            assert_eq!(database.shares_of(&conversation, 100).await.unwrap().len(), 1);
            assert_eq!(database.forget_expired_shares(99).await.unwrap(), 0);
            assert_eq!(database.forget_expired_shares(100).await.unwrap(), 1);
            assert!(database.shared(&ends).await.unwrap().1.is_empty(), "the rows are gone");
            database.shut_out(&anna, Some(2)).await.unwrap();
            assert_eq!(database.share_of_secret("stays", 100).await.unwrap(), None);
            database.shut_out(&anna, None).await.unwrap();
            assert!(database.share_of_secret("stays", 100).await.unwrap().is_some());
            database.close().await;
        }
    }
}
