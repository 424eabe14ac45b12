//! Sessions: one for each browser that somebody signed in with. The cookie's secret is kept as its digest only.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::Database;
use super::error::unavailable;
use super::people::StoredPerson;
use crate::server::auth::vault::Sealed;
use crate::server::person::{PersonId, SessionId};
use crate::wire::problem::Problem;

/// A session as it is kept. Times are milliseconds since 1970 (UTC).
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// Names it.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// When they signed in.
    pub created_at: i64,
    /// When it was used last, to the minute.
    pub used_at: i64,
    /// When it ends, however much it is used.
    pub expires_at: i64,
    /// The browser, as it calls itself.
    pub user_agent: String,
    /// Where they signed in from.
    pub address: String,
    /// The NetBox token that lives as long.
    pub netbox_token: Option<Sealed>,
    /// Its id in NetBox where this program made it.
    pub netbox_token_id: Option<i64>,
    /// When NetBox was asked last who the token's user is and what they may.
    pub checked_at: i64,
}

/// A NetBox token that this program made and could not delete yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftToken {
    /// Its id in NetBox.
    pub id: i64,
    /// Whose it is.
    pub person: PersonId,
    /// When it ends by itself, in milliseconds since 1970 (UTC).
    pub expires_at: i64,
}

const COLUMNS: usize = 10;

impl StoredSession {
    /// Reads the columns of `sessions` but for the secret's digest, in their order.
    pub(super) fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: SessionId::from_stored(row.try_get(0)?),
            person: PersonId::from_stored(row.try_get(1)?),
            created_at: row.try_get(2)?,
            used_at: row.try_get(3)?,
            expires_at: row.try_get(4)?,
            user_agent: row.try_get(5)?,
            address: row.try_get(6)?,
            netbox_token: row.try_get::<Option<String>, _>(7)?.map(Sealed::from_stored),
            netbox_token_id: row.try_get(8)?,
            checked_at: row.try_get(9)?,
        })
    }
}

impl Database {
    /// Begins a session under the digest of its secret.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn begin_session(&self, session: &StoredSession, secret_digest: &str) -> Result<(), Problem> {
        sqlx::query(
            "INSERT INTO sessions (id, secret_hash, person, created_at, used_at, expires_at, user_agent, address, \
             netbox_token, netbox_token_id, checked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(session.id.as_str().to_owned())
        .bind(secret_digest.to_owned())
        .bind(session.person.as_str().to_owned())
        .bind(session.created_at)
        .bind(session.used_at)
        .bind(session.expires_at)
        .bind(session.user_agent.clone())
        .bind(session.address.clone())
        .bind(session.netbox_token.as_ref().map(|token| token.as_stored().to_owned()))
        .bind(session.netbox_token_id)
        .bind(session.checked_at)
        .execute(self.pool())
        .await
        .map(|_| ())
        .map_err(unavailable)
    }

    /// The session of a secret, with its person, unless it ended: at its time, or unused since `idle_since`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn session(
        &self,
        secret_digest: &str,
        now: i64,
        idle_since: i64,
    ) -> Result<Option<(StoredSession, StoredPerson)>, Problem> {
        let row = sqlx::query(
            "SELECT s.id, s.person, s.created_at, s.used_at, s.expires_at, s.user_agent, s.address, s.netbox_token, \
             s.netbox_token_id, s.checked_at, p.id, p.subject, p.display_name, p.role, p.netbox_token, p.seen_at, \
             p.disabled_at FROM sessions s JOIN people p ON p.id = s.person \
             WHERE s.secret_hash = $1 AND s.expires_at > $2 AND s.used_at > $3 AND p.disabled_at IS NULL",
        )
        .bind(secret_digest.to_owned())
        .bind(now)
        .bind(idle_since)
        .fetch_optional(self.pool())
        .await
        .map_err(unavailable)?;
        let both = |row: &AnyRow| Ok((StoredSession::read(row)?, StoredPerson::read(row, COLUMNS)?));
        row.as_ref().map(both).transpose().map_err(unavailable)
    }

    /// Whether a session goes on.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn session_goes_on(&self, session: &SessionId, now: i64, idle_since: i64) -> Result<bool, Problem> {
        sqlx::query(
            "SELECT 1 FROM sessions s JOIN people p ON p.id = s.person \
             WHERE s.id = $1 AND s.expires_at > $2 AND s.used_at > $3 AND p.disabled_at IS NULL",
        )
        .bind(session.as_str().to_owned())
        .bind(now)
        .bind(idle_since)
        .fetch_optional(self.pool())
        .await
        .map(|row| row.is_some())
        .map_err(unavailable)
    }

    /// Notes that a session is used.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn use_session(&self, session: &SessionId, now: i64) -> Result<(), Problem> {
        sqlx::query("UPDATE sessions SET used_at = $1 WHERE id = $2 AND used_at < $1")
            .bind(now)
            .bind(session.as_str().to_owned())
            .execute(self.pool())
            .await
            .map(|_| ())
            .map_err(unavailable)
    }

    /// A person's sessions, the one used last first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sessions_of(
        &self,
        person: &PersonId,
        now: i64,
        idle_since: i64,
    ) -> Result<Vec<StoredSession>, Problem> {
        let rows = sqlx::query(
            "SELECT id, person, created_at, used_at, expires_at, user_agent, address, netbox_token, netbox_token_id, \
             checked_at FROM sessions WHERE person = $1 AND expires_at > $2 AND used_at > $3 ORDER BY used_at DESC, id",
        )
        .bind(person.as_str().to_owned())
        .bind(now)
        .bind(idle_since)
        .fetch_all(self.pool())
        .await
        .map_err(unavailable)?;
        rows.iter().map(StoredSession::read).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// Ends a person's session; what it was, if it was theirs.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_session(&self, person: &PersonId, session: &SessionId) -> Result<Option<StoredSession>, Problem> {
        let row = sqlx::query(
            "DELETE FROM sessions WHERE id = $1 AND person = $2 RETURNING id, person, created_at, used_at, \
             expires_at, user_agent, address, netbox_token, netbox_token_id, checked_at",
        )
        .bind(session.as_str().to_owned())
        .bind(person.as_str().to_owned())
        .fetch_optional(self.pool())
        .await
        .map_err(unavailable)?;
        row.as_ref().map(StoredSession::read).transpose().map_err(unavailable)
    }

    /// Ends all sessions of a person but one, in one statement; what they were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_other_sessions(
        &self,
        person: &PersonId,
        but: Option<&SessionId>,
    ) -> Result<Vec<StoredSession>, Problem> {
        let rows = sqlx::query(
            "DELETE FROM sessions WHERE person = $1 AND id <> $2 RETURNING id, person, created_at, used_at, \
             expires_at, user_agent, address, netbox_token, netbox_token_id, checked_at",
        )
        .bind(person.as_str().to_owned())
        // No session is called by nothing.
        .bind(but.map(SessionId::as_str).unwrap_or_default().to_owned())
        .fetch_all(self.pool())
        .await
        .map_err(unavailable)?;
        rows.iter().map(StoredSession::read).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// Removes the sessions that have ended by themselves, and gives what they were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn take_ended_sessions(&self, now: i64, idle_since: i64) -> Result<Vec<StoredSession>, Problem> {
        let rows = sqlx::query(
            "DELETE FROM sessions WHERE expires_at <= $1 OR used_at <= $2 RETURNING id, person, created_at, used_at, \
             expires_at, user_agent, address, netbox_token, netbox_token_id, checked_at",
        )
        .bind(now)
        .bind(idle_since)
        .fetch_all(self.pool())
        .await
        .map_err(unavailable)?;
        rows.iter().map(StoredSession::read).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// Every session with a NetBox token.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sessions_with_tokens(&self) -> Result<Vec<StoredSession>, Problem> {
        let rows = sqlx::query(
            "SELECT id, person, created_at, used_at, expires_at, user_agent, address, netbox_token, netbox_token_id, \
             checked_at FROM sessions WHERE netbox_token IS NOT NULL ORDER BY id",
        )
        .fetch_all(self.pool())
        .await
        .map_err(unavailable)?;
        rows.iter().map(StoredSession::read).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// Puts a session's token back, sealed anew, unless it changed meanwhile.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reseal_session(&self, session: &SessionId, before: &Sealed, now: &Sealed) -> Result<(), Problem> {
        sqlx::query("UPDATE sessions SET netbox_token = $1 WHERE id = $2 AND netbox_token = $3")
            .bind(now.as_stored().to_owned())
            .bind(session.as_str().to_owned())
            .bind(before.as_stored().to_owned())
            .execute(self.pool())
            .await
            .map(|_| ())
            .map_err(unavailable)
    }

    /// Notes a NetBox token that could not be deleted.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn leave_token(&self, token: &LeftToken) -> Result<(), Problem> {
        sqlx::query("INSERT INTO left_tokens (id, person, expires_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING")
            .bind(token.id)
            .bind(token.person.as_str().to_owned())
            .bind(token.expires_at)
            .execute(self.pool())
            .await
            .map(|_| ())
            .map_err(unavailable)
    }

    /// The NetBox tokens of a person that could not be deleted and have not ended by themselves.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn left_tokens(&self, person: &PersonId, now: i64) -> Result<Vec<LeftToken>, Problem> {
        let rows =
            sqlx::query("SELECT id, expires_at FROM left_tokens WHERE person = $1 AND expires_at > $2 ORDER BY id")
                .bind(person.as_str().to_owned())
                .bind(now)
                .fetch_all(self.pool())
                .await
                .map_err(unavailable)?;
        let read = |row: &AnyRow| -> Result<LeftToken, sqlx::Error> {
            Ok(LeftToken { id: row.try_get(0)?, person: person.clone(), expires_at: row.try_get(1)? })
        };
        rows.iter().map(read).collect::<Result<_, _>>().map_err(unavailable)
    }

    /// Forgets a NetBox token: it is deleted. Also forgets those that have ended by themselves.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_left_token(&self, id: i64, now: i64) -> Result<(), Problem> {
        sqlx::query("DELETE FROM left_tokens WHERE id = $1 OR expires_at <= $2")
            .bind(id)
            .bind(now)
            .execute(self.pool())
            .await
            .map(|_| ())
            .map_err(unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::person::Role;
    use crate::server::store::scratch::both;

    fn session(person: &PersonId, used_at: i64, expires_at: i64) -> StoredSession {
        StoredSession {
            id: SessionId::new(),
            person: person.clone(),
            created_at: 1,
            used_at,
            expires_at,
            user_agent: "Firefox".to_owned(),
            address: "192.0.2.1".to_owned(),
            netbox_token: Some(Sealed::from_stored("v1.key.text".to_owned())),
            netbox_token_id: Some(7),
            checked_at: 1,
        }
    }

    #[tokio::test]
    async fn a_session_is_found_by_its_secret_until_it_ends() {
        for scratch in both().await {
            let database = scratch.open().await;
            let alice = database.meet("netbox:alice", "alice", Role::User, 1).await.unwrap().id;
            let mallory = database.meet("netbox:mallory", "mallory", Role::User, 1).await.unwrap().id;
            let stored = session(&alice, 100, 1_000);
            database.begin_session(&stored, "digest").await.unwrap();
            let (found, person) = database.session("digest", 200, 50).await.unwrap().unwrap();
            assert_eq!((&found.id, &person.id, found.netbox_token_id), (&stored.id, &alice, Some(7)));
            assert!(database.session("other", 200, 50).await.unwrap().is_none());
            assert!(database.session("digest", 1_000, 50).await.unwrap().is_none(), "its time is over");
            assert!(database.session("digest", 200, 100).await.unwrap().is_none(), "it was idle too long");
            assert!(!database.session_goes_on(&stored.id, 200, 100).await.unwrap());
            database.use_session(&stored.id, 150).await.unwrap();
            assert!(database.session_goes_on(&stored.id, 200, 100).await.unwrap());
            assert!(database.end_session(&mallory, &stored.id).await.unwrap().is_none(), "it is not theirs");
            assert_eq!(database.sessions_of(&alice, 200, 50).await.unwrap().len(), 1);
            for (digest, owner) in [("one", &alice), ("two", &alice), ("theirs", &mallory)] {
                database.begin_session(&session(owner, 100, 1_000), digest).await.unwrap();
            }
            let others = database.end_other_sessions(&alice, Some(&stored.id)).await.unwrap();
            assert!(others.len() == 2 && others.iter().all(|other| other.netbox_token_id == Some(7)), "{others:?}");
            assert!(database.session("digest", 200, 50).await.unwrap().is_some(), "the one that asks");
            assert_eq!(database.end_other_sessions(&mallory, None).await.unwrap().len(), 1);
            assert!(database.sessions_of(&mallory, 200, 50).await.unwrap().is_empty());
            assert_eq!(database.end_session(&alice, &stored.id).await.unwrap().unwrap().id, stored.id);
            assert!(database.session("digest", 200, 50).await.unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn ended_sessions_are_taken_once_and_leave_the_others() {
        for scratch in both().await {
            let database = scratch.open().await;
            let alice = database.meet("netbox:alice", "alice", Role::User, 1).await.unwrap().id;
            for (digest, used_at, expires_at) in [("a", 100, 150), ("b", 10, 900), ("c", 100, 900)] {
                database.begin_session(&session(&alice, used_at, expires_at), digest).await.unwrap();
            }
            assert_eq!(database.take_ended_sessions(200, 50).await.unwrap().len(), 2);
            assert!(database.take_ended_sessions(200, 50).await.unwrap().is_empty());
            assert!(database.session("c", 200, 50).await.unwrap().is_some());
        }
    }

    #[tokio::test]
    async fn tokens_that_could_not_be_deleted_are_remembered_until_they_end() {
        for scratch in both().await {
            let database = scratch.open().await;
            let alice = database.meet("netbox:alice", "alice", Role::User, 1).await.unwrap().id;
            for (id, expires_at) in [(7, 100), (8, 500), (8, 500), (9, 500)] {
                database.leave_token(&LeftToken { id, person: alice.clone(), expires_at }).await.unwrap();
            }
            let left = database.left_tokens(&alice, 200).await.unwrap();
            assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [8, 9]);
            database.forget_left_token(8, 200).await.unwrap();
            let left = database.left_tokens(&alice, 0).await.unwrap();
            assert_eq!(left.iter().map(|one| one.id).collect::<Vec<_>>(), [9]);
        }
    }
}
