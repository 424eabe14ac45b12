//! What is computed of a group: its number, or the sum, least, greatest, average or number of different values.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Number, Value};

use super::super::filters::{refused, short};
use super::super::flatten::cell_text;
use super::super::frame::{Cell, Object};
use super::super::relational::natural;
use super::source::Key;
use crate::wire::problem::Problem;

/// A measure that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Measure {
    /// As it was asked for: `sum:vcpus`. The name of its column.
    pub(super) name: String,
    pub(super) function: Function,
    /// The field; none for the number of rows.
    pub(super) field: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Count,
    Sum,
    Least,
    Greatest,
    Average,
    Distinct,
}

impl Measure {
    /// The number of rows.
    pub(super) fn count() -> Self {
        Self { name: "count".into(), function: Function::Count, field: None }
    }

    /// Whether its number is in the unit of its values.
    pub(super) fn needs_unit(&self) -> bool {
        !matches!(self.function, Function::Count | Function::Distinct)
    }

    /// Reads `count`, `sum:vcpus`, `avg(memory)`.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let plain = text.trim();
        if plain.eq_ignore_ascii_case("count") {
            return Ok(Self::count());
        }
        let (name, field) = plain
            .split_once(':')
            .or_else(|| plain.strip_suffix(')').and_then(|rest| rest.split_once('(')))
            .map_or((plain, ""), |(name, field)| (name.trim(), field.trim()));
        let function = match name.to_lowercase().as_str() {
            "sum" => Function::Sum,
            "min" => Function::Least,
            "max" => Function::Greatest,
            "average" | "avg" | "mean" => Function::Average,
            "distinct" => Function::Distinct,
            _ => return Err(wrong(plain)),
        };
        if field.is_empty() {
            return Err(wrong(plain));
        }
        Ok(Self { name: plain.to_owned(), function, field: Some(field.to_owned()) })
    }
}

fn wrong(text: &str) -> Problem {
    refused(format!("{} is no measure", short(text)))
        .hint("write count, or sum, min, max, average or distinct with a field: sum:vcpus")
}

/// What has been seen of a group for one measure.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    rows: u64,
    values: u64,
    sum: f64,
    least: Option<Value>,
    greatest: Option<Value>,
    distinct: HashSet<Key>,
    /// A value that is no number, of which there is no sum.
    strange: Option<Value>,
    /// For a field of related objects: how many rows name which, until their values are known.
    related: BTreeMap<Object, u64>,
}

impl Seen {
    pub(super) fn new() -> Self {
        Self {
            rows: 0,
            values: 0,
            sum: 0.0,
            least: None,
            greatest: None,
            distinct: HashSet::new(),
            strange: None,
            related: BTreeMap::new(),
        }
    }

    /// A row without a value to look at.
    pub(super) fn count(&mut self, rows: u64) {
        self.rows += rows;
    }

    /// A row whose value is a field of this object.
    pub(super) fn later(&mut self, object: Option<Object>) {
        self.rows += 1;
        if let Some(object) = object {
            *self.related.entry(object).or_default() += 1;
        }
    }

    /// A value, of so many rows.
    pub(super) fn add(&mut self, measure: &Measure, cell: &Cell, rows: u64) {
        if cell.is_empty() {
            return;
        }
        self.values += rows;
        match measure.function {
            Function::Count => {}
            Function::Sum | Function::Average => {
                #[allow(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
                let rows = rows as f64;
                match number(&cell.value) {
                    Some(number) => self.sum += number * rows,
                    None => self.strange = Some(cell.value.clone()),
                }
            }
            Function::Least => {
                if self.least.as_ref().is_none_or(|least| order(&cell.value, least).is_lt()) {
                    self.least = Some(cell.value.clone());
                }
            }
            Function::Greatest => {
                if self.greatest.as_ref().is_none_or(|greatest| order(&cell.value, greatest).is_gt()) {
                    self.greatest = Some(cell.value.clone());
                }
            }
            Function::Distinct => {
                self.distinct.insert(Key::of(cell));
            }
        }
    }

    /// The related objects whose values are needed.
    pub(super) fn wanted(&self) -> impl Iterator<Item = Object> {
        self.related.keys().copied()
    }

    /// Takes the values of related objects into account.
    pub(super) fn settle(&mut self, measure: &Measure, values: &HashMap<Object, Cell>) {
        for (object, rows) in std::mem::take(&mut self.related) {
            if let Some(cell) = values.get(&object) {
                self.add(measure, cell, rows);
            }
        }
    }

    /// Joins two groups that turned out to be one.
    pub(super) fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.values += other.values;
        self.sum += other.sum;
        if let Some(least) = other.least
            && self.least.as_ref().is_none_or(|own| order(&least, own).is_lt())
        {
            self.least = Some(least);
        }
        if let Some(greatest) = other.greatest
            && self.greatest.as_ref().is_none_or(|own| order(&greatest, own).is_gt())
        {
            self.greatest = Some(greatest);
        }
        self.distinct.extend(other.distinct);
        self.strange = self.strange.take().or(other.strange);
        for (object, rows) in other.related {
            *self.related.entry(object).or_default() += rows;
        }
    }

    /// That every value is what the measure is of.
    ///
    /// # Errors
    /// A sum or an average of texts.
    pub(super) fn check(&self, measure: &Measure) -> Result<(), Problem> {
        let Some(value) = &self.strange else { return Ok(()) };
        Err(refused(format!("{} is of numbers, and {} is none", measure.name, short(&cell_text(value))))
            .hint("count texts with distinct, or find the first and last of them with min and max"))
    }

    /// Rows without a value, which the measure says nothing of.
    pub(super) fn unset(&self) -> u64 {
        self.rows.saturating_sub(self.values)
    }

    /// The measure.
    pub(super) fn value(&self, measure: &Measure) -> Value {
        match measure.function {
            Function::Count => self.rows.into(),
            // Nothing was summed: none of them says.
            Function::Sum if self.values == 0 && self.rows > 0 => Value::Null,
            Function::Sum => written(self.sum),
            Function::Average if self.values == 0 => Value::Null,
            Function::Average => {
                #[allow(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
                let values = self.values as f64;
                written((self.sum / values * 100.0).round() / 100.0)
            }
            Function::Least => self.least.clone().unwrap_or_default(),
            Function::Greatest => self.greatest.clone().unwrap_or_default(),
            Function::Distinct => self.distinct.len().into(),
        }
    }
}

/// A number, also where NetBox writes it as text (decimals).
pub(super) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

fn order(left: &Value, right: &Value) -> std::cmp::Ordering {
    match number(left).zip(number(right)) {
        Some((left, right)) => left.total_cmp(&right),
        None => natural(&cell_text(left), &cell_text(right)),
    }
}

/// Whole numbers without a point.
fn written(number: f64) -> Value {
    let number = (number * 1_000_000.0).round() / 1_000_000.0;
    if number.fract() == 0.0 && number.abs() < 9e15 {
        #[allow(clippy::cast_possible_truncation, reason = "it is whole and below 2^53")]
        let whole = number as i64;
        return whole.into();
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(measure: &str, values: &[Value]) -> Value {
        let measure = Measure::parse(measure).unwrap();
        let mut seen = Seen::new();
        for value in values {
            seen.count(1);
            seen.add(&measure, &Cell::plain(value.clone()), 1);
        }
        seen.value(&measure)
    }

    #[test]
    fn measures_are_computed() {
        let values = [json!(2), json!(null), json!("10.5"), json!(2)];
        assert_eq!(seen("count", &values), 4);
        assert_eq!(seen("sum:x", &values), 14.5);
        assert_eq!(seen("min:x", &values), 2);
        assert_eq!(seen("max(x)", &values), "10.5");
        assert_eq!(seen("average:x", &values), 4.83);
        assert_eq!(seen("distinct:x", &values), 2);
        assert_eq!(seen("sum:x", &[json!(null), json!("")]), Value::Null);
        assert_eq!(seen("avg:x", &[json!(null)]), Value::Null);
        assert_eq!(seen("max:x", &[json!("Gi2"), json!("Gi10")]), "Gi10");
        assert!(Measure::parse("median:x").unwrap_err().hint.unwrap().contains("average"));
        assert!(Measure::parse("sum").is_err());
    }

    #[test]
    fn there_is_no_sum_of_texts() {
        let measure = Measure::parse("sum:serial").unwrap();
        let mut seen = Seen::new();
        seen.add(&measure, &Cell::plain(3), 1);
        assert!(seen.check(&measure).is_ok());
        let mut other = Seen::new();
        other.add(&measure, &Cell::plain("FDO12"), 1);
        seen.merge(other);
        assert!(seen.check(&measure).unwrap_err().message.contains("FDO12 is none"));
    }

    #[test]
    fn groups_that_are_one_are_joined() {
        let measure = Measure::parse("min:x").unwrap();
        let (mut one, mut other) = (Seen::new(), Seen::new());
        one.add(&measure, &Cell::plain(5), 1);
        other.add(&measure, &Cell::plain(3), 1);
        one.merge(other);
        assert_eq!(one.value(&measure), 3);
        let sum = Measure::parse("sum:type.u_height").unwrap();
        let mut seen = Seen::new();
        let object = Object { endpoint: "dcim/device-types", id: 1 };
        seen.later(Some(object));
        seen.later(Some(object));
        seen.later(None);
        seen.settle(&sum, &HashMap::from([(object, Cell::plain(2))]));
        assert_eq!(seen.value(&sum), 4);
        assert_eq!(seen.value(&Measure::count()), 3);
    }
}
