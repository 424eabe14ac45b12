//! The version of a NetBox, as far as it decides what may be asked.

use std::fmt;

/// `4.7.3`; what follows (`-Docker-3.4.0`) says nothing about the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 4
    pub major: u32,
    /// 7
    pub minor: u32,
    /// 3
    pub patch: u32,
}

impl Version {
    /// A version.
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// Reads `4.7.3`, `4.7.3-Docker-3.4.0`, `4.8.0-beta1` or `4.7`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let numbers = text.trim().trim_start_matches('v');
        let mut numbers = numbers.split(['.', '-', '+', ' ']).map(|number| number.parse().ok());
        let (major, minor) = (numbers.next()??, numbers.next()??);
        Some(Self { major, minor, patch: numbers.next().flatten().unwrap_or(0) })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        assert_eq!(Version::parse("4.7.3-Docker-3.4.0"), Some(Version::new(4, 7, 3)));
        assert_eq!(Version::parse("v4.6"), Some(Version::new(4, 6, 0)));
        assert_eq!(Version::parse("nightly"), None);
        assert!(Version::new(4, 6, 10) < Version::new(4, 7, 0) && Version::new(4, 6, 6) <= Version::new(4, 6, 10));
    }
}
