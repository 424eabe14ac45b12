//! A result as it is written down: names in the place of what points into the program's own tables, and each row's
//! objects beside its values.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Maker, Source, Stored};
use crate::server::netbox::{ObjectType, Query, Schema, object_type};
use crate::server::tools::frame::{Cell, Frame, Object, Row};
use crate::server::tools::shape::Fields;
use crate::wire::result::Picture;

/// The format's number: what has another one is not read.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Written {
    format: u32,
    title: String,
    kind: Option<String>,
    columns: Vec<String>,
    /// The types of all objects in the rows.
    endpoints: Vec<String>,
    rows: Vec<WrittenRow>,
    offset: u64,
    total: u64,
    source: Option<WrittenSource>,
    page: Option<String>,
    picture: Option<Picture>,
}

/// The place of an object's type among the endpoints, and its id.
type Reference = (usize, u64);

/// What the row is about, its values, and which of them name an object.
#[derive(Serialize, Deserialize)]
struct WrittenRow(Option<Reference>, Vec<Value>, Vec<(usize, Reference)>);

#[derive(Serialize, Deserialize)]
struct WrittenSource {
    kind: String,
    query: Vec<(String, String)>,
    fields: Fields,
    is_telling: bool,
    maker: Maker,
}

/// The text of a result; none for one that cannot be written, which has not happened.
pub(super) fn write(stored: &Stored) -> Option<String> {
    let mut endpoints = Vec::new();
    let rows = stored.frame.rows.iter().map(|row| written_row(row, &mut endpoints)).collect();
    let source = stored.source.as_ref().map(|source| WrittenSource {
        kind: source.kind.name.to_owned(),
        query: source.query.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        fields: source.fields.clone(),
        is_telling: source.is_telling,
        maker: source.maker,
    });
    let written = Written {
        format: FORMAT,
        title: stored.title.clone(),
        kind: stored.kind.map(|kind| kind.name.to_owned()),
        columns: stored.frame.columns.clone(),
        endpoints: endpoints.into_iter().map(str::to_owned).collect(),
        rows,
        offset: stored.offset,
        total: stored.total,
        source,
        page: stored.page.clone(),
        picture: stored.picture.clone(),
    };
    serde_json::to_string(&written).ok()
}

fn written_row(row: &Row, endpoints: &mut Vec<&'static str>) -> WrittenRow {
    let mut reference = |object: Object| {
        let place = endpoints.iter().position(|endpoint| *endpoint == object.endpoint).unwrap_or_else(|| {
            endpoints.push(object.endpoint);
            endpoints.len() - 1
        });
        (place, object.id)
    };
    let cells = row.cells.iter().enumerate();
    let named = cells.filter_map(|(place, cell)| Some((place, reference(cell.object?)))).collect();
    WrittenRow(row.object.map(&mut reference), row.cells.iter().map(|cell| cell.value.clone()).collect(), named)
}

/// Reads a result again. A type that is not there any more (a plugin's) is none: its rows stay, and what was not read
/// of them cannot be read any more. Also says whether all its types are there: shortly after a start those of plugins
/// are not known yet.
pub(super) fn read(text: &str, schema: &Schema) -> Option<(Stored, bool)> {
    let written: Written = serde_json::from_str(text).ok().filter(|written: &Written| written.format == FORMAT)?;
    let kinds: Vec<Option<&'static ObjectType>> =
        written.endpoints.iter().map(|endpoint| object_type::by_path(endpoint)).collect();
    let object = |(place, id): Reference| {
        let kind = kinds.get(place).copied().flatten()?;
        Some(Object { endpoint: kind.endpoint, id })
    };
    let width = written.columns.len();
    let rows = written.rows.into_iter().map(|WrittenRow(about, values, named)| {
        let mut cells: Vec<Cell> = values.into_iter().map(|value| Cell { value, object: None }).collect();
        cells.resize_with(width, Cell::default);
        for (place, reference) in named {
            if let Some(cell) = cells.get_mut(place) {
                cell.object = object(reference);
            }
        }
        Row { object: about.and_then(object), cells }
    });
    let frame = Frame { columns: written.columns, rows: rows.collect() };
    let mut names = written.kind.iter().chain(written.source.as_ref().map(|source| &source.kind));
    let is_known = names.all(|name| schema.type_named(name).is_some());
    let source = written.source.and_then(|source| {
        Some(Source {
            kind: schema.type_named(&source.kind)?,
            query: source.query.into_iter().fold(Query::new(), |query, (name, value)| query.with(name, value)),
            fields: source.fields,
            is_telling: source.is_telling,
            maker: source.maker,
        })
    });
    let stored = Stored {
        title: written.title,
        kind: written.kind.and_then(|name| schema.type_named(&name)),
        frame,
        offset: written.offset,
        total: written.total,
        source,
        page: written.page,
        picture: written.picture,
    };
    Some((stored, is_known))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        let objects = [
            json!({"id": 7, "url": "/api/dcim/devices/7/", "name": "sw1",
                   "site": {"id": 3, "url": "/api/dcim/sites/3/", "display": "Cleveland 01"}}),
            json!({"id": 8, "url": "/api/dcim/devices/8/", "name": "sw2", "site": null}),
        ];
        let kind = object_type::by_name("dcim.device").unwrap();
        let fields = Fields::of(&["name", "site"]);
        let stored = Stored {
            title: "devices".into(),
            kind: Some(kind),
            frame: Frame::of_objects(kind, &objects, &fields),
            offset: 0,
            total: 40,
            source: Some(Source {
                kind,
                query: Query::new().with("site", "cle-01").with("site", "cmh-01"),
                fields,
                is_telling: true,
                maker: Maker::Fields,
            }),
            page: Some("https://netbox.example.com/dcim/devices/".into()),
            picture: Some(Picture::Chart(crate::wire::result::Chart::default())),
        };
        let text = write(&stored).unwrap();
        let (again, is_known) = read(&text, &Schema::embedded(None)).unwrap();
        assert!(is_known);
        assert_eq!(format!("{again:?}"), format!("{stored:?}"));
        assert!(again.frame.rows[0].cells.iter().any(|cell| cell.object.is_some()), "{again:?}");
        assert!(read(&text.replacen("\"format\":1", "\"format\":0", 1), &Schema::embedded(None)).is_none());
        let gone = text.replace("dcim.device", "netbox_dns.zone");
        let (gone, is_known) = read(&gone, &Schema::embedded(None)).unwrap();
        assert!(!is_known && gone.kind.is_none() && gone.source.is_none() && gone.frame.rows.len() == 2);
    }
}
