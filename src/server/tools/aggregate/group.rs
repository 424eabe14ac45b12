//! Groups with their measures.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::super::arguments::Arguments;
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
use crate::server::netbox::{Address, Query};
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
    let (groups, swept) = match counting::groups(call, &source, &by, &measures).await? {
        Some(counted) => counted,
        None => read(call, &source, &by, &measures, &fields).await?,
    };
    let mut frame = Frame { columns: by.clone(), rows: Vec::new() };
    frame.columns.extend(measures.iter().map(|measure| measure.name.clone()));
    for Group { mut cells, seen } in groups {
        cells.extend(seen.iter().zip(&measures).map(|(seen, measure)| Cell::plain(seen.value(measure))));
        frame.rows.push(Row { object: None, cells });
    }
    if let Some(text) = arguments.optional_text("having")? {
        having::keep(&mut frame, text)?;
    }
    let first = measures.first().map(|measure| format!("-{}", measure.name)).unwrap_or_default();
    relational::order(&mut frame, &by)?;
    relational::order(&mut frame, &arguments.texts("ordering")?.unwrap_or_else(|| vec![first]))?;
    let mut output = Output::default();
    source.describe(call, swept, &mut output).await;
    let counted = source.counted(swept.total);
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

/// Reads every row into its group.
async fn read(
    call: &Call<'_>,
    source: &Source,
    by: &[String],
    measures: &[Measure],
    fields: &[String],
) -> Result<(Vec<Group>, Swept), Problem> {
    let mut groups: HashMap<Vec<Key>, Group> = HashMap::new();
    if by.is_empty() {
        groups.insert(Vec::new(), Group { cells: Vec::new(), seen: vec![Seen::new(); measures.len()] });
    }
    let swept = source
        .read(call, fields, |item| {
            let cells: Vec<Cell> = by.iter().map(|name| item.cell(name)).collect();
            let key: Vec<Key> = cells.iter().map(Key::of).collect();
            let group = groups.entry(key).or_insert_with(|| Group { cells, seen: vec![Seen::new(); measures.len()] });
            for (seen, measure) in group.seen.iter_mut().zip(measures) {
                match &measure.field {
                    None => seen.count(1),
                    Some(field) if source.is_path(field) => seen.later(item.cell(field).object),
                    Some(field) => {
                        seen.count(1);
                        seen.add(measure, &item.cell(field), 1);
                    }
                }
            }
        })
        .await?;
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
        let values: HashMap<Object, Cell> = objects.into_iter().zip(cells).collect();
        for group in &mut groups {
            if let Some(seen) = group.seen.get_mut(index) {
                seen.settle(measure, &values);
            }
        }
    }
    Ok((groups, swept))
}

/// Puts the end of a path in the place of its first object; groups that have the same end become one.
async fn follow(call: &Call<'_>, groups: Vec<Group>, index: usize, path: &str) -> Result<Vec<Group>, Problem> {
    let objects = groups.iter().map(|group| group.cells.get(index).and_then(|cell| cell.object)).collect();
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
        let page = object.and_then(Object::page).map(|page| address.page(&page, &Query::new()).to_string());
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 1000")]
        let length = length.round() as u32;
        Some(Bar {
            label: crate::wire::tool::Cell { text: labels.join(", "), link: page },
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

/// For a value that is only compared.
pub(super) fn value_cell(text: &str) -> Cell {
    Cell { value: Value::String(text.to_owned()), object: None }
}
