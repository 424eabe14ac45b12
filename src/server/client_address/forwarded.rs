//! What proxies note of a request in its headers. Whether they are believed is decided elsewhere.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

/// The addresses of `X-Forwarded-For` in their order; none where something else stands.
pub(super) fn addresses(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    entries(headers, "x-forwarded-for").map(|entry| entry.and_then(address_of)).collect()
}

/// Whether every `X-Forwarded-Proto` that there is says TLS: one of several may be the client's own.
pub(super) fn is_over_tls(headers: &HeaderMap) -> bool {
    let mut schemes = entries(headers, "x-forwarded-proto").peekable();
    schemes.peek().is_some() && schemes.all(|scheme| scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")))
}

/// The entries of a header that holds a list. Several lines of it are one list (RFC 9110, section 5.3); a line that is
/// no text is one entry that cannot be read.
fn entries<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = Option<&'a str>> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().ok());
    lines.flat_map(|line| {
        let readable = line.into_iter().flat_map(|line| line.split(',').map(|entry| Some(entry.trim())));
        readable.chain(line.is_none().then_some(None))
    })
}

/// `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1`, `[2001:db8::1]` and `[2001:db8::1]:4711`: some proxies note the
/// port too.
fn address_of(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address: IpAddr = text.parse().ok().or_else(with_port).or_else(in_brackets)?;
    Some(address.to_canonical())
}
