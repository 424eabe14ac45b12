//! Where links may lead, and what reference definitions define.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// No link is longer, in bytes; what is longer is somebody's data, not an address.
const MAXIMUM_URL_BYTES: usize = 2048;
/// All references of a document together may name addresses of so many bytes. Without a limit a short document that
/// uses a long definition over and over would become a very large tree.
const REFERENCE_BUDGET_BYTES: usize = 256 * 1024;

/// The address of a link, if it is one that may be followed.
pub(super) fn allowed(url: &str) -> Option<&str> {
    let long_enough = |prefix: &str| {
        let (start, rest) = url.split_at_checked(prefix.len())?;
        (start.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some(rest)
    };
    let followable = match long_enough("https://").or_else(|| long_enough("http://")) {
        Some(rest) => {
            // What stands before an `@` looks like a host and is none; browsers take `\` for `/`.
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            !rest.starts_with(['/', '\\', '?', '#', ':']) && !authority.contains(['@', '\\'])
        }
        None => long_enough("mailto:").is_some(),
    };
    let printable = !url.chars().any(|character| character.is_control() || character.is_whitespace());
    (followable && printable && url.len() <= MAXIMUM_URL_BYTES).then_some(url)
}

/// Reference definitions seen so far, and what references may still become.
#[derive(Clone, Debug)]
pub(super) struct Definitions {
    pub(super) addresses: Addresses,
    pub(super) budget: usize,
}

impl Default for Definitions {
    fn default() -> Self {
        Self { addresses: Addresses::default(), budget: REFERENCE_BUDGET_BYTES }
    }
}

impl Definitions {
    pub(super) fn is_empty(&self) -> bool {
        self.addresses.0.is_empty()
    }

    /// Defines a label and returns it as it is kept, unless it was defined before: the first definition counts.
    pub(super) fn define(&mut self, label: &str, url: &str) -> Option<String> {
        match self.addresses.0.entry(normalized(label)) {
            Entry::Occupied(_) => None,
            Entry::Vacant(entry) => {
                let label = entry.key().clone();
                entry.insert(allowed(url).map(str::to_owned));
                Some(label)
            }
        }
    }

    /// Takes back what [`Definitions::define`] returned.
    pub(super) fn forget(&mut self, labels: &[String]) {
        for label in labels {
            self.addresses.0.remove(label);
        }
    }
}

/// Addresses by label; none for one that may not be followed.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses(BTreeMap<String, Option<String>>);

impl Addresses {
    pub(super) fn contains(&self, label: &str) -> bool {
        self.0.contains_key(&normalized(label))
    }

    /// The address behind a label, if it may be followed and `budget` has bytes enough left.
    pub(super) fn resolve(&self, label: &str, budget: &mut usize) -> Option<String> {
        let url = self.0.get(&normalized(label))?.as_ref().filter(|url| url.len() <= *budget)?;
        *budget -= url.len();
        Some(url.clone())
    }
}

/// Labels match without regard to the case of ASCII (Unicode's tables are not worth their place in the page) and to
/// the amount of white space.
fn normalized(label: &str) -> String {
    label.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::allowed;

    #[test]
    fn only_addresses_that_a_person_expects_are_followed() {
        for url in ["https://netbox.example/dcim/sites/1/", "HTTP://a", "mailto:noc@example.com", "http://[::1]:8000/"]
        {
            assert_eq!(allowed(url), Some(url));
        }
        for url in [
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.example",
            "/dcim/sites/",
            "https:",
            "https://",
            "https:///evil.example",
            "https:evil.example",
            "java\nscript:alert(1)",
            "https://a\u{0}b",
            " https://a",
            "https://netbox.example@evil.example/",
            "https://evil.example\\.netbox.example/",
            "mailto:",
            "file:///etc/passwd",
            "https:\u{2f}\\evil",
            "日本",
        ] {
            assert_eq!(allowed(url), None, "{url:?}");
        }
        assert_eq!(allowed(&format!("https://{}", "a".repeat(3000))), None);
    }
}
