//! How well a hit fits what was searched for.

use std::net::IpAddr;

use serde_json::Value;

/// From best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It is called that, or has it as its serial, tag, address or number.
    Exact,
    /// What it is called begins with it.
    Begins,
    /// What it is called contains it.
    Contains,
    /// It is mentioned somewhere.
    Mentions,
}

/// What an object can be called by.
pub(super) const CALLED: [&str; 15] = [
    "name",
    "slug",
    "address",
    "prefix",
    "cid",
    "serial",
    "asset_tag",
    "mac_address",
    "facility",
    "model",
    "rd",
    "display",
    "label",
    "vid",
    "asn",
];

/// The rank of an object. What was found by an exact filter is exact.
pub(super) fn of(object: &Value, text: &str, by_text: bool) -> Rank {
    let wanted = text.trim().to_lowercase();
    let mut best = Rank::Mentions;
    for name in CALLED {
        let value = match object.get(name) {
            Some(Value::String(value)) => value.to_lowercase(),
            // Part of a number means nothing.
            Some(Value::Number(number)) if number.to_string() == wanted => wanted.clone(),
            _ => continue,
        };
        // An address without its length is the same address.
        let host = value.split_once('/').map_or(value.as_str(), |(host, _)| host);
        let is_host = || host.parse::<IpAddr>().ok().is_some_and(|host| wanted.parse() == Ok(host));
        let rank = if value == wanted || (name == "address" && (host == wanted || is_host())) {
            Rank::Exact
        } else if value.starts_with(&wanted) {
            Rank::Begins
        } else if value.contains(&wanted) {
            Rank::Contains
        } else {
            Rank::Mentions
        };
        best = best.min(rank);
    }
    if !by_text && object.get("prefix").is_none() { Rank::Exact } else { best }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_called_so_comes_first() {
        let rank = |object: Value| of(&object, "10.0.0.1", true);
        assert_eq!(rank(json!({"address": "10.0.0.1/24"})), Rank::Exact);
        assert_eq!(rank(json!({"address": "10.0.0.10/24"})), Rank::Begins);
        assert_eq!(rank(json!({"name": "old 10.0.0.1"})), Rank::Contains);
        assert_eq!(rank(json!({"name": "sw", "description": "was 10.0.0.1"})), Rank::Mentions);
        assert_eq!(of(&json!({"serial": "abc"}), "ABC", true), Rank::Exact);
        assert_eq!(of(&json!({"vid": 120, "name": "data"}), "120", true), Rank::Exact);
        assert_eq!(of(&json!({"address": "2001:db8::1/64"}), "2001:DB8:0::1", true), Rank::Exact);
    }
}
