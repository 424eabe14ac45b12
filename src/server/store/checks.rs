//! When NetBox was last asked about the user of a session's token. Of several processes and requests one asks.

use super::Database;
use super::error::unavailable;
use super::people::StoredPerson;
use super::sessions::StoredSession;
use crate::server::person::SessionId;
use crate::wire::problem::Problem;

impl Database {
    /// A session with its person, if NetBox was asked about it before this moment, in milliseconds since 1970 (UTC).
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn session_to_check(
        &self,
        session: &SessionId,
        before: i64,
    ) -> Result<Option<(StoredSession, StoredPerson)>, Problem> {
        let row = sqlx::query(
            "SELECT id, person, created_at, used_at, expires_at, user_agent, address, netbox_token, netbox_token_id, \
             checked_at FROM sessions WHERE id = $1 AND checked_at < $2 AND netbox_token IS NOT NULL",
        )
        .bind(session.as_str().to_owned())
        .bind(before)
        .fetch_optional(self.pool())
        .await
        .map_err(unavailable)?;
        let Some(session) = row.as_ref().map(StoredSession::read).transpose().map_err(unavailable)? else {
            return Ok(None);
        };
        Ok(self.person(&session.person).await?.map(|person| (session, person)))
    }

    /// Whether whoever calls this is to ask: nobody did since `before`, when it was asked last.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn claim_check(&self, session: &SessionId, before: i64, now: i64) -> Result<bool, Problem> {
        sqlx::query("UPDATE sessions SET checked_at = $1 WHERE id = $2 AND checked_at = $3")
            .bind(now)
            .bind(session.as_str().to_owned())
            .bind(before)
            .execute(self.pool())
            .await
            .map(|done| done.rows_affected() > 0)
            .map_err(unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::auth::vault::Sealed;
    use crate::server::person::Role;
    use crate::server::store::scratch::both;

    #[tokio::test]
    async fn one_of_many_asks_and_not_before_it_is_due() {
        for scratch in both().await {
            let database = scratch.open().await;
            let person = database.meet("netbox:anna", "Anna", Role::Admin, 1).await.unwrap().id;
            let session = StoredSession {
                id: SessionId::new(),
                person,
                created_at: 1,
                used_at: 1,
                expires_at: 1_000,
                user_agent: String::new(),
                address: String::new(),
                netbox_token: Some(Sealed::from_stored("v1.key.text".to_owned())),
                netbox_token_id: None,
                checked_at: 100,
            };
            database.begin_session(&session, "digest").await.unwrap();
            assert!(database.session_to_check(&session.id, 100).await.unwrap().is_none(), "it is not due");
            let (due, _) = database.session_to_check(&session.id, 101).await.unwrap().unwrap();
            assert!(database.claim_check(&due.id, due.checked_at, 200).await.unwrap());
            assert!(!database.claim_check(&due.id, due.checked_at, 200).await.unwrap(), "somebody asks already");
            database.close().await;
        }
    }
}
