//! The one table of object types: from it come endpoints, spellings, pages of NetBox's interface and titles.

mod table;

use super::catalogue::nearest;

/// A type of object that NetBox's REST API lists.
#[derive(Debug, PartialEq, Eq)]
pub struct ObjectType {
    /// `dcim.device`, as NetBox itself names it.
    pub name: &'static str,
    /// The list's path below `/api/`, without slashes at its ends: `dcim/devices`.
    pub endpoint: &'static str,
    /// `device`, `IP address`.
    pub singular: &'static str,
    /// `devices`, `IP addresses`.
    pub plural: &'static str,
    page: Page,
}

/// Where NetBox's interface shows a type's list.
#[derive(Debug, PartialEq, Eq)]
enum Page {
    /// At the path that the endpoint has too.
    Same,
    /// At another path.
    At(&'static str),
    /// Nowhere.
    None,
}

/// Spellings that are nobody's name or plural, but what people say.
const ALIASES: [(&str, &str); 9] = [
    ("vm", "virtualization.virtualmachine"),
    ("vms", "virtualization.virtualmachine"),
    ("ip", "ipam.ipaddress"),
    ("ips", "ipam.ipaddress"),
    ("subnet", "ipam.prefix"),
    ("change", "core.objectchange"),
    ("changelog", "core.objectchange"),
    ("journal", "extras.journalentry"),
    ("vmi", "virtualization.vminterface"),
];

impl ObjectType {
    /// The list's path for [`super::Client::get`]: `dcim/devices/`.
    pub fn list_path(&self) -> String {
        format!("{}/", self.endpoint)
    }

    /// One object's path for [`super::Client::get`]: `dcim/devices/3/`.
    pub fn object_path(&self, id: u64) -> String {
        format!("{}/{id}/", self.endpoint)
    }

    /// The list's page in NetBox's interface: `dcim/devices/`; `None` where it has none.
    pub fn page(&self) -> Option<String> {
        match self.page {
            Page::Same => Some(format!("{}/", self.endpoint)),
            Page::At(path) => Some(format!("{path}/")),
            Page::None => None,
        }
    }

    /// The model's name without its app: `device`.
    pub fn model(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(_, model)| model)
    }

    /// A type that is not part of NetBox itself, but of a plugin. Where its pages are, nobody says: NetBox's answers
    /// hold links to them.
    pub(super) const fn foreign(
        name: &'static str,
        endpoint: &'static str,
        singular: &'static str,
        plural: &'static str,
    ) -> Self {
        Self { name, endpoint, singular, plural, page: Page::None }
    }

    /// Whether it is a plugin's.
    pub fn is_foreign(&self) -> bool {
        self.endpoint.starts_with("plugins/")
    }

    /// App and list of the endpoint: `dcim` and `devices`, `netbox-dns` and `zones`.
    pub(super) fn endpoint_parts(&self) -> (&'static str, &'static str) {
        self.endpoint.trim_start_matches("plugins/").split_once('/').unwrap_or((self.endpoint, ""))
    }

    /// `1 device`, `3 devices`.
    pub fn counted(&self, count: u64) -> String {
        format!("{count} {}", if count == 1 { self.singular } else { self.plural })
    }
}

/// Every object type, sorted by name.
pub fn all() -> &'static [ObjectType] {
    &table::TABLE
}

/// The type of exactly this name, `dcim.device`.
pub fn by_name(name: &str) -> Option<&'static ObjectType> {
    table::TABLE.binary_search_by(|kind| kind.name.cmp(name)).ok().and_then(|index| table::TABLE.get(index))
}

/// The type that a path below `/api/` belongs to, whether list or object.
pub fn by_path(path: &str) -> Option<&'static ObjectType> {
    let mut parts = path.trim_matches('/').splitn(3, '/');
    let (app, endpoint) = (parts.next()?, parts.next()?);
    table::TABLE.iter().find(|kind| kind.endpoint.split_once('/') == Some((app, endpoint)))
}

/// The page in NetBox's interface for a path below `/api/`, of a list or an object.
pub(super) fn page_path(path: &str) -> Option<String> {
    let kind = by_path(path)?;
    let page = kind.page()?;
    let rest = path.trim_matches('/').get(kind.endpoint.len()..).unwrap_or_default().trim_matches('/');
    match rest {
        "" => Some(page),
        id if id.bytes().all(|byte| byte.is_ascii_digit()) => Some(format!("{page}{id}/")),
        _ => None,
    }
}

/// Finds one of NetBox's own types by any usual spelling: `dcim.device`, `device`, `Devices`, `dcim/devices`,
/// `/api/dcim/devices/`, `ip address`. [`super::Schema::find_type`] knows those of plugins, too.
///
/// # Errors
/// The nearest names, best first, for a person or model to choose from.
pub fn find(text: &str) -> Result<&'static ObjectType, Vec<&'static str>> {
    find_among(&table::TABLE.iter().collect::<Vec<_>>(), text)
}

/// Letters and digits that tell names apart, whatever stands between them.
pub(super) fn plain(text: &str) -> String {
    text.to_lowercase().replace(['-', '_', ' '], "")
}

/// What a type is called without its app, as [`plain`] writes it.
pub(super) fn spellings(kind: &ObjectType) -> [String; 5] {
    let plural = plain(kind.endpoint_parts().1);
    // What the endpoint says in the singular, where the model is called otherwise: `virtualization.interface`.
    let singular = plural.strip_suffix('s').unwrap_or_default().to_owned();
    [plain(kind.model()), plural, singular, plain(kind.singular), plain(kind.plural)]
}

/// As [`find`], among `types`.
pub(super) fn find_among(types: &[&'static ObjectType], text: &str) -> Result<&'static ObjectType, Vec<&'static str>> {
    let lower = text.trim().to_lowercase().replace('/', ".");
    let lower = lower.trim_matches('.').trim_start_matches("api.").trim_start_matches("plugins.");
    let (app, model) = match lower.split_once('.') {
        Some((app, model)) => (Some(plain(app)), plain(model)),
        None => (None, plain(lower)),
    };
    let in_app = |kind: &&&'static ObjectType| {
        app.as_deref().is_none_or(|app| {
            let own = kind.name.split_once('.').map_or("", |(own, _)| own);
            plain(own) == app || plain(kind.endpoint_parts().0) == app
        })
    };
    if let Some(kind) = types.iter().filter(in_app).find(|kind| spellings(kind).contains(&model)) {
        return Ok(kind);
    }
    if app.is_none()
        && let Some((_, name)) = ALIASES.iter().find(|(alias, _)| *alias == model)
        && let Some(kind) = types.iter().find(|kind| kind.name == *name)
    {
        return Ok(kind);
    }
    // A plugin's type is known by its list, not by its model (`table1model`).
    let names = types.iter().flat_map(|kind| [kind.model(), kind.endpoint_parts().1]);
    let mut near: Vec<&'static str> = Vec::new();
    for word in nearest(&model, names) {
        let kinds = types.iter().filter(|kind| kind.model() == word || kind.endpoint_parts().1 == word);
        for kind in kinds.take(1) {
            if !near.contains(&kind.name) {
                near.push(kind.name);
            }
        }
    }
    Err(near)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_unique() {
        assert!(all().windows(2).all(|pair| pair[0].name < pair[1].name));
        let mut endpoints: Vec<_> = all().iter().map(|kind| kind.endpoint).collect();
        endpoints.sort_unstable();
        endpoints.dedup();
        assert_eq!(endpoints.len(), all().len());
    }

    #[test]
    fn every_spelling_finds_its_type() {
        for (text, expected) in [
            ("dcim.device", "dcim.device"),
            ("device", "dcim.device"),
            ("Devices", "dcim.device"),
            ("dcim/devices", "dcim.device"),
            ("/api/dcim/devices/", "dcim.device"),
            ("DCIM.Device", "dcim.device"),
            ("ip addresses", "ipam.ipaddress"),
            ("ip_address", "ipam.ipaddress"),
            ("ipam.ip-addresses", "ipam.ipaddress"),
            ("prefixes", "ipam.prefix"),
            ("interface", "dcim.interface"),
            ("virtualization.interface", "virtualization.vminterface"),
            ("virtual-chassis", "dcim.virtualchassis"),
            ("vm", "virtualization.virtualmachine"),
            ("role", "ipam.role"),
        ] {
            assert_eq!(find(text).map(|kind| kind.name), Ok(expected), "{text}");
        }
        for kind in all() {
            assert_eq!(find(kind.name), Ok(kind));
            assert_eq!(find(kind.endpoint), Ok(kind));
        }
    }

    #[test]
    fn a_wrong_name_gets_the_nearest() {
        assert_eq!(find("dcim.devise").unwrap_err().first(), Some(&"dcim.device"));
        assert_eq!(find("switch_ports").unwrap_err(), Vec::<&str>::new());
    }

    #[test]
    fn pages_of_the_interface() {
        assert_eq!(page_path("dcim/sites/").as_deref(), Some("dcim/sites/"));
        assert_eq!(page_path("dcim/sites/3/").as_deref(), Some("dcim/sites/3/"));
        assert_eq!(page_path("core/object-changes/").as_deref(), Some("core/changelog/"));
        assert_eq!(page_path("dcim/interfaces/3/trace/"), None);
        assert_eq!(page_path("dcim/interface-templates/"), None);
        assert_eq!(page_path("status/"), None);
    }
}
