//! People that a proxy in front has signed in: it names them in a header. The header counts only from the proxy's own
//! address, which nobody else has; from anywhere else it is as if it were not there.

use std::net::IpAddr;
use std::time::Duration;

use http::{HeaderMap, HeaderName};

use super::identity::Identity;
use super::network::Network;
use crate::server::person::Role;

/// The longest name that is taken from a header, in bytes.
const LONGEST_NAME: usize = 200;

/// Which proxies are believed, and what they say.
#[derive(Clone, Debug)]
pub struct ProxyRules {
    /// The proxies' addresses, as this server sees them.
    pub trusted: Vec<Network>,
    /// The header with the person's name.
    pub user_header: HeaderName,
    /// The header with the person's groups, divided by commas, semicolons or `|`.
    pub groups_header: Option<HeaderName>,
    /// Groups whose members are admins.
    pub admin_groups: Vec<String>,
    /// How old a socket may be: only its first request passed the proxy.
    pub socket_age: Duration,
}

impl ProxyRules {
    /// Who it is; none where the request is not from a trusted proxy, or the proxy names nobody.
    pub fn identity(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<Identity> {
        let peer = peer?;
        if !self.trusted.iter().any(|network| network.contains(peer)) {
            return None;
        }
        // Two headers of the same name: one may be what the person sent and the proxy did not take out.
        let mut named = headers.get_all(&self.user_header).iter();
        let (Some(name), None) = (named.next(), named.next()) else { return None };
        // Names beyond ASCII come as UTF-8 from most proxies.
        let name = std::str::from_utf8(name.as_bytes()).ok()?.trim();
        if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
            return None;
        }
        let role = if self.is_admin(headers) { Role::Admin } else { Role::User };
        Some(Identity {
            subject: format!("proxy:{name}"),
            netbox_user: None,
            display_name: name.to_owned(),
            role,
            netbox_token: None,
        })
    }

    fn is_admin(&self, headers: &HeaderMap) -> bool {
        let Some(header) = &self.groups_header else { return false };
        // As with the name: of two, one may be the person's own.
        let mut told = headers.get_all(header).iter();
        let (Some(groups), None) = (told.next(), told.next()) else { return false };
        std::str::from_utf8(groups.as_bytes())
            .unwrap_or_default()
            .split([',', ';', '|'])
            .any(|group| self.admin_groups.iter().any(|admins| admins == group.trim()))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn rules() -> ProxyRules {
        ProxyRules {
            trusted: vec![Network::parse("10.0.0.5").unwrap()],
            user_header: HeaderName::from_static("x-forwarded-user"),
            groups_header: Some(HeaderName::from_static("x-forwarded-groups")),
            admin_groups: vec!["netops".to_owned()],
            socket_age: Duration::from_hours(1),
        }
    }

    fn headers(pairs: &[(&'static str, &[u8])]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    fn who(peer: &str, pairs: &[(&'static str, &[u8])]) -> Option<String> {
        Some(rules().identity(Some(peer.parse().unwrap()), &headers(pairs))?.subject)
    }

    #[test]
    fn a_name_counts_from_the_proxy_only() {
        let alice: &[(&str, &[u8])] = &[("x-forwarded-user", b"alice")];
        assert_eq!(who("10.0.0.5", alice).as_deref(), Some("proxy:alice"));
        assert_eq!(who("10.0.0.6", alice), None);
        assert_eq!(who("10.0.0.5", &[]), None);
        assert!(rules().identity(None, &headers(alice)).is_none(), "an unknown peer");
        // What says where the request came from can be written by anybody.
        assert_eq!(who("10.0.0.6", &[("x-forwarded-user", b"alice"), ("x-forwarded-for", b"10.0.0.5")]), None);
    }

    #[test]
    fn what_is_no_name_is_nobody() {
        let long = vec![b'a'; LONGEST_NAME + 1];
        for name in [&b""[..], b"  ", b"\xff\xfe", b"a\tb", &long] {
            assert_eq!(who("10.0.0.5", &[("x-forwarded-user", name)]), None, "{name:?}");
        }
        let twice: &[(&str, &[u8])] = &[("x-forwarded-user", b"mallory"), ("x-forwarded-user", b"alice")];
        assert_eq!(who("10.0.0.5", twice), None, "the first may be the person's own");
        let name = "zoë".as_bytes();
        assert_eq!(who("10.0.0.5", &[("x-forwarded-user", name)]).as_deref(), Some("proxy:zoë"));
    }

    #[test]
    fn groups_make_admins() {
        let role = |groups: &'static [u8]| {
            let headers = headers(&[("x-forwarded-user", b"alice"), ("x-forwarded-groups", groups)]);
            rules().identity(Some("10.0.0.5".parse().unwrap()), &headers).unwrap().role
        };
        assert_eq!(role(b"staff, netops"), Role::Admin);
        assert_eq!(role(b"staff|netops"), Role::Admin);
        assert_eq!(role(b"staff,netops-readonly"), Role::User);
        let twice: &[(&str, &[u8])] =
            &[("x-forwarded-user", b"alice"), ("x-forwarded-groups", b"netops"), ("x-forwarded-groups", b"staff")];
        let identity = rules().identity(Some("10.0.0.5".parse().unwrap()), &headers(twice)).unwrap();
        assert_eq!(identity.role, Role::User, "the first may be her own");
    }
}
