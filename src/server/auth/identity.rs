//! Who somebody is, as a way of signing in found out.

use secrecy::SecretString;

use crate::server::person::Role;

/// Somebody who has shown who they are.
#[derive(Clone)]
pub struct Identity {
    /// Names them, with the way that they signed in: `netbox:alice`, `oidc:ISSUER|SUBJECT`, `proxy:alice`. For good, but
    /// for the users of NetBox.
    pub subject: String,
    /// Which user of NetBox this is, where NetBox said so: the name may be given to somebody else.
    pub netbox_user: Option<String>,
    /// What they are called on the page.
    pub display_name: String,
    /// What they may, before `ADMINS` is looked at.
    pub role: Role,
    /// The NetBox token of this session, where signing in gave one.
    pub netbox_token: Option<SessionToken>,
}

/// A NetBox token that lives as long as a session.
#[derive(Clone)]
pub struct SessionToken {
    /// The token.
    pub token: SecretString,
    /// Its id in NetBox where this program made it, so that it can be deleted at the end; none for one that a person
    /// brought, which stays theirs.
    pub made_as: Option<i64>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("subject", &self.subject)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}
