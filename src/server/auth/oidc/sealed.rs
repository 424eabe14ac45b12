//! A sign-in that is under way, sealed so that the browser can keep it and neither read nor change it.

use secrecy::{ExposeSecret as _, SecretString};

use super::{Flow, Oidc};
use crate::server::auth::Auth;
use crate::server::auth::vault::{Purpose, Sealed};
use crate::wire::problem::Problem;

/// It belongs to nobody yet.
const NOBODY: &str = "";

impl Auth {
    /// The provider, where people sign in with one.
    pub fn oidc(&self) -> Option<&Oidc> {
        self.oidc.as_ref()
    }

    /// Seals a sign-in.
    ///
    /// # Errors
    /// Those of [`crate::server::auth::vault::Vault::seal`].
    pub fn seal_flow(&self, flow: &Flow) -> Result<Sealed, Problem> {
        self.vault.seal(Purpose::SignIn, NOBODY, &SecretString::from(flow.to_text()))
    }

    /// Opens it; none if this server, or another with its key, did not seal it.
    pub fn open_flow(&self, sealed: &str) -> Option<Flow> {
        let opened = self.vault.open(Purpose::SignIn, NOBODY, &Sealed::from_stored(sealed.to_owned()))?;
        Flow::from_text(opened.secret.expose_secret())
    }
}
