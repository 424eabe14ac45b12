//! What an administrator does with people: looks who is there, shuts somebody out and lets them in again, ends their
//! sessions, removes them with all that is theirs.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Database;
use super::commit::Refused;
use super::error::unavailable;
use super::people::StoredPerson;
use super::sessions::StoredSession;
use crate::server::person::PersonId;
use crate::wire::id::ConversationId;
use crate::wire::problem::Problem;

/// A person, and how much there is of theirs; never what.
#[derive(Clone, Debug)]
pub struct ListedPerson {
    /// The person.
    pub person: StoredPerson,
    /// When they were here first, in milliseconds since 1970 (UTC).
    pub created_at: i64,
    /// Conversations in which something was said.
    pub conversations: u64,
    /// Sessions that have not ended.
    pub sessions: u64,
}

/// What went with a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Conversations.
    pub conversations: u64,
}

const LIST: &str = "SELECT p.id, p.subject, p.display_name, p.role, p.netbox_token, p.seen_at, p.disabled_at, \
     p.created_at, \
     (SELECT COUNT(*) FROM conversations c WHERE c.owner = p.id AND c.last_seq > 0) AS conversations, \
     (SELECT COUNT(*) FROM sessions s WHERE s.person = p.id AND s.expires_at > $1) AS sessions FROM people p";

impl ListedPerson {
    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let count = |place: usize| row.try_get::<i64, _>(place).map(|number| u64::try_from(number).unwrap_or_default());
        Ok(Self {
            person: StoredPerson::read(row, 0)?,
            created_at: row.try_get(7)?,
            conversations: count(8)?,
            sessions: count(9)?,
        })
    }
}

impl Database {
    /// Everybody, whoever was here last first, at most so many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn people(&self, now: i64, most: u32) -> Result<Vec<ListedPerson>, Problem> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{LIST} ORDER BY p.seen_at DESC, p.id LIMIT $2")))
            .bind(now)
            .bind(i64::from(most))
            .fetch_all(self.pool())
            .await
            .map_err(unavailable)?;
        rows.iter().map(ListedPerson::read).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// The person of this id or this subject.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn listed_person(&self, name: &str, now: i64) -> Result<Option<ListedPerson>, Problem> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{LIST} WHERE p.id = $2 OR p.subject = $2")))
            .bind(now)
            .bind(name.to_owned())
            .fetch_optional(self.pool())
            .await
            .map_err(unavailable)?;
        row.as_ref().map(ListedPerson::read).transpose().map_err(unavailable)
    }

    /// Shuts a person out from this moment on, or lets them in again where there is none. Whether that changed something.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn shut_out(&self, person: &PersonId, since: Option<i64>) -> Result<bool, Problem> {
        let statement = if since.is_some() {
            "UPDATE people SET disabled_at = $1 WHERE id = $2 AND disabled_at IS NULL"
        } else {
            "UPDATE people SET disabled_at = $1 WHERE id = $2 AND disabled_at IS NOT NULL"
        };
        sqlx::query(statement)
            .bind(since)
            .bind(person.as_str().to_owned())
            .execute(self.pool())
            .await
            .map(|done| done.rows_affected() > 0)
            .map_err(unavailable)
    }

    /// Whether a person is there and shut out.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_shut_out(&self, person: &PersonId) -> Result<bool, Problem> {
        sqlx::query("SELECT 1 FROM people WHERE id = $1 AND disabled_at IS NOT NULL")
            .bind(person.as_str().to_owned())
            .fetch_optional(self.pool())
            .await
            .map(|row| row.is_some())
            .map_err(unavailable)
    }

    /// Ends all sessions of a person, and gives what they were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_sessions_of(&self, person: &PersonId) -> Result<Vec<StoredSession>, Problem> {
        let rows = sqlx::query(
            "DELETE FROM sessions WHERE person = $1 RETURNING id, person, created_at, used_at, expires_at, user_agent, \
             address, netbox_token, netbox_token_id, checked_at",
        )
        .bind(person.as_str().to_owned())
        .fetch_all(self.pool())
        .await
        .map_err(unavailable)?;
        rows.iter().map(StoredSession::read).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// Asks whoever writes an answer for this person to stop. How many are being written.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn request_stop_of_all(&self, person: &PersonId) -> Result<u64, Problem> {
        let asked = sqlx::query("UPDATE runs SET stop_requested = 1 WHERE person = $1 AND ended_at IS NULL")
            .bind(person.as_str().to_owned())
            .execute(self.pool())
            .await;
        asked.map(|done| done.rows_affected()).map_err(unavailable)
    }

    /// Removes a person with their conversations and everything below these, their sessions and their tokens. What they
    /// used stays, without contents, and so does the audit trail. `process` is who tells the others of it.
    ///
    /// # Errors
    /// The database does not answer; then nothing has changed.
    pub async fn remove_person(&self, process: &str, person: &PersonId) -> Result<Removed, Problem> {
        let mut transaction = self.begin().await?;
        // In the order in which a running answer writes (`commit`), or each would wait for the other.
        sqlx::query("DELETE FROM runs WHERE conversation IN (SELECT id FROM conversations WHERE owner = $1)")
            .bind(person.as_str().to_owned())
            .execute(&mut *transaction)
            .await
            .map_err(unavailable)?;
        let rows = sqlx::query("DELETE FROM conversations WHERE owner = $1 RETURNING id")
            .bind(person.as_str().to_owned())
            .fetch_all(&mut *transaction)
            .await
            .map_err(unavailable)?;
        for row in &rows {
            let conversation = ConversationId(row.try_get(0).map_err(unavailable)?);
            let told = self.tell(&mut transaction, process, person, &conversation, true).await;
            if let Err(Refused::Failed(problem)) = told {
                return Err(problem);
            }
        }
        // Sessions and tokens that were left go with their person.
        for statement in ["DELETE FROM commands WHERE person = $1", "DELETE FROM people WHERE id = $1"] {
            sqlx::query(statement)
                .bind(person.as_str().to_owned())
                .execute(&mut *transaction)
                .await
                .map_err(unavailable)?;
        }
        transaction.commit().await.map_err(unavailable)?;
        Ok(Removed { conversations: rows.len() as u64 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::person::Role;
    use crate::server::store::scratch::both;

    #[tokio::test]
    async fn a_removed_person_leaves_nothing_of_theirs_and_nothing_of_others_goes() {
        for scratch in both().await {
            let database = scratch.open().await;
            let anna = database.meet("netbox:anna", "Anna", Role::User, 1).await.unwrap().id;
            let bert = database.meet("netbox:bert", "Bert", Role::Admin, 2).await.unwrap().id;
            for (id, owner) in [("conversation-1", &anna), ("conversation-2", &anna), ("conversation-3", &bert)] {
                database.create_conversation(&id.into(), owner).await.unwrap();
            }
            let listed = database.people(10, 10).await.unwrap();
            let names: Vec<_> = listed.iter().map(|one| one.person.display_name.as_str()).collect();
            assert_eq!(names, ["Bert", "Anna"]);
            for name in [anna.as_str(), "netbox:anna"] {
                assert_eq!(database.listed_person(name, 10).await.unwrap().unwrap().person.id, anna);
            }
            assert!(database.listed_person("anna", 10).await.unwrap().is_none());
            let removed = database.remove_person("command", &anna).await.unwrap();
            assert_eq!(removed, Removed { conversations: 2 });
            assert!(database.person(&anna).await.unwrap().is_none());
            assert!(!database.has_conversation(&"conversation-1".into()).await.unwrap());
            assert!(database.has_conversation(&"conversation-3".into()).await.unwrap());
            assert_eq!(database.people(10, 10).await.unwrap().len(), 1);
            database.close().await;
        }
    }

    #[tokio::test]
    async fn whoever_is_shut_out_is_so_until_they_are_let_in_again() {
        for scratch in both().await {
            let database = scratch.open().await;
            let anna = database.meet("netbox:anna", "Anna", Role::User, 1).await.unwrap().id;
            assert!(database.may_be_here(&anna).await.unwrap() && !database.is_shut_out(&anna).await.unwrap());
            assert!(database.shut_out(&anna, Some(5)).await.unwrap());
            assert!(!database.shut_out(&anna, Some(6)).await.unwrap(), "it is so already");
            assert!(!database.may_be_here(&anna).await.unwrap() && database.is_shut_out(&anna).await.unwrap());
            // Signing in does not let anybody in.
            let again = database.meet("netbox:anna", "Anna", Role::User, 9).await.unwrap();
            assert_eq!(again.disabled_at, Some(5));
            assert!(database.shut_out(&anna, None).await.unwrap());
            assert!(database.may_be_here(&anna).await.unwrap());
            assert!(!database.may_be_here(&PersonId::new()).await.unwrap());
            database.close().await;
        }
    }
}
