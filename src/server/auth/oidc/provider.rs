//! What the provider says of itself: its addresses and the keys it signs with, fetched when somebody first signs in,
//! and again when it is old or a signature fits no known key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use openidconnect::{AsyncHttpClient, DiscoveryError, HttpRequest, IssuerUrl};
use tokio::sync::Mutex;

use super::error::Error;
use super::http::{Http, HttpError};
use super::metadata::Metadata;

/// How long what it said is believed without asking again.
const FRESH: Duration = Duration::from_hours(1);

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

/// The client of one attempt: the first request is for the description, the second for the keys, and the library's
/// errors do not say of which they are.
struct Counted<'a> {
    http: &'a Http,
    requests: AtomicUsize,
}

impl<'c> AsyncHttpClient<'c> for Counted<'_> {
    type Error = HttpError;
    type Future = <Http as AsyncHttpClient<'c>>::Future;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.http.call(request)
    }
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
        let http = Counted { http: &self.http, requests: AtomicUsize::new(0) };
        match Metadata::discover_async(self.issuer.clone(), &http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *state = State { known: Some((Arc::clone(&metadata), Instant::now())), failed: None };
                Ok(metadata)
            }
            Err(error) => {
                let error = self.discovery_error(error, http.requests.load(Ordering::Relaxed) > 1);
                state.failed = Some((error.clone(), began));
                Err(error)
            }
        }
    }

    fn discovery_error(&self, error: DiscoveryError<HttpError>, of_keys: bool) -> Error {
        let (what, while_it) = if of_keys {
            ("the document with its keys", "shown its keys")
        } else {
            ("its description", "said what it offers")
        };
        let reason = match error {
            DiscoveryError::Request(error) => return Error::Provider { while_it, error },
            DiscoveryError::Response(status, _, _) if !status.is_success() && of_keys => {
                format!("the address of its keys (jwks_uri) answers with status {}", status.as_u16())
            }
            DiscoveryError::Response(status, _, _) if !status.is_success() => {
                format!(
                    "{}/.well-known/openid-configuration answers with status {}",
                    self.issuer.trim_end_matches('/'),
                    status.as_u16()
                )
            }
            DiscoveryError::Response(_, body, _) if body.trim_ascii_start().starts_with(b"<") => {
                format!("{what} is a web page instead of JSON")
            }
            DiscoveryError::Response(..) => format!("{what} is not JSON"),
            DiscoveryError::Parse(error) if !error.inner().is_data() => format!("{what} is not JSON"),
            // Says where in the document, never what stands there.
            DiscoveryError::Parse(error) => format!("{what} lacks or garbles `{}`", error.path()),
            // Two addresses: its own and the configured one.
            DiscoveryError::Validation(sentence) => sentence,
            _ => format!("{what} cannot be used"),
        };
        Error::NotAProvider { reason }
    }
}
