//! Turns a NetBox's own OpenAPI document into the catalogue's text. The document has 14.6 MB and says everything
//! several times; the text has 0.14 MB and says once what a list has and takes. The embedded catalogue is made the
//! same way (`netbox-chatbox netbox-catalogue FILE`), so what is checked before the document is there and what is
//! checked after it are the same thing.
//!
//! The text, one endpoint per block:
//!
//! ```text
//! lookups NAME = LOOKUP ...          a set of lookups that many filters share
//! choices NAME = VALUE ...           the values that a filter of choices accepts
//! type NAME ENDPOINT                 a type that only this NetBox has (a plugin's)
//! [app/endpoint]
//! fields NAME ...                    what an object of the list has
//! KIND[/one] LOOKUPS: FILTER ...     filters of one kind; `/one` takes a single value
//!                                    FILTER is name, name@app.model/attribute or name=CHOICES
//! ```

mod document;
mod reference;
mod spelling;

pub(super) use spelling::singular;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use indexmap::IndexMap;

use document::{Document, Node, Parameter};
use reference::References;

/// The format's number: a stored text of another one is made anew.
pub const FORMAT: u32 = 1;

const LOOKUPS: [&str; 17] = [
    "n", "ic", "nic", "isw", "nisw", "iew", "niew", "ie", "nie", "empty", "regex", "iregex", "lt", "lte", "gt", "gte",
    "any",
];
/// Arguments of the list itself, not filters.
const CONTROLS: [&str; 7] = ["limit", "offset", "start", "ordering", "fields", "omit", "brief"];

/// A type that a NetBox names itself: `netbox_dns.zone`, `plugins/netbox-dns/zones`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedType {
    /// `app.model`.
    pub name: String,
    /// The list's path below `/api/`, without slashes at its ends.
    pub endpoint: String,
    /// What people call one of them and several, where NetBox says so.
    pub words: Option<(String, String)>,
}

/// Reduces an OpenAPI document. `named` are the types that NetBox tells of itself (`/api/core/object-types/`); types
/// of plugins are known from there only.
///
/// # Errors
/// The document is no OpenAPI document of NetBox's.
pub fn reduce(document: &[u8], named: &[NamedType]) -> Result<String, ReduceError> {
    let document: Document<'_> = serde_json::from_slice(document)?;
    let lists = Lists::of(&document, named);
    if lists.by_path.is_empty() {
        return Err(ReduceError::NoLists);
    }
    Ok(write(&document, &lists))
}

/// Why a document cannot be reduced.
#[derive(Debug, thiserror::Error)]
pub enum ReduceError {
    /// It is not JSON, or not an OpenAPI document.
    #[error("it is no OpenAPI document: {0}")]
    Document(#[from] serde_json::Error),
    /// It has no list that this program can read.
    #[error("it describes no list of objects")]
    NoLists,
}

/// The lists that a document describes.
struct Lists<'a> {
    /// The component of a list's objects, by the list's path.
    by_path: BTreeMap<&'a str, &'a str>,
    /// The object type of a component.
    by_component: IndexMap<&'a str, String>,
    /// The types that are not part of NetBox itself.
    foreign: BTreeSet<NamedType>,
}

impl<'a> Lists<'a> {
    fn of(document: &'a Document<'_>, named: &[NamedType]) -> Self {
        let mut lists = Self { by_path: BTreeMap::new(), by_component: IndexMap::new(), foreign: BTreeSet::new() };
        for path in document.paths() {
            let Some(endpoint) = endpoint_of(path) else { continue };
            let Some(item) = document.item(path) else { continue };
            if !item.parameters().iter().any(|parameter| parameter.name == "limit") {
                continue;
            }
            let Some(component) = item.answer().and_then(|listing| document.listed(listing)) else { continue };
            let told = named.iter().find(|kind| kind.endpoint == endpoint);
            let name = told.map_or_else(|| spelling::object_type(endpoint), |kind| kind.name.clone());
            if endpoint.starts_with("plugins/") {
                lists.foreign.insert(NamedType { name: name.clone(), endpoint: endpoint.to_owned(), words: None });
            }
            lists.by_path.insert(path, component);
            lists.by_component.insert(component, name);
        }
        lists
    }
}

/// `dcim/devices` of `/api/dcim/devices/`; nothing for paths with a part that varies.
fn endpoint_of(path: &str) -> Option<&str> {
    let endpoint = path.strip_prefix("/api/")?.strip_suffix('/')?;
    (!endpoint.contains('{') && endpoint.contains('/')).then_some(endpoint)
}

/// One filter on its way into a line.
fn write(document: &Document<'_>, lists: &Lists<'_>) -> String {
    let references = References::new(document, lists);
    let mut lookup_names: IndexMap<String, String> = IndexMap::new();
    let mut used = BTreeSet::new();
    let mut blocks = String::new();
    for (path, component) in &lists.by_path {
        let Some(endpoint) = endpoint_of(path) else { continue };
        let Some(item) = document.item(path) else { continue };
        let mut parameters: IndexMap<&str, &Parameter<'_>> = IndexMap::new();
        for parameter in item.parameters() {
            parameters.insert(&parameter.name, parameter);
        }
        let mut lookups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut filters: Vec<&Parameter<'_>> = Vec::new();
        for (name, parameter) in &parameters {
            match name.rsplit_once("__") {
                Some((base, lookup)) if LOOKUPS.contains(&lookup) && parameters.contains_key(base) => {
                    lookups.entry(base).or_default().push(lookup);
                }
                _ if !CONTROLS.contains(name) => filters.push(parameter),
                _ => {}
            }
        }
        let mut groups: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for parameter in filters {
            let known = lookups.get(parameter.name.as_ref()).map_or(&[][..], Vec::as_slice);
            let kind = kind_of(&parameter.schema);
            let mut text = parameter.name.to_string();
            if kind == "choice" {
                if let Some(identifier) = parameter.schema.enum_id() {
                    used.insert(identifier.to_owned());
                    let _ = write!(text, "={}", short(identifier));
                }
            } else if let Some(reference) = references.of(endpoint, component, parameter, kind, known) {
                let _ = write!(text, "@{reference}");
            }
            let several = parameter.schema.kind.as_deref() == Some("array") || kind == "boolean";
            let group = format!("{kind}{}", if several { "" } else { "/one" });
            let mut sorted = known.to_vec();
            sorted.sort_unstable();
            let next = lookup_names.len();
            let name = lookup_names
                .entry(sorted.join(" "))
                .or_insert_with_key(|known| if known.is_empty() { "none".to_owned() } else { format!("l{next}") });
            groups.entry((group, name.clone())).or_default().push(text);
        }
        let fields = document.component(component).properties.keys().map(AsRef::as_ref).collect::<Vec<_>>();
        let _ = writeln!(blocks, "[{endpoint}]\nfields {}", fields.join(" "));
        for ((group, known), mut names) in groups {
            names.sort_unstable();
            let _ = writeln!(blocks, "{group} {known}: {}", names.join(" "));
        }
    }
    head(document, lists, &lookup_names, &used) + &blocks
}

fn head(
    document: &Document<'_>,
    lists: &Lists<'_>,
    lookup_names: &IndexMap<String, String>,
    used: &BTreeSet<String>,
) -> String {
    let version = document.info.version.split(' ').next().unwrap_or_default();
    let mut head = format!(
        "# The list endpoints of NetBox {version} with their fields and filters.\n\
         # Made by `netbox-chatbox netbox-catalogue` (src/server/netbox/schema/reduce.rs describes the format). Do not \
         edit.\n"
    );
    for (known, name) in lookup_names.iter().filter(|(known, _)| !known.is_empty()) {
        let _ = writeln!(head, "lookups {name} = {known}");
    }
    let choices = document.choices();
    for identifier in used {
        let values = choices.get(identifier).map(|values| values.join(" ")).unwrap_or_default();
        let _ = writeln!(head, "choices {} = {values}", short(identifier));
    }
    for kind in &lists.foreign {
        let _ = writeln!(head, "type {} {}", kind.name, kind.endpoint);
    }
    head
}

/// Enough of an identifier of choices to tell them apart.
fn short(identifier: &str) -> &str {
    identifier.get(..8).unwrap_or(identifier)
}

fn kind_of(schema: &Node<'_>) -> &'static str {
    let item = schema.item();
    if schema.enum_id().is_some() {
        return "choice";
    }
    match item.format.as_deref() {
        Some("date") => return "date",
        Some("date-time") => return "time",
        Some("uuid") => return "uuid",
        Some("duration") => return "duration",
        _ => {}
    }
    match item.kind.as_deref() {
        Some("integer") => "integer",
        Some("number") => "number",
        Some("boolean") => "boolean",
        _ => "text",
    }
}

#[cfg(test)]
mod tests;
