//! Addresses and networks: read, written and compared as NetBox's database does.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::store::Network;

impl Network {
    /// Reads `10.0.0.0/24`, `10.0.0.1` (mask of a single host) or the same in IPv6.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.trim().split_once('/').map_or((text.trim(), None), |(a, l)| (a, Some(l)));
        let address: IpAddr = address.parse().ok()?;
        let full = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Some(full), |length| length.parse().ok())?;
        (length <= full).then_some(Self { address, length })
    }

    /// 4 or 6.
    pub fn family(self) -> u8 {
        if self.address.is_ipv4() { 4 } else { 6 }
    }

    /// How many bits an address of the family has.
    pub fn bits(self) -> u8 {
        if self.address.is_ipv4() { 32 } else { 128 }
    }

    /// The address as a number.
    pub fn number(self) -> u128 {
        match self.address {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address),
        }
    }

    /// An address of the same family.
    #[allow(clippy::cast_possible_truncation, reason = "an IPv4 number never has more than 32 bits here")]
    pub fn with_number(self, number: u128) -> Self {
        let address = match self.address {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from(number as u32)),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from(number)),
        };
        Self { address, ..self }
    }

    /// How many addresses the network has, saturating for `::/0`.
    pub fn size(self) -> u128 {
        1_u128.checked_shl(u32::from(self.bits() - self.length)).unwrap_or(u128::MAX)
    }

    /// The network with the host bits cleared.
    pub fn cidr(self) -> Self {
        self.with_number(self.number() & !(self.size() - 1))
    }

    /// The last address of the network.
    pub fn last(self) -> u128 {
        self.cidr().number() + (self.size() - 1)
    }

    /// Whether the other's address lies in this network, whatever its mask.
    pub fn holds(self, other: Self) -> bool {
        self.family() == other.family() && (self.cidr().number()..=self.last()).contains(&other.number())
    }

    /// Whether the other network is this one or lies in it.
    pub fn contains(self, other: Self) -> bool {
        self.length <= other.length && self.holds(other)
    }

    /// The order of PostgreSQL's `inet`: family, then common bits, then mask, then the rest.
    pub fn key(self) -> (u8, u128, u8, u128) {
        (self.family(), self.cidr().number(), self.length, self.number())
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.address, self.length)
    }
}

/// A range of addresses as NetBox names it: what the ends have in common once (`10.17.6.0-7.254/22`).
pub fn range(start: Network, end: Network) -> String {
    let (first, last, length) = (start.address.to_string(), end.address.to_string(), start.length);
    if first == last {
        return format!("{first}-{last}/{length}");
    }
    let separator = if start.family() == 6 { ":" } else { "." };
    let (first, last): (Vec<&str>, Vec<&str>) = (first.split(separator).collect(), last.split(separator).collect());
    // NetBox counts the parts that are alike wherever they stand, and cuts so many off the front.
    let alike: Vec<&str> =
        first.iter().zip(&last).filter(|(left, right)| left == right).map(|(left, _)| *left).collect();
    let tail = |parts: &[&str]| parts.get(alike.len()..).unwrap_or_default().join(separator);
    format!("{}{separator}{}-{}/{length}", alike.join(separator), tail(&first), tail(&last))
}

/// A MAC address as NetBox writes it: `00:1B:54:00:00:01`.
pub fn mac(address: u64) -> String {
    let bytes = address.to_be_bytes();
    bytes[2..].iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

/// Reads a MAC address in any of the usual spellings.
pub fn parse_mac(text: &str) -> Option<u64> {
    let digits: String = text.chars().filter(|letter| !matches!(letter, ':' | '-' | '.')).collect();
    (digits.len() == 12).then(|| u64::from_str_radix(&digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_what_lies_in_them() {
        let network = Network::parse("10.0.1.7/24").unwrap();
        assert_eq!(network.cidr().to_string(), "10.0.1.0/24");
        assert!(network.holds(Network::parse("10.0.1.200/32").unwrap()));
        assert!(!network.holds(Network::parse("10.0.2.1").unwrap()));
        assert!(!network.contains(Network::parse("10.0.0.0/16").unwrap()));
        assert!(Network::parse("10.0.0.0/33").is_none());
        assert_eq!(Network::parse("2001:db8::/32").unwrap().family(), 6);
        assert_eq!(Network::parse("::/0").unwrap().size(), u128::MAX);
    }

    #[test]
    fn mac_addresses_are_read_in_every_spelling() {
        for text in ["00:1b:54:00:0a:01", "001B.5400.0A01", "00-1B-54-00-0A-01"] {
            assert_eq!(parse_mac(text).map(mac).as_deref(), Some("00:1B:54:00:0A:01"));
        }
        assert_eq!(parse_mac("nonsense"), None);
    }
}
