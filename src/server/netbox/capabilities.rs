//! What the connected NetBox can do: told by its version and plugins, asked for once. `docs/netbox-versions.md` says
//! what differs and what is done about it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Version;

/// What a NetBox can do. Of a NetBox that does not say its version nothing is assumed beyond 4.2.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Its version.
    pub version: Option<Version>,
    /// Its plugins and their versions.
    pub plugins: BTreeMap<String, String>,
    /// Whether it said that it has no GraphQL (`GRAPHQL_ENABLED = False`).
    pub lacks_graphql: bool,
}

/// How filters of GraphQL are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GraphqlDialect {
    /// Up to 4.2: the names and values of REST (`status: "active"`, `name__ic`).
    Rest,
    /// 4.3 and 4.4: lookup objects; ids and choices bare (`status: STATUS_ACTIVE`).
    Lookups,
    /// Since 4.5: ids and choices as lookups, too (`status: {exact: STATUS_ACTIVE}`).
    Exact,
}

impl Capabilities {
    /// Reads the answer of `/api/status/`.
    pub(super) fn read(status: &Value) -> Self {
        let plugins = status.get("plugins").and_then(Value::as_object);
        Self {
            version: status.get("netbox-version").and_then(Value::as_str).and_then(Version::parse),
            plugins: plugins
                .into_iter()
                .flatten()
                .map(|(name, version)| (name.clone(), version.as_str().unwrap_or_default().to_owned()))
                .collect(),
            lacks_graphql: false,
        }
    }

    fn since(&self, major: u32, minor: u32, patch: u32) -> bool {
        self.version.is_some_and(|version| version >= Version::new(major, minor, patch))
    }

    /// `?omit=` leaves fields out; before, NetBox ignores it and sends them.
    pub fn has_omit(&self) -> bool {
        self.since(4, 5, 2)
    }

    /// `?fields=` works on jobs, object changes and object types; before, NetBox sends them whole.
    pub fn has_fields_everywhere(&self) -> bool {
        self.since(4, 5, 1)
    }

    /// `?start=` pages by id.
    pub fn has_cursor(&self) -> bool {
        self.since(4, 6, 0)
    }

    /// `?tag__any=` chooses objects with any of the tags; before, NetBox ignores it and answers with everything.
    pub fn has_tag_any(&self) -> bool {
        self.since(4, 6, 6)
    }

    /// `/api/authentication-check/` tells whose token it is.
    pub fn has_authentication_check(&self) -> bool {
        self.since(4, 5, 0)
    }

    /// MAC addresses are objects of their own; sites of prefixes and clusters are scopes.
    pub fn has_scopes(&self) -> bool {
        self.since(4, 2, 0)
    }

    /// The list of object types, below `/api/`.
    pub fn object_types_path(&self) -> &'static str {
        if self.since(4, 4, 0) { "core/object-types/" } else { "extras/object-types/" }
    }

    /// How filters of GraphQL are written here.
    pub fn graphql_dialect(&self) -> GraphqlDialect {
        if self.since(4, 5, 0) {
            GraphqlDialect::Exact
        } else if self.since(4, 3, 0) {
            GraphqlDialect::Lookups
        } else {
            GraphqlDialect::Rest
        }
    }

    /// Version and plugins in one text: what decides over the API's shape.
    pub(super) fn signature(&self) -> String {
        let mut text = self.version.map_or_else(|| "unknown".to_owned(), |version| version.to_string());
        for (name, version) in &self.plugins {
            text.push(' ');
            text.push_str(name);
            text.push('=');
            text.push_str(version);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_decide() {
        let of = |version: &str| Capabilities::read(&json!({"netbox-version": version, "plugins": {"x": "1.0"}}));
        let newest = of("4.7.3-Docker-3.4.0");
        assert!(newest.has_omit() && newest.has_cursor() && newest.has_tag_any() && newest.has_fields_everywhere());
        assert_eq!(newest.signature(), "4.7.3 x=1.0");
        assert!(!of("4.5.1").has_omit() && of("4.5.2").has_omit());
        assert!(!of("4.6.5").has_tag_any() && of("4.6.5").has_cursor());
        assert_eq!(of("4.3.7").object_types_path(), "extras/object-types/");
        assert_eq!(of("4.2.9").graphql_dialect(), GraphqlDialect::Rest);
        assert_eq!(of("4.4.0").graphql_dialect(), GraphqlDialect::Lookups);
        assert_eq!(of("4.5.0").graphql_dialect(), GraphqlDialect::Exact);
        let silent = Capabilities::read(&json!({}));
        assert!(!silent.has_omit() && !silent.has_tag_any() && silent.version.is_none());
    }
}
