//! What becomes of the NetBox tokens that this program made. Its own copy goes with the session, at once; in NetBox
//! they are deleted where that can be done.
//!
//! A token that may only read cannot delete itself (NetBox 4.7, `netbox/api/authentication.py`, `TokenPermissions`).
//! So they are deleted with the service's token, where there is one that may; else they are noted, and the next sign-in
//! with a password deletes them. Until then they are entries whose secret nobody has, and they end by themselves.

use tokio::task::JoinHandle;

use super::vault::{Purpose, Sealed, Vault};
use super::{Auth, SessionToken};
use crate::server::clock;
use crate::server::netbox::{Client, Credentials};
use crate::server::person::{Person, PersonId};
use crate::server::store::{Database, LeftToken, StoredSession};
use crate::wire::problem::Problem;

impl Auth {
    /// Deletes the token of a session that ended, if this program made it. In the background, which tells in the end
    /// whether it could.
    pub(super) fn clean_up_after(&self, session: StoredSession) -> Option<JoinHandle<bool>> {
        let id = session.netbox_token_id?;
        let own = session.netbox_token.as_ref().and_then(|sealed| self.session_rights(&session.person, sealed));
        let (netbox, service, database) = (self.netbox.clone(), self.service.clone(), self.database.clone());
        Some(tokio::spawn(async move {
            if delete_with(&netbox, &[own.as_ref(), Some(&service)], id).await {
                return true;
            }
            let left = LeftToken { id, person: session.person, expires_at: session.expires_at };
            if let Err(problem) = database.leave_token(&left).await {
                tracing::warn!(token = id, problem = %problem.message, "a NetBox token that is left could not be noted");
            }
            false
        }))
    }

    /// Deletes a token whose session could not be begun.
    pub(super) async fn delete_unused(&self, token: &SessionToken) {
        let Some(id) = token.made_as else { return };
        let own = Credentials::new(&token.token);
        delete_with(&self.netbox, &[Some(&own), Some(&self.service)], id).await;
    }

    /// Deletes the tokens that earlier sessions of a person left, with rights that may write.
    pub(super) async fn delete_left(&self, subject: &str, rights: &Credentials) -> Result<(), Problem> {
        let Some(person) = self.database.person_of_subject(subject).await? else { return Ok(()) };
        for left in self.database.left_tokens(&person.id, clock::now()).await? {
            if delete_with(&self.netbox, &[Some(rights)], left.id).await {
                self.database.forget_left_token(left.id, clock::now()).await?;
            }
        }
        Ok(())
    }

    /// Whether tokens of this person are left in NetBox.
    pub(super) async fn has_left(&self, subject: &str) -> Result<bool, Problem> {
        match self.database.person_of_subject(subject).await? {
            Some(person) => Ok(!self.database.left_tokens(&person.id, clock::now()).await?.is_empty()),
            None => Ok(false),
        }
    }

    /// Keeps a NetBox token of a person's own, after NetBox has said whose it is; the name that it said.
    ///
    /// # Errors
    /// NetBox does not take the token, or the database does not answer.
    pub async fn keep_personal_token(&self, person: &Person, token: &str) -> Result<String, Problem> {
        let (token, name) = self.check_token(token).await?;
        let sealed = self.vault.seal(Purpose::PersonalToken, person.id.as_str(), &token)?;
        self.database.keep_personal_token(&person.id, Some(&sealed)).await?;
        Ok(name)
    }

    /// Forgets it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_personal_token(&self, person: &PersonId) -> Result<(), Problem> {
        self.database.keep_personal_token(person, None).await
    }
}

/// Seals every stored token under the first key. How many there were, and how many could not be opened.
///
/// # Errors
/// The database does not answer.
pub async fn seal_anew(database: &Database, vault: &Vault) -> Result<(usize, usize), Problem> {
    let (mut done, mut lost) = (0, 0);
    for person in database.people_with_tokens().await? {
        let Some(sealed) = &person.netbox_token else { continue };
        match sealed_anew(vault, Purpose::PersonalToken, &person.id, sealed)? {
            Some(again) => {
                database.keep_personal_token(&person.id, Some(&again)).await?;
                done += 1;
            }
            None => lost += 1,
        }
    }
    for session in database.sessions_with_tokens().await? {
        let Some(sealed) = &session.netbox_token else { continue };
        match sealed_anew(vault, Purpose::SessionToken, &session.person, sealed)? {
            Some(again) => {
                database.reseal_session(&session.id, sealed, &again).await?;
                done += 1;
            }
            None => lost += 1,
        }
    }
    for share in database.shares_with_secrets().await? {
        let Some(sealed) = &share.secret else { continue };
        match sealed_anew(vault, Purpose::ShareLink, &share.created_by, sealed)? {
            Some(again) => {
                database.reseal_share(&share.id, sealed, &again).await?;
                done += 1;
            }
            None => lost += 1,
        }
    }
    Ok((done, lost))
}

fn sealed_anew(vault: &Vault, purpose: Purpose, person: &PersonId, sealed: &Sealed) -> Result<Option<Sealed>, Problem> {
    let opened = vault.open(purpose, person.as_str(), sealed);
    opened.map(|opened| vault.seal(purpose, person.as_str(), &opened.secret)).transpose()
}

/// Tries one after the other; whether one of them could.
async fn delete_with(netbox: &Client, rights: &[Option<&Credentials>], id: i64) -> bool {
    for credentials in rights.iter().flatten() {
        if credentials.kind().is_none() {
            continue;
        }
        match netbox.delete_token(credentials, id).await {
            Ok(()) => return true,
            Err(error) => tracing::debug!(token = id, %error, "a NetBox token was not deleted this way"),
        }
    }
    false
}
