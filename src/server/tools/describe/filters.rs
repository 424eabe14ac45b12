//! The filters of a list in lines: those that take the same in one line, what most questions need first.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::about::About;
use crate::server::netbox::catalogue::{Endpoint, Filter, Kind};

/// Filters that are in every list and that nobody asks for.
const DULL: [&str; 8] = [
    "modified_by_request",
    "created_by_request",
    "updated_by_request",
    "for_interface_id",
    "local_context_data",
    "config_template",
    "owner_group",
    "auth_type",
];

/// What the filters of a list take, in lines.
pub(super) fn lines(endpoint: &Endpoint, about: &About) -> Vec<String> {
    let wanted = |name: &str, filter: &Filter| {
        if about.is_empty() {
            !DULL.contains(&name.trim_end_matches("_id"))
        } else {
            about.matches(name) || filter.choices.split(' ').any(|choice| about.is(choice))
        }
    };
    let mut relations: Vec<String> = Vec::new();
    let mut choices: Vec<String> = Vec::new();
    let mut others: BTreeMap<(u8, String), Vec<&str>> = BTreeMap::new();
    for (name, filter) in endpoint.filters.iter().filter(|(name, filter)| wanted(name, filter)) {
        if let Some(reference) = filter.reference {
            let by_name = name.strip_suffix("_id").is_some_and(|base| endpoint.filters.contains_key(base));
            if by_name && about.is_empty() {
                continue;
            }
            let by_id = endpoint.filters.contains_key(format!("{name}_id").as_str());
            let mut text = format!("{name}{}", if by_id && about.is_empty() { "[_id]" } else { "" });
            let model = reference.object_type.split('.').nth(1).unwrap_or_default();
            let said = name.trim_end_matches("_id").replace('_', "") == model;
            if !said || !about.is_empty() {
                let _ = write!(text, "→{}", reference.object_type);
            }
            if !about.is_empty() {
                let _ = write!(text, " by {}{}", reference.attribute, lookups(filter));
            }
            relations.push(text);
        } else if filter.kind == Kind::Choice {
            choices.push(format!(
                "{name}={}{}",
                about.cut(filter.choices.split(' ')),
                if about.is_empty() { String::new() } else { lookups(filter) }
            ));
        } else {
            others.entry(group(filter)).or_default().push(name);
        }
    }
    let mut lines = Vec::new();
    if !relations.is_empty() {
        lines.push(format!(
            "Filters by object (name, slug or id; null for unset; __n for not; trees include children): {}",
            relations.join(" ")
        ));
    }
    if !choices.is_empty() {
        lines.push(format!("Filters by choice (__n for not): {}", choices.join("; ")));
    }
    for ((_, head), names) in others {
        lines.push(format!("{head}: {}", names.join(" ")));
    }
    lines
}

fn lookups(filter: &Filter) -> String {
    if filter.lookups.is_empty() { String::new() } else { format!(" (__{})", filter.lookups.replace(' ', " __")) }
}

/// Where a filter belongs, and what its line begins with.
fn group(filter: &Filter) -> (u8, String) {
    let lookups = match filter.lookups {
        "" => String::new(),
        lookups if lookups.contains("ic") => {
            format!(" (__n __ic __isw __iew __ie __regex{})", if lookups.contains("empty") { " __empty" } else { "" })
        }
        lookups => format!(" (__{})", lookups.replace(' ', " __")),
    };
    let (rank, what) = match filter.kind {
        Kind::Boolean => (0, "Filters true or false"),
        Kind::Text | Kind::Choice if lookups.is_empty() => (1, "Filters by text, no lookups"),
        Kind::Text | Kind::Choice | Kind::Uuid | Kind::Duration => (2, "Filters by text"),
        Kind::Integer | Kind::Number => (3, "Filters by number"),
        Kind::Date => (4, "Filters by date"),
        Kind::Time => (5, "Filters by time"),
    };
    (rank, format!("{what}{lookups}"))
}
