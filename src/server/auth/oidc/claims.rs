//! From claims to a person: subject, name, groups, role.

use std::collections::HashSet;

use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::Error;
use crate::server::auth::Identity;
use crate::server::config::OidcConfig;
use crate::server::person::Role;

/// The longest name that is shown, in characters.
const LONGEST_NAME: usize = 80;

/// All claims that OpenID Connect gives no meaning to.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(super) struct OtherClaims(Map<String, Value>);

impl AdditionalClaims for OtherClaims {}

impl OtherClaims {
    /// The claim of this name; where there is none, a name with dots leads into objects (`realm_access.roles`).
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        if let Some(value) = self.0.get(name) {
            return Some(value);
        }
        let (first, rest) = name.split_once('.')?;
        rest.split('.').try_fold(self.0.get(first)?, |value, part| value.get(part))
    }
}

/// What is known of a person once the provider's word is checked.
pub(super) struct Told<'a> {
    pub(super) issuer: &'a str,
    pub(super) subject: &'a str,
    /// Possible names, the best first.
    pub(super) names: Vec<Option<&'a str>>,
    pub(super) groups: Option<&'a Value>,
}

impl Told<'_> {
    /// The person, if they may use this.
    pub(super) fn identity(&self, config: &OidcConfig) -> Result<Identity, Error> {
        let groups = groups(self.groups);
        let is_in = |listed: &[String]| listed.iter().any(|group| groups.contains(group.as_str()));
        let is_admin = is_in(&config.admin_groups);
        if let Some(allowed) = &config.allowed_groups
            && !is_admin
            && !is_in(allowed)
        {
            return Err(Error::Group);
        }
        let name = self.names.iter().flatten().map(|name| readable(name)).find(|name| !name.is_empty());
        Ok(Identity {
            // A subject is unique only within its issuer.
            subject: format!("oidc:{}|{}", self.issuer, self.subject),
            netbox_user: None,
            display_name: name.unwrap_or_else(|| readable(self.subject)),
            role: if is_admin { Role::Admin } else { Role::User },
            netbox_token: None,
        })
    }
}

/// A claim of groups: a list of names, or a single one.
fn groups(claim: Option<&Value>) -> HashSet<&str> {
    match claim {
        Some(Value::Array(groups)) => groups.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(group)) => HashSet::from([group.as_str()]),
        _ => HashSet::new(),
    }
}

/// A name as it may be shown beside our own words: one line, of bounded length, that cannot turn around what follows it.
fn readable(name: &str) -> String {
    let turns =
        |character| matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
    let plain: String = name.chars().filter(|character| !character.is_control() && !turns(*character)).collect();
    plain.trim().chars().take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(admin: &[&str], allowed: Option<&[&str]>) -> OidcConfig {
        let listed = |groups: &[&str]| groups.iter().map(|group| (*group).to_owned()).collect::<Vec<_>>();
        OidcConfig {
            admin_groups: listed(admin),
            allowed_groups: allowed.map(listed),
            ..OidcConfig::new("https://id.example.com", "chatbox")
        }
    }

    fn role(groups: &Value, config: &OidcConfig) -> Result<Role, Error> {
        let told = Told { issuer: "https://id.example.com", subject: "1", names: vec![None], groups: Some(groups) };
        told.identity(config).map(|identity| identity.role)
    }

    #[test]
    fn groups_decide_who_may_and_who_is_an_administrator() {
        let anybody = config(&["admins"], None);
        assert_eq!(role(&json!(["admins"]), &anybody), Ok(Role::Admin));
        assert_eq!(role(&json!(["network"]), &anybody), Ok(Role::User));
        assert_eq!(role(&json!(null), &config(&[], None)), Ok(Role::User));
        let some = config(&["admins"], Some(&["network"]));
        assert_eq!(role(&json!(["network", 7]), &some), Ok(Role::User));
        assert_eq!(role(&json!("admins"), &some), Ok(Role::Admin));
        for groups in [json!([]), json!(["Network"]), json!("network admins"), json!({"network": true}), json!(null)] {
            assert_eq!(role(&groups, &some), Err(Error::Group), "{groups}");
        }
    }

    #[test]
    fn a_claim_may_lie_deeper_and_a_plain_name_goes_first() {
        let claims: OtherClaims = serde_json::from_value(
            json!({"realm_access": {"roles": ["a"]}, "https://example.com/groups": ["b"], "x.y": 1, "x": {"y": 2}}),
        )
        .unwrap();
        assert_eq!(claims.get("realm_access.roles"), Some(&json!(["a"])));
        assert_eq!(claims.get("https://example.com/groups"), Some(&json!(["b"])));
        assert_eq!(claims.get("x.y"), Some(&json!(1)));
        assert_eq!(claims.get("realm_access.groups.more"), None);
        assert_eq!(claims.get("groups"), None);
    }

    #[test]
    fn a_name_is_one_harmless_line_and_never_empty() {
        let long = "x".repeat(500);
        let told = |names| Told { issuer: "i", subject: "s-1", names, groups: None };
        let name = |names| told(names).identity(&config(&[], None)).unwrap().display_name;
        assert_eq!(name(vec![Some(" \u{202e}Ali\nce\u{7} ")]), "Alice");
        assert_eq!(name(vec![Some("\u{200b}"), None, Some("bob")]), "bob");
        assert_eq!(name(vec![Some(&long)]).len(), LONGEST_NAME);
        assert_eq!(name(vec![]), "s-1");
    }
}
