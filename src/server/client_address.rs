//! Where a request comes from: in limits, in the audit trail, and for what a browser is told about TLS.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::request::Parts;

use super::auth::network::Network;
use super::peer;
use super::state::AppState;

/// Where a request comes from, and whether it came over TLS as far as a proxy that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The address of the client.
    pub address: IpAddr,
    /// Whether a known proxy says that it came over TLS.
    pub over_tls: bool,
}

impl Origin {
    /// Of somebody on this machine.
    pub const LOCAL: Self = Self { address: IpAddr::V4(Ipv4Addr::LOCALHOST), over_tls: false };

    /// What counts as one client in limits: an IPv4 address, or the network of an IPv6 address, of which one machine
    /// has as many as it likes (RFC 4291, section 2.5.4: an interface's own part has 64 bits).
    pub fn limited_as(&self) -> String {
        match self.address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let network = address.to_bits() & !u128::from(u64::MAX);
                format!("{}/64", Ipv6Addr::from_bits(network))
            }
        }
    }
}

/// The proxies whose word is taken for where a request comes from.
#[derive(Clone, Debug, Default)]
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

    /// Where a request on a connection from `peer` comes from. Of the addresses that proxies noted, each adding the one
    /// before it, the last one counts that is no proxy of ours: whatever stands before it anybody may have written.
    pub fn origin(&self, peer: IpAddr, headers: &HeaderMap) -> Origin {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            return Origin { address: peer, over_tls: false };
        }
        let mut address = peer;
        for noted in noted(headers).into_iter().rev() {
            let Some(noted) = noted else { break };
            address = noted;
            if !self.contains(address) {
                break;
            }
        }
        let over_tls = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes() == b"https");
        Origin { address, over_tls }
    }
}

/// The addresses of `X-Forwarded-For` in their order; none where something else stands.
fn noted(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lists = headers.get_all("x-forwarded-for").iter();
    let texts = lists.flat_map(|list| list.to_str().unwrap_or("unreadable").split(','));
    texts.map(|text| address_of(text.trim())).collect()
}

/// `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1` and `[2001:db8::1]:4711`: some proxies note the port too.
fn address_of(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address: IpAddr = text.parse().ok().or_else(with_port).or_else(in_brackets)?;
    Some(address.to_canonical())
}

/// The middleware: tells every handler where its request comes from.
pub async fn tell_origin(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    // Without a connection (a router called directly) nobody is far away.
    let peer = peer::of(request.extensions()).unwrap_or(Origin::LOCAL.address);
    let mut origin = state.known_proxies().origin(peer, request.headers());
    origin.over_tls |= state.auth().config().public_url.as_ref().is_some_and(|url| url.scheme() == "https");
    request.extensions_mut().insert(origin);
    next.run(request).await
}

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().copied().unwrap_or(Self::LOCAL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(proxies: &str, peer: &str, headers: &[(&'static str, &'static str)]) -> (String, bool) {
        let proxies: Vec<_> = proxies.split_whitespace().map(|text| Network::parse(text).unwrap()).collect();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let origin = KnownProxies::new(&proxies).origin(peer.parse().unwrap(), &map);
        (origin.address.to_string(), origin.over_tls)
    }

    #[test]
    fn only_a_known_proxy_is_believed() {
        let told = [("x-forwarded-for", "203.0.113.7"), ("x-forwarded-proto", "https")];
        assert_eq!(origin("10.0.0.5", "10.0.0.5", &told), ("203.0.113.7".into(), true));
        assert_eq!(origin("10.0.0.0/24", "10.0.0.77", &told), ("203.0.113.7".into(), true));
        assert_eq!(origin("10.0.0.5", "::ffff:10.0.0.5", &told), ("203.0.113.7".into(), true));
        assert_eq!(origin("10.0.0.5", "10.0.0.6", &told), ("10.0.0.6".into(), false));
        assert_eq!(origin("10.0.0.5", "127.0.0.1", &told), ("127.0.0.1".into(), false));
        assert_eq!(
            origin("", "127.0.0.1", &told),
            ("203.0.113.7".into(), true),
            "one on this machine, where none is listed"
        );
        assert_eq!(origin("", "10.0.0.6", &told), ("10.0.0.6".into(), false));
    }

    #[test]
    fn what_a_client_writes_itself_into_the_list_does_not_count() {
        let proxies = "10.0.0.5 10.0.0.6";
        let forged = [("x-forwarded-for", "1.1.1.1, 203.0.113.7, 10.0.0.6")];
        assert_eq!(origin(proxies, "10.0.0.5", &forged).0, "203.0.113.7");
        let in_two_lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.7")];
        assert_eq!(origin(proxies, "10.0.0.5", &in_two_lines).0, "203.0.113.7");
        let unreadable = [("x-forwarded-for", "203.0.113.7, unknown, 10.0.0.6")];
        assert_eq!(origin(proxies, "10.0.0.5", &unreadable).0, "10.0.0.6", "nothing before it is believed");
    }

    #[test]
    fn ports_and_brackets_are_no_part_of_an_address() {
        for (noted, address) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
        ] {
            assert_eq!(origin("10.0.0.5", "10.0.0.5", &[("x-forwarded-for", noted)]).0, address);
        }
    }

    #[test]
    fn a_machine_with_many_addresses_is_one_client() {
        let limited = |address: &str| Origin { address: address.parse().unwrap(), over_tls: false }.limited_as();
        assert_eq!(limited("203.0.113.7"), "203.0.113.7");
        assert_eq!(limited("2001:db8:1:2:3:4:5:6"), limited("2001:db8:1:2:ffff::1"));
        assert_ne!(limited("2001:db8:1:2::1"), limited("2001:db8:1:3::1"));
    }
}
