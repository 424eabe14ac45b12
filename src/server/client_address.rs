//! Where a request comes from: in limits, in the audit trail, for cookies, and for what a browser is told about TLS.
//! Nothing else reads what proxies say of it.

mod forwarded;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::request::Parts;
use url::Url;

use super::auth::network::Network;
use super::peer;
use super::state::AppState;

/// Where a request comes from, and whether it came over TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The address of the client.
    pub address: IpAddr,
    /// Whether the browser has the page over TLS, which ends at a proxy before this server.
    pub over_tls: bool,
}

impl Origin {
    /// Of somebody on this machine.
    pub const LOCAL: Self = Self { address: IpAddr::V4(Ipv4Addr::LOCALHOST), over_tls: false };

    /// Of a request with these headers on a connection from `peer`; without one (a router called directly) nobody is
    /// far away, and no header is believed.
    ///
    /// `public_url` is the operator's word on where people open the page, and goes before what proxies say: every
    /// request of a browser has to be answered alike, or it would lose its session, which has another cookie over TLS.
    pub fn of(peer: Option<IpAddr>, headers: &HeaderMap, proxies: &KnownProxies, public_url: Option<&Url>) -> Self {
        let believed = peer.is_some_and(|peer| proxies.contains(peer));
        let mut address = peer.unwrap_or(Self::LOCAL.address).to_canonical();
        // Of the addresses that proxies noted, each adding the one before it, the last one counts that is no proxy of
        // ours: whatever stands before it anybody may have written. So may they have what cannot be read.
        let noted = if believed { forwarded::addresses(headers) } else { Vec::new() };
        for noted in noted.into_iter().rev().map_while(|noted| noted) {
            address = noted;
            if !proxies.contains(address) {
                break;
            }
        }
        let over_tls = match public_url {
            Some(url) => url.scheme() == "https",
            None => believed && forwarded::is_over_tls(headers),
        };
        Self { address, over_tls }
    }

    /// What counts as one client in limits, as text.
    pub fn limited_as(&self) -> String {
        match one_client(self.address) {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(network) => format!("{network}/64"),
        }
    }
}

/// What counts as one client in limits: an IPv4 address, or the network of an IPv6 address, of which one machine has as
/// many as it likes (RFC 4291, section 2.5.4: an interface's own part has 64 bits).
pub fn one_client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// The proxies whose word is taken for where a request comes from.
#[derive(Clone, Debug)]
pub struct KnownProxies(Vec<Network>);

impl KnownProxies {
    /// Those that are listed. Where none is, those on this machine: what they say of where somebody is from can only
    /// hurt themselves.
    pub fn new(listed: &[Network]) -> Self {
        if !listed.is_empty() {
            return Self(listed.to_vec());
        }
        Self(["127.0.0.0/8", "::1"].iter().filter_map(|network| Network::parse(network)).collect())
    }

    /// Whether the word of this address is taken.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// The middleware: tells every handler where its request comes from.
pub async fn tell_origin(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = peer::of(request.extensions());
    let public_url = state.auth().config().public_url.as_ref();
    let origin = Origin::of(peer, request.headers(), state.known_proxies(), public_url);
    request.extensions_mut().insert(origin);
    next.run(request).await
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self::LOCAL))
    }
}
