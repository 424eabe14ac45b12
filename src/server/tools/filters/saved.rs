//! Saved filters by name: `filter` and `filter_id`. Their parameters are put in their place and checked like filters
//! that the model wrote itself, because NetBox ignores a saved filter that it does not know, and in one that it knows
//! every parameter that this type does not have.

use serde_json::{Map, Value};

use super::{Filters, capitalised, refused, short, value};
use crate::server::netbox::catalogue::nearest;
use crate::server::netbox::{ObjectType, SavedFilter};
use crate::server::tools::call::Call;
use crate::wire::problem::Problem;

const NAMES: [&str; 2] = ["filter", "filter_id"];

/// Filters with the parameters of saved ones in the place of their names.
pub(super) async fn expand(
    call: &Call<'_>,
    kind: &ObjectType,
    done: &mut Filters,
    filters: &Map<String, Value>,
) -> Result<Map<String, Value>, Problem> {
    let mut named = Vec::new();
    for name in NAMES {
        if let Some(given) = filters.get(name) {
            named.extend(value::texts(name, given)?);
        }
    }
    if named.is_empty() {
        return Ok(filters.clone());
    }
    let known = call.saved_filters().await.map_err(|error| {
        refused(format!("The saved filter could not be looked up: {error}"))
            .hint("write the filters themselves instead of the name of a saved one")
    })?;
    let mut expanded = filters.clone();
    for name in NAMES {
        expanded.shift_remove(name);
    }
    for text in named {
        let saved = find(&known, kind, &text)?;
        done.note("filter", &text, &Value::Object(saved.parameters.clone()).to_string());
        for (name, value) in &saved.parameters {
            merge(&mut expanded, name, value);
        }
    }
    Ok(expanded)
}

fn find<'a>(known: &'a [SavedFilter], kind: &ObjectType, text: &str) -> Result<&'a SavedFilter, Problem> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let is = |filter: &&SavedFilter| {
        filter.slug == text || filter.id.to_string() == text || plain(&filter.name) == plain(text)
    };
    let of_kind = |filter: &&SavedFilter| filter.object_types.iter().any(|name| name == kind.name);
    if let Some(filter) = known.iter().filter(of_kind).find(is) {
        return Ok(filter);
    }
    if let Some(other) = known.iter().find(is) {
        return Err(refused(format!("The saved filter {} is not for {}", other.slug, kind.plural))
            .hint(format!("it is for {}", other.object_types.join(", "))));
    }
    let own: Vec<&str> = known.iter().filter(of_kind).map(|filter| filter.slug.as_str()).collect();
    let near = nearest(text, own.iter().copied());
    let hint = match (near.is_empty(), own.is_empty()) {
        (false, _) => format!("did you mean {}?", near.join(" or ")),
        (true, true) => "there are none that this token may see: write the filters themselves".to_owned(),
        (true, false) => format!("there are {}", own.iter().take(20).copied().collect::<Vec<_>>().join(", ")),
    };
    Err(refused(format!("{} have no saved filter {}", capitalised(kind.plural), short(text))).hint(hint))
}

/// Adds values as NetBox does: a filter that is there already takes them, too.
fn merge(filters: &mut Map<String, Value>, name: &str, value: &Value) {
    let list = |value: &Value| match value {
        Value::Array(values) => values.clone(),
        other => vec![other.clone()],
    };
    if let Some(before) = filters.get_mut(name) {
        let mut values = list(before);
        for value in list(value) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        *before = Value::Array(values);
        return;
    }
    // One value in a list is one value: some filters take no more.
    let value = match value {
        Value::Array(values) if values.len() == 1 => values.first().cloned().unwrap_or_default(),
        other => other.clone(),
    };
    filters.insert(name.to_owned(), value);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::netbox::object_type;

    fn known() -> Vec<SavedFilter> {
        let filter = |id, name: &str, slug: &str, kind: &str| SavedFilter {
            id,
            name: name.into(),
            slug: slug.into(),
            object_types: vec![kind.into()],
            parameters: json!({"status": ["active"]}).as_object().unwrap().clone(),
        };
        vec![filter(1, "Active ones", "active-ones", "dcim.device"), filter(2, "Old", "old", "dcim.site")]
    }

    #[test]
    fn saved_filters_are_found_by_name_slug_and_id_and_for_their_type_only() {
        let device = object_type::by_name("dcim.device").unwrap();
        for text in ["Active ones", "active-ones", "active_ones", "1"] {
            assert_eq!(find(&known(), device, text).unwrap().id, 1, "{text}");
        }
        let text = |name: &str| find(&known(), device, name).unwrap_err().to_string();
        assert!(text("old").contains("is not for devices") && text("old").contains("it is for dcim.site"));
        assert!(text("active-one").contains("did you mean active-ones?"));
        assert!(text("zzz").contains("there are active-ones"));
        assert!(find(&[], device, "x").unwrap_err().to_string().contains("there are none"));
    }

    #[test]
    fn values_are_added_as_netbox_adds_them() {
        let mut filters = json!({"status": "planned", "site": "x"}).as_object().unwrap().clone();
        merge(&mut filters, "status", &json!(["active", "planned"]));
        merge(&mut filters, "role", &json!(["router"]));
        assert_eq!(Value::Object(filters), json!({"status": ["planned", "active"], "site": "x", "role": "router"}));
    }
}
