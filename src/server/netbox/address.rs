//! Where a NetBox is: its base address, with a path where it does not live at the root of its host.

use url::Url;

use super::{Error, Query};

/// The base address of a NetBox, always ending in a slash, without credentials, query or fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Takes what people write: with or without the last slash, with or without `/api/`.
    ///
    /// # Errors
    /// [`Error::Address`] when it is not an `http` or `https` address with a host, or holds a password.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = |reason| Error::Address { reason };
        let mut url = Url::parse(text.trim()).map_err(|_| wrong("it is not an address"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong("it does not begin with http:// or https://"));
        }
        if !url.has_host() {
            return Err(wrong("it names no host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("it holds a user name or password"));
        }
        url.set_query(None);
        url.set_fragment(None);
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/api").unwrap_or(path).to_owned();
        url.set_path(&format!("{path}/"));
        Ok(Self(url))
    }

    /// The address itself.
    pub fn as_url(&self) -> &Url {
        &self.0
    }

    /// Whether it is this machine's loopback.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }

    /// The address of `path` below `/api/`, such as `dcim/sites/`, with a query.
    pub fn api(&self, path: &str, query: &Query) -> Url {
        self.join(&format!("api/{}", path.trim_start_matches('/')), query)
    }

    /// The address of a page of NetBox's own interface, such as `dcim/sites/`.
    pub fn page(&self, path: &str, query: &Query) -> Url {
        self.join(path.trim_start_matches('/'), query)
    }

    /// Below the configured address by construction: each segment is written as one, so that a name with a slash, a
    /// percent sign or two dots in it, whoever made it up, leads nowhere else.
    fn join(&self, path: &str, query: &Query) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/'));
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query.pairs());
        }
        url
    }

    /// The page in NetBox's interface for an object, from the API address that NetBox wrote for it (`url`); only its
    /// path is believed, so that the page is always on the configured NetBox.
    pub fn page_of(&self, api_url: &str) -> Option<String> {
        let url = self.0.join(api_url).ok()?;
        let path = url.path().strip_prefix(self.0.path())?.strip_prefix("api/")?;
        let page = super::object_type::page_path(path)?;
        Some(self.page(&page, &Query::new()).to_string())
    }

    /// The same page on this address, for a link that NetBox wrote (`display_url`). NetBox builds links from the
    /// `Host` header, which behind a proxy may be an internal name; and whatever it says, a link that leaves the
    /// configured NetBox is never shown.
    pub fn own_link(&self, link: &str) -> Option<String> {
        let link = self.0.join(link).ok()?;
        if !matches!(link.scheme(), "http" | "https") {
            return None;
        }
        let path = link.path();
        if !path.starts_with(self.0.path()) {
            return None;
        }
        let mut own = self.0.clone();
        own.set_path(path);
        own.set_query(link.query());
        Some(own.to_string())
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_becomes_one_form() {
        for (written, expected) in [
            ("http://netbox.example", "http://netbox.example/"),
            ("https://example.com/netbox", "https://example.com/netbox/"),
            ("https://example.com/netbox/api/", "https://example.com/netbox/"),
            (" http://[::1]:8000/?a=b#c ", "http://[::1]:8000/"),
        ] {
            assert_eq!(Address::parse(written).unwrap().to_string(), expected, "{written}");
        }
        for wrong in ["netbox.example", "ftp://example.com", "http://user:secret@example.com/", ""] {
            let error = Address::parse(wrong).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn paths_are_kept_and_values_escaped() {
        let address = Address::parse("https://example.com/netbox").unwrap();
        let query = Query::new().with("name", "a b&c");
        assert_eq!(
            address.api("dcim/sites/", &query).as_str(),
            "https://example.com/netbox/api/dcim/sites/?name=a+b%26c"
        );
        assert_eq!(address.page("/dcim/sites/3/", &Query::new()).as_str(), "https://example.com/netbox/dcim/sites/3/");
    }

    #[test]
    fn no_path_leaves_the_api() {
        let address = Address::parse("https://example.com/netbox").unwrap();
        for path in [
            "../../../admin/",
            "dcim/../../..//evil.invalid/",
            "//evil.invalid/x",
            "\\\\evil.invalid/",
            "@evil.invalid/",
            "dcim/sites/%2e%2e/%2e%2e/",
            "dcim/sites/1%2f..%2f..",
            "dcim/sites/?x=1#y",
            ":443@evil.invalid",
            "a\r\nHost: evil.invalid",
            "..\\..\\",
        ] {
            let url = address.api(path, &Query::new());
            assert_eq!(
                (url.scheme(), url.host_str(), url.port(), url.username()),
                ("https", Some("example.com"), None, ""),
                "{path}"
            );
            assert!(
                url.path().starts_with("/netbox/api/") && url.path().split('/').all(|part| part != ".."),
                "{path}: {url}"
            );
            assert!(url.query().is_none() && url.fragment().is_none(), "{path}: {url}");
            // Read again, as whoever gets it does, it is the same.
            assert_eq!(Url::parse(url.as_str()).unwrap(), url, "{path}");
        }
        let root = Address::parse("http://127.0.0.1:8000").unwrap();
        assert_eq!(root.api("dcim/sites/", &Query::new()).as_str(), "http://127.0.0.1:8000/api/dcim/sites/");
        assert_eq!(root.page("graphql/", &Query::new()).as_str(), "http://127.0.0.1:8000/graphql/");
    }

    #[test]
    fn links_stay_on_the_configured_netbox() {
        let address = Address::parse("https://example.com/netbox").unwrap();
        let link = |text| address.own_link(text);
        assert_eq!(link("/netbox/dcim/sites/3/").as_deref(), Some("https://example.com/netbox/dcim/sites/3/"));
        assert_eq!(
            link("http://internal:8080/netbox/dcim/sites/3/").as_deref(),
            Some("https://example.com/netbox/dcim/sites/3/")
        );
        assert_eq!(link("javascript:alert(1)"), None);
        let page = |text| address.page_of(text);
        assert_eq!(
            page("http://internal:8080/netbox/api/dcim/sites/3/").as_deref(),
            Some("https://example.com/netbox/dcim/sites/3/")
        );
        assert_eq!(page("https://elsewhere.example/netbox/api/dcim/sites/3/../../x"), None);
        assert_eq!(link("https://elsewhere.example/dcim/sites/3/"), None);
    }
}
