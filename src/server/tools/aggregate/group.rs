//! Groups with their measures.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::super::arguments::Arguments;
use super::super::ask;
use super::super::call::Call;
use super::super::flatten::cell_text;
use super::super::frame::{Cell, Frame, Object, Row};
use super::super::output::{Output, Rows};
use super::super::related;
use super::super::relational;
use super::super::sweep::Swept;
use super::counting;
use super::having;
use super::measure::{Measure, Seen, number};
use super::source::{Key, Source};
use super::units::{self, Units};
use crate::server::netbox::Address;
use crate::wire::problem::Problem;
use crate::wire::result::{Bar, Chart, Picture};

const MOST_BARS: usize = 24;

/// One group: what its rows have in common, and its measures.
pub(super) struct Group {
    pub(super) cells: Vec<Cell>,
    pub(super) seen: Vec<Seen>,
}

pub(super) async fn run(call: &Call<'_>, arguments: &Arguments<'_>, top: usize) -> Result<Output, Problem> {
    let by = arguments.texts("group_by")?.unwrap_or_default();
    let measures = match arguments.texts("measures")? {
        Some(texts) if !texts.is_empty() => texts.iter().map(|text| Measure::parse(text)).collect::<Result<_, _>>()?,
        _ => vec![Measure::count()],
    };
    let source = Source::of(call, arguments).await?;
    let mut fields: Vec<String> = by.clone();
    fields.extend(measures.iter().filter_map(|measure| measure.field.clone()));
    source.check(call, &fields).await?;
    let Read { groups, swept, units, has_lists } = match counting::groups(call, &source, &by, &measures).await? {
        Some((groups, swept)) => Read { groups, swept, units: Map::new(), has_lists: false },
        None => read(call, &source, &by, &measures, &fields).await?,
    };
    let mut frame = Frame { columns: by.clone(), rows: Vec::new() };
    frame.columns.extend(measures.iter().map(|measure| measure.name.clone()));
    let mut unset: Map<String, Value> = Map::new();
    for (index, measure) in measures.iter().enumerate().filter(|(_, measure)| measure.needs_unit()) {
        let rows: u64 = groups.iter().filter_map(|group| group.seen.get(index)).map(Seen::unset).sum();
        if rows > 0 {
            unset.insert(measure.name.clone(), json!(rows));
        }
    }
    for Group { mut cells, seen } in groups {
        for (seen, measure) in seen.iter().zip(&measures) {
            seen.check(measure)?;
            cells.push(Cell::plain(seen.value(measure)));
        }
        frame.rows.push(Row { object: None, cells });
    }
    tell_apart(&mut frame, by.len());
    if let Some(text) = arguments.optional_text("having")? {
        having::keep(&mut frame, text)?;
    }
    let first = measures.first().map(|measure| format!("-{}", measure.name)).unwrap_or_default();
    relational::order(&mut frame, &by)?;
    relational::order(&mut frame, &arguments.texts("ordering")?.unwrap_or_else(|| vec![first]))?;
    let mut output = Output::default();
    source.describe(call, swept, &mut output).await;
    let counted = source.counted(swept.total);
    if !units.is_empty() {
        output.head.insert("units".into(), Value::Object(units));
    }
    if !unset.is_empty() {
        output.head.insert("unset".into(), Value::Object(unset));
    }
    if has_lists {
        let sentence = "One with several values counts in the group of each: the groups add up to more than there are";
        ask::warn(&mut output, [sentence.to_owned()]);
    }
    if by.is_empty() {
        // One row: names and values say it better.
        let values = frame.rows.first().map(|row| row.cells.clone()).unwrap_or_default();
        for (name, cell) in frame.columns.iter().zip(values) {
            output.head.insert(name.clone(), cell.value);
        }
        output.summary = counted;
        return Ok(output);
    }
    output.summary = format!("{counted} in {} groups", frame.rows.len());
    output.picture = chart(call.netbox.address(), &frame, by.len(), source.kind().map_or("rows", |kind| kind.plural));
    output.head.insert("grouped_by".into(), json!(by.join(", ")));
    output.rows = Some(Rows::whole(frame, top));
    Ok(output)
}

/// What was read.
struct Read {
    groups: Vec<Group>,
    swept: Swept,
    /// The units of the measures.
    units: Map<String, Value>,
    /// Whether rows were in several groups at once.
    has_lists: bool,
}

/// Groups whose objects are called the same are told apart by their ids.
fn tell_apart(frame: &mut Frame, keys: usize) {
    for index in 0..keys {
        let mut called: HashMap<String, HashSet<Object>> = HashMap::new();
        for cell in frame.rows.iter().filter_map(|row| row.cells.get(index)) {
            called.entry(cell.text()).or_default().extend(cell.object);
        }
        let name = frame.columns.get(index).map(|name| format!("{name}_id")).unwrap_or_default();
        if called.values().any(|objects| objects.len() > 1) && frame.column(&name).is_none() {
            frame.columns.push(name);
            for row in &mut frame.rows {
                let id = row.cells.get(index).and_then(|cell| cell.object).map(|object| object.id);
                row.cells.push(Cell::plain(id.map_or(Value::Null, Value::from)));
            }
        }
    }
}

/// Every combination of the values that one row has.
fn combinations(each: Vec<Vec<Cell>>) -> Vec<Vec<Cell>> {
    each.into_iter().fold(vec![Vec::new()], |before, cells| {
        let cells = if cells.is_empty() { vec![Cell::default()] } else { cells };
        before
            .iter()
            .flat_map(|row| cells.iter().map(|cell| row.iter().cloned().chain([cell.clone()]).collect()))
            .collect()
    })
}

/// Reads every row into its group; a row whose value is a list into that of each.
async fn read(
    call: &Call<'_>,
    source: &Source,
    by: &[String],
    measures: &[Measure],
    fields: &[String],
) -> Result<Read, Problem> {
    let mut groups: HashMap<Vec<Key>, Group> = HashMap::new();
    if by.is_empty() {
        groups.insert(Vec::new(), Group { cells: Vec::new(), seen: vec![Seen::new(); measures.len()] });
    }
    let mut units = Units::of(source, by, measures);
    let (mut has_lists, mut trouble) = (false, None);
    let swept = source
        .read(call, fields, |item| {
            units.see(item);
            let each =
                by.iter().map(|name| if source.is_path(name) { vec![item.cell(name)] } else { item.cells(name) });
            let rows = combinations(each.collect());
            has_lists |= rows.len() > 1;
            for cells in rows {
                let key: Vec<Key> = cells.iter().map(Key::of).collect();
                let group =
                    groups.entry(key).or_insert_with(|| Group { cells, seen: vec![Seen::new(); measures.len()] });
                for (seen, measure) in group.seen.iter_mut().zip(measures) {
                    match &measure.field {
                        None => seen.count(1),
                        Some(field) if source.is_path(field) => match related::first_object(field, &item.cell(field)) {
                            Ok(object) => seen.later(object),
                            Err(problem) => trouble = Some(problem),
                        },
                        Some(field) => {
                            seen.count(1);
                            item.cells(field).iter().for_each(|cell| seen.add(measure, cell, 1));
                        }
                    }
                }
            }
        })
        .await?;
    if let Some(problem) = trouble {
        return Err(problem);
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    for (index, name) in by.iter().enumerate().filter(|(_, name)| source.is_path(name)) {
        groups = follow(call, groups, index, name).await?;
    }
    for (index, measure) in measures.iter().enumerate() {
        let Some(field) = measure.field.as_deref().filter(|field| source.is_path(field)) else { continue };
        let mut objects: Vec<Object> =
            groups.iter().filter_map(|group| group.seen.get(index)).flat_map(Seen::wanted).collect();
        objects.sort_unstable();
        objects.dedup();
        let cells = related::follow(call, objects.iter().copied().map(Some).collect(), field).await?;
        if let Some(unit) = units::beside_path(field).filter(|_| measure.needs_unit()) {
            let found = related::follow(call, objects.iter().copied().map(Some).collect(), &unit).await?;
            found.iter().zip(&cells).filter(|(_, cell)| !cell.is_empty()).for_each(|(unit, _)| units.note(index, unit));
        }
        let values: HashMap<Object, Cell> = objects.into_iter().zip(cells).collect();
        for group in &mut groups {
            if let Some(seen) = group.seen.get_mut(index) {
                seen.settle(measure, &values);
            }
        }
    }
    let units = units.settled(measures)?;
    Ok(Read { groups, swept, units, has_lists })
}

/// Puts the end of a path in the place of its first object; groups that have the same end become one.
async fn follow(call: &Call<'_>, groups: Vec<Group>, index: usize, path: &str) -> Result<Vec<Group>, Problem> {
    let first = |group: &Group| group.cells.get(index).map_or(Ok(None), |cell| related::first_object(path, cell));
    let objects = groups.iter().map(first).collect::<Result<_, _>>()?;
    let ends = related::follow(call, objects, path).await?;
    let mut merged: HashMap<Vec<Key>, Group> = HashMap::new();
    for (mut group, end) in groups.into_iter().zip(ends) {
        if let Some(cell) = group.cells.get_mut(index) {
            *cell = end;
        }
        let key: Vec<Key> = group.cells.iter().map(Key::of).collect();
        match merged.entry(key) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(group);
            }
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                for (own, other) in entry.get_mut().seen.iter_mut().zip(group.seen) {
                    own.merge(other);
                }
            }
        }
    }
    Ok(merged.into_values().collect())
}

/// Bars for the first measure.
fn chart(address: &Address, frame: &Frame, keys: usize, unit: &str) -> Option<Picture> {
    let value = |row: &Row| row.cells.get(keys).and_then(|cell| number(&cell.value)).filter(|value| *value >= 0.0);
    let longest = frame.rows.iter().filter_map(value).fold(0.0, f64::max);
    if longest <= 0.0 || frame.rows.len() < 2 {
        return None;
    }
    let bars = frame.rows.iter().take(MOST_BARS).filter_map(|row| {
        let length = value(row)? / longest * 1_000.0;
        let labels: Vec<String> = row
            .cells
            .iter()
            .take(keys)
            .map(|cell| {
                let text = cell_text(&cell.value);
                if text.is_empty() { "(none)".to_owned() } else { text }
            })
            .collect();
        let object = row.cells.first().and_then(|cell| cell.object).filter(|_| keys == 1);
        let link = object.and_then(|object| object.link(address));
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1000")]
        let length = length.round() as u32;
        Some(Bar {
            label: crate::wire::tool::Cell { text: labels.join(", "), link },
            value: row.cells.get(keys).map(|cell| cell_text(&cell.value)).unwrap_or_default(),
            length,
        })
    });
    Some(Picture::Chart(Chart { unit: unit.to_owned(), bars: bars.collect() }))
}

impl Group {
    /// A group of so many rows.
    pub(super) fn counted(cell: Cell, rows: u64) -> Self {
        let mut seen = Seen::new();
        seen.count(rows);
        Self { cells: vec![cell], seen: vec![seen] }
    }
}
