//! Where somebody signs in from: what a session remembers of it.

use std::net::IpAddr;

use http::{HeaderMap, header};

use super::Auth;
use super::cookie::{self, Secret};

/// The longest that is kept of what a browser calls itself, in characters.
const USER_AGENT: usize = 300;

/// One request of a browser, as far as signing in needs it.
#[derive(Clone)]
pub struct Visit {
    /// Whether the page comes over TLS.
    pub over_tls: bool,
    /// The browser, as it calls itself.
    pub user_agent: String,
    /// Where it is.
    pub address: String,
    /// The session that it came with.
    pub(super) before: Option<Secret>,
}

impl Auth {
    /// Of a request with these headers from this address.
    pub fn visit(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Visit {
        let over_tls = self.is_over_tls(headers);
        let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Visit {
            over_tls,
            user_agent: user_agent.chars().take(USER_AGENT).collect(),
            address: self.address(peer, headers).map_or_else(String::new, |address| address.to_string()),
            before: cookie::read(headers, over_tls),
        }
    }

    /// Whether the page comes over TLS, which ends at a proxy before this server.
    pub fn is_over_tls(&self, headers: &HeaderMap) -> bool {
        match &self.config.public_url {
            Some(url) => url.scheme() == "https",
            // Whoever sends this header of their own only makes their own cookie stricter.
            None => headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes() == b"https"),
        }
    }

    /// Where a request is from: what the last trusted proxy says, else where the connection is from.
    pub fn address(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let is_trusted = |address: IpAddr| self.config.trusted_proxies.iter().any(|one| one.contains(address));
        let mut address = peer?.to_canonical();
        let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let named: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
        // Each proxy adds at the end whom it was asked by; what stands before the first that is not ours may be made up.
        for one in named.into_iter().rev() {
            if !is_trusted(address) {
                break;
            }
            let Ok(before) = one.parse::<IpAddr>() else { break };
            address = before.to_canonical();
        }
        Some(address)
    }
}
