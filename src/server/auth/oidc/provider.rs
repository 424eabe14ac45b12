//! What the provider says of itself: its addresses and the keys it signs with, fetched when somebody first signs in,
//! and again when it is old or a signature fits no known key.

use std::sync::Arc;
use std::time::{Duration, Instant};

use openidconnect::{DiscoveryError, IssuerUrl, ProviderMetadataWithLogout};
use tokio::sync::Mutex;

use super::error::Error;
use super::http::{Http, HttpError};

/// How long what it said is believed without asking again.
const FRESH: Duration = Duration::from_hours(1);

/// What a provider says of itself, with its keys.
pub(super) type Metadata = ProviderMetadataWithLogout;

/// The provider.
pub(super) struct Provider {
    issuer: IssuerUrl,
    pub(super) http: Http,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    known: Option<(Arc<Metadata>, Instant)>,
    /// How the last attempt failed, and when it began: who waited for it meanwhile does not try the same again.
    failed: Option<(Error, Instant)>,
}

impl Provider {
    pub(super) fn new(issuer: IssuerUrl, http: Http) -> Self {
        Self { issuer, http, state: Mutex::default() }
    }

    /// Its name, as it was configured.
    pub(super) fn issuer(&self) -> &IssuerUrl {
        &self.issuer
    }

    /// What it says of itself, an hour old at most if it can be reached.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, Error> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        match &state.known {
            Some((known, at)) if at.elapsed() < FRESH => Ok(Arc::clone(known)),
            Some((known, _)) => {
                let old = Arc::clone(known);
                // Without it nobody can sign in anyway; what it said before may get one to a clearer answer.
                Ok(self.fetch(&mut state, asked).await.unwrap_or(old))
            }
            None => self.fetch(&mut state, asked).await,
        }
    }

    /// What it says of itself now, unless that was fetched after `old` already.
    pub(super) async fn newer_than(&self, old: &Arc<Metadata>) -> Result<Arc<Metadata>, Error> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        match &state.known {
            Some((known, _)) if !Arc::ptr_eq(known, old) => Ok(Arc::clone(known)),
            _ => self.fetch(&mut state, asked).await,
        }
    }

    async fn fetch(&self, state: &mut State, asked: Instant) -> Result<Arc<Metadata>, Error> {
        if let Some((error, began)) = &state.failed
            && *began >= asked
        {
            return Err(error.clone());
        }
        let began = Instant::now();
        match Metadata::discover_async(self.issuer.clone(), &self.http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *state = State { known: Some((Arc::clone(&metadata), Instant::now())), failed: None };
                Ok(metadata)
            }
            Err(error) => {
                let error = self.discovery_error(error);
                state.failed = Some((error.clone(), began));
                Err(error)
            }
        }
    }

    fn discovery_error(&self, error: DiscoveryError<HttpError>) -> Error {
        let reason = match error {
            DiscoveryError::Request(error) => return Error::Provider { while_it: "said what it offers", error },
            DiscoveryError::Response(status, _, _) if !status.is_success() => {
                format!(
                    "{}/.well-known/openid-configuration answers with status {}",
                    self.issuer.trim_end_matches('/'),
                    status.as_u16()
                )
            }
            DiscoveryError::Response(..) => "its description is not JSON".to_owned(),
            // Says where in the document, never what stands there.
            DiscoveryError::Parse(error) => format!("its description lacks or garbles `{}`", error.path()),
            // Two addresses: its own and the configured one.
            DiscoveryError::Validation(sentence) => sentence,
            _ => "its description cannot be used".to_owned(),
        };
        Error::NotAProvider { reason }
    }
}
