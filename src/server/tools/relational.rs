//! What can be done with rows that are already here: choose, order.

use std::cmp::Ordering;

use regex::RegexBuilder;
use serde_json::{Map, Value};

use super::call::Call;
use super::filters::{refused, short};
use super::flatten::cell_text;
use super::frame::{Cell, Frame, Row};
use crate::server::netbox::catalogue::nearest;
use crate::wire::problem::Problem;

/// The largest compiled form of a pattern, in bytes.
const LARGEST_PATTERN: usize = 256 * 1024;

/// How two values are ordered: numbers by size, texts as people count (`Gi1/0/2` before `Gi1/0/10`), nothing first.
fn compare(left: Option<&Cell>, right: Option<&Cell>) -> Ordering {
    let value = |cell: Option<&Cell>| cell.map_or(Value::Null, |cell| cell.value.clone());
    compare_values(&value(left), &value(right))
}

fn compare_values(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Number(left), Value::Number(right)) => {
            left.as_f64().unwrap_or_default().total_cmp(&right.as_f64().unwrap_or_default())
        }
        (left, right) => natural(&cell_text(left), &cell_text(right)),
    }
}

/// Orders texts whatever their case, and runs of digits in them by their number.
pub(super) fn natural(left: &str, right: &str) -> Ordering {
    let (mut one, mut other) = (left.chars().peekable(), right.chars().peekable());
    loop {
        let (Some(a), Some(b)) = (one.peek().copied(), other.peek().copied()) else {
            return one.peek().is_some().cmp(&other.peek().is_some()).then_with(|| left.cmp(right));
        };
        let order = if a.is_ascii_digit() && b.is_ascii_digit() {
            let digits = |text: &mut std::iter::Peekable<std::str::Chars<'_>>| {
                let mut number = String::new();
                while let Some(digit) = text.next_if(char::is_ascii_digit) {
                    number.push(digit);
                }
                number.trim_start_matches('0').to_owned()
            };
            let (a, b) = (digits(&mut one), digits(&mut other));
            a.len().cmp(&b.len()).then_with(|| a.cmp(&b))
        } else {
            one.next();
            other.next();
            a.to_lowercase().cmp(b.to_lowercase())
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// The place of a column, by its name or by the name of the object in it.
///
/// # Errors
/// There is none: the nearest are named.
pub(super) fn column(frame: &Frame, name: &str) -> Result<usize, Problem> {
    let stem = name.strip_suffix("_id").unwrap_or(name);
    frame.column(name).or_else(|| frame.column(stem)).ok_or_else(|| {
        let near = nearest(name, frame.columns.iter().map(String::as_str));
        let hint = if near.is_empty() {
            format!("its columns are {}; ask NetBox again for others", frame.columns.join(", "))
        } else {
            format!("did you mean {}?", near.join(" or "))
        };
        refused(format!("That result has no column {}", short(name))).hint(hint)
    })
}

/// The rows for which all of `filters` hold: NetBox's lookups, on the values that are here. That a value occurs nowhere
/// is told.
///
/// # Errors
/// An unknown column or lookup, a pattern that is none, an object that is named in another way than here.
pub(super) fn filter(call: &Call<'_>, frame: &Frame, filters: &Map<String, Value>) -> Result<Frame, Problem> {
    let (frame, warnings) = choose(frame, filters)?;
    for sentence in warnings {
        call.warn(sentence);
    }
    Ok(frame)
}

fn choose(frame: &Frame, filters: &Map<String, Value>) -> Result<(Frame, Vec<String>), Problem> {
    let mut warnings = Vec::new();
    let mut tests: Vec<(usize, Test)> = Vec::new();
    for (name, value) in filters {
        if name == "q" {
            tests.push((usize::MAX, Test::new("ic", texts(value), false)?));
            continue;
        }
        let (base, lookup) = match name.rsplit_once("__") {
            Some((base, lookup)) if frame.column(name).is_none() => (base, lookup),
            _ => (name.as_str(), ""),
        };
        let by_id = base.ends_with("_id") && frame.column(base).is_none();
        let (index, test) = (column(frame, base)?, Test::new(lookup, texts(value), by_id)?);
        warnings.extend(known(frame, index, base, &test)?);
        tests.push((index, test));
    }
    let holds = |row: &&Row| {
        tests.iter().all(|(index, test)| {
            if *index == usize::MAX {
                row.cells.iter().any(|cell| test.holds(cell))
            } else {
                row.cells.get(*index).is_some_and(|cell| test.holds(cell))
            }
        })
    };
    let frame = Frame { columns: frame.columns.clone(), rows: frame.rows.iter().filter(holds).cloned().collect() };
    Ok((frame, warnings))
}

/// Checks that what a whole value is compared with is in the column at all. Related objects stand here by their names:
/// a slug that NetBox's filter took would find nothing, or with `__n` everything. Returns what is to be told of others.
fn known(frame: &Frame, index: usize, name: &str, test: &Test) -> Result<Option<String>, Problem> {
    if !matches!(test.lookup, Lookup::Is | Lookup::IsNot) || frame.rows.is_empty() {
        return Ok(None);
    }
    let cells = || frame.rows.iter().filter_map(|row| row.cells.get(index));
    if test.by_id && cells().all(|cell| cell.object.is_none()) && cells().any(|cell| !cell.is_empty()) {
        return Err(refused(format!("That result does not hold the ids of {}", short(name)))
            .hint(format!("compare {} with a name, or ask NetBox again", name.trim_end_matches("_id"))));
    }
    let alone = |value: &String| Test { lookup: Lookup::Is, values: vec![value.clone()], by_id: test.by_id };
    let unknown = test.values.iter().filter(|value| *value != "null");
    let Some(value) = unknown.into_iter().find(|value| !cells().any(|cell| alone(value).holds(cell))) else {
        return Ok(None);
    };
    let mut there: Vec<String> = cells().filter(|cell| !cell.is_empty()).map(Cell::text).collect();
    there.sort_by(|left, right| natural(left, right));
    there.dedup();
    let near = nearest(value, there.iter().map(String::as_str));
    let few = if near.is_empty() { there.iter().take(8).map(String::as_str).collect() } else { near };
    let few = few.join(", ");
    let sentence = format!("No row of that result has {} {}", short(name), short(value));
    if !test.by_id && cells().any(|cell| cell.object.is_some()) {
        return Err(refused(sentence).hint(format!("objects are called by their names there, such as {few}")));
    }
    Ok(Some(if test.by_id || few.is_empty() { sentence } else { format!("{sentence}; there are {few}") }))
}

/// Which of two values comes first; what has no value comes last, whichever way.
pub(super) fn in_order(left: Option<&Cell>, right: Option<&Cell>, descending: bool) -> Ordering {
    let empty = |cell: Option<&Cell>| cell.is_none_or(Cell::is_empty);
    match (empty(left), empty(right)) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) if descending => compare(left, right).reverse(),
        (false, false) => compare(left, right),
    }
}

/// Orders rows by columns, descending with a leading `-`; what has no value comes last.
///
/// # Errors
/// An unknown column.
pub(super) fn order(frame: &mut Frame, ordering: &[String]) -> Result<(), Problem> {
    let mut keys = Vec::new();
    for name in ordering {
        let plain = name.trim_start_matches('-');
        keys.push((column(frame, plain)?, name.starts_with('-')));
    }
    frame.rows.sort_by(|left, right| {
        for (index, descending) in &keys {
            let order = in_order(left.cells.get(*index), right.cells.get(*index), *descending);
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    });
    Ok(())
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Null => vec!["null".to_owned()],
        Value::Bool(flag) => vec![flag.to_string()],
        Value::String(text) => vec![text.trim().to_owned()],
        other => vec![other.to_string()],
    }
}

/// One condition.
struct Test {
    lookup: Lookup,
    /// Lower case.
    values: Vec<String>,
    by_id: bool,
}

enum Lookup {
    Is,
    IsNot,
    Contains(bool),
    Starts(bool),
    Ends(bool),
    Empty,
    Compared(fn(Ordering) -> bool),
    Matches(regex::Regex),
}

impl Test {
    fn new(lookup: &str, values: Vec<String>, by_id: bool) -> Result<Self, Problem> {
        let pattern = |insensitive: bool| {
            let text = values.first().map(String::as_str).unwrap_or_default();
            RegexBuilder::new(text).case_insensitive(insensitive).size_limit(LARGEST_PATTERN).build().map_err(|_| {
                refused(format!("{} is no regular expression", short(text)))
                    .hint("write it as for PostgreSQL, such as ^sw[0-9]+$")
            })
        };
        let lookup = match lookup {
            "" | "ie" => Lookup::Is,
            "n" | "nie" => Lookup::IsNot,
            "ic" => Lookup::Contains(true),
            "nic" => Lookup::Contains(false),
            "isw" => Lookup::Starts(true),
            "nisw" => Lookup::Starts(false),
            "iew" => Lookup::Ends(true),
            "niew" => Lookup::Ends(false),
            "empty" => Lookup::Empty,
            "gt" => Lookup::Compared(Ordering::is_gt),
            "gte" => Lookup::Compared(Ordering::is_ge),
            "lt" => Lookup::Compared(Ordering::is_lt),
            "lte" => Lookup::Compared(Ordering::is_le),
            "regex" => Lookup::Matches(pattern(false)?),
            "iregex" => Lookup::Matches(pattern(true)?),
            other => {
                return Err(refused(format!("There is no lookup __{} for an earlier result", short(other)))
                    .hint("the lookups are n, ic, nic, isw, nisw, iew, niew, ie, nie, empty, gt, gte, lt, lte, regex and iregex"));
            }
        };
        let values = values.iter().map(|value| value.to_lowercase()).collect();
        Ok(Self { lookup, values, by_id })
    }

    fn holds(&self, cell: &Cell) -> bool {
        let of_object;
        let items: &[Value] = match &cell.value {
            _ if self.by_id => {
                of_object = [cell.object.map_or(Value::Null, |object| object.id.into())];
                &of_object
            }
            Value::Array(items) => items,
            value => std::slice::from_ref(value),
        };
        let each: Vec<String> = items.iter().map(|item| raw(item).to_lowercase()).collect();
        let any = |test: &dyn Fn(&str, &str) -> bool| {
            self.values.iter().any(|value| each.iter().any(|text| test(text, value)))
        };
        // A serial of digits is a text: `0012` is not 12.
        let numeric = items.iter().all(Value::is_number);
        let flag = items.iter().all(Value::is_boolean);
        let equal = |text: &str, value: &str| {
            text == value
                || (value == "null" && cell.is_empty())
                || (flag && matches!((text, value), ("true", "yes" | "1") | ("false", "no" | "0")))
                || ((numeric || (text.contains('.') && value.contains('.')))
                    && number(text).zip(number(value)).is_some_and(|(a, b)| a.total_cmp(&b).is_eq()))
        };
        match &self.lookup {
            Lookup::Is => any(&equal) || (cell.is_empty() && self.values.iter().any(|value| value == "null")),
            Lookup::IsNot => !(any(&equal) || (cell.is_empty() && self.values.iter().any(|value| value == "null"))),
            Lookup::Contains(wanted) => any(&|text, value| text.contains(value)) == *wanted,
            Lookup::Starts(wanted) => any(&|text, value| text.starts_with(value)) == *wanted,
            Lookup::Ends(wanted) => any(&|text, value| text.ends_with(value)) == *wanted,
            Lookup::Empty => {
                cell.is_empty() != self.values.iter().any(|value| matches!(value.as_str(), "false" | "no" | "0"))
            }
            Lookup::Compared(test) => {
                !cell.is_empty()
                    && any(&|text, value| match (number(text).zip(number(value)), moment(text).zip(moment(value))) {
                        (Some((a, b)), _) => test(a.total_cmp(&b)),
                        (_, Some((a, b))) => test(a.cmp(&b)),
                        _ => test(natural(text, value)),
                    })
            }
            Lookup::Matches(pattern) => items.iter().any(|item| pattern.is_match(&raw(item))),
        }
    }
}

/// A value as it is compared: flags as NetBox's filters write them.
fn raw(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        other => cell_text(other),
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// A time with its zone, whichever that is.
fn moment(text: &str) -> Option<jiff::Timestamp> {
    text.to_uppercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::tools::frame::Object;

    fn frame() -> Frame {
        let mut frame = Frame::new(&["name", "site", "u_height", "tags", "enabled"]);
        let site = |name: &str, id| Cell { value: json!(name), object: Some(Object { endpoint: "dcim/sites", id }) };
        frame.push(vec![
            Cell::plain("sw10"),
            site("Ohio", 1),
            Cell::plain(10),
            Cell::plain(json!(["core", "lab"])),
            Cell::plain(true),
        ]);
        frame.push(vec![
            Cell::plain("sw2"),
            site("Texas", 2),
            Cell::plain(9),
            Cell::plain(json!([])),
            Cell::plain(false),
        ]);
        frame.push(vec![
            Cell::plain("SW3"),
            Cell::default(),
            Cell::default(),
            Cell::plain(json!(["edge"])),
            Cell::plain(true),
        ]);
        frame
    }

    fn names(frame: &Frame) -> Vec<String> {
        frame.rows.iter().map(|row| row.cells[0].text()).collect()
    }

    #[test]
    fn filters_are_those_of_netbox() {
        for (filters, expected) in [
            (json!({"name": "sw3"}), vec!["SW3"]),
            (json!({"site": ["ohio", "texas"]}), vec!["sw10", "sw2"]),
            (json!({"site_id": 2}), vec!["sw2"]),
            (json!({"site": null}), vec!["SW3"]),
            (json!({"site__n": "Ohio"}), vec!["sw2", "SW3"]),
            (json!({"u_height__gte": 9.5}), vec!["sw10"]),
            (json!({"u_height__empty": true}), vec!["SW3"]),
            (json!({"tags": "lab"}), vec!["sw10"]),
            (json!({"enabled": true, "name__isw": "sw1"}), vec!["sw10"]),
            (json!({"name__regex": "^SW"}), vec!["SW3"]),
            (json!({"q": "texa"}), vec!["sw2"]),
        ] {
            assert_eq!(names(&choose(&frame(), filters.as_object().unwrap()).unwrap().0), expected, "{filters}");
        }
        let wrong = |filters: Value| choose(&frame(), filters.as_object().unwrap()).unwrap_err();
        assert!(wrong(json!({"sites": 1})).hint.unwrap().contains("site"));
        assert!(wrong(json!({"name__in": "x"})).message.contains("__in"));
        assert!(wrong(json!({"name__regex": "("})).message.contains("regular expression"));
    }

    #[test]
    fn what_occurs_nowhere_is_told() {
        let of = |filters: Value| choose(&frame(), filters.as_object().unwrap());
        // The slug of Ohio: nothing would be found, or with `__n` everything.
        for filters in [json!({"site": "oh-01"}), json!({"site__n": "oh-01"}), json!({"site": ["Ohio", "texsa"]})] {
            assert!(of(filters.clone()).unwrap_err().hint.unwrap().contains("Texas"), "{filters}");
        }
        assert!(of(json!({"name_id": 1})).unwrap_err().message.contains("ids of name_id"));
        let (left, warnings) = of(json!({"name__n": "sw4"})).unwrap();
        assert_eq!((left.rows.len(), warnings.len()), (3, 1));
        assert!(warnings[0].contains("No row of that result has name sw4"), "{warnings:?}");
        assert!(of(json!({"name": "sw2", "site": null})).unwrap().1.is_empty());
    }

    #[test]
    fn values_are_compared_as_what_they_are() {
        let mut frame = Frame::new(&["serial", "up", "time", "weight"]);
        frame.push(vec![
            Cell::plain("0012"),
            Cell::plain(true),
            Cell::plain("2026-01-15T10:00:00+01:00"),
            Cell::plain("12.50"),
        ]);
        for (filters, expected) in [
            (json!({"serial": 12}), 0),
            (json!({"serial": "0012"}), 1),
            (json!({"up": "yes"}), 1),
            (json!({"up": 0}), 0),
            (json!({"up__empty": 0}), 1),
            (json!({"time__gt": "2026-01-15T09:30:00Z"}), 0),
            (json!({"time__gte": "2026-01-15T09:00:00Z"}), 1),
            (json!({"weight": 12.5}), 1),
            (json!({"weight__gt": 9}), 1),
        ] {
            assert_eq!(choose(&frame, filters.as_object().unwrap()).unwrap().0.rows.len(), expected, "{filters}");
        }
    }

    #[test]
    fn people_count_two_before_ten() {
        let mut frame = frame();
        order(&mut frame, &["name".into()]).unwrap();
        assert_eq!(names(&frame), ["sw2", "SW3", "sw10"]);
        order(&mut frame, &["-u_height".into()]).unwrap();
        assert_eq!(names(&frame), ["sw10", "sw2", "SW3"]);
        assert_eq!(natural("Gi1/0/02", "gi1/0/2"), Ordering::Less.then(natural("Gi1/0/02", "gi1/0/2")));
        assert_eq!(natural("a", "a1"), Ordering::Less);
    }
}
