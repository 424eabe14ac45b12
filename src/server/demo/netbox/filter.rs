//! The filters of a list: one engine over the table of filters that `schema.txt` holds.
//!
//! Like the real NetBox: unknown names and unusable booleans are ignored without a word, values that a filter cannot
//! take are refused with Django's own sentences, several values of one name are alternatives (tags: all of them).

mod custom;
mod method;
mod search;
mod test;

use serde_json::{Map, Value as Json, json};

use super::render::Scope;
use super::schema::{Filter, TypeId, schema};
use super::store::{Object, Value};
use test::Test;

/// The query of a request, decoded, in its order.
pub type Query = [(String, String)];

/// What was wrong with a query: a list of sentences under each name.
pub type Errors = Map<String, Json>;

/// Suffixes that turn a text filter into another comparison.
const TEXT_LOOKUPS: [&str; 12] =
    ["n", "ic", "nic", "isw", "nisw", "iew", "niew", "ie", "nie", "empty", "regex", "iregex"];
const NUMBER_LOOKUPS: [&str; 6] = ["n", "lt", "lte", "gt", "gte", "empty"];

/// All values of a name.
pub fn values<'a>(query: &'a Query, name: &str) -> Vec<&'a str> {
    query.iter().filter(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str()).collect()
}

/// The objects of a type that a query asks for, by id.
pub fn apply(scope: &Scope, kind: TypeId, query: &Query) -> Result<Vec<Object>, Errors> {
    let mut errors = Map::new();
    let mut tests: Vec<Box<dyn Fn(Object) -> bool + '_>> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (name, _) in query {
        if seen.contains(&name.as_str()) {
            continue;
        }
        seen.push(name);
        let values = values(query, name);
        if values.is_empty() {
            continue;
        }
        let found = if let Some(field) = name.strip_prefix("cf_") {
            custom::test(scope, kind, field, &values)
        } else {
            one(scope, kind, name, &values, query)
        };
        match found {
            Ok(Some(test)) => tests.push(test),
            Ok(None) => {}
            Err(sentence) => {
                // The two ends of a range are one field to NetBox, which blames that one.
                let filters = &schema().kind(kind).filters;
                let base = name
                    .rsplit_once('_')
                    .filter(|_| range(filters, name).is_some() && !filters.contains_key(name.as_str()));
                errors.insert(base.map_or(name.as_str(), |(base, _)| base).to_owned(), json!([sentence]));
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let objects = scope.store.ids(kind).map(|id| Object { kind, id });
    let found = objects.filter(|object| tests.iter().all(|test| test(*object)));
    Ok(match ends_asked(kind, query) {
        Some(ends) => found.flat_map(|cable| vec![cable; times(scope, cable, &ends)]).collect(),
        None => found.collect(),
    })
}

/// The types of ends that cables are asked for, if by nothing else. NetBox looks at both ends for `termination_a_type`
/// as for `termination_b_type`, and gives a cable once for each end that fits; any other filter removes the doubles.
fn ends_asked(kind: TypeId, query: &Query) -> Option<Vec<Vec<&str>>> {
    let about = schema().kind(kind);
    let asked: Vec<&str> = ["termination_a_type", "termination_b_type"]
        .into_iter()
        .filter(|name| !values(query, name).is_empty())
        .collect();
    let others =
        query.iter().any(|(name, _)| about.filters.contains_key(name.as_str()) && !asked.contains(&name.as_str()));
    (about.name == "dcim.cable" && !asked.is_empty() && !others)
        .then(|| asked.into_iter().map(|name| values(query, name)).collect())
}

fn times(scope: &Scope, cable: Object, asked: &[Vec<&str>]) -> usize {
    let ends = [scope.store.terminations(cable, "A"), scope.store.terminations(cable, "B")].concat();
    let fitting = |types: &Vec<&str>| {
        ends.iter()
            .filter(|end| types.iter().any(|name| name.eq_ignore_ascii_case(schema().kind(end.kind).name)))
            .count()
    };
    asked.iter().map(fitting).product()
}

/// A test made from one parameter; none if the parameter says nothing.
type Found<'a> = Result<Option<Box<dyn Fn(Object) -> bool + 'a>>, String>;

fn one<'a>(scope: &'a Scope, kind: TypeId, name: &str, values: &[&str], query: &Query) -> Found<'a> {
    let filters = &schema().kind(kind).filters;
    let (filter, lookup) = match filters.get(name) {
        Some(filter) => (filter, ""),
        None => match name.rsplit_once("__") {
            Some((base, lookup)) => match filters.get(base) {
                Some(filter) if takes(filter, lookup) => (filter, lookup),
                _ => match range(filters, name) {
                    Some((filter, lookup)) => (filter, lookup),
                    None => return Ok(None),
                },
            },
            None => match range(filters, name) {
                Some((filter, lookup)) => (filter, lookup),
                None => return Ok(None),
            },
        },
    };
    if filter.method == "search" {
        let last = values.last().copied().unwrap_or_default();
        return Ok(search::test(scope, kind, last));
    }
    if !filter.method.is_empty() {
        return method::test(scope, kind, name, filter, values, query);
    }
    let Some(test) = Test::new(scope, kind, filter, lookup, values)? else { return Ok(None) };
    let path: Vec<&'static str> = filter.path.split("__").collect();
    Ok(Some(Box::new(move |object| test.holds(scope, object, &path))))
}

fn takes(filter: &Filter, lookup: &str) -> bool {
    match filter.lookups {
        "char" => TEXT_LOOKUPS.contains(&lookup),
        "number" => NUMBER_LOOKUPS.contains(&lookup),
        "negation" => lookup == "n",
        "tag" => matches!(lookup, "n" | "any"),
        "none" => false,
        list => list.split(',').any(|known| known == lookup),
    }
}

/// `time_after` and `time_before` of a range filter called `time`.
fn range<'a>(
    filters: &'a std::collections::HashMap<&'static str, Filter>,
    name: &str,
) -> Option<(&'a Filter, &'static str)> {
    let (base, lookup) = name
        .strip_suffix("_after")
        .map(|base| (base, "gte"))
        .or_else(|| name.strip_suffix("_before").map(|base| (base, "lte")))?;
    filters.get(base).filter(|filter| filter.kind == "DateTimeFromToRange").map(|filter| (filter, lookup))
}

/// What a path of columns and relations leads to from an object: nothing at all where a reference is unset.
pub fn resolve(scope: &Scope, object: Object, path: &[&str], found: &mut Vec<Value>) {
    let store = scope.store;
    let Some((first, rest)) = path.split_first() else {
        found.push(Value::Ref(object));
        return;
    };
    let kind = schema().kind(object.kind);
    if matches!(*first, "pk" | "id") {
        found.push(Value::Int(object.id.into()));
        return;
    }
    let id_of = first.strip_suffix("_id").filter(|base| kind.column(first).is_none() && kind.column(base).is_some());
    let name = id_of.unwrap_or(first);
    if kind.column(name).is_some() {
        match store.get(object, name) {
            Value::Ref(target) => resolve(scope, target, rest, found),
            Value::Refs(targets) => targets.iter().for_each(|target| resolve(scope, *target, rest, found)),
            Value::Null if !rest.is_empty() => {}
            value => found.push(value),
        }
    } else if let Some(reverse) = kind.reverse.get(name).filter(|reverse| {
        // A relation that only mirrors a generic reference of this object is followed from here instead.
        reverse.generic || schema().kind(reverse.kind).column(reverse.column).is_some()
    }) {
        store.reverse(*reverse, object).into_iter().for_each(|target| resolve(scope, target, rest, found));
    } else if let Some(target) = generic(scope, object, name) {
        resolve(scope, target, rest, found);
    }
}

/// The object behind a generic reference that a filter names by the type it wants (`interface` of an IP address).
fn generic(scope: &Scope, object: Object, model: &str) -> Option<Object> {
    let kind = schema().kind(object.kind);
    kind.columns.iter().filter(|column| column.kind == super::schema::ColumnKind::Generic).find_map(|column| {
        scope.store.reference(object, column.name).filter(|target| schema().kind(target.kind).model() == model)
    })
}
