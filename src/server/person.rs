//! Who is asking. The middleware finds out (`server::auth`) and puts the person into the request; whatever is asked of
//! NetBox is asked with that person's rights.

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::auth::Refused;
use super::netbox::Credentials;

/// Names a person in the database. No secret: it opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(String);

impl PersonId {
    /// Somebody new.
    pub fn new() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// As it was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// To be stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for PersonId {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Display for PersonId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Names a session in the database and on the settings page; not what the browser's cookie holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(String);

impl SessionId {
    /// A new session.
    pub fn new() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// As it was stored, or sent by a form.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// To be stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for SessionId {
    fn default() -> Self {
        Self::new()
    }
}

/// What somebody may do here, beside what NetBox lets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Asks questions.
    User,
    /// Also sees what everybody uses; never what they ask.
    Admin,
}

impl Role {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }

    /// Reads what was stored. What is not known may do least.
    pub fn from_name(name: &str) -> Self {
        if name == Self::Admin.name() { Self::Admin } else { Self::User }
    }
}

/// The person of a request.
#[derive(Clone, Debug)]
pub struct Person {
    /// Whose conversations these are.
    pub id: PersonId,
    /// What they are called.
    pub name: String,
    /// What they may.
    pub role: Role,
    /// The rights with which NetBox is asked for them.
    pub credentials: Credentials,
    /// The session that they came with, where there are sessions.
    pub session: Option<SessionId>,
}

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Refused::of(&parts.extensions))
    }
}
