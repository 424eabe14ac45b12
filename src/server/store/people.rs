//! People: who was here, what they are called, what they may, and the NetBox token that they left.

use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Executor, Row as _, Transaction};

use super::Database;
use super::error::{is_conflict, unavailable};
use crate::server::auth::vault::Sealed;
use crate::server::person::{PersonId, Role};
use crate::wire::problem::Problem;

/// A person as they are kept.
#[derive(Clone, Debug)]
pub struct StoredPerson {
    /// Names them here.
    pub id: PersonId,
    /// Names them where they sign in.
    pub subject: String,
    /// What they are called.
    pub display_name: String,
    /// What they may.
    pub role: Role,
    /// The NetBox token that they left in the settings.
    pub netbox_token: Option<Sealed>,
    /// When they were here last, in milliseconds since 1970 (UTC).
    pub seen_at: i64,
    /// Since when an administrator does not let them sign in, in milliseconds since 1970 (UTC); none where they may.
    pub disabled_at: Option<i64>,
}

const COLUMNS: &str = "id, subject, display_name, role, netbox_token, seen_at, disabled_at";

impl StoredPerson {
    /// Reads the columns of [`COLUMNS`], from this one on.
    pub(super) fn read(row: &AnyRow, first: usize) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: PersonId::from_stored(row.try_get(first)?),
            subject: row.try_get(first + 1)?,
            display_name: row.try_get(first + 2)?,
            role: Role::from_name(&row.try_get::<String, _>(first + 3)?),
            netbox_token: row.try_get::<Option<String>, _>(first + 4)?.map(Sealed::from_stored),
            seen_at: row.try_get(first + 5)?,
            disabled_at: row.try_get(first + 6)?,
        })
    }
}

impl Database {
    /// The person of this subject, as they are called and may now; made if they were never here.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn meet(&self, subject: &str, display_name: &str, role: Role, now: i64) -> Result<StoredPerson, Problem> {
        meet_subject(self.pool(), None, subject, display_name, role, now).await.map_err(unavailable)
    }

    /// The person who is this user of NetBox, as they are called and may now; made if they were never here. Whoever had
    /// the name before, and is another user, keeps what is theirs under another subject.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn meet_netbox_user(
        &self,
        user: &str,
        subject: &str,
        display_name: &str,
        role: Role,
        now: i64,
    ) -> Result<StoredPerson, Problem> {
        let mut again = false;
        loop {
            let mut transaction = self.begin().await?;
            match meet_user(&mut transaction, user, subject, display_name, role, now).await {
                Ok(person) => {
                    transaction.commit().await.map_err(unavailable)?;
                    return Ok(person);
                }
                // They come for the first time, in two windows at the same moment.
                Err(error) if is_conflict(&error) && !again => again = true,
                Err(error) => return Err(unavailable(error)),
            }
        }
    }

    /// The person of this subject.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn person_of_subject(&self, subject: &str) -> Result<Option<StoredPerson>, Problem> {
        let statement = select("FROM people WHERE subject = $1");
        let row =
            sqlx::query(statement).bind(subject.to_owned()).fetch_optional(self.pool()).await.map_err(unavailable)?;
        row.map(|row| StoredPerson::read(&row, 0)).transpose().map_err(unavailable)
    }

    /// The person of this id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn person(&self, id: &PersonId) -> Result<Option<StoredPerson>, Problem> {
        let statement = select("FROM people WHERE id = $1");
        let row = sqlx::query(statement)
            .bind(id.as_str().to_owned())
            .fetch_optional(self.pool())
            .await
            .map_err(unavailable)?;
        row.map(|row| StoredPerson::read(&row, 0)).transpose().map_err(unavailable)
    }

    /// Notes what a person may from now on.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn set_role(&self, person: &PersonId, role: Role) -> Result<(), Problem> {
        sqlx::query("UPDATE people SET role = $1 WHERE id = $2")
            .bind(role.name())
            .bind(person.as_str().to_owned())
            .execute(self.pool())
            .await
            .map(|_| ())
            .map_err(unavailable)
    }

    /// Whether a person is there and may be.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn may_be_here(&self, person: &PersonId) -> Result<bool, Problem> {
        sqlx::query("SELECT 1 FROM people WHERE id = $1 AND disabled_at IS NULL")
            .bind(person.as_str().to_owned())
            .fetch_optional(self.pool())
            .await
            .map(|row| row.is_some())
            .map_err(unavailable)
    }

    /// Keeps a person's own NetBox token, or forgets it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_personal_token(&self, person: &PersonId, token: Option<&Sealed>) -> Result<(), Problem> {
        sqlx::query("UPDATE people SET netbox_token = $1 WHERE id = $2")
            .bind(token.map(|token| token.as_stored().to_owned()))
            .bind(person.as_str().to_owned())
            .execute(self.pool())
            .await
            .map(|_| ())
            .map_err(unavailable)
    }

    /// Everybody who left a NetBox token.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn people_with_tokens(&self) -> Result<Vec<StoredPerson>, Problem> {
        let statement = select("FROM people WHERE netbox_token IS NOT NULL ORDER BY id");
        let rows = sqlx::query(statement).fetch_all(self.pool()).await.map_err(unavailable)?;
        rows.iter().map(|row| StoredPerson::read(row, 0)).collect::<Result<_, _>>().map_err(unavailable)
    }
}

async fn meet_user(
    transaction: &mut Transaction<'static, Any>,
    user: &str,
    subject: &str,
    display_name: &str,
    role: Role,
    now: i64,
) -> Result<StoredPerson, sqlx::Error> {
    // Who was here before users were known is taken for the user of their name, unless that user is known already.
    sqlx::query(
        "UPDATE people SET subject = subject || '#' || id WHERE subject = $1 AND (netbox_user <> $2 \
         OR (netbox_user IS NULL AND EXISTS (SELECT 1 FROM people AS known WHERE known.netbox_user = $2)))",
    )
    .bind(subject.to_owned())
    .bind(user.to_owned())
    .execute(&mut **transaction)
    .await?;
    sqlx::query("UPDATE people SET subject = $1 WHERE netbox_user = $2")
        .bind(subject.to_owned())
        .bind(user.to_owned())
        .execute(&mut **transaction)
        .await?;
    meet_subject(&mut **transaction, Some(user), subject, display_name, role, now).await
}

/// The person of this subject, made if they were never here. Which user of NetBox they are stays as it is where nobody
/// says it.
async fn meet_subject(
    executor: impl Executor<'_, Database = Any>,
    user: Option<&str>,
    subject: &str,
    display_name: &str,
    role: Role,
    now: i64,
) -> Result<StoredPerson, sqlx::Error> {
    let statement = format!(
        "INSERT INTO people (id, subject, display_name, role, netbox_token, created_at, seen_at, netbox_user) \
         VALUES ($1, $2, $3, $4, NULL, $5, $5, $6) \
         ON CONFLICT (subject) DO UPDATE SET display_name = excluded.display_name, role = excluded.role, \
         seen_at = excluded.seen_at, netbox_user = COALESCE(excluded.netbox_user, people.netbox_user) \
         RETURNING {COLUMNS}"
    );
    let row = sqlx::query(AssertSqlSafe(statement))
        .bind(PersonId::new().as_str().to_owned())
        .bind(subject.to_owned())
        .bind(display_name.to_owned())
        .bind(role.name())
        .bind(now)
        .bind(user.map(str::to_owned))
        .fetch_one(executor)
        .await?;
    StoredPerson::read(&row, 0)
}

/// A query for people. All its parts are constants of this file.
fn select(rest: &'static str) -> AssertSqlSafe<String> {
    AssertSqlSafe(format!("SELECT {COLUMNS} {rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::scratch::both;

    #[tokio::test]
    async fn a_person_is_the_same_each_time_and_called_as_they_are_now() {
        for scratch in both().await {
            let database = scratch.open().await;
            let first = database.meet("netbox:alice", "alice", Role::User, 1).await.unwrap();
            let other = database.meet("proxy:alice", "alice", Role::User, 1).await.unwrap();
            assert_ne!(first.id, other.id, "the same name by another way is somebody else");
            let token = Sealed::from_stored("v1.key.text".to_owned());
            database.keep_personal_token(&first.id, Some(&token)).await.unwrap();
            let again = database.meet("netbox:alice", "Alice Nguyen", Role::Admin, 2).await.unwrap();
            assert_eq!((&again.id, again.role, again.seen_at), (&first.id, Role::Admin, 2));
            assert_eq!((again.display_name.as_str(), again.netbox_token.as_ref()), ("Alice Nguyen", Some(&token)));
            assert_eq!(database.people_with_tokens().await.unwrap().len(), 1);
            database.keep_personal_token(&first.id, None).await.unwrap();
            assert!(database.person(&first.id).await.unwrap().unwrap().netbox_token.is_none());
            assert!(database.person_of_subject("netbox:bob").await.unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn a_user_of_netbox_stays_who_they_are_and_a_name_is_nobody() {
        for scratch in both().await {
            let database = scratch.open().await;
            let before = database.meet("netbox:alice", "alice", Role::User, 1).await.unwrap();
            let meet = async |user: &str, name: &str| {
                let subject = format!("netbox:{name}");
                let person = database.meet_netbox_user(user, &subject, name, Role::User, 2).await.unwrap();
                assert_eq!(person.subject, subject);
                person.id
            };
            let alice = meet("5", "alice").await;
            assert_eq!(alice, before.id, "she was here before users were known");
            assert_eq!(meet("5", "alice.nguyen").await, alice, "she married");
            let other = meet("9", "alice").await;
            assert_ne!(other, alice, "the name was given to somebody else");
            assert_eq!(meet("5", "alice").await, alice, "and taken back");
            assert_eq!(meet("9", "alice.king").await, other);
            // Somebody of the time before users were known stands where a known user is called the same now.
            let left = database.meet("netbox:alan", "alan", Role::User, 1).await.unwrap();
            assert_eq!(meet("9", "alan").await, other);
            assert_ne!(left.id, other);
            assert!(database.person(&left.id).await.unwrap().is_some(), "nobody is lost");
            let at_once = (0..4).map(|_| database.meet_netbox_user("7", "netbox:zoe", "zoe", Role::User, 3));
            let mut ids: Vec<_> =
                futures::future::join_all(at_once).await.into_iter().map(|met| met.unwrap().id).collect();
            ids.dedup();
            assert_eq!(ids.len(), 1, "two windows of one person");
        }
    }
}
