//! Who people are: how they sign in, the sessions that they have, and the rights with which NetBox is asked for them.
//!
//! Each way of signing in finds out an [`Identity`]; [`Auth::sign_in`] makes a session out of it. Every request is
//! recognised by [`Auth::recognise`], and nothing else decides who is asking.

pub mod cookie;
pub mod identity;
mod netbox;
pub mod network;
pub mod next;
mod nobody;
pub mod oidc;
mod people;
pub mod proxy;
mod recheck;
mod seldom;
mod sessions;
mod tokens;
pub mod vault;
mod visit;

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};

use http::HeaderMap;
use secrecy::SecretString;
use tokio::sync::broadcast;

pub use identity::{Identity, SessionToken};
pub use nobody::{Nobody, Refused};
pub use people::{EndedSessions, enable};
pub use sessions::SessionSummary;
pub use tokens::seal_anew;
pub use visit::Visit;

use self::oidc::Oidc;
use self::seldom::Seldom;
use self::vault::{Purpose, Sealed, Vault};
use super::audit::{Audit, Entry};
use super::client_address::Origin;
use super::clock;
use super::config::{KeySource, PeopleConfig, SignInMode};
use super::netbox::{Client, Credentials, Owner};
use super::person::{Person, PersonId, Role, SessionId};
use super::store::{Database, StoredPerson};
use crate::wire::problem::Problem;

/// The one person of a server without sign-in.
const LOCAL: &str = "local";
const LOCAL_NAME: &str = "Local";
/// That somebody is here is noted at most this often, in milliseconds: it costs a write.
const NOTED_EVERY: i64 = 60_000;
/// Whoever a proxy names is noted as having signed in when they were not here for this long, in milliseconds: there is no
/// other beginning.
const AWAY: i64 = 12 * 60 * 60 * 1000;
/// That somebody who is shut out was refused is noted at most this often, in milliseconds: a page asks again and again.
const REFUSAL_NOTED_EVERY: i64 = 15 * 60 * 1000;
/// How many processes may meet somebody at the same moment is not known; in this one, they are noted once, in milliseconds.
const MET_NOTED_EVERY: i64 = 60 * 1000;
/// Ended sessions that a slow reader may fall behind; one that missed some looks into the database.
const ENDED: usize = 64;

/// Finds out who asks.
pub struct Auth {
    config: PeopleConfig,
    database: Database,
    vault: Vault,
    netbox: Arc<Client>,
    service: Credentials,
    oidc: Option<Oidc>,
    ended: broadcast::Sender<Over>,
    audit: OnceLock<Audit>,
    seldom: Seldom,
}

/// What was ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Over {
    /// One session.
    Session(SessionId),
    /// Everything of a person.
    Person(PersonId),
}

impl Auth {
    /// Over this database and NetBox. `service` are the rights of whoever has none of their own.
    ///
    /// # Errors
    /// The key that seals tokens cannot be read or made, or the trust settings of the sign-in provider cannot be used.
    pub fn new(
        config: PeopleConfig,
        database: Database,
        netbox: Arc<Client>,
        service: Credentials,
    ) -> Result<Self, Problem> {
        let vault = open_vault(&config.keys)?;
        let oidc = match &config.mode {
            SignInMode::Oidc(provider) => Some(Oidc::new(provider.clone())?),
            SignInMode::Nobody | SignInMode::Netbox | SignInMode::Proxy(_) => None,
        };
        let (ended, audit, seldom) = (broadcast::channel(ENDED).0, OnceLock::new(), Seldom::default());
        Ok(Self { config, database, vault, netbox, service, oidc, ended, audit, seldom })
    }

    /// Notes there what becomes of people by itself, from now on.
    pub fn note_in(&self, audit: Audit) {
        // It is told once, where the parts are put together.
        let _ = self.audit.set(audit);
    }

    /// How people sign in, and for how long.
    pub fn config(&self) -> &PeopleConfig {
        &self.config
    }

    /// The rights of whoever has none of their own; what the server asks for itself is asked with them.
    pub fn service(&self) -> &Credentials {
        &self.service
    }

    /// What seals secrets.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The database that people and sessions are in.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Told of what is ended before its time in this process.
    pub fn ended(&self) -> broadcast::Receiver<Over> {
        self.ended.subscribe()
    }

    /// Who a request on a connection from `peer` is from; none for a stranger.
    ///
    /// # Errors
    /// They are shut out, or the database does not answer.
    pub async fn recognise(
        self: &Arc<Self>,
        peer: Option<IpAddr>,
        origin: Origin,
        headers: &HeaderMap,
    ) -> Result<Option<Person>, Problem> {
        match &self.config.mode {
            SignInMode::Nobody => {
                let person = self.known(LOCAL, LOCAL_NAME, Role::Admin, None).await?;
                Ok(Some(self.person_with_own_rights(person)))
            }
            SignInMode::Proxy(rules) => {
                let Some(identity) = rules.identity(peer, headers) else { return Ok(None) };
                let Identity { subject, display_name, role, .. } = identity;
                let person = self.known(&subject, &display_name, role, Some(origin)).await?;
                Ok(Some(self.person_with_own_rights(person)))
            }
            SignInMode::Netbox | SignInMode::Oidc(_) => self.person_of_session(origin, headers).await,
        }
    }

    /// The rights with which a run of this person goes on when nobody of theirs is here: after a restart.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn credentials_of(&self, person: &PersonId) -> Result<Option<Credentials>, Problem> {
        if matches!(self.config.mode, SignInMode::Netbox) {
            return Ok(self.rights_of_sessions(person).await?.into_iter().next());
        }
        let person = self.database.person(person).await?.filter(|person| person.disabled_at.is_none());
        Ok(person.map(|person| self.own_rights(&person)))
    }

    /// The rights that this person has now: those that they had (`known`), if these are still theirs.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rights_like(&self, person: &PersonId, known: &Credentials) -> Result<Option<Credentials>, Problem> {
        if !matches!(self.config.mode, SignInMode::Netbox) {
            return self.credentials_of(person).await;
        }
        let mut rights = self.rights_of_sessions(person).await?;
        rights.sort_by_key(|rights| rights.fingerprint() != known.fingerprint());
        Ok(rights.into_iter().next())
    }

    /// The rights of each of this person's sessions.
    async fn rights_of_sessions(&self, person: &PersonId) -> Result<Vec<Credentials>, Problem> {
        let (now, idle_since) = self.moments();
        let sessions = self.database.sessions_of(person, now, idle_since).await?;
        Ok(sessions.iter().filter_map(|session| self.session_rights(person, session.netbox_token.as_ref()?)).collect())
    }

    /// The rights of a person who has been here for a while: a token that they keep in the settings may be another one
    /// now.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rights_now(&self, person: &Person) -> Result<Credentials, Problem> {
        if person.credentials.owner() == Owner::Session {
            return Ok(person.credentials.clone());
        }
        let stored = self.database.person(&person.id).await?;
        Ok(stored.map_or_else(|| person.credentials.clone(), |stored| self.own_rights(&stored)))
    }

    /// The person of this subject, noted as being here now and then. Whoever came through a proxy, from `origin`, is
    /// noted as having signed in when they come for the first time, or after a while.
    async fn known(
        &self,
        subject: &str,
        name: &str,
        role: Role,
        origin: Option<Origin>,
    ) -> Result<StoredPerson, Problem> {
        let now = clock::now();
        let Some(person) = self.database.person_of_subject(subject).await? else {
            let met = self.database.meet(subject, name, role, now).await?;
            self.note_met(&met, None, now, origin);
            return Ok(met);
        };
        if person.disabled_at.is_some() {
            return Err(self.refuse(&person, origin));
        }
        if person.display_name == name && person.role == role && now - person.seen_at < NOTED_EVERY {
            return Ok(person);
        }
        // Somebody who is known comes in although the disk is full; what they are now counts.
        let met = self.database.meet(subject, name, role, now).await.unwrap_or_else(|problem| {
            tracing::debug!(person = %person.id, problem = %problem.message, "that somebody is here could not be noted");
            StoredPerson { display_name: name.to_owned(), role, ..person.clone() }
        });
        self.note_met(&met, Some(&person), now, origin);
        Ok(met)
    }

    /// Notes that a proxy has signed somebody in, or that they may something else now.
    fn note_met(&self, met: &StoredPerson, before: Option<&StoredPerson>, now: i64, origin: Option<Origin>) {
        let Some(Origin { address, .. }) = origin else { return };
        if before.is_none_or(|before| now - before.seen_at >= AWAY)
            && self.seldom.is_due(&format!("met {}", met.subject), MET_NOTED_EVERY, now)
        {
            self.note(Entry::sign_in(&met.subject, "proxy").from(address));
        }
        if let Some(before) = before.filter(|before| before.role != met.role)
            && self.seldom.is_due(&format!("{} {}", met.role.name(), met.subject), MET_NOTED_EVERY, now)
        {
            self.note(Entry::role_changed(&met.id, before.role, met.role, "proxy").from(address));
        }
    }

    /// Why whoever is shut out gets nothing; noted now and then.
    fn refuse(&self, person: &StoredPerson, origin: Option<Origin>) -> Problem {
        let problem = people::shut_out();
        if let Some(origin) = origin
            && self.seldom.is_due(&format!("refused {}", person.subject), REFUSAL_NOTED_EVERY, clock::now())
        {
            let entry = Entry::sign_in_failed("proxy", Some(&person.subject), &problem.message);
            self.note(entry.of(&person.id).from(origin.address));
        }
        problem
    }

    fn note(&self, entry: Entry) {
        if let Some(audit) = self.audit.get() {
            audit.record(entry);
        }
    }

    fn person_with_own_rights(&self, person: StoredPerson) -> Person {
        let credentials = self.own_rights(&person);
        self.person(person, credentials, None)
    }

    /// What somebody may, by their way of signing in and by `ADMINS`.
    pub fn role_of(&self, person: &StoredPerson) -> Role {
        if self.is_listed_admin(&person.subject) { Role::Admin } else { person.role }
    }

    fn person(&self, stored: StoredPerson, credentials: Credentials, session: Option<SessionId>) -> Person {
        let role = self.role_of(&stored);
        Person { id: stored.id, name: stored.display_name, role, credentials, session }
    }

    /// Whether `ADMINS` names this subject: as a whole, or by the name that NetBox or the proxy knows.
    fn is_listed_admin(&self, subject: &str) -> bool {
        let name = subject.strip_prefix("netbox:").or_else(|| subject.strip_prefix("proxy:")).unwrap_or(subject);
        self.config.admins.iter().any(|admin| admin == subject || admin == name)
    }

    /// The token that they left in the settings, else the service's rights.
    fn own_rights(&self, person: &StoredPerson) -> Credentials {
        let Some(sealed) = &person.netbox_token else { return self.service.clone() };
        let Some(token) = self.open(Purpose::PersonalToken, &person.id, sealed) else {
            tracing::warn!(person = %person.id, "a NetBox token cannot be opened with the keys that are known");
            // Rights that are not theirs instead would be a surprise; NetBox says that there are none.
            return Credentials::anonymous().owned_by(Owner::Person);
        };
        Credentials::new(&token).owned_by(Owner::Person)
    }

    fn session_rights(&self, person: &PersonId, sealed: &Sealed) -> Option<Credentials> {
        let token = self.open(Purpose::SessionToken, person, sealed)?;
        Some(Credentials::new(&token).owned_by(Owner::Session))
    }

    fn open(&self, purpose: Purpose, person: &PersonId, sealed: &Sealed) -> Option<SecretString> {
        Some(self.vault.open(purpose, person.as_str(), sealed)?.secret)
    }

    /// Now, and the moment since when a session must have been used, in milliseconds since 1970 (UTC).
    fn moments(&self) -> (i64, i64) {
        let now = clock::now();
        (now, now.saturating_sub(milliseconds(self.config.idle)))
    }
}

/// The keys that the settings name.
///
/// # Errors
/// They cannot be read or made.
pub fn open_vault(source: &KeySource) -> Result<Vault, Problem> {
    match source {
        KeySource::Given(keys) => Vault::new(keys.clone()),
        KeySource::File(file) => Vault::of_file(file.clone()),
        KeySource::Generated(file) => {
            vault::generate(file)?;
            Vault::of_file(file.clone())
        }
        KeySource::Passing => Ok(Vault::passing()),
    }
}

fn milliseconds(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
