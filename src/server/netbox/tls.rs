//! The connection to NetBox: trust, time limits, no redirects.

use std::path::Path;

use reqwest::{Certificate, redirect};

use super::{Address, Error, Settings};

/// Builds the HTTP client. Redirects are never followed: a token must not travel to another host, and a redirect
/// to a sign-in page is an answer that wants explaining.
pub(super) fn http_client(address: &Address, settings: &Settings) -> Result<reqwest::Client, Error> {
    // Only the first call installs it; later ones, also of other clients of this program, find it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("netbox-chatbox/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout)
        .pool_max_idle_per_host(settings.concurrency);
    if address.is_loopback() {
        builder = builder.no_proxy();
    }
    if address.as_url().scheme() == "http" {
        // No TLS is ever spoken, so a machine without any installed authority is no reason to fail.
        builder = builder.tls_certs_only([]);
    } else if !settings.verify_tls {
        builder = builder.tls_danger_accept_invalid_certs(true);
    } else if let Some(path) = &settings.certificate_authorities {
        builder = builder.tls_certs_merge(read_authorities(path)?);
    }
    builder.build().map_err(|source| Error::Tls { source })
}

fn read_authorities(path: &Path) -> Result<Vec<Certificate>, Error> {
    let wrong = |reason: String| Error::Authorities { path: path.to_owned(), reason };
    let text = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let certificates =
        Certificate::from_pem_bundle(&text).map_err(|_| wrong("it holds something that is not PEM".into()))?;
    if certificates.is_empty() {
        return Err(wrong("it holds no certificate in PEM form".into()));
    }
    Ok(certificates)
}
