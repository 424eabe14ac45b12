//! Whether NetBox still says of a session's user what it said at sign-in: while a session is in use it is asked now and
//! then, with the session's own token. Who is no superuser any more is no admin here; whose token NetBox does not take
//! any more, or who is not active there, is signed out.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::Auth;
use crate::server::audit::Entry;
use crate::server::clock;
use crate::server::config::SignInMode;
use crate::server::netbox::{Credentials, Error, Refusal};
use crate::server::person::{Role, SessionId};
use crate::server::store::{StoredPerson, StoredSession};
use crate::wire::problem::Problem;

/// How often NetBox is asked about a session that is in use, in milliseconds.
pub const EVERY: i64 = 15 * 60 * 1000;
/// How long after it did not answer, in milliseconds.
const AGAIN_AFTER: i64 = 60 * 1000;
/// How long a request waits for the answer. It goes on by what was known then; the answer counts when it comes.
const PATIENCE: Duration = Duration::from_secs(3);

/// What NetBox says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    /// The session goes on, and the person may do this.
    Role(Role),
    /// The session is over.
    Over,
}

impl Auth {
    /// Asks NetBox about a session where that is due, and waits a moment for what it says.
    pub(super) async fn recheck(
        self: &Arc<Self>,
        session: &StoredSession,
        person: &StoredPerson,
        credentials: &Credentials,
    ) -> Checked {
        let known = Checked::Role(person.role);
        if !self.is_due(session).await {
            return known;
        }
        let (auth, session) = (Arc::clone(self), session.clone());
        let (person, credentials) = (person.clone(), credentials.clone());
        // A task of its own: should the request not wait, it is done all the same.
        let asking = tokio::spawn(async move { auth.ask_again(&session, &person, &credentials).await });
        tokio::time::timeout(PATIENCE, asking).await.ok().and_then(Result::ok).unwrap_or(known)
    }

    /// Asks NetBox about a session that a socket uses, where that is due. Returns before it answers: sockets that are
    /// open are told when the session ends.
    pub(super) async fn recheck_later(self: &Arc<Self>, session: &SessionId) -> Result<(), Problem> {
        if !matches!(self.config.mode, SignInMode::Netbox) {
            return Ok(());
        }
        let due = self.database.session_to_check(session, clock::now() - EVERY).await?;
        let Some((session, person)) = due else { return Ok(()) };
        let Some(sealed) = &session.netbox_token else { return Ok(()) };
        let Some(credentials) = self.session_rights(&person.id, sealed) else { return Ok(()) };
        if self.is_due(&session).await {
            let auth = Arc::clone(self);
            tokio::spawn(async move { auth.ask_again(&session, &person, &credentials).await });
        }
        Ok(())
    }

    /// Whether it is due and nobody else asks. A database that does not answer puts it off.
    async fn is_due(&self, session: &StoredSession) -> bool {
        let now = clock::now();
        matches!(self.config.mode, SignInMode::Netbox)
            && session.netbox_token.is_some()
            && now - session.checked_at >= EVERY
            && matches!(self.database.claim_check(&session.id, session.checked_at, now).await, Ok(true))
    }

    async fn ask_again(&self, session: &StoredSession, person: &StoredPerson, credentials: &Credentials) -> Checked {
        let said = self.user_now(credentials).await;
        let (name, role) = match said {
            Ok(said) => said,
            Err(error) if is_final(&error) => return self.end_for(session, person, &error.to_string()).await,
            Err(error) => {
                tracing::info!(session = session.id.as_str(), %error, "NetBox could not be asked about a session; it goes on");
                self.ask_soon(session).await;
                return Checked::Role(person.role);
            }
        };
        if format!("netbox:{name}") != person.subject {
            return self.end_for(session, person, "the NetBox user has another name now").await;
        }
        if role != person.role {
            if let Err(problem) = self.database.set_role(&person.id, role).await {
                tracing::warn!(person = %person.id, problem = %problem.message, "what a person may could not be noted");
                self.ask_soon(session).await;
            }
            tracing::info!(person = %person.id, role = role.name(), "NetBox says that a person may something else now");
            self.note(Entry::role_changed(&person.id, person.role, role, self.config.mode.name()));
        }
        Checked::Role(role)
    }

    /// The user of a token, by name, and what they may.
    async fn user_now(&self, credentials: &Credentials) -> Result<(String, Role), Error> {
        let answer = self.netbox.authentication_check(credentials).await.answer?;
        let name = answer.body.get("username").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let role = if self.netbox.is_superuser(credentials, &name).await? { Role::Admin } else { Role::User };
        Ok((name, role))
    }

    async fn end_for(&self, session: &StoredSession, person: &StoredPerson, reason: &str) -> Checked {
        match self.end(&person.id, &session.id).await {
            Ok(true) => self.note(Entry::session_ended(&person.id, session.id.as_str(), reason)),
            Ok(false) => {}
            Err(problem) => {
                tracing::warn!(session = session.id.as_str(), problem = %problem.message, "a session could not be ended");
                self.ask_soon(session).await;
            }
        }
        Checked::Over
    }

    /// Has it asked again in a while.
    async fn ask_soon(&self, session: &StoredSession) {
        let now = clock::now();
        let asked = self.database.session_to_check(&session.id, i64::MAX).await;
        if let Ok(Some((current, _))) = asked {
            let moment = now - EVERY + AGAIN_AFTER;
            if let Err(problem) = self.database.claim_check(&session.id, current.checked_at, moment).await {
                tracing::debug!(problem = %problem.message, "a session is asked about later");
            }
        }
    }
}

/// Whether the token is of no use any more, as NetBox itself says: not that it cannot be reached, or that something
/// before it refuses.
fn is_final(error: &Error) -> bool {
    use Refusal::{Disabled, Expired, InactiveUser, Malformed, UnknownV1, UnknownV2};
    let Error::Refused { refusal, .. } = error else { return false };
    matches!(refusal, UnknownV1 | UnknownV2 | Malformed | Expired | Disabled | InactiveUser)
}
