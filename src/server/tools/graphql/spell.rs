//! What is said about names and shapes that NetBox's GraphQL does not have: the nearest, and how it is written.

use std::collections::BTreeMap;

use super::value::Literal;
use crate::server::netbox::catalogue::nearest;
use crate::server::netbox::{Definition, Field, GraphqlSchema, TypeName};
use crate::server::tools::filters::{refused, short};
use crate::wire::problem::Problem;

/// Lookups as other interfaces spell them.
const LOOKUPS: [(&str, &str); 22] = [
    ("in", "in_list"),
    ("eq", "exact"),
    ("equals", "exact"),
    ("is", "exact"),
    ("ie", "i_exact"),
    ("iexact", "i_exact"),
    ("ic", "i_contains"),
    ("icontains", "i_contains"),
    ("isw", "i_starts_with"),
    ("istartswith", "i_starts_with"),
    ("startswith", "starts_with"),
    ("iew", "i_ends_with"),
    ("iendswith", "i_ends_with"),
    ("endswith", "ends_with"),
    ("iregex", "i_regex"),
    ("isnull", "is_null"),
    ("null", "is_null"),
    ("empty", "is_null"),
    ("and", "AND"),
    ("or", "OR"),
    ("not", "NOT"),
    ("distinct", "DISTINCT"),
];

/// The field that a name can only mean.
pub(super) fn meant<'a>(fields: &'a BTreeMap<String, TypeName>, name: &str) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let (_, meant) = LOOKUPS.iter().find(|(other, _)| *other == lower)?;
    fields.get_key_value(*meant).map(|(name, _)| name.as_str())
}

pub(super) fn unknown_root(schema: &GraphqlSchema, name: &str) -> Problem {
    let fields = || schema.query().into_iter().flatten().map(|(name, _)| name.as_str());
    if matches!(name, "__schema" | "__type") {
        return refused("What there is to ask is not told this way")
            .hint("call netbox_describe; a wrong name is answered with the right ones");
    }
    let stem = name.trim_end_matches("_list").to_lowercase();
    let stem = stem.strip_suffix("es").or(stem.strip_suffix('s')).unwrap_or(&stem);
    let mut near: Vec<&str> =
        fields().filter(|field| field.replace('_', "") == format!("{}list", stem.replace('_', ""))).collect();
    near.extend(nearest(name, fields().filter(|name| name.ends_with("_list"))));
    near.dedup();
    refused(format!("There is no list {}", short(name))).hint(if near.is_empty() {
        "lists are named like device_list, ip_address_list, interface_list; one object: device(id: 3)".to_owned()
    } else {
        format!("did you mean {}?", near.join(" or "))
    })
}

pub(super) fn unknown_field(schema: &GraphqlSchema, on: &str, name: &str) -> Problem {
    let fields: Vec<&str> = schema.object(on).into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let near = nearest(name, fields.iter().copied());
    let all = listed(fields.iter().copied(), 60);
    refused(format!("{on} has no field {}", short(name))).hint(if near.is_empty() {
        format!("it has {all}")
    } else {
        format!("did you mean {}? It has {all}", near.join(" or "))
    })
}

pub(super) fn unknown_argument(field: &str, known: &Field, name: &str) -> Problem {
    let example = if known.arguments.contains_key("filters") {
        format!("filters belong together: {field}(filters: {{{}: …}})", short(name))
    } else if known.arguments.is_empty() {
        format!("{field} takes none")
    } else {
        format!("it takes {}", listed(known.arguments.keys().map(String::as_str), 10))
    };
    refused(format!("{field} takes no argument {}", short(name))).hint(example)
}

pub(super) fn unknown_key(
    schema: &GraphqlSchema,
    path: &str,
    kind: &str,
    fields: &BTreeMap<String, TypeName>,
    name: &str,
) -> Problem {
    let problem = refused(format!("{path} takes no {}", short(name)));
    if let Some((base, lookup)) = name.split_once("__")
        && let Some(known) = fields.get(base)
    {
        let inner = schema.input(known.name());
        let lookup = inner.and_then(|inner| {
            meant(inner, lookup).or_else(|| inner.get_key_value(lookup).map(|(name, _)| name.as_str()))
        });
        return problem.hint(match (lookup, inner) {
            (Some(lookup), _) => format!("write {base}: {{{lookup}: …}}"),
            (None, Some(inner)) => format!("write {base}: {{{}}}", shape(schema, inner)),
            (None, None) => format!("write {base}: …, which takes {known}"),
        });
    }
    if matches!(name, "n" | "ne" | "not_in" | "exclude") {
        return problem.hint("negate with NOT: filters:{NOT:{status:{exact:STATUS_ACTIVE}}}");
    }
    let near = nearest(name, fields.keys().map(String::as_str));
    let all = if fields.len() <= 14 { shape(schema, fields) } else { listed(fields.keys().map(String::as_str), 70) };
    problem.hint(if near.is_empty() {
        format!("{kind} takes {all}")
    } else {
        format!("did you mean {}? {kind} takes {all}", near.join(" or "))
    })
}

pub(super) fn needs_object(
    schema: &GraphqlSchema,
    path: &str,
    kind: &str,
    fields: &BTreeMap<String, TypeName>,
    bare: &Literal,
) -> Problem {
    let example = if kind == "TreeNodeFilter" {
        "{id: 3, match_type: SELF_AND_DESCENDANTS}".to_owned()
    } else if fields.contains_key("name") {
        format!("{{name: {{exact: {bare}}}}} or {{id: {{exact: 3}}}}")
    } else {
        format!("{{{}}}", shape(schema, fields))
    };
    refused(format!("{path} takes an object, not {}", short(&bare.to_string()))).hint(format!("write {example}"))
}

pub(super) fn bare_id(path: &str) -> Problem {
    let name = path.rsplit('.').next().unwrap_or(path);
    let relation = name.trim_end_matches("_id");
    refused(format!("{path} takes one bare id"))
        .hint(format!("write {name}: 3; for several {relation}: {{id: {{in_list: [1, 2]}}}}"))
}

pub(super) fn unknown_choice(path: &str, names: &[String], text: &str) -> Problem {
    // `actve` is like the end of `STATUS_ACTIVE`.
    let ends = names.iter().map(|name| name.split_once('_').map_or(name.as_str(), |(_, end)| end));
    let ends = nearest(text, ends);
    let near: Vec<&str> =
        names.iter().map(String::as_str).filter(|name| ends.iter().any(|end| name.ends_with(end))).take(3).collect();
    let all = listed(names.iter().map(String::as_str), 30);
    refused(format!("{path} has no choice {}", short(text))).hint(if near.is_empty() {
        format!("it is one of {all}")
    } else {
        format!("did you mean {}? It is one of {all}", near.join(" or "))
    })
}

/// The fields of an input with their types: `exact: String, in_list: [String!]`.
pub(super) fn shape(schema: &GraphqlSchema, fields: &BTreeMap<String, TypeName>) -> String {
    let each = fields.iter().take(14).map(|(name, kind)| match schema.get(kind.name()) {
        Some(Definition::Enum(values)) => format!("{name}: {}", values.first().map_or("…", String::as_str)),
        Some(Definition::Input(_)) => format!("{name}: {{…}}"),
        _ => format!("{name}: {kind}"),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn listed<'a>(names: impl Iterator<Item = &'a str>, most: usize) -> String {
    let names: Vec<&str> = names.collect();
    let mut text = names.iter().take(most).copied().collect::<Vec<_>>().join(" ");
    if names.len() > most {
        text.push_str(" …");
    }
    text
}
