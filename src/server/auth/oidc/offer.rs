//! What signing in depends on of what a provider says of itself, for whoever looks whether it will work.

use url::Url;

use super::Oidc;
use super::error::Error;

/// What a provider offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Where people sign in.
    pub authorization: Url,
    /// Where a code is redeemed.
    pub token: Option<Url>,
    /// Where it says more of somebody than in the ID token.
    pub user_info: Option<Url>,
    /// Where people sign out of it.
    pub end_session: Option<Url>,
    /// How a request may prove itself (PKCE); none where it does not say.
    pub challenge_methods: Option<Vec<String>>,
    /// How many of its keys can be read.
    pub keys: usize,
}

impl Oidc {
    /// What it offers, asked for as for a sign-in.
    ///
    /// # Errors
    /// It cannot be asked, or what it says cannot be used.
    pub async fn offer(&self) -> Result<Offer, Error> {
        let metadata = self.provider.metadata().await?;
        let more = metadata.additional_metadata();
        Ok(Offer {
            authorization: metadata.authorization_endpoint().url().clone(),
            token: metadata.token_endpoint().map(|address| address.url().clone()),
            user_info: metadata.userinfo_endpoint().map(|address| address.url().clone()),
            end_session: more.end_session_endpoint.as_ref().map(|address| address.url().clone()),
            challenge_methods: more.additional_metadata.methods(),
            keys: metadata.jwks().keys().len(),
        })
    }

    /// Whether this server would send codes and secrets there.
    pub fn would_ask(&self, address: &Url) -> bool {
        address.as_str().parse().is_ok_and(|address| self.provider.http.may_go_to(&address))
    }
}
