//! The connection to the provider: bounded in time and size, no redirects, no plain HTTP beyond this machine.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use http::Uri;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::{Certificate, redirect};
use url::Url;

use crate::server::no_connection;
use crate::wire::problem::{Problem, ProblemCode};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Of one request with its answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The largest answer, in bytes. Keys and claims have a few thousand; somebody in very many groups some ten thousand.
const LARGEST: usize = 1024 * 1024;
const NO_ADDRESS: &str = "nothing can be asked at such an address";

/// The HTTP client for everything that is asked of the provider.
pub(super) struct Http {
    client: reqwest::Client,
    /// Whether an address without TLS is fine where it is this machine's: only when the issuer itself is one.
    plain_on_loopback: bool,
}

/// Why a request to the provider got no answer that can be used. Holds no address: the redirect's may hold a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// No connection, or one that broke.
    #[error("no connection: {reason}")]
    Unreachable {
        /// Why, in a few words.
        reason: &'static str,
    },
    /// Too slow.
    #[error("no answer within {} s", TIMEOUT.as_secs())]
    Timeout,
    /// Too large.
    #[error("an answer of more than {LARGEST} bytes")]
    TooLarge,
    /// It sends us elsewhere. Following would take a code and our secret to wherever it says.
    #[error("a redirect")]
    Redirect,
    /// An address that would carry secrets in the clear.
    #[error("an address without TLS")]
    Plain,
}

impl Http {
    /// A client for the provider at `issuer`, which trusts `authorities` (a PEM file) besides the system's.
    pub(super) fn new(issuer: &Url, authorities: Option<&Path>) -> Result<Self, Problem> {
        // Only the first call installs it; later ones find it there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain_on_loopback = issuer.scheme() == "http" && is_loopback(issuer.host_str().unwrap_or_default());
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("netbox-chatbox/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT);
        if plain_on_loopback {
            // No TLS is needed, so a machine without any installed authority is no reason to fail.
            builder = builder.no_proxy().tls_certs_only([]);
        } else if let Some(path) = authorities {
            builder = builder.tls_certs_merge(read_authorities(path)?);
        }
        let client = builder.build().map_err(|error| {
            tracing::error!(error = %error, "the client for the sign-in provider could not be made");
            Problem::new(ProblemCode::Internal, "TLS to the sign-in provider could not be set up")
                .hint("install your system's certificate authorities (ca-certificates), or name one with OIDC_CA_FILE")
        })?;
        Ok(Self { client, plain_on_loopback })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        if !self.may_go_to(request.uri()) {
            return Err(HttpError::Plain);
        }
        let request = reqwest::Request::try_from(request).map_err(|_| HttpError::Unreachable { reason: NO_ADDRESS })?;
        let mut answer = self.client.execute(request).await.map_err(|error| transport(&error))?;
        if answer.status().is_redirection() {
            return Err(HttpError::Redirect);
        }
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| transport(&error))? {
            if body.len() + chunk.len() > LARGEST {
                return Err(HttpError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = HttpResponse::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// What the provider says of its other addresses must not talk us out of TLS.
    pub(super) fn may_go_to(&self, address: &Uri) -> bool {
        match address.scheme_str() {
            Some("https") => true,
            Some("http") => self.plain_on_loopback && is_loopback(address.host().unwrap_or_default()),
            _ => false,
        }
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.exchange(request))
    }
}

/// Whether the host of an address is this machine.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn transport(error: &reqwest::Error) -> HttpError {
    // The error's text may name the address, and that may hold what nobody should read.
    if error.is_timeout() {
        HttpError::Timeout
    } else if error.is_connect() {
        HttpError::Unreachable { reason: no_connection::reason(error) }
    } else {
        HttpError::Unreachable { reason: "it was lost" }
    }
}

fn read_authorities(path: &Path) -> Result<Vec<Certificate>, Problem> {
    let wrong = |what: &str| {
        Problem::new(ProblemCode::BadRequest, format!("OIDC_CA_FILE {what}"))
            .hint("give the path of a PEM file with the certificate of your certificate authority")
    };
    let text = std::fs::read(path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    match Certificate::from_pem_bundle(&text) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(wrong("holds no certificate in PEM form")),
    }
}
