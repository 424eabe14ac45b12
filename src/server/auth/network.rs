//! Addresses and networks, as an operator lists them: `10.0.0.5`, `10.0.0.0/8`, `2001:db8::/32`.

use std::net::IpAddr;

/// A network, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    length: u8,
}

impl Network {
    /// Reads `address` or `address/length`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().ok()?;
        let longest = if written.is_ipv4() { 32 } else { 128 };
        let length: u8 = length.map_or(Some(longest), |length| length.parse().ok())?;
        let address = written.to_canonical();
        // `::ffff:10.0.0.0/104` is `10.0.0.0/8`; a larger network around it is none of IPv4.
        let prefix = if address.is_ipv4() { longest - 32 } else { 0 };
        (length <= longest).then_some(Self { address, length: length.checked_sub(prefix)? })
    }

    /// Whether an address is in it. An IPv4 address that a socket of both families gives as `::ffff:10.0.0.5` is the
    /// same one.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let unused = 32_u32.saturating_sub(self.length.into());
                own.to_bits().checked_shr(unused) == other.to_bits().checked_shr(unused)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let unused = 128_u32.saturating_sub(self.length.into());
                own.to_bits().checked_shr(unused) == other.to_bits().checked_shr(unused)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_their_networks() {
        for (network, address, inside) in [
            ("127.0.0.1", "127.0.0.1", true),
            ("127.0.0.1", "127.0.0.2", false),
            ("10.0.0.0/8", "10.255.1.2", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("10.1.2.3/16", "10.1.99.1", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("10.0.0.5", "::ffff:10.0.0.5", true),
            ("::ffff:10.0.0.5", "10.0.0.5", true),
            ("::ffff:10.0.0.0/104", "10.9.9.9", true),
            ("::ffff:10.0.0.0/104", "11.0.0.1", false),
            ("2001:db8::/32", "2001:db8:1::9", true),
            ("2001:db8::/32", "2001:db9::9", false),
            ("::/0", "2001:db9::9", true),
            ("::1", "::1", true),
        ] {
            let found = Network::parse(network).unwrap().contains(address.parse().unwrap());
            assert_eq!(found, inside, "{address} in {network}");
        }
        for wrong in
            ["", "proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "::/129", "10.0.0.0/-1", "::ffff:10.0.0.0/24"]
        {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
    }
}
