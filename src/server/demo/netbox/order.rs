//! The order of lists: NetBox's default per type, and what `ordering` asks for.

use std::cmp::{Ordering, Reverse};

use super::render::Scope;
use super::schema::{ColumnKind, schema};
use super::store::{Object, Value};

/// One step of a natural sort: digits count as a number, punctuation comes before digits, digits before letters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Mark(usize),
    Number(u64),
    Letter(char),
}

/// What a row is sorted by in one column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Unset values of the columns that NetBox sorts so.
    NullFirst,
    Bool(bool),
    Number(i64),
    Text(String),
    Natural(Vec<Step>, String),
    Network((u8, u128, u8, u128)),
    /// Unset values come last, as PostgreSQL puts them.
    NullLast,
}

/// Punctuation in the order of the Unicode collation.
const MARKS: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

fn natural(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        steps.push(if let Some(digit) = letter.to_digit(10) {
            let mut number = u64::from(digit);
            while let Some(digit) = letters.peek().and_then(|next| next.to_digit(10)) {
                number = number.saturating_mul(10).saturating_add(digit.into());
                letters.next();
            }
            Step::Number(number)
        } else if let Some(rank) = MARKS.chars().position(|mark| mark == letter) {
            Step::Mark(rank)
        } else {
            Step::Letter(letter.to_lowercase().next().unwrap_or(letter))
        });
    }
    steps
}

/// What NetBox sorts interfaces by (`naturalize_interface` in `utilities/ordering.py`): slot and position first, then
/// the type in front of them, then the number, channel and VLAN behind. Compared letter by letter.
fn interface_name(name: &str) -> String {
    let (of_type, mut rest) =
        name.split_at(name.find(|c: char| c.is_ascii_digit() || ".:".contains(c)).unwrap_or(name.len()));
    let mut key = String::new();
    for _ in 0..4 {
        let (number, behind) = digits(rest);
        match behind.strip_prefix('/') {
            Some(behind) if !number.is_empty() => {
                key += &padded(number, 4);
                rest = behind;
            }
            _ => key += "9999",
        }
    }
    key += of_type;
    for mark in ["", ":", "."] {
        let (number, behind) = rest.strip_prefix(mark).map_or(("", rest), digits);
        if number.is_empty() {
            key += "......";
        } else {
            key += &padded(number, 6);
            rest = behind;
        }
    }
    while let Some(letter) = rest.chars().next() {
        let (number, behind) = digits(rest);
        if number.is_empty() {
            key.push(letter);
            rest = &rest[letter.len_utf8()..];
        } else {
            key += &padded(number, 8);
            rest = behind;
        }
    }
    key
}

fn padded(number: &str, width: usize) -> String {
    format!("{number:0>width$}")
}

/// The digits that a text begins with, and the rest.
fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// Sorts objects of one type by column names, `-` in front for descending.
pub fn sort(scope: &Scope, objects: &mut Vec<Object>, order: &[&str]) {
    type Keys = (bool, Vec<Key>);
    type Decorated = (Vec<Keys>, Object);
    let mut decorated: Vec<Decorated> = objects
        .iter()
        .map(|object| {
            let keys = order.iter().map(|name| {
                let (descending, name) = name.strip_prefix('-').map_or((false, *name), |name| (true, name));
                let mut keys = Vec::new();
                push(scope, *object, name, &mut keys, 0);
                (descending, keys)
            });
            (keys.collect(), *object)
        })
        .collect();
    decorated.sort_by(|(left, left_object), (right, right_object)| {
        let compare = |((descending, left), (_, right)): (&Keys, &Keys)| {
            if *descending { Reverse(left).cmp(&Reverse(right)) } else { left.cmp(right) }
        };
        let found = left.iter().zip(right).map(compare).find(|ordering| *ordering != Ordering::Equal);
        found.unwrap_or_else(|| left_object.id.cmp(&right_object.id))
    });
    objects.clear();
    objects.extend(decorated.into_iter().map(|(_, object)| object));
}

/// The names in an `ordering` parameter that NetBox accepts for a type: fields of its serializer that come from the
/// database. The others it drops without a word.
pub fn requested(kind: u16, text: &str) -> Vec<&str> {
    let shape = &schema().kind(kind).shape;
    let known = |name: &str| {
        let name = name.strip_prefix('-').unwrap_or(name);
        shape.fields.iter().any(|field| match field.kind {
            "value" | "choice" | "nested" | "type" | "list" => field.source.replace('.', "__") == name,
            "count" => field.name == name,
            "special" => field.name == name && name.ends_with("_count"),
            _ => false,
        })
    };
    text.split(',').map(str::trim).filter(|name| known(name)).collect()
}

fn push(scope: &Scope, object: Object, name: &str, keys: &mut Vec<Key>, depth: usize) {
    let store = scope.store;
    let kind = schema().kind(object.kind);
    if depth > 4 {
        return;
    }
    if let Some((first, rest)) = name.split_once("__") {
        match store.reference(object, first) {
            Some(target) => push(scope, target, rest, keys, depth + 1),
            None => keys.push(Key::NullLast),
        }
        return;
    }
    let column = kind.column(name).map(|position| &kind.columns[position]);
    let natural_text = column.is_some_and(|column| column.kind == ColumnKind::Text { natural: true });
    if name == "sort_path" {
        let path = store.ancestors(object);
        let names = path.iter().rev().map(|node| store.text(*node, "name"));
        let joined: Vec<_> = names.collect();
        if !natural_text {
            keys.push(Key::Text(joined.join("\t")));
            return;
        }
        keys.push(Key::Natural(
            joined
                .iter()
                .flat_map(|name| {
                    let mut steps = natural(name);
                    steps.insert(0, Step::Mark(0));
                    steps
                })
                .collect(),
            joined.join("\u{1}"),
        ));
        return;
    }
    if name == "_name" {
        keys.push(Key::Text(interface_name(store.text(object, "name"))));
        return;
    }
    let plain_reference = matches!(kind.name, "ipam.prefix" | "ipam.iprange") && name == "vrf";
    if let Some(ColumnKind::Ref(target)) = column.map(|column| column.kind).filter(|_| !plain_reference) {
        let order = &schema().kind(target).order;
        match store.reference(object, name) {
            Some(target) => order.iter().for_each(|name| push(scope, target, name, keys, depth + 1)),
            None => keys.push(Key::NullLast),
        }
        return;
    }
    keys.push(match store.get(object, name) {
        Value::Null if column.is_none() => {
            Key::Number(scope.count(object, count_relation(kind.name, name, object)).try_into().unwrap_or_default())
        }
        Value::Null | Value::Json(_) | Value::Refs(_) => {
            if plain_reference {
                Key::NullFirst
            } else {
                Key::NullLast
            }
        }
        Value::Bool(value) => Key::Bool(value),
        Value::Int(value) | Value::Decimal(value) | Value::At(value) => Key::Number(value),
        Value::Ago(seconds) => Key::Number((scope.now.as_second() - seconds) * 1_000_000),
        Value::Ref(target) => Key::Number(target.id.into()),
        Value::Type(kind) => Key::Number(kind.into()),
        Value::Mac(address) => Key::Number(i64::try_from(address).unwrap_or_default()),
        Value::Network(network) if kind.name == "ipam.ipaddress" => {
            Key::Network((network.family(), network.number(), network.bits(), 0))
        }
        Value::Network(network) => Key::Network(network.key()),
        Value::Text(symbol) if natural_text => {
            Key::Natural(natural(store.symbol(symbol)), store.symbol(symbol).to_owned())
        }
        Value::Text(symbol) => Key::Text(store.symbol(symbol).to_owned()),
    });
}

/// The relation that a count such as `device_count` counts.
fn count_relation(_kind: &str, name: &str, object: Object) -> &'static str {
    let fields = &schema().kind(object.kind).shape.fields;
    fields.iter().find(|field| field.name == name && field.kind == "count").map_or("", |field| field.source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = vec!["Gi1/0/10", "Gi1/0/2", "gi1/0/1", "Te1/1/1", "1.0", "-a", "10", "9"];
        names.sort_by_key(|name| natural(name));
        assert_eq!(names, ["-a", "1.0", "9", "10", "gi1/0/1", "Gi1/0/2", "Gi1/0/10", "Te1/1/1"]);
    }

    #[test]
    fn interfaces_come_by_slot_then_by_type() {
        assert_eq!(interface_name("xe-0/1/0"), "0000000199999999xe-000000............");
        assert_eq!(interface_name("Ethernet1:2.30 x7"), "9999999999999999Ethernet000001000002000030 x00000007");
        let mut names = vec!["lo0", "Gi1/0", "Gi1/0/10", "Te1/1/1", "Gi1/0/2"];
        names.sort_by_key(|name| interface_name(name));
        assert_eq!(names, ["Gi1/0/2", "Gi1/0/10", "Te1/1/1", "Gi1/0", "lo0"]);
    }
}
