//! Units of what is summed: metres and feet have no sum.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::filters::refused;
use super::super::frame::Cell;
use super::super::units;
use super::measure::Measure;
use super::source::{Item, Source};
use crate::wire::problem::Problem;

/// The units that the values of the measures have.
pub(super) struct Units {
    /// Of a measure's place: its field, and the field that says its unit.
    beside: Vec<(usize, String, &'static str)>,
    found: BTreeMap<usize, BTreeSet<String>>,
    fixed: Map<String, Value>,
}

impl Units {
    /// What is to be watched for these measures. Groups by the unit itself need no watching.
    pub(super) fn of(source: &Source, by: &[String], measures: &[Measure]) -> Self {
        let (mut beside, mut fixed) = (Vec::new(), Map::new());
        for (index, measure) in measures.iter().enumerate().filter(|(_, measure)| measure.needs_unit()) {
            let Some(field) = &measure.field else { continue };
            if let Some(unit) = source.kind().and_then(|kind| units::fixed(kind, field)) {
                fixed.insert(measure.name.clone(), json!(unit));
            }
            if let Some(unit) = source.unit_of(field).filter(|unit| !by.iter().any(|name| name == unit)) {
                beside.push((index, field.clone(), unit));
            }
        }
        Self { beside, found: BTreeMap::new(), fixed }
    }

    /// Looks at one row.
    pub(super) fn see(&mut self, item: &Item<'_>) {
        for (index, field, unit) in &self.beside {
            let unit = item.cell(unit);
            if !item.cell(field).is_empty() && !unit.is_empty() {
                self.found.entry(*index).or_default().insert(unit.text());
            }
        }
    }

    /// A unit that one value of a measure has.
    pub(super) fn note(&mut self, measure: usize, unit: &Cell) {
        if !unit.is_empty() {
            self.found.entry(measure).or_default().insert(unit.text());
        }
    }

    /// The unit of each measure.
    ///
    /// # Errors
    /// One has several.
    pub(super) fn settled(self, measures: &[Measure]) -> Result<Map<String, Value>, Problem> {
        let mut settled = self.fixed;
        for (index, units) in self.found {
            let Some(measure) = measures.get(index) else { continue };
            if units.len() > 1 {
                let units = units.into_iter().collect::<Vec<_>>().join(", ");
                return Err(refused(format!("{} would mix units: there are {units}", measure.name))
                    .hint("filter or group by the unit's field as well, such as length_unit"));
            }
            settled.insert(measure.name.clone(), units.into_iter().next().map_or(Value::Null, Value::String));
        }
        Ok(settled)
    }
}

/// The path of the unit of a related object's field.
pub(super) fn beside_path(field: &str) -> Option<String> {
    let last = field.rsplit('.').next()?;
    matches!(last, "weight" | "length" | "distance").then(|| format!("{field}_unit"))
}
