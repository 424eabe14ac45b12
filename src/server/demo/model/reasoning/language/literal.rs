//! Words that name something by their form: addresses, prefixes, MAC addresses, interfaces.

use std::net::IpAddr;

/// What a word is by its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Literal {
    /// `10.0.0.1`, `2001:db8::1`, also with a mask where the host part is set.
    Address(String),
    /// `10.0.0.0/24`.
    Prefix(String),
    /// `aa:bb:cc:dd:ee:ff` in any of its spellings, brought to this one.
    Mac(String),
    /// `Gi1/0/5`, `xe-0/0/3`, `eth0`.
    Interface(String),
}

impl Literal {
    pub fn read(text: &str) -> Option<Self> {
        address(text).or_else(|| mac(text)).or_else(|| interface(text))
    }
}

fn address(text: &str) -> Option<Literal> {
    let (host, mask) = match text.split_once('/') {
        Some((host, mask)) => (host, Some(mask.parse::<u8>().ok()?)),
        None => (text, None),
    };
    // "::" alone and numbers like "1" are no addresses in a sentence.
    let address: IpAddr = host.parse().ok()?;
    let bits: u8 = if address.is_ipv4() { 32 } else { 128 };
    match mask {
        None => Some(Literal::Address(address.to_string())),
        Some(mask) if mask > bits => None,
        Some(mask) if mask == bits || has_host_bits(address, mask) => Some(Literal::Address(address.to_string())),
        Some(mask) => Some(Literal::Prefix(format!("{address}/{mask}"))),
    }
}

fn has_host_bits(address: IpAddr, mask: u8) -> bool {
    match address {
        IpAddr::V4(v4) => v4.to_bits().checked_shl(u32::from(mask)).unwrap_or(0) != 0,
        IpAddr::V6(v6) => v6.to_bits().checked_shl(u32::from(mask)).unwrap_or(0) != 0,
    }
}

fn mac(text: &str) -> Option<Literal> {
    let separated = text.split([':', '-', '.']).map(str::len);
    let lengths: Vec<usize> = separated.collect();
    if lengths != [2; 6] && lengths != [4; 3] {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    if digits.len() != 12 || !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let pairs: Vec<String> = (0..6).map(|at| digits[at * 2..at * 2 + 2].to_ascii_uppercase()).collect();
    Some(Literal::Mac(pairs.join(":")))
}

/// What names of interfaces begin with, over the vendors.
const INTERFACE_PREFIXES: &[&str] = &[
    "ae",
    "bond",
    "br",
    "bundle-ether",
    "e",
    "em",
    "en",
    "eno",
    "ens",
    "et",
    "et-",
    "eth",
    "ethernet",
    "fa",
    "fastethernet",
    "fo",
    "fortygige",
    "ge",
    "ge-",
    "gi",
    "gig",
    "gigabitethernet",
    "hu",
    "hundredgige",
    "irb",
    "lo",
    "loopback",
    "mgmt",
    "po",
    "port",
    "port-channel",
    "swp",
    "te",
    "tengigabitethernet",
    "tengige",
    "tu",
    "tunnel",
    "twe",
    "twentyfivegige",
    "vl",
    "vlan",
    "vme",
    "wan",
    "lan",
    "xe",
    "xe-",
    "p",
    "nic",
];

fn interface(text: &str) -> Option<Literal> {
    let first = text.find(|character: char| character.is_ascii_digit())?;
    let (letters, numbers) = text.split_at(first);
    let lower = letters.to_ascii_lowercase();
    let numbered = numbers.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | '.' | ':' | '-'));
    if !numbered || !INTERFACE_PREFIXES.contains(&lower.as_str()) {
        return None;
    }
    // One letter with a number is more often a rack or a floor than a port, unless it has slashes.
    (numbers.contains('/') || lower.len() > 1).then(|| Literal::Interface(text.to_owned()))
}
