//! Refusals of names that NetBox would ignore, each with the nearest that it knows.

use super::{capitalised, example_value, has_lookup, refused, short};
use crate::server::netbox::ObjectType;
use crate::server::netbox::catalogue::{Endpoint, Filter, Kind, nearest};
use crate::wire::problem::Problem;

pub(super) fn filter(kind: &ObjectType, endpoint: &Endpoint, name: &str) -> Problem {
    let sentence = format!("{} cannot be filtered by {}", capitalised(kind.plural), short(name));
    if let Some((relation, _)) = name.split_once("__")
        && (endpoint.filters.contains_key(format!("{relation}_id").as_str()) || endpoint.filters.contains_key(relation))
    {
        return refused(sentence)
            .hint(format!("filters do not reach through relations: write {{\"{relation}_id\": <id or name>}}"));
    }
    let plain = name.split("__").next().unwrap_or(name);
    let stem = plain.trim_end_matches("_name").trim_end_matches("_slug").trim_end_matches("_ids");
    let mut near = nearest(plain, endpoint.filters.keys().copied());
    if stem != plain {
        let own = endpoint.filters.keys().copied().find(|known| *known == stem && !near.contains(known));
        near.splice(0..0, own);
    }
    let hint = if near.is_empty() {
        let usual = ["q", "name", "site", "status", "role", "tenant", "tag", "device_id", "description"];
        let known: Vec<&str> = usual.into_iter().filter(|name| endpoint.filters.contains_key(name)).collect();
        format!("its filters are {} and others", known.join(", "))
    } else {
        let best = near.first().and_then(|name| Some((*name, *endpoint.filters.get(name)?)));
        let example = best.map(|(name, filter)| format!(", for example {{\"{name}\": {}}}", example_value(filter)));
        format!("did you mean {}?{}", near.join(" or "), example.unwrap_or_default())
    };
    refused(sentence).hint(hint)
}

pub(super) fn lookup(plural: &str, name: &str, base: &str, lookup: &str, filter: Filter) -> Problem {
    if lookup == "in" {
        let example = if filter.kind == Kind::Integer { "1, 2" } else { "\"one\", \"two\"" };
        return refused(format!("NetBox has no lookup __in, so {base}__in would be ignored"))
            .hint(format!("give a list, which means any of them: {{\"{base}\": [{example}]}}"));
    }
    let meant = match lookup {
        "icontains" | "contains" => "ic",
        "istartswith" | "startswith" => "isw",
        "iendswith" | "endswith" => "iew",
        "iexact" => "ie",
        "not" | "ne" | "exclude" => "n",
        "isnull" => "empty",
        "after" => "gte",
        "before" => "lte",
        other => other,
    };
    let problem = refused(format!("The filter {base} of {plural} has no lookup __{}", short(lookup)));
    if filter.reference.is_some() && meant == lookup {
        let hint = "filters do not reach through relations: write";
        return problem.hint(format!(
            "{hint} {{\"{base}\": \"its name or slug\"}}, or {{\"{}_id\": <id>}}",
            base.trim_end_matches("_id")
        ));
    }
    problem.hint(if has_lookup(filter, meant) {
        format!("write {base}__{meant} instead of {}", short(name))
    } else if filter.lookups.is_empty() {
        format!("{base} takes no lookup: write {{\"{base}\": {}}}", example_value(filter))
    } else {
        format!("it has {base}__{}", filter.lookups.replace(' ', &format!(", {base}__")))
    })
}
