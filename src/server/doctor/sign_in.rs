//! Signing in with an OpenID Connect provider: does it answer, is it the configured one, does it offer what a sign-in
//! needs. Whether it knows this server shows only when somebody signs in.

#[cfg(test)]
mod tests;

use std::net::SocketAddr;

use url::Url;

use super::Check;
use crate::server::auth::oidc::{CALLBACK, Error, HttpError, Offer, Oidc};
use crate::server::config::{OidcConfig, PeopleConfig, SignInMode};

const PROVIDER: &str = "Sign-in provider";
const ADDRESSES: &str = "Sign-in addresses";
const PROOF: &str = "Sign-in PKCE";
const KEYS: &str = "Sign-in keys";
const REDIRECT: &str = "Redirect address";
/// The method with which this server proves that who redeems a code is who asked for it.
const METHOD: &str = "S256";

/// Checks nothing where people sign in otherwise. `listen` is where the server listens.
pub(super) async fn checks(people: &PeopleConfig, listen: SocketAddr) -> Vec<Check> {
    let SignInMode::Oidc(config) = &people.mode else { return Vec::new() };
    let mut checks = provider(config).await;
    checks.push(redirect(people.public_url.as_ref(), listen));
    checks
}

async fn provider(config: &OidcConfig) -> Vec<Check> {
    let oidc = match Oidc::new(config.clone()) {
        Ok(oidc) => oidc,
        Err(problem) => return vec![Check::problem(PROVIDER, problem)],
    };
    match oidc.offer().await {
        Ok(offer) => vec![
            Check::good(PROVIDER, format!("{} describes itself, under this very name", config.issuer)),
            addresses(&oidc, config, &offer),
            proof(offer.challenge_methods.as_deref()),
            keys(offer.keys),
        ],
        Err(error) => vec![Check::failure(PROVIDER, error.to_string(), hint(&error, config))],
    }
}

fn addresses(oidc: &Oidc, config: &OidcConfig, offer: &Offer) -> Check {
    let Some(token) = &offer.token else {
        return Check::failure(
            ADDRESSES,
            "it names no token endpoint, where a code is redeemed",
            "check OIDC_ISSUER: a provider for web applications (authorization code flow) names one",
        );
    };
    if let Some(plain) = [token].into_iter().chain(&offer.user_info).find(|address| !oidc.would_ask(address)) {
        return Check::failure(
            ADDRESSES,
            format!("it names {plain}, which would carry codes and secrets without TLS"),
            "have the provider name its addresses with https://; behind a proxy it has to be told that there is TLS",
        );
    }
    if offer.user_info.is_none() && config.needs_groups() {
        return Check::warning(
            ADDRESSES,
            "it names no user info endpoint, so groups are known only if they stand in the ID token",
            format!("have the provider put the claim {} into the ID token", config.groups_claim),
        );
    }
    let named = [("user info", &offer.user_info), ("sign-out", &offer.end_session)];
    let more = named.into_iter().filter(|(_, address)| address.is_some()).map(|(name, _)| format!(", {name}"));
    Check::good(ADDRESSES, format!("it names those for sign-in, token{}", more.collect::<String>()))
}

fn proof(methods: Option<&[String]>) -> Check {
    match methods {
        Some(methods) if methods.iter().any(|method| method == METHOD) => {
            Check::good(PROOF, format!("it takes {METHOD}"))
        }
        Some(_) => Check::failure(
            PROOF,
            format!("it does not take {METHOD}, with which this server proves itself"),
            format!("switch PKCE with {METHOD} on at the provider, for this client or for all"),
        ),
        // Microsoft Entra ID, for one, takes it and does not say so.
        None => Check::warning(
            PROOF,
            format!("it does not say whether it takes {METHOD}, with which this server proves itself"),
            "sign in once: most providers take it all the same",
        ),
    }
}

fn keys(count: usize) -> Check {
    match count {
        0 => Check::failure(
            KEYS,
            "it shows no key that can be read, so no ID token of it could be believed",
            "look at what stands at its jwks_uri; there has to be a key of RSA, of an elliptic curve or Ed25519",
        ),
        1 => Check::good(KEYS, "1 can be read"),
        count => Check::good(KEYS, format!("{count} can be read")),
    }
}

fn redirect(public_url: Option<&Url>, listen: SocketAddr) -> Check {
    match public_url {
        // The address of a root ends with a slash.
        Some(home) => Check::good(
            REDIRECT,
            format!("{}{CALLBACK} has to be registered at the provider", home.as_str().trim_end_matches('/')),
        ),
        None => Check::warning(
            REDIRECT,
            format!("http://{listen}{CALLBACK} has to be registered at the provider, if people open the page there"),
            "set PUBLIC_URL to the address under which they do: then it is the same for everybody",
        ),
    }
}

/// What the operator can do; a person who signs in reads another one.
fn hint(error: &Error, config: &OidcConfig) -> String {
    match error {
        Error::Provider { error: HttpError::Unreachable { reason }, .. } if reason.contains("certificate") => {
            "if its certificate comes from an authority of your own, name its file in OIDC_CA_FILE; else have it \
             renewed, or write OIDC_ISSUER with a name that is in it"
                .into()
        }
        Error::Provider { error: HttpError::Unreachable { reason }, .. } if reason.contains("TLS") => {
            "check the host and port in OIDC_ISSUER, and whether TLS is spoken there".into()
        }
        Error::Provider { error: HttpError::Unreachable { .. } | HttpError::Timeout, .. } => {
            "check OIDC_ISSUER, and that this machine may reach the provider: DNS, firewall, HTTPS_PROXY".into()
        }
        Error::Provider { error: HttpError::Plain, .. } => {
            "have the provider name its addresses with https://; behind a proxy it has to be told that there is TLS"
                .into()
        }
        _ => format!(
            "look at {}/.well-known/openid-configuration: OIDC_ISSUER has to be the `issuer` there, letter for letter, \
             with or without the slash at its end",
            config.issuer.trim_end_matches('/')
        ),
    }
}
