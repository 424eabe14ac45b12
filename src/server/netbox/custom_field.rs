//! Custom fields, as far as filters need them.

use serde_json::Value;

/// A custom field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomField {
    /// Its name; its filter is `cf_<name>`.
    pub name: String,
    /// How it can be filtered by.
    pub logic: FilterLogic,
}

/// How a custom field can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilterLogic {
    /// Not at all: NetBox ignores its filter.
    Disabled,
    /// By a part of its text, without lookups.
    Loose,
    /// By its value, with lookups.
    Exact,
}

impl CustomField {
    /// Reads one object of `/api/extras/custom-fields/`.
    pub(super) fn read(field: &Value) -> Option<Self> {
        let name = field.get("name")?.as_str()?.to_owned();
        let logic = match field.pointer("/filter_logic/value").and_then(Value::as_str) {
            Some("disabled") => FilterLogic::Disabled,
            Some("loose") => FilterLogic::Loose,
            _ => FilterLogic::Exact,
        };
        Some(Self { name, logic })
    }
}
