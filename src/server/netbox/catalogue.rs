//! What each list can be filtered by, ordered by and asked for. NetBox ignores a filter that it does not know and
//! answers with everything (netbox issue 19579: "Invalid filters are ignored"), so names are checked here first.
//!
//! A catalogue is read from a text that `schema::reduce` makes of a NetBox's own OpenAPI document. Those of
//! `EMBEDDED` lie in the program, for the time until the connected NetBox's own is there.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// The catalogues in the program, by NetBox's minor version: major, minor, what the lists take, and what they cannot
/// be ordered by (which no document tells).
static EMBEDDED: [(u32, u32, &str, &str); 1] =
    [(4, 7, include_str!("catalogue/4.7.txt"), include_str!("catalogue/4.7-unordered.txt"))];
static NEWEST: LazyLock<Catalogue> = LazyLock::new(|| {
    let (_, _, text, unordered) = EMBEDDED[EMBEDDED.len() - 1];
    Catalogue::parse(text, unordered)
});

/// What the lists of one NetBox take.
#[derive(Debug, Default)]
pub struct Catalogue {
    endpoints: HashMap<&'static str, Endpoint>,
    /// Types that the text names itself, with their endpoints: those of plugins.
    types: Vec<(&'static str, &'static str)>,
}

impl Catalogue {
    /// The embedded catalogue of the newest version.
    pub fn newest() -> &'static Self {
        &NEWEST
    }

    /// The text of [`Catalogue::newest`].
    pub fn newest_text() -> &'static str {
        let (_, _, text, _) = EMBEDDED[EMBEDDED.len() - 1];
        text
    }

    /// The minor version that [`Catalogue::newest`] is of: major and minor.
    pub fn newest_version() -> (u32, u32) {
        let (major, minor, ..) = EMBEDDED[EMBEDDED.len() - 1];
        (major, minor)
    }

    /// The list endpoint at `path`, `dcim/devices`.
    pub fn endpoint(&self, path: &str) -> Option<&Endpoint> {
        self.endpoints.get(path)
    }

    /// The paths of all lists.
    pub fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.endpoints.keys().copied()
    }

    /// The types that the text names itself, each with its endpoint.
    pub(super) fn named_types(&self) -> &[(&'static str, &'static str)] {
        &self.types
    }

    /// Reads a text of `schema::reduce`'s. Where `unordered` does not know an endpoint, its fields can be ordered by
    /// if they can be filtered by: NetBox ignores an ordering that it does not know.
    pub(super) fn parse(text: &'static str, unordered: &'static str) -> Self {
        let mut catalogue = parse(text);
        for line in unordered.lines().filter(|line| !line.starts_with('#')) {
            let (path, names) = line.split_once(' ').unwrap_or((line, ""));
            if let Some(endpoint) = catalogue.endpoints.get_mut(path) {
                endpoint.unordered = names.split_whitespace().collect();
                endpoint.is_ordering_known = true;
            }
        }
        for endpoint in catalogue.endpoints.values_mut().filter(|endpoint| !endpoint.is_ordering_known) {
            endpoint.unordered =
                endpoint.fields.iter().copied().filter(|field| !endpoint.seems_ordered(field)).collect();
        }
        catalogue
    }

    /// As [`Catalogue::parse`] with what the newest embedded catalogue knows about orderings; fields that it does not
    /// know are judged by their filters.
    pub(super) fn parse_live(text: &'static str) -> Self {
        let mut catalogue = Self::parse(text, "");
        for (path, endpoint) in &mut catalogue.endpoints {
            let Some(known) = Self::newest().endpoint(path) else { continue };
            endpoint.unordered = endpoint
                .fields
                .iter()
                .copied()
                .filter(|field| {
                    if known.fields.contains(field) {
                        known.unordered.contains(field)
                    } else {
                        endpoint.unordered.contains(field)
                    }
                })
                .collect();
            endpoint.is_ordering_known = true;
        }
        catalogue
    }
}

/// One list endpoint.
#[derive(Debug, Default)]
pub struct Endpoint {
    /// The fields of its objects, in NetBox's order.
    pub fields: Vec<&'static str>,
    /// Those of them that `ordering` cannot take.
    pub unordered: Vec<&'static str>,
    /// Its filters without lookups, by name.
    pub filters: BTreeMap<&'static str, Filter>,
    /// Whether `unordered` was tried on a NetBox.
    is_ordering_known: bool,
}

/// One filter.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// What its value is.
    pub kind: Kind,
    /// Whether it takes several values.
    pub several: bool,
    /// The lookups that may follow its name after `__`.
    pub lookups: &'static str,
    /// The object that its value names.
    pub reference: Option<Reference>,
    /// The values that it accepts, separated by spaces; empty when any.
    pub choices: &'static str,
}

/// The object that a filter's value names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Its type, `dcim.site`.
    pub object_type: &'static str,
    /// By which attribute: `slug`, `id`, `name`, ...
    pub attribute: &'static str,
}

/// What a filter's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A day, `2026-11-22`.
    Date,
    /// A moment, `2026-11-22T10:00:00Z`, or a day.
    Time,
    /// A UUID.
    Uuid,
    /// A time span.
    Duration,
    /// One of some values.
    Choice,
}

/// The list endpoint at `path`, `dcim/devices`, in the newest embedded catalogue. What the connected NetBox's own list
/// takes is told by [`super::Schema::endpoint`].
pub fn endpoint(path: &str) -> Option<&'static Endpoint> {
    Catalogue::newest().endpoint(path)
}

impl Endpoint {
    /// Whether a field is a column of the table, as far as its filters tell.
    fn seems_ordered(&self, field: &str) -> bool {
        matches!(field, "id" | "name" | "created" | "last_updated")
            || self.filters.contains_key(field)
            || self.filters.contains_key(format!("{field}_id").as_str())
    }

    /// An endpoint of which only the fields are known: that of a type without a description in NetBox's document.
    pub(super) fn of_fields(fields: Vec<&'static str>) -> Self {
        let mut endpoint = Self { fields, ..Self::default() };
        let plain = |kind| Filter { kind, several: true, lookups: "", reference: None, choices: "" };
        endpoint.filters.insert("id", plain(Kind::Integer));
        endpoint.unordered = endpoint.fields.iter().copied().filter(|field| !endpoint.seems_ordered(field)).collect();
        endpoint
    }

    /// Splits a filter's name into base and lookup and finds the base. A name that is a filter as a whole
    /// (`completed__after`) has no lookup.
    pub fn filter<'a>(&self, name: &'a str) -> Option<(&'a str, Option<&'a str>, Filter)> {
        if let Some(filter) = self.filters.get(name) {
            return Some((name, None, *filter));
        }
        let (base, lookup) = name.rsplit_once("__")?;
        Some((base, Some(lookup), *self.filters.get(base)?))
    }
}

/// Up to three of `names` that are like `word`, best first.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let mut scored: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (likeness(&word, &name.to_lowercase()), name))
        .filter(|(score, _)| *score >= 0.8)
        .collect();
    scored.sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| left.1.cmp(right.1)));
    scored.dedup_by(|left, right| left.1 == right.1);
    scored.into_iter().map(|(_, name)| name).take(3).collect()
}

fn likeness(word: &str, name: &str) -> f64 {
    let contained = word.len() >= 4 && name.len() >= 4 && (name.contains(word) || word.contains(name));
    strsim::jaro_winkler(word, name).max(if contained { 0.85 } else { 0.0 })
}

fn parse(text: &'static str) -> Catalogue {
    let mut lookups = HashMap::from([("none", "")]);
    let mut choices = HashMap::new();
    let mut types = Vec::new();
    let mut endpoints: HashMap<&'static str, Endpoint> = HashMap::new();
    let mut current = "";
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, values)) = line.strip_prefix("lookups ").and_then(|rest| rest.split_once(" = ")) {
            lookups.insert(name, values);
        } else if let Some((name, values)) = line.strip_prefix("choices ").and_then(|rest| rest.split_once(" = ")) {
            choices.insert(name, values);
        } else if let Some(kind) = line.strip_prefix("type ").and_then(|rest| rest.split_once(' ')) {
            types.push(kind);
        } else if let Some(path) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            current = path;
        } else {
            let endpoint = endpoints.entry(current).or_default();
            if let Some(names) = line.strip_prefix("fields ") {
                endpoint.fields = names.split(' ').collect();
            } else if let Some((head, names)) = line.split_once(": ") {
                let (kind, set) = head.split_once(' ').unwrap_or((head, "none"));
                let (kind, several) = kind.strip_suffix("/one").map_or((kind, true), |kind| (kind, false));
                let lookups = lookups.get(set).copied().unwrap_or_default();
                for word in names.split(' ') {
                    let mut filter = Filter { kind: kind_named(kind), several, lookups, reference: None, choices: "" };
                    let mut name = word;
                    if let Some((before, reference)) = word.split_once('@') {
                        name = before;
                        filter.reference = reference
                            .split_once('/')
                            .map(|(object_type, attribute)| Reference { object_type, attribute });
                    } else if let Some((before, set)) = word.split_once('=') {
                        name = before;
                        filter.choices = choices.get(set).copied().unwrap_or_default();
                    }
                    endpoint.filters.insert(name, filter);
                }
            }
        }
    }
    Catalogue { endpoints, types }
}

fn kind_named(name: &str) -> Kind {
    match name {
        "integer" => Kind::Integer,
        "number" => Kind::Number,
        "boolean" => Kind::Boolean,
        "date" => Kind::Date,
        "time" => Kind::Time,
        "uuid" => Kind::Uuid,
        "duration" => Kind::Duration,
        "choice" => Kind::Choice,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::netbox::object_type;

    #[test]
    fn every_object_type_has_its_endpoint_and_every_reference_its_type() {
        for kind in object_type::all() {
            let endpoint = endpoint(kind.endpoint).unwrap_or_else(|| panic!("{}", kind.endpoint));
            assert!(endpoint.fields.contains(&"id"), "{}", kind.endpoint);
            for (name, filter) in &endpoint.filters {
                if let Some(reference) = filter.reference {
                    assert!(object_type::by_name(reference.object_type).is_some(), "{}: {name}", kind.endpoint);
                }
                if filter.kind == Kind::Choice {
                    assert!(!filter.choices.is_empty(), "{}: {name}", kind.endpoint);
                }
            }
        }
        assert_eq!(Catalogue::newest().endpoints.len(), object_type::all().len());
    }

    #[test]
    fn filters_say_what_they_take() {
        let devices = endpoint("dcim/devices").unwrap();
        let (base, lookup, filter) = devices.filter("name__ic").unwrap();
        assert_eq!((base, lookup, filter.kind), ("name", Some("ic"), Kind::Text));
        assert!(filter.lookups.split(' ').any(|lookup| lookup == "ic"));
        let (_, _, site) = devices.filter("site").unwrap();
        assert_eq!(site.reference, Some(Reference { object_type: "dcim.site", attribute: "slug" }));
        let (_, _, role) = devices.filter("role_id").unwrap();
        assert_eq!(role.reference, Some(Reference { object_type: "dcim.devicerole", attribute: "id" }));
        let (_, _, status) = devices.filter("status").unwrap();
        assert!(status.choices.split(' ').any(|value| value == "decommissioning"), "{}", status.choices);
        assert!(devices.filter("rack").is_none());
        assert!(!devices.filter("airflow").unwrap().2.several);
    }

    #[test]
    fn nearest_names_come_best_first() {
        let names = ["site", "site_id", "site_group", "status"];
        assert_eq!(nearest("sites", names).first(), Some(&"site"));
        assert_eq!(nearest("statsu", names), ["status"]);
        assert!(nearest("zzz", names).is_empty());
    }
}
