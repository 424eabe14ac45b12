//! Networks and addresses in filters: NetBox answers what is none with an empty list, as if nothing were there.

use std::net::IpAddr;

use super::{refused, short};
use crate::server::netbox::ObjectType;
use crate::wire::problem::Problem;

/// What a filter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A network: bits behind its length are no part of it.
    Network,
    /// An address, with a length or without.
    Address,
}

impl Form {
    /// The form of a filter's values, where they are networks or addresses.
    pub(super) fn of(kind: &ObjectType, base: &str) -> Option<Self> {
        match (kind.name, base) {
            // A range contains an address; the length after it says nothing.
            ("ipam.iprange", "contains" | "start_address" | "end_address") | ("ipam.ipaddress", "address") => {
                Some(Self::Address)
            }
            ("ipam.prefix", "prefix" | "within" | "within_include" | "contains")
            | ("ipam.aggregate", "prefix")
            | ("ipam.ipaddress" | "ipam.iprange", "parent") => Some(Self::Network),
            _ => None,
        }
    }
}

/// The value with the bits behind a network's length cleared.
pub(super) fn check(name: &str, form: Form, value: &str) -> Result<String, Problem> {
    let wrong = || {
        let (what, example) = match form {
            Form::Network => ("a network", "10.0.0.0/24"),
            Form::Address => ("an address", "10.0.0.1"),
        };
        refused(format!("The filter {name} takes {what}, not {}", short(value)))
            .hint(format!("write {{\"{name}\": \"{example}\"}}; for a part of an address use {{\"q\": \"10.0.\"}}"))
    };
    let (address, length) = match value.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (value, None),
    };
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let bits = if address.is_ipv4() { 32 } else { 128 };
    let Some(length) = length else { return Ok(value.to_owned()) };
    let length: u32 = length.parse().ok().filter(|length| *length <= bits).ok_or_else(wrong)?;
    if form == Form::Address {
        return Ok(value.to_owned());
    }
    let network = match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            IpAddr::from((u32::from(address) & mask).to_be_bytes())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            IpAddr::from((u128::from(address) & mask).to_be_bytes())
        }
    };
    // The spelling that was given stays where it means the same.
    Ok(if network == address { value.to_owned() } else { format!("{network}/{length}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_lose_the_bits_of_a_host_and_addresses_keep_them() {
        for (given, expected) in [
            ("10.17.3.5/16", "10.17.0.0/16"),
            ("10.17.0.0/16", "10.17.0.0/16"),
            ("10.17.3.5", "10.17.3.5"),
            ("10.17.3.5/0", "0.0.0.0/0"),
            ("2001:db8::7/64", "2001:db8::/64"),
            ("2001:DB8:0::/64", "2001:DB8:0::/64"),
        ] {
            assert_eq!(check("parent", Form::Network, given).unwrap(), expected, "{given}");
        }
        assert_eq!(check("address", Form::Address, "10.17.3.5/16").unwrap(), "10.17.3.5/16");
        for wrong in ["Cleveland", "10.17", "10.17.0.0/33", "2001:db8::/129", "10.0.0.0/x", "10.0.0.0/-1"] {
            for form in [Form::Network, Form::Address] {
                let problem = check("parent", form, wrong).unwrap_err();
                assert!(problem.hint.unwrap().contains("10.0.0."), "{wrong}");
            }
        }
    }
}
