use http::HeaderValue;

use super::*;

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";

fn headers(lines: &[(&'static str, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

fn known(proxies: &str) -> KnownProxies {
    let listed: Vec<_> = proxies.split_whitespace().map(|text| Network::parse(text).unwrap()).collect();
    KnownProxies::new(&listed)
}

fn origin(proxies: &str, peer: &str, lines: &[(&'static str, &str)]) -> (String, bool) {
    let lines: Vec<_> = lines.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let origin = Origin::of(Some(peer.parse().unwrap()), &headers(&lines), &known(proxies), None);
    (origin.address.to_string(), origin.over_tls)
}

/// The address where these lines of `X-Forwarded-For` come from 10.0.0.5, which is a proxy as 10.0.0.6 is.
fn address(lines: &[&str]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| (FOR, *line)).collect();
    origin("10.0.0.5 10.0.0.6", "10.0.0.5", &lines).0
}

/// Whether it is over TLS where these lines of `X-Forwarded-Proto` come from a known proxy.
fn over_tls(lines: &[&str]) -> bool {
    let lines: Vec<_> = lines.iter().map(|line| (PROTO, *line)).collect();
    origin("10.0.0.5", "10.0.0.5", &lines).1
}

#[test]
fn only_a_known_proxy_is_believed() {
    let told = [(FOR, "203.0.113.7"), (PROTO, "https")];
    assert_eq!(origin("10.0.0.5", "10.0.0.5", &told), ("203.0.113.7".into(), true));
    assert_eq!(origin("10.0.0.0/24", "10.0.0.77", &told), ("203.0.113.7".into(), true));
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
fn nobody_is_believed_whose_address_is_not_known() {
    let told = headers(&[(FOR, b"203.0.113.7"), (PROTO, b"https")]);
    assert_eq!(Origin::of(None, &told, &known(""), None), Origin::LOCAL);
}

#[test]
fn an_ipv4_address_is_the_same_within_ipv6() {
    let told = [(FOR, "203.0.113.7"), (PROTO, "https")];
    assert_eq!(origin("10.0.0.5", "::ffff:10.0.0.5", &told), ("203.0.113.7".into(), true));
    assert_eq!(origin("::ffff:10.0.0.5", "10.0.0.5", &told), ("203.0.113.7".into(), true));
    assert_eq!(origin("10.0.0.5", "::ffff:10.0.0.9", &told), ("10.0.0.9".into(), false));
    assert_eq!(address(&["203.0.113.7, ::ffff:10.0.0.6"]), "203.0.113.7", "a proxy");
    assert_eq!(address(&["::ffff:203.0.113.7"]), "203.0.113.7");
}

#[test]
fn what_a_client_writes_itself_into_the_list_does_not_count() {
    assert_eq!(address(&["1.1.1.1, 203.0.113.7, 10.0.0.6"]), "203.0.113.7");
    assert_eq!(address(&["203.0.113.7,10.0.0.6,10.0.0.5"]), "203.0.113.7");
    assert_eq!(address(&["10.0.0.6, 10.0.0.5"]), "10.0.0.6", "a proxy that asks for itself");
}

#[test]
fn several_lines_are_one_list() {
    assert_eq!(address(&["1.1.1.1", "203.0.113.7"]), "203.0.113.7");
    assert_eq!(address(&["1.1.1.1, 203.0.113.7", "10.0.0.6"]), "203.0.113.7");
}

#[test]
fn nothing_is_believed_before_what_cannot_be_read() {
    for unreadable in ["", " ", "unknown", "203.0.113.7,", "203.0.113.7 10.0.0.6", "203.0.113.256", "_hidden", "[::1"] {
        assert_eq!(address(&[unreadable]), "10.0.0.5", "`{unreadable}`: the peer");
    }
    assert_eq!(address(&["203.0.113.7, unknown, 10.0.0.6"]), "10.0.0.6");
    let lines = headers(&[(FOR, b"203.0.113.7"), (FOR, b"\xff\xfe")]);
    let peer = Some("10.0.0.5".parse().unwrap());
    assert_eq!(Origin::of(peer, &lines, &known("10.0.0.5"), None).address.to_string(), "10.0.0.5", "no text");
}

#[test]
fn ports_and_brackets_are_no_part_of_an_address() {
    for (noted, expected) in [
        ("203.0.113.7:4711", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[::ffff:203.0.113.7]:4711", "203.0.113.7"),
        ("203.0.113.7:4711, 10.0.0.6:443", "203.0.113.7"),
    ] {
        assert_eq!(address(&[noted]), expected, "{noted}");
    }
}

#[test]
fn it_is_over_tls_where_every_word_says_so() {
    for lines in [&["https"][..], &["HTTPS"], &["https, https"], &["https", "https"]] {
        assert!(over_tls(lines), "{lines:?}");
    }
    for lines in [&[][..], &[""], &["http"], &["https, http"], &["http, https"], &["https", "http"], &["https,"]] {
        assert!(!over_tls(lines), "{lines:?}");
    }
}

#[test]
fn the_operators_word_on_tls_goes_before_a_proxys() {
    let told = headers(&[(PROTO, b"https")]);
    let over_tls = |url: &str, headers: &HeaderMap| {
        let (url, peer) = (url.parse().unwrap(), Some("10.0.0.5".parse().unwrap()));
        Origin::of(peer, headers, &known("10.0.0.5"), Some(&url)).over_tls
    };
    assert!(over_tls("https://chat.example.com", &HeaderMap::new()));
    assert!(!over_tls("http://chat.example.com", &told));
}

#[test]
fn a_machine_with_many_addresses_is_one_client() {
    let limited = |address: &str| Origin { address: address.parse().unwrap(), over_tls: false }.limited_as();
    assert_eq!(limited("203.0.113.7"), "203.0.113.7");
    assert_eq!(limited("2001:db8:1:2:3:4:5:6"), limited("2001:db8:1:2:ffff::1"));
    assert_ne!(limited("2001:db8:1:2::1"), limited("2001:db8:1:3::1"));
}
