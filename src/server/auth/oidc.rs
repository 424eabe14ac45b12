//! Sign-in with an OpenID Connect provider: the authorization code flow with PKCE. The person goes to the provider and
//! comes back with a code; this server redeems it, checks the ID token and learns who they are. Nothing that the provider
//! issued is kept: after that, our own session counts.
//!
//! Sources: OpenID Connect Core 1.0 (sections 3.1 and 5.3), Discovery 1.0, RP-Initiated Logout 1.0, RFC 7636 (PKCE),
//! RFC 9207 (the issuer in the answer), RFC 9700 (best practice).

mod claims;
mod error;
mod flow;
mod http;
mod metadata;
mod offer;
mod provider;
mod sealed;
mod token;

use std::sync::Arc;

use openidconnect::core::{CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, RedirectUrl,
    RequestTokenError, Scope, StandardErrorResponse, TokenResponse as _,
};
use secrecy::ExposeSecret as _;
use url::Url;

use self::http::Http;
pub use self::http::HttpError;
pub use self::http::is_loopback;
use claims::Told;
pub use error::Error;
pub use flow::{Flow, LONGEST, name_of};
use metadata::Metadata;
pub use offer::Offer;
use provider::Provider;
use token::{Client, Verified};

use crate::server::auth::Identity;
use crate::server::clock;
use crate::server::config::OidcConfig;
use crate::wire::problem::{Problem, ProblemCode};

/// Our own path that the provider sends people back to.
pub const CALLBACK: &str = "/sign-in/oidc/callback";

/// The longest code that is taken, in bytes: far more than any provider's.
const LONGEST_CODE: usize = 8 * 1024;

/// The longest local address that is remembered, in bytes: a cookie has 4,096 for everything.
const LONGEST_NEXT: usize = 512;

/// The provider, and what this server is to it.
pub struct Oidc {
    config: OidcConfig,
    provider: Provider,
}

/// What came back in the address after the provider.
#[derive(Default, serde::Deserialize)]
pub struct Returned {
    /// Redeemed for the tokens.
    pub code: Option<String>,
    /// What we sent along.
    pub state: Option<String>,
    /// Instead of a code.
    pub error: Option<String>,
    /// Who says it (RFC 9207).
    pub iss: Option<String>,
}

impl Oidc {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// When the trust settings cannot be used.
    pub fn new(config: OidcConfig) -> Result<Self, Problem> {
        let issuer = IssuerUrl::new(config.issuer.clone()).map_err(|error| {
            Problem::new(ProblemCode::BadRequest, format!("OIDC_ISSUER is not an address: {error}"))
        })?;
        let http = Http::new(issuer.url(), config.certificate_authority.as_deref())?;
        Ok(Self { provider: Provider::new(issuer, http), config })
    }

    /// The provider's host, as people know it.
    pub fn host(&self) -> String {
        crate::components::format::host(&self.config.issuer).to_owned()
    }

    /// Begins a sign-in: where to send the person, and what to remember until they are back. `redirect` is our own
    /// address that the provider sends them back to, `next` the local path where they
    /// wanted to go.
    ///
    /// # Errors
    /// When the provider cannot be asked what it offers.
    pub async fn begin(&self, redirect: Url, next: &str) -> Result<(Url, Flow), Error> {
        let metadata = self.provider.metadata().await?;
        let client = self.client(&metadata, &redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (address, state, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(self.config.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new))
            .set_pkce_challenge(challenge)
            .url();
        let flow = Flow {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            redirect,
            next: if next.len() <= LONGEST_NEXT { next.to_owned() } else { "/".to_owned() },
            began: clock::now(),
        };
        Ok((address, flow))
    }

    /// Ends a sign-in: who came back. `flow` is what this browser kept under the returned `state`'s name.
    ///
    /// # Errors
    /// Whatever of it is not as it should be; see [`Error`].
    pub async fn finish(&self, flow: Option<&Flow>, returned: Returned) -> Result<Identity, Error> {
        let state = returned.state.as_deref().unwrap_or_default();
        let flow = flow.filter(|flow| flow.is_of(state)).ok_or(Error::Unknown)?;
        if flow.is_over() {
            return Err(Error::Late);
        }
        if returned.iss.is_some_and(|issuer| issuer != self.config.issuer) {
            return Err(Error::OtherIssuer);
        }
        match (returned.error.as_deref(), returned.code) {
            (Some("access_denied"), _) => Err(Error::Denied),
            (Some(code), _) => Err(Error::Refused { code: error::plain_code(code) }),
            (None, Some(code)) if !code.is_empty() && code.len() <= LONGEST_CODE => self.redeem(flow, code).await,
            (None, _) => Err(Error::Refused { code: "no_code".to_owned() }),
        }
    }

    /// Where a person signs out of the provider too; `None` where it has no such page or cannot be asked. `home` is
    /// where it sends them afterwards, if it knows that address as ours.
    pub async fn end_session(&self, home: Url) -> Option<Url> {
        let metadata = self.provider.metadata().await.ok()?;
        let endpoint = metadata.additional_metadata().end_session_endpoint.clone()?;
        // Without an ID token as a hint it asks the person first, and we need not keep one.
        let request = LogoutRequest::from(endpoint)
            .set_client_id(ClientId::new(self.config.client_id.clone()))
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::from_url(home));
        Some(request.http_get_url())
    }

    async fn redeem(&self, flow: &Flow, code: String) -> Result<Identity, Error> {
        let mut metadata = self.provider.metadata().await?;
        let mut client = self.client(&metadata, &flow.redirect);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| Error::NotAProvider { reason: "it names no token endpoint".to_owned() })?
            .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone()))
            .request_async(&self.provider.http)
            .await
            .map_err(exchange_error)?;
        let id_token = tokens.id_token().ok_or(Error::Token { reason: "there is none in the answer" })?;
        let nonce = Nonce::new(flow.nonce.clone());
        let verified = match token::verify(&client, id_token, tokens.access_token(), &nonce) {
            Err(Verified::UnknownKey) => {
                // The provider may sign with a new key by now.
                metadata = self.provider.newer_than(&metadata).await?;
                client = self.client(&metadata, &flow.redirect);
                token::verify(&client, id_token, tokens.access_token(), &nonce)
            }
            verified => verified,
        };
        let claims = verified.map_err(Error::from)?;
        let groups = claims.additional_claims().get(&self.config.groups_claim);
        let told = |names, groups| Told { issuer: self.provider.issuer(), subject: claims.subject(), names, groups };
        let name = claims.name().and_then(|name| name.get(None)).map(|name| name.as_str());
        let others =
            [claims.preferred_username().map(|name| name.as_str()), claims.email().map(|email| email.as_str())];
        let is_enough = (groups.is_some() || !self.config.needs_groups()) && (name.is_some() || others[0].is_some());
        if is_enough || metadata.userinfo_endpoint().is_none() {
            return told(vec![name, others[0], others[1]], groups).identity(&self.config);
        }
        // Many providers put no more than the subject into the ID token, and the rest here.
        let more = token::user_info(&client, &self.provider.http, tokens.access_token(), claims.subject()).await?;
        let names = vec![
            name,
            more.name().and_then(|name| name.get(None)).map(|name| name.as_str()),
            others[0],
            more.preferred_username().map(|name| name.as_str()),
            others[1],
            more.email().map(|email| email.as_str()),
        ];
        let groups = groups.or_else(|| more.additional_claims().get(&self.config.groups_claim));
        told(names, groups).identity(&self.config)
    }

    fn client(&self, metadata: &Arc<Metadata>, redirect: &Url) -> Client {
        let secret =
            self.config.client_secret.as_ref().map(|secret| ClientSecret::new(secret.expose_secret().to_owned()));
        let client = Client::from_provider_metadata(
            Metadata::clone(metadata),
            ClientId::new(self.config.client_id.clone()),
            secret,
        );
        let methods = metadata.token_endpoint_auth_methods_supported();
        // Where it does not say, the header is what everybody has to take (Discovery, section 3).
        let takes_header = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        client.set_redirect_uri(RedirectUrl::from_url(redirect.clone())).set_auth_type(if takes_header {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        })
    }
}

/// Why a code was not redeemed. The provider's own sentence is left out: it may repeat what was sent.
fn exchange_error(error: RequestTokenError<HttpError, StandardErrorResponse<CoreErrorResponseType>>) -> Error {
    match error {
        RequestTokenError::Request(error) => Error::Provider { while_it: "redeemed a code", error },
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            CoreErrorResponseType::InvalidGrant => Error::Code,
            other => Error::Client { code: error::plain_code(other.as_ref()) },
        },
        RequestTokenError::Parse(..) => Error::Answer { reason: "the token endpoint sent no tokens and no error" },
        RequestTokenError::Other(_) => Error::Answer { reason: "the token endpoint sent something that is not JSON" },
    }
}
