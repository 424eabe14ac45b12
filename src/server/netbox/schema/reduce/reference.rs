//! Which object a filter's value names, and by which attribute: told from the answer's schema, the filter's
//! description and its lookups, and from the tables below where none of them tells it right.

#![allow(
    clippy::option_option,
    reason = "that a filter names no object is something else than that nothing is said of it"
)]
#![allow(clippy::match_same_arms, reason = "a table, in the order of its endpoints")]

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Lists;
use super::document::{Document, Node, Parameter};

/// Filters that name an object of another type, where neither the answer's schema nor the model's name says so.
fn usual(base: &str) -> Option<Option<&'static str>> {
    Some(match base {
        "tag" => Some("extras.tag"),
        "parent_device" | "virtual_chassis_member" | "available_on_device" => Some("dcim.device"),
        "vrf" | "present_in_vrf" => Some("ipam.vrf"),
        "import_target" | "export_target" => Some("ipam.routetarget"),
        "virtual_machine" | "available_on_virtualmachine" => Some("virtualization.virtualmachine"),
        "provider" => Some("circuits.provider"),
        "circuit" => Some("circuits.circuit"),
        "contact" => Some("tenancy.contact"),
        "contact_role" => Some("tenancy.contactrole"),
        "contact_group" => Some("tenancy.contactgroup"),
        "cluster_group" => Some("virtualization.clustergroup"),
        "cluster_type" => Some("virtualization.clustertype"),
        "device_role" => Some("dcim.devicerole"),
        "tenant_group" => Some("tenancy.tenantgroup"),
        "owner_group" => Some("users.ownergroup"),
        "available_at_site" => Some("dcim.site"),
        "user" | "created_by" => Some("users.user"),
        "bridge" => None,
        _ => return None,
    })
}

/// What method filters match whose description does not say it.
fn named(filter: &str) -> Option<Option<&'static str>> {
    Some(match filter {
        "device" | "virtual_machine" | "rack" => Some("name"),
        "location" | "site" | "tag" | "tenant" => Some("slug"),
        "available_at_site" | "available_on_device" | "available_on_virtualmachine" => Some("id"),
        "user" | "created_by" => Some("username"),
        "interface" => None,
        _ => return None,
    })
}

/// What a filter takes, where neither the document nor the rules tell it right; `Some(None)` is no object at all.
fn override_of(endpoint: &str, filter: &str) -> Option<Option<&'static str>> {
    Some(match (endpoint, filter) {
        ("dcim/cables", "location") => Some("dcim.location/name"),
        ("dcim/front-port-templates", "rear_port_id") => Some("dcim.rearporttemplate/id"),
        ("dcim/rack-reservations", "group") => Some("dcim.rackgroup/slug"),
        ("dcim/rack-reservations", "group_id") => Some("dcim.rackgroup/id"),
        ("dcim/rear-port-templates", "front_port_id") => Some("dcim.frontporttemplate/id"),
        ("dcim/virtual-device-contexts", "device") => Some("dcim.device/id"),
        ("extras/scripts", "module_id") | ("ipam/fhrp-groups", "group_id") | ("vpn/tunnels", "tunnel_id") => None,
        ("ipam/vlan-groups", "cluster") => Some("virtualization.cluster/id"),
        ("ipam/vlan-groups", "cluster_group") => Some("virtualization.clustergroup/id"),
        ("ipam/vlan-groups", "location") => Some("dcim.location/id"),
        ("ipam/vlan-groups", "rack") => Some("dcim.rack/id"),
        ("ipam/vlan-groups", "rack_group") => Some("dcim.rackgroup/id"),
        ("ipam/vlan-groups", "region") => Some("dcim.region/id"),
        ("ipam/vlan-groups", "site") => Some("dcim.site/id"),
        ("ipam/vlan-groups", "site_group") => Some("dcim.sitegroup/id"),
        ("tenancy/contact-assignments" | "tenancy/contacts", "group") => Some("tenancy.contactgroup/slug"),
        ("tenancy/contact-assignments" | "tenancy/contacts", "group_id") | (_, "contact_group") => {
            Some("tenancy.contactgroup/id")
        }
        _ => return None,
    })
}

/// What is known of the document's types.
pub(super) struct References<'a> {
    document: &'a Document<'a>,
    lists: &'a Lists<'a>,
    /// Types whose objects have a slug.
    with_slug: HashSet<&'a str>,
    /// Types by the model's name without its app.
    by_model: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> References<'a> {
    pub(super) fn new(document: &'a Document<'a>, lists: &'a Lists<'a>) -> Self {
        let mut with_slug = HashSet::new();
        let mut by_model: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (component, kind) in &lists.by_component {
            if document.component(component).properties.contains_key("slug") {
                with_slug.insert(kind.as_str());
            }
            if let Some((_, model)) = kind.split_once('.') {
                by_model.entry(model).or_default().insert(kind);
            }
        }
        Self { document, lists, with_slug, by_model }
    }

    /// `dcim.site/slug`, where the filter's value names an object.
    pub(super) fn of(
        &self,
        endpoint: &str,
        component: &str,
        filter: &Parameter<'_>,
        kind: &str,
        lookups: &[&str],
    ) -> Option<String> {
        let name = filter.name.as_ref();
        if let Some(told) = override_of(endpoint, name) {
            return told.map(str::to_owned);
        }
        // ASNs are numbers, not ids.
        if !matches!(kind, "text" | "integer") || filter.schema.item().format.as_deref() == Some("int64") {
            return None;
        }
        let base = name.strip_suffix("_id").unwrap_or(name);
        let by_id = base != name;
        let mut attribute = filter.description.as_deref().and_then(described);
        if by_id && kind == "integer" {
            attribute = Some("id");
        } else if attribute.is_none()
            && let Some(told) = named(name)
        {
            attribute = told;
        } else if attribute.is_none() && lookups == ["n"] {
            // A filter of a tree (region, role, platform, ...): its description is empty.
            attribute = Some(if by_id || kind == "integer" { "id" } else { "slug" });
        }
        let mut attribute = attribute.filter(|_| !lookups.contains(&"ic"))?;
        let target = self.target(component, base)?;
        if (target, attribute) == ("users.user", "name") {
            attribute = "username";
        }
        (attribute != "slug" || self.with_slug.contains(target)).then(|| format!("{target}/{attribute}"))
    }

    /// The object type that the filter `base` (without `_id`) names, as far as it can be told.
    fn target(&self, component: &str, base: &str) -> Option<&str> {
        let own = self.lists.by_component.get(component)?;
        if matches!(base, "ancestor" | "parent") {
            return Some(own);
        }
        let field = self.document.component(component).properties.get(base);
        for option in field.into_iter().flat_map(Node::options) {
            let target = option
                .target()
                .map(|target| target.strip_prefix("Brief").or_else(|| target.strip_prefix("Nested")).unwrap_or(target));
            if let Some(kind) = target.and_then(|target| self.lists.by_component.get(target)) {
                return Some(kind);
            }
        }
        if let Some(told) = usual(base) {
            return told;
        }
        let same = self.by_model.get(base.replace('_', "").as_str())?;
        let app = own.split('.').next().unwrap_or_default();
        let near: Vec<_> = same.iter().filter(|kind| kind.split('.').next() == Some(app)).collect();
        match (near.as_slice(), same.len()) {
            ([one], _) => Some(one),
            ([], 1) => same.first().copied(),
            _ => None,
        }
    }
}

/// The attribute that a description ends with: `Site (slug)`.
fn described(description: &str) -> Option<&'static str> {
    let (_, word) = description.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    Some(match word {
        "ID" => "id",
        "RD" => "rd",
        "slug" => "slug",
        "name" => "name",
        "username" => "username",
        "model" => "model",
        "account" => "account",
        _ => return None,
    })
}
