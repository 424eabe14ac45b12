//! The name of a list's object type, told from its path, where NetBox does not say it.

/// `dcim.device` of `dcim/devices`.
pub(super) fn object_type(endpoint: &str) -> String {
    let (app, list) = match endpoint.strip_prefix("plugins/") {
        Some(rest) => rest.split_once('/').map_or((rest, ""), |(app, list)| (app, list)),
        None => endpoint.split_once('/').unwrap_or((endpoint, "")),
    };
    let model = match (app, list) {
        ("virtualization", "interfaces") => "vminterface".to_owned(),
        ("virtualization" | "dcim", "virtual-chassis") => "virtualchassis".to_owned(),
        ("ipam", "prefixes") => "prefix".to_owned(),
        ("ipam", "ip-addresses") => "ipaddress".to_owned(),
        ("dcim", "mac-addresses") => "macaddress".to_owned(),
        ("extras", "tagged-objects") => "taggeditem".to_owned(),
        ("users", "permissions") => "objectpermission".to_owned(),
        _ => singular(list).replace(['-', '/'], ""),
    };
    format!("{}.{model}", app.replace('-', "_"))
}

/// `policy` of `policies`, `device` of `devices`.
pub(in crate::server::netbox::schema) fn singular(plural: &str) -> String {
    if let Some(stem) = plural.strip_suffix("ies")
        && stem.chars().last().is_some_and(|letter| !"aeiou".contains(letter))
    {
        return format!("{stem}y");
    }
    plural.strip_suffix('s').unwrap_or(plural).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::netbox::object_type;

    #[test]
    fn paths_tell_the_names_of_netbox_s_own_types() {
        for kind in object_type::all() {
            assert_eq!(object_type(kind.endpoint), kind.name);
        }
        assert_eq!(object_type("plugins/netbox-dns/zones"), "netbox_dns.zone");
    }
}
