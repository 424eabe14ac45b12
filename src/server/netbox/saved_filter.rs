//! Saved filters: filters that somebody gave a name to. NetBox adds their parameters to a query that names them with
//! `filter` or `filter_id`, ignores a name that it does not know, and does not look whether they are for this type.

use serde_json::{Map, Value};

/// A saved filter.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedFilter {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Its slug, by which `filter` names it.
    pub slug: String,
    /// The types whose lists it is for, `dcim.device`.
    pub object_types: Vec<String>,
    /// Filters and their values.
    pub parameters: Map<String, Value>,
}

impl SavedFilter {
    /// Reads one object of `/api/extras/saved-filters/`; one that is switched off is none.
    pub(super) fn read(filter: &Value) -> Option<Self> {
        if filter.get("enabled").and_then(Value::as_bool) == Some(false) {
            return None;
        }
        let text = |name: &str| filter.get(name).and_then(Value::as_str).map(str::to_owned);
        let types = filter.get("object_types").and_then(Value::as_array);
        Some(Self {
            id: filter.get("id")?.as_u64()?,
            name: text("name")?,
            slug: text("slug")?,
            object_types: types.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect(),
            parameters: filter.get("parameters")?.as_object()?.clone(),
        })
    }
}
