//! In what no two rows may agree.

use serde_json::{Value as Json, json};

use super::super::render::Scope;
use super::super::schema::schema;
use super::super::store::{Object, Value};
use super::Errors;
use super::table::{Unique, Writable};

/// What an object has in common with another one and may not, under the names of single columns.
pub fn columns(scope: &Scope, object: Object, writable: &Writable, errors: &mut Errors) {
    for rule in writable.unique.iter().filter(|rule| single(rule)) {
        let Some(column) = rule.columns.first().filter(|_| clashes(scope, object, rule)) else { continue };
        errors.entry(*column).or_insert_with(|| json!([rule.sentence]));
    }
}

/// The same of several columns together: NetBox looks at those only when each by itself is right.
pub fn groups(scope: &Scope, object: Object, writable: &Writable, errors: &mut Errors) {
    let rules = writable.unique.iter().filter(|rule| !single(rule));
    let sentences: Vec<Json> =
        rules.filter(|rule| clashes(scope, object, rule)).map(|rule| json!(rule.sentence)).collect();
    if !sentences.is_empty() {
        errors.insert("__all__".to_owned(), Json::Array(sentences));
    }
}

/// Roles of addresses that several interfaces may have (`IPADDRESS_ROLES_NONUNIQUE` of NetBox).
const SHARED_ROLES: [&str; 6] = ["anycast", "vip", "vrrp", "hsrp", "glbp", "carp"];

/// Prefixes and addresses that are there already, where the table they are in allows them once.
pub fn networks(scope: &Scope, object: Object, errors: &mut Errors) {
    let store = scope.store;
    let (column, what) = match schema().kind(object.kind).name {
        "ipam.prefix" => ("prefix", "prefix"),
        "ipam.ipaddress" => ("address", "IP address"),
        _ => return,
    };
    let vrf = store.reference(object, "vrf");
    if vrf.is_some_and(|vrf| store.get(vrf, "enforce_unique") != Value::Bool(true)) {
        return;
    }
    let Value::Network(own) = store.get(object, column) else { return };
    let shared = |object: Object| SHARED_ROLES.contains(&store.text(object, "role"));
    let same = |other: &Object| match store.get(*other, column) {
        Value::Network(network) if column == "prefix" => network == own,
        Value::Network(network) => network.address == own.address && !(shared(object) && shared(*other)),
        _ => false,
    };
    let mut others = store.ids(object.kind).map(|id| Object { id, ..object });
    let twin = others.find(|other| *other != object && store.reference(*other, "vrf") == vrf && same(other));
    if let Some(twin) = twin {
        let table = vrf.map_or_else(|| "global table".to_owned(), |vrf| format!("VRF {}", scope.display(vrf)));
        let sentence = format!("Duplicate {what} found in {table}: {}", scope.display(twin));
        errors.insert(column.to_owned(), json!([sentence]));
    }
}

/// Whether the rule is about one column and nothing else.
pub fn single(rule: &Unique) -> bool {
    rule.columns.len() == 1 && rule.only_null.is_empty() && rule.any_case.is_empty()
}

fn clashes(scope: &Scope, object: Object, rule: &Unique) -> bool {
    let key = |object: Object| -> Option<Vec<Json>> {
        let store = scope.store;
        if rule.only_null.iter().any(|column| store.get(object, column) != Value::Null) {
            return None;
        }
        let cells = rule.columns.iter().map(|column| {
            let value = scope.value(&store.get(object, column));
            match value {
                Json::Null if !rule.nulls_agree => None,
                Json::String(text) if rule.any_case.contains(column) => Some(json!(text.to_lowercase())),
                value => Some(value),
            }
        });
        cells.collect()
    };
    let Some(own) = key(object) else { return false };
    let others = scope.store.ids(object.kind).map(|id| Object { id, ..object }).filter(|other| *other != object);
    others.into_iter().any(|other| key(other).as_ref() == Some(&own))
}
