//! Networks and addresses of both families as numbers.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::intervals::Interval;

/// The family of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::server::tools) enum Family {
    V4,
    V6,
}

/// A network with its host bits cleared, or a single address as the network of full length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::server::tools) struct Network {
    pub(in crate::server::tools) family: Family,
    /// Its first address.
    pub(in crate::server::tools) first: u128,
    /// The length of its mask, in bits.
    pub(in crate::server::tools) length: u8,
}

impl Family {
    /// How many bits an address has.
    pub(in crate::server::tools) fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// An address of this family as people write it.
    pub(in crate::server::tools) fn address(self, number: u128) -> IpAddr {
        match self {
            // A number of this family never has more than 32 bits.
            Self::V4 => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
            Self::V6 => Ipv6Addr::from(number).into(),
        }
    }
}

impl Network {
    /// Reads `10.0.0.0/24`, `10.0.0.5/24` or `10.0.0.5`, and the same in IPv6. Host bits are cleared.
    pub(in crate::server::tools) fn parse(text: &str) -> Option<Self> {
        let (family, number, length) = parse_address(text)?;
        let length = length.unwrap_or(family.bits());
        Some(Self { family, first: number & !host_bits(family, length), length })
    }

    /// A single address.
    pub(in crate::server::tools) fn host(family: Family, number: u128) -> Self {
        Self { family, first: number, length: family.bits() }
    }

    /// The network of this length around its first address.
    pub(in crate::server::tools) fn widened(self, length: u8) -> Self {
        Self { first: self.first & !host_bits(self.family, length), length, ..self }
    }

    /// Its addresses, first and last included.
    pub(in crate::server::tools) fn interval(self) -> Interval {
        Interval { first: self.first, last: self.first | host_bits(self.family, self.length) }
    }

    /// How many addresses it has; `::/0` has one less than it should.
    pub(in crate::server::tools) fn size(self) -> u128 {
        self.interval().size()
    }

    /// Whether `other` is this network or lies in it.
    pub(in crate::server::tools) fn contains(self, other: Self) -> bool {
        self.family == other.family && self.length <= other.length && self.interval().contains(other.first)
    }

    /// The addresses that may be given to hosts: NetBox's `usable_ip_bounds`. Of a pool, a /31, /32, /127 or /128 all;
    /// else without the network's own address, and in IPv4 without the broadcast address.
    pub(in crate::server::tools) fn usable(self, is_pool: bool) -> Interval {
        let Interval { first, last } = self.interval();
        if is_pool || self.length + 1 >= self.family.bits() {
            return Interval { first, last };
        }
        match self.family {
            Family::V4 => Interval { first: first + 1, last: last - 1 },
            Family::V6 => Interval { first: first + 1, last },
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.family.address(self.first), self.length)
    }
}

/// The bits of an address that a mask of `length` leaves to hosts.
fn host_bits(family: Family, length: u8) -> u128 {
    let bits = family.bits().saturating_sub(length);
    if bits >= 128 { u128::MAX } else { (1 << bits) - 1 }
}

/// Reads an address with or without its mask: family, number, mask.
pub(in crate::server::tools) fn parse_address(text: &str) -> Option<(Family, u128, Option<u8>)> {
    let text = text.trim();
    let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
    let (family, number) = match address.trim().parse().ok()? {
        IpAddr::V4(address) => (Family::V4, u128::from(u32::from(address))),
        IpAddr::V6(address) => (Family::V6, u128::from(address)),
    };
    let length = match length {
        Some(length) => Some(length.trim().parse().ok().filter(|length| *length <= family.bits())?),
        None => None,
    };
    Some((family, number, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::parse(text).unwrap()
    }

    #[test]
    fn networks_are_read_and_written() {
        for (text, written) in [
            ("10.0.1.7/24", "10.0.1.0/24"),
            ("10.0.0.1", "10.0.0.1/32"),
            (" 2001:DB8::5/64 ", "2001:db8::/64"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::/0", "::/0"),
        ] {
            assert_eq!(network(text).to_string(), written);
        }
        for text in ["10.0.0.0/33", "10.0.0", "::/129", "10.0.0.0/x", "", "cle-01"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }

    #[test]
    fn usable_addresses_are_those_of_netbox() {
        let usable = |text: &str, is_pool: bool| {
            let network = network(text);
            let Interval { first, last } = network.usable(is_pool);
            format!("{}-{}", network.family.address(first), network.family.address(last))
        };
        assert_eq!(usable("10.0.0.0/24", false), "10.0.0.1-10.0.0.254");
        assert_eq!(usable("10.0.0.0/24", true), "10.0.0.0-10.0.0.255");
        assert_eq!(usable("10.0.0.0/30", false), "10.0.0.1-10.0.0.2");
        assert_eq!(usable("10.0.0.0/31", false), "10.0.0.0-10.0.0.1");
        assert_eq!(usable("10.0.0.9/32", false), "10.0.0.9-10.0.0.9");
        assert_eq!(usable("2001:db8::/126", false), "2001:db8::1-2001:db8::3");
        assert_eq!(usable("2001:db8::/127", false), "2001:db8::-2001:db8::1");
        assert_eq!(usable("2001:db8::/128", false), "2001:db8::-2001:db8::");
    }

    #[test]
    fn a_network_contains_itself_and_what_lies_in_it() {
        assert!(network("10.0.0.0/8").contains(network("10.1.0.0/16")));
        assert!(network("10.0.0.0/8").contains(network("10.0.0.0/8")));
        assert!(!network("10.0.0.0/16").contains(network("10.0.0.0/8")));
        assert!(!network("::/0").contains(network("10.0.0.0/8")));
        assert_eq!(network("10.0.0.0/8").size(), 1 << 24);
        assert_eq!(network("::/0").size(), u128::MAX);
    }
}
