//! Custom fields, as far as filters need them.

use serde_json::Value;

/// A custom field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomField {
    /// Its name; its filter is `cf_<name>`.
    pub name: String,
    /// What it holds.
    pub kind: FieldKind,
    /// How it can be filtered by.
    pub logic: FilterLogic,
    /// The types whose objects have it, `dcim.device`.
    pub object_types: Vec<String>,
    /// What people call it, where that is not its name.
    pub label: Option<String>,
    /// The id of the set that its values are from.
    pub choice_set: Option<u64>,
    /// The type of the objects that it names, `dcim.device`.
    pub related: Option<String>,
}

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A short or long text, or an address of the web.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// A day.
    Date,
    /// A moment.
    Time,
    /// One of some values.
    Choice,
    /// Several of some values.
    Choices,
    /// The id of an object.
    Object,
    /// The ids of objects.
    Objects,
    /// JSON, or something that this program does not know.
    Json,
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
        let choice = |name: &str| field.get(name)?.get("value")?.as_str();
        Some(Self {
            name: field.get("name")?.as_str()?.to_owned(),
            kind: match choice("type") {
                Some("text" | "longtext" | "url") => FieldKind::Text,
                Some("integer") => FieldKind::Integer,
                Some("decimal") => FieldKind::Decimal,
                Some("boolean") => FieldKind::Boolean,
                Some("date") => FieldKind::Date,
                Some("datetime") => FieldKind::Time,
                Some("select") => FieldKind::Choice,
                Some("multiselect") => FieldKind::Choices,
                Some("object") => FieldKind::Object,
                Some("multiobject") => FieldKind::Objects,
                _ => FieldKind::Json,
            },
            logic: match choice("filter_logic") {
                Some("disabled") => FilterLogic::Disabled,
                Some("loose") => FilterLogic::Loose,
                _ => FilterLogic::Exact,
            },
            object_types: field
                .get("object_types")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            label: field.get("label").and_then(Value::as_str).filter(|label| !label.is_empty()).map(str::to_owned),
            choice_set: field.get("choice_set").and_then(|set| set.get("id")).and_then(Value::as_u64),
            related: field.get("related_object_type").and_then(Value::as_str).map(str::to_owned),
        })
    }

    /// The lookups that its filter takes, separated by spaces; `None` where NetBox makes no filter for it. The logic
    /// `loose` concerns texts only.
    pub fn lookups(&self) -> Option<&'static str> {
        match (self.logic, self.kind) {
            (FilterLogic::Disabled, _) | (_, FieldKind::Json) => None,
            (FilterLogic::Loose, FieldKind::Text)
            | (_, FieldKind::Boolean | FieldKind::Choices | FieldKind::Objects) => Some(""),
            (_, FieldKind::Text | FieldKind::Choice) => Some("empty ic ie iew iregex isw n nic nie niew nisw regex"),
            _ => Some("empty gt gte lt lte n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lookups_are_those_that_netbox_makes() {
        let lookups = |kind: &str, logic: &str| {
            let field = json!({"name": "x", "type": {"value": kind}, "filter_logic": {"value": logic},
                               "object_types": ["dcim.site"]});
            CustomField::read(&field).unwrap().lookups()
        };
        assert_eq!(lookups("text", "disabled"), None);
        assert_eq!(lookups("json", "exact"), None);
        assert_eq!(lookups("url", "loose"), Some(""));
        assert_eq!(lookups("boolean", "exact"), Some(""));
        assert_eq!(lookups("integer", "loose"), Some("empty gt gte lt lte n"));
        assert_eq!(lookups("date", "exact"), Some("empty gt gte lt lte n"));
        assert!(lookups("select", "loose").unwrap().contains("ic"));
        assert!(lookups("longtext", "exact").unwrap().contains("nisw"));
    }
}
