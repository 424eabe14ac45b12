//! Sessions: made at sign-in, ended at sign-out, from the settings page, by time, or by signing in anew.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue};

use super::cookie::{self, Secret};
use super::people::shut_out;
use super::recheck::Checked;
use super::vault::Purpose;
use super::{Auth, Identity, NOTED_EVERY, Over, Visit, milliseconds};
use crate::server::audit::Entry;
use crate::server::client_address::Origin;
use crate::server::clock;
use crate::server::person::{Person, PersonId, SessionId};
use crate::server::store::StoredSession;
use crate::wire::problem::{Problem, ProblemCode};

/// How often sessions that have ended by themselves are looked for.
const SWEEP: Duration = Duration::from_mins(10);

/// A session as its owner sees it. Times are milliseconds since 1970 (UTC).
#[derive(Clone, Debug)]
pub struct SessionSummary {
    /// Names it.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// The browser, as it calls itself.
    pub user_agent: String,
    /// Where they signed in from.
    pub address: String,
    /// When they signed in.
    pub created_at: i64,
    /// When it was used last.
    pub used_at: i64,
    /// When it ends.
    pub expires_at: i64,
}

impl Auth {
    /// Begins a session of somebody who has shown who they are, and ends the one that the browser came with. Gives the
    /// cookie to set.
    ///
    /// # Errors
    /// They are shut out, or the database does not answer. The identity's NetBox token, if this program made it, is
    /// deleted then.
    pub async fn sign_in(&self, identity: Identity, visit: &Visit) -> Result<HeaderValue, Problem> {
        let token = identity.netbox_token.clone();
        let begun = self.begin(identity, visit).await;
        if begun.is_err()
            && let Some(token) = token
        {
            self.delete_unused(&token).await;
        }
        begun
    }

    async fn begin(&self, identity: Identity, visit: &Visit) -> Result<HeaderValue, Problem> {
        let Identity { subject, netbox_user, display_name, role, netbox_token } = identity;
        let (now, idle_since) = self.moments();
        let before = self.database.person_of_subject(&subject).await?;
        let person = match netbox_user {
            Some(user) => self.database.meet_netbox_user(&user, &subject, &display_name, role, now).await?,
            None => self.database.meet(&subject, &display_name, role, now).await?,
        };
        if person.disabled_at.is_some() {
            return Err(shut_out());
        }
        if let Some(before) = before.filter(|before| before.id == person.id && before.role != role) {
            let entry = Entry::role_changed(&person.id, before.role, role, self.config.mode.name());
            self.note(entry.from(visit.origin.address));
        }
        let sealed = netbox_token
            .as_ref()
            .map(|token| self.vault.seal(Purpose::SessionToken, person.id.as_str(), &token.token))
            .transpose()?;
        let secret = Secret::random()?;
        let session = StoredSession {
            id: SessionId::new(),
            person: person.id.clone(),
            created_at: now,
            used_at: now,
            expires_at: now.saturating_add(milliseconds(self.config.lifetime)),
            user_agent: visit.user_agent.clone(),
            address: visit.origin.address.to_string(),
            netbox_token: sealed,
            netbox_token_id: netbox_token.and_then(|token| token.made_as),
            checked_at: now,
        };
        self.database.begin_session(&session, &secret.digest()).await?;
        // Whoever signs in anew has a new secret: one that somebody planted before is worth nothing.
        if let Some(before) = &visit.before
            && let Some((before, owner)) = self.database.session(&before.digest(), now, idle_since).await?
        {
            self.end(&owner.id, &before.id).await?;
        }
        tracing::info!(person = %person.id, session = session.id.as_str(), "somebody signed in");
        cookie::set(&secret, visit.origin.over_tls, self.config.lifetime.as_secs()).ok_or_else(|| {
            Problem::new(ProblemCode::Internal, "The session's cookie could not be written").hint("try again")
        })
    }

    /// Ends the session that a person asks with. Gives the cookie that makes the browser forget it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sign_out(&self, person: &Person, origin: Origin) -> Result<Option<HeaderValue>, Problem> {
        if let Some(session) = &person.session {
            self.end(&person.id, session).await?;
        }
        Ok(cookie::forget(origin.over_tls))
    }

    /// A person's sessions, the one used last first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sessions(&self, person: &Person) -> Result<Vec<SessionSummary>, Problem> {
        let (now, idle_since) = self.moments();
        let sessions = self.database.sessions_of(&person.id, now, idle_since).await?;
        Ok(sessions
            .into_iter()
            .map(|session| SessionSummary {
                is_this: person.session.as_ref() == Some(&session.id),
                id: session.id,
                user_agent: session.user_agent,
                address: session.address,
                created_at: session.created_at,
                used_at: session.used_at,
                expires_at: session.expires_at,
            })
            .collect())
    }

    /// Ends one of a person's sessions. Somebody else's is not there.
    ///
    /// # Errors
    /// It is not there, or the database does not answer.
    pub async fn revoke(&self, person: &Person, session: &SessionId) -> Result<(), Problem> {
        if self.end(&person.id, session).await? {
            return Ok(());
        }
        Err(Problem::new(ProblemCode::NotFound, "There is no such session")
            .hint("it may have ended already; load the page again"))
    }

    /// Ends all sessions of a person but the one that asks; which those were. One that ends by itself meanwhile is none.
    ///
    /// # Errors
    /// The database does not answer; then all go on.
    pub async fn revoke_others(&self, person: &Person) -> Result<Vec<SessionId>, Problem> {
        let ended = self.database.end_other_sessions(&person.id, person.session.as_ref()).await?;
        let ids = ended.iter().map(|session| session.id.clone()).collect();
        for session in ended {
            self.after(session);
        }
        Ok(ids)
    }

    /// Whether a session goes on: what a socket asks now and then.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn goes_on(&self, session: &SessionId) -> Result<bool, Problem> {
        let (now, idle_since) = self.moments();
        self.database.session_goes_on(session, now, idle_since).await
    }

    /// Notes that a session is used: by a socket, whose requests are no requests of HTTP. Has NetBox asked about it where
    /// that is due.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn note_use(self: &Arc<Self>, session: &SessionId) -> Result<(), Problem> {
        self.database.use_session(session, clock::now()).await?;
        self.recheck_later(session).await
    }

    pub(super) async fn person_of_session(
        self: &Arc<Self>,
        origin: Origin,
        headers: &HeaderMap,
    ) -> Result<Option<Person>, Problem> {
        let Some(secret) = cookie::read(headers, origin.over_tls) else { return Ok(None) };
        let (now, idle_since) = self.moments();
        let Some((session, mut person)) = self.database.session(&secret.digest(), now, idle_since).await? else {
            return Ok(None);
        };
        let credentials = match &session.netbox_token {
            Some(sealed) => {
                let Some(credentials) = self.session_rights(&person.id, sealed) else {
                    tracing::warn!(session = session.id.as_str(), "a session's NetBox token cannot be opened: it ends");
                    self.end(&person.id, &session.id).await?;
                    return Ok(None);
                };
                credentials
            }
            None => self.own_rights(&person),
        };
        // What is read needs nothing to be written: a full disk keeps nobody out.
        if now - session.used_at >= NOTED_EVERY
            && let Err(problem) = self.database.use_session(&session.id, now).await
        {
            tracing::debug!(session = session.id.as_str(), problem = %problem.message, "that a session is used could not be noted");
        }
        match self.recheck(&session, &person, &credentials).await {
            Checked::Role(role) => person.role = role,
            Checked::Over => return Ok(None),
        }
        Ok(Some(self.person(person, credentials, Some(session.id))))
    }

    /// Ends a session, tells its sockets, and deletes its NetBox token in the background. Whether it was there.
    pub(super) async fn end(&self, person: &PersonId, session: &SessionId) -> Result<bool, Problem> {
        let Some(ended) = self.database.end_session(person, session).await? else { return Ok(false) };
        self.after(ended);
        Ok(true)
    }

    fn after(&self, ended: StoredSession) {
        tracing::info!(person = %ended.person, session = ended.id.as_str(), "a session ended");
        // Nobody listening is fine.
        let _ = self.ended.send(Over::Session(ended.id.clone()));
        self.clean_up_after(ended);
    }

    /// Removes sessions that have ended by themselves, for as long as the server runs.
    pub async fn sweep(self: Arc<Self>) {
        loop {
            let (now, idle_since) = self.moments();
            match self.database.take_ended_sessions(now, idle_since).await {
                Ok(ended) => {
                    for session in ended {
                        self.after(session);
                    }
                }
                Err(problem) => tracing::warn!(problem = %problem.message, "ended sessions were not removed"),
            }
            tokio::time::sleep(SWEEP).await;
        }
    }
}
