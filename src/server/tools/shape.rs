//! What of the objects is asked for: fields and ordering, checked like filters, because NetBox drops unknown names
//! of both silently.

use serde::{Deserialize, Serialize};

use super::filters::{capitalised, refused, short};
use super::units;
use crate::server::netbox::ObjectType;
use crate::server::netbox::catalogue::{Endpoint, nearest};
use crate::wire::problem::Problem;

/// Large fields that are only fetched when they are asked for by name.
const LARGE: [&str; 4] = ["config_context", "local_context_data", "prechange_data", "postchange_data"];

/// Fields that say most, in this order.
pub(super) const TELLING: [&str; 30] = [
    "name",
    "display",
    "prefix",
    "address",
    "cid",
    "vid",
    "model",
    "status",
    "site",
    "scope",
    "device",
    "virtual_machine",
    "role",
    "type",
    "device_type",
    "rack",
    "position",
    "provider",
    "tenant",
    "vrf",
    "vlan",
    "region",
    "assigned_object",
    "primary_ip",
    "connected_endpoints",
    "link_peers",
    "a_terminations",
    "b_terminations",
    "facility",
    "description",
];

/// The fields that the model asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fields {
    /// In NetBox's names, in the order of asking.
    netbox: Vec<String>,
    /// As they were asked for: `site_id` and `site.region` too, which both need NetBox's `site`.
    asked: Vec<String>,
}

impl Fields {
    /// Checks names; `site_id` needs `site`, as results spell it, and so does `site.region`, of which only the first
    /// part is checked here. Which custom fields (`cf_<name>`) there are is not known here.
    pub(super) fn check(kind: &ObjectType, endpoint: &Endpoint, names: &[String]) -> Result<Self, Problem> {
        let known = |name: &str| endpoint.fields.contains(&name);
        let mut fields = Self::default();
        for name in names {
            let whole = name;
            let name = name.split_once('.').map_or(name.as_str(), |(first, _)| first);
            // As results spell the parts of a related object.
            let parts = ["_id", "_device", "_device_id", "_virtual_machine", "_virtual_machine_id"];
            let stem = parts.iter().filter_map(|part| name.strip_suffix(part)).find(|stem| known(stem));
            let field = if known(name) || (name.starts_with("cf_") && known("custom_fields")) {
                name
            } else if let Some(stem) = stem {
                stem
            } else {
                return Err(unknown(kind, endpoint, whole));
            };
            fields.add(field);
            // A number is nothing without its unit.
            let unit = units::beside(endpoint, field).filter(|_| field == name);
            if !fields.asked.contains(whole) {
                fields.asked.push(whole.clone());
            }
            if let Some(unit) = unit.filter(|unit| !names.iter().any(|name| name == unit)) {
                fields.add(unit);
                fields.asked.push(unit.to_owned());
            }
        }
        Ok(fields)
    }

    /// Exactly these, which the type is known to have.
    pub(super) fn of(names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Self { netbox: names.clone(), asked: names }
    }

    fn add(&mut self, name: &str) {
        if !self.has(name) {
            self.netbox.push(name.to_owned());
        }
    }

    /// In NetBox's names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.netbox.iter().map(String::as_str)
    }

    /// As they were asked for.
    pub(super) fn asked(&self) -> impl Iterator<Item = &str> {
        self.asked.iter().map(String::as_str)
    }

    /// Those of related objects, as they were asked for: `site.region`.
    pub(super) fn related(&self) -> impl Iterator<Item = &str> {
        self.asked().filter(|name| name.contains('.'))
    }

    /// What `brief` means, as a list of fields.
    pub(super) fn brief(endpoint: &Endpoint) -> Self {
        let names = ["name", "slug", "description"].into_iter().filter(|name| endpoint.fields.contains(name));
        Self::of(&names.collect::<Vec<_>>())
    }

    /// What usually says most of a type, where nobody asked for something else.
    pub(super) fn telling(endpoint: &Endpoint) -> Self {
        Self::of(&TELLING.into_iter().filter(|name| endpoint.fields.contains(name)).collect::<Vec<_>>())
    }

    /// With further fields, which nobody asked to see.
    pub(super) fn with<'a>(&self, names: impl Iterator<Item = &'a str>) -> Self {
        let mut fields = self.clone();
        names.for_each(|name| fields.add(name));
        fields
    }

    /// Whether any were asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.netbox.is_empty()
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.netbox.iter().any(|field| field == name)
    }

    /// The value of `fields`: what was asked for and what every row needs to be named and linked.
    pub(super) fn query_value(&self, endpoint: &Endpoint) -> String {
        let mut fields: Vec<&str> = vec!["id", "display"];
        for name in &self.netbox {
            let name = if name.starts_with("cf_") { "custom_fields" } else { name.as_str() };
            if !fields.contains(&name) {
                fields.push(name);
            }
        }
        // A generic relation is only usable with its type and id.
        for base in &self.netbox {
            for part in ["_type", "_id"] {
                fields.extend(
                    endpoint.fields.iter().copied().filter(|known| known.strip_suffix(part) == Some(base.as_str())),
                );
            }
        }
        fields.join(",")
    }
}

/// The large fields of a type, for `omit`; empty when it has none.
pub(super) fn large_fields(endpoint: &Endpoint) -> String {
    LARGE.into_iter().filter(|name| endpoint.fields.contains(name)).collect::<Vec<_>>().join(",")
}

/// Whether a field is one of the large ones.
pub(super) fn is_large(name: &str) -> bool {
    LARGE.contains(&name)
}

/// Checks `ordering`: NetBox ignores what it cannot order by.
pub(super) fn check_ordering(kind: &ObjectType, endpoint: &Endpoint, names: &[String]) -> Result<Vec<String>, Problem> {
    let mut fields = Vec::new();
    for name in names {
        let plain = name.trim_start_matches('-');
        let minus = if name.starts_with('-') { "-" } else { "" };
        let orderable = |name: &str| endpoint.fields.contains(&name) && !endpoint.unordered.contains(&name);
        // `display` is made from the name.
        let field = match plain {
            "display" if orderable("name") => "name",
            plain => plain.strip_suffix("_id").filter(|stem| orderable(stem)).unwrap_or(plain),
        };
        if !orderable(field) {
            let known = endpoint.fields.iter().copied().filter(|field| orderable(field));
            let near = nearest(plain, known.clone());
            let near = if near.is_empty() { known.take(12).collect() } else { near };
            return Err(refused(format!("{} cannot be ordered by {}", capitalised(kind.plural), short(plain)))
                .hint(format!("order by {}; a leading - means descending", near.join(" or "))));
        }
        fields.push(format!("{minus}{field}"));
    }
    Ok(fields)
}

/// With the id as the last word, so that no page repeats a row of the one before: NetBox orders equals as it likes.
pub(super) fn total(mut ordering: Vec<String>) -> Vec<String> {
    if !ordering.is_empty() && !ordering.iter().any(|field| field.trim_start_matches('-') == "id") {
        ordering.push("id".to_owned());
    }
    ordering
}

fn unknown(kind: &ObjectType, endpoint: &Endpoint, name: &str) -> Problem {
    let problem = refused(format!("{} have no field {}", capitalised(kind.plural), short(name)));
    if let Some((base, rest)) = name.split_once('/').or_else(|| name.split_once("__"))
        && endpoint.fields.contains(&base)
    {
        return problem.hint(format!("a field of a related object is written {base}.{rest}"));
    }
    let near = nearest(name, endpoint.fields.iter().copied());
    problem.hint(if near.is_empty() {
        let known: Vec<&str> =
            endpoint.fields.iter().copied().filter(|name| !matches!(*name, "url" | "display_url")).collect();
        format!("its fields are {}", known.join(", "))
    } else {
        format!("did you mean {}?", near.join(" or "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::netbox::{catalogue, object_type};

    fn devices() -> (&'static ObjectType, &'static Endpoint) {
        (object_type::by_name("dcim.device").unwrap(), catalogue::endpoint("dcim/devices").unwrap())
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn fields_are_netboxs_or_refused() {
        let (kind, endpoint) = devices();
        let check = |list: &[&str]| Fields::check(kind, endpoint, &names(list));
        let fields = check(&["name", "site_id", "cf_owner", "site", "site.region"]).unwrap();
        assert_eq!(fields.netbox, ["name", "site", "cf_owner"]);
        assert_eq!(fields.asked, ["name", "site_id", "cf_owner", "site", "site.region"]);
        let custom = check(&["cf_owner", "name", "cf_cost"]).unwrap().query_value(endpoint);
        assert_eq!(custom, "id,display,custom_fields,name");
        let addresses = catalogue::endpoint("ipam/ip-addresses").unwrap();
        let kind = object_type::by_name("ipam.ipaddress").unwrap();
        let spelled = names(&["assigned_object_device_id", "assigned_object_virtual_machine"]);
        assert_eq!(Fields::check(kind, addresses, &spelled).unwrap().netbox, ["assigned_object"]);
        assert_eq!(check(&["name"]).unwrap().query_value(endpoint), "id,display,name");
        assert!(check(&["sitee.name"]).is_err());
        assert!(check(&["site__name"]).unwrap_err().hint.unwrap().contains("site.name"));
        assert!(check(&["primary_ip_address"]).unwrap_err().hint.unwrap().contains("primary_ip"));
    }

    #[test]
    fn ordering_is_netboxs_or_refused() {
        let (kind, endpoint) = devices();
        let check = |list: &[&str]| check_ordering(kind, endpoint, &names(list));
        assert_eq!(check(&["-site", "display"]).unwrap(), ["-site", "name"]);
        assert_eq!(total(check(&["-site"]).unwrap()), ["-site", "id"]);
        assert_eq!(total(check(&["-id"]).unwrap()), ["-id"]);
        assert!(total(Vec::new()).is_empty());
        assert!(check(&["device_count"]).is_err());
        assert!(check(&["tags"]).is_err());
    }
}
