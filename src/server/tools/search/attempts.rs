//! What is asked for a search: the text search of each type, and where the text can only be one thing (a MAC address,
//! an IP address), exactly that.

use super::rank::{self, Rank};
use crate::server::netbox::catalogue::Endpoint;
use crate::server::netbox::{Answer, Error, ObjectType, Query, object_type};
use crate::server::tools::call::Call;
use crate::server::tools::filters;
use crate::server::tools::shape::{self, Fields};
use crate::wire::problem::Problem;

/// One list that is asked for.
pub(super) struct Attempt {
    kind: &'static ObjectType,
    endpoint: &'static Endpoint,
    filter: &'static str,
    text: String,
}

/// What it found.
pub(super) struct Hits {
    pub(super) kind: &'static ObjectType,
    /// Whether it was the type's own text search.
    pub(super) by_text: bool,
    /// Whether it was by a MAC address, which no text search looks into.
    pub(super) by_mac: bool,
    pub(super) answer: Result<Answer, Error>,
}

impl Attempt {
    /// The text search of a type.
    pub(super) fn by_text(kind: &'static ObjectType, endpoint: &'static Endpoint, text: &str) -> Self {
        Self { kind, endpoint, filter: "q", text: text.to_owned() }
    }

    /// Asks, for those of the fields that the type has.
    pub(super) async fn run(self, call: &Call<'_>, names: &[String], limit: u64) -> Hits {
        let Self { kind, endpoint, filter, text } = self;
        let own: Vec<String> = names
            .iter()
            .filter(|name| Fields::check(kind, endpoint, std::slice::from_ref(name)).is_ok())
            .cloned()
            .collect();
        let fields = Fields::check(kind, endpoint, &own).unwrap_or_default();
        let mut query = Query::new().with(filter, text).with("limit", limit);
        if fields.is_empty() {
            let large = shape::large_fields(endpoint);
            if !large.is_empty() {
                query.add("omit", large);
            }
        } else {
            query.add(
                "fields",
                // What it can be called by tells whether it is an exact hit.
                fields
                    .with(rank::CALLED.into_iter().filter(|name| endpoint.fields.contains(name)))
                    .query_value(endpoint),
            );
        }
        let answer = call.list(&kind.list_path(), &query).await;
        Hits { kind, by_text: filter == "q", by_mac: filter == "mac_address", answer }
    }
}

impl Hits {
    /// What else to ask where there are more hits than rows, and none of these is called exactly so.
    pub(super) fn named(&self, call: &Call<'_>, text: &str) -> Vec<Attempt> {
        const CALLED: [&str; 4] = ["name__ie", "cid__ie", "serial__ie", "asset_tag__ie"];
        let Ok(answer) = self.answer.as_ref() else { return Vec::new() };
        let all = answer.total().unwrap_or_default() <= answer.results().len() as u64;
        if !self.by_text || all || answer.results().iter().any(|object| rank::of(object, text, true) == Rank::Exact) {
            return Vec::new();
        }
        let Ok(endpoint) = filters::endpoint_of(call, self.kind) else { return Vec::new() };
        let has = |name: &str| {
            let known = endpoint.filter(name);
            known.is_some_and(|(_, lookup, filter)| lookup.is_some_and(|lookup| filters::has_lookup(filter, lookup)))
        };
        let attempt = |filter| Attempt { kind: self.kind, endpoint, filter, text: text.to_owned() };
        CALLED.into_iter().filter(|name| has(name)).map(attempt).collect()
    }
}

/// What the text can only mean, by its form. NetBox's text search looks into names, serials, asset tags and
/// descriptions, but not into MAC addresses, which are objects of their own since NetBox 4.2.
pub(super) fn exact(
    call: &Call<'_>,
    text: &str,
    usual: bool,
    searches: &[(&'static ObjectType, &'static Endpoint)],
) -> Result<Vec<Attempt>, Problem> {
    let mut attempts = Vec::new();
    let mut add = |name: &str, filter: &'static str, text: &str| -> Result<(), Problem> {
        let asked = usual || searches.iter().any(|(kind, _)| kind.name == name);
        if let Some(kind) = object_type::by_name(name).filter(|_| asked) {
            let endpoint = filters::endpoint_of(call, kind)?;
            if endpoint.filters.contains_key(filter) {
                attempts.push(Attempt { kind, endpoint, filter, text: text.to_owned() });
            }
        }
        Ok(())
    };
    if let Some(address) = mac_address(text) {
        add("dcim.macaddress", "mac_address", &address)?;
        add("dcim.interface", "mac_address", &address)?;
        add("virtualization.vminterface", "mac_address", &address)?;
    } else if let Ok(address) = text.parse::<std::net::IpAddr>() {
        add("ipam.prefix", "contains", text)?;
        // An IPv6 address has many spellings, and the text search knows one.
        if address.is_ipv6() {
            add("ipam.ipaddress", "address", text)?;
        }
    }
    Ok(attempts)
}

/// A MAC address in any usual spelling, as NetBox writes it: `00:11:22:AA:BB:CC`.
fn mac_address(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|letter| !matches!(letter, ':' | '-' | '.')).collect();
    let separators = text.len() - digits.len();
    let is_one = digits.len() == 12 && separators >= 2 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let pairs: Vec<&str> = (0..6).filter_map(|index| digits.get(index * 2..index * 2 + 2)).collect();
    is_one.then(|| pairs.join(":").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mac_addresses_are_known_in_every_spelling() {
        for text in ["00:50:56:aa:bb:cc", "00-50-56-AA-BB-CC", "0050.56aa.bbcc"] {
            assert_eq!(mac_address(text).as_deref(), Some("00:50:56:AA:BB:CC"), "{text}");
        }
        for text in ["005056aabbcc", "core-sw", "00:50:56", "2001:db8::1:2:3:4", "zz:50:56:aa:bb:cc"] {
            assert_eq!(mac_address(text), None, "{text}");
        }
    }
}
