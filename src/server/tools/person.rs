//! The person's view of a result: typed columns, cells with links into the configured NetBox, page by page.

use super::filters::{refused, short};
use super::frame::{Frame, Row};
use super::relational;
use super::results::Stored;
use super::shape::TELLING;
use crate::server::netbox::Address;
use crate::wire::problem::Problem;
use crate::wire::result::{Column, ColumnKind, ResultPage, ResultQuery};
use crate::wire::tool::{Cell, Table};

/// Rows and columns of the table in a tool's card.
const PREVIEW_ROWS: usize = 20;
const PREVIEW_COLUMNS: usize = 8;
/// The longest text of a cell, in characters.
const LONGEST_CELL: usize = 200;
const USUAL_PAGE: u64 = 50;
const LARGEST_PAGE: u64 = 1_000;

/// The first rows, for the tool's card. With `telling`, of many columns those that say most.
pub(super) fn preview(address: &Address, frame: &Frame, telling: bool) -> Option<Table> {
    if frame.rows.is_empty() {
        return None;
    }
    let mut columns: Vec<String> = if telling {
        TELLING.iter().filter(|name| frame.column(name).is_some()).map(|name| (*name).to_owned()).collect()
    } else {
        visible(frame)
    };
    if columns.is_empty() {
        columns.clone_from(&frame.columns);
    }
    columns.truncate(PREVIEW_COLUMNS);
    let few = Frame { columns: frame.columns.clone(), rows: frame.rows.iter().take(PREVIEW_ROWS).cloned().collect() };
    let few = few.select(&columns);
    Some(Table { columns: typed(&few), rows: few.rows.iter().map(|row| cells(address, row)).collect() })
}

/// The columns without the object's own id, which its link says.
fn visible(frame: &Frame) -> Vec<String> {
    let mut columns = frame.columns.clone();
    if columns.len() > 1 && frame.rows.iter().all(|row| row.object.is_some()) {
        columns.retain(|name| name != "id");
    }
    columns
}

/// A part of a result that is all here.
///
/// # Errors
/// An ordering by a column that there is not.
pub(super) fn page(address: &Address, stored: &Stored, query: &ResultQuery) -> Result<ResultPage, Problem> {
    let frame = stored.frame.select(&visible(&stored.frame));
    let wanted = query.search.trim().to_lowercase();
    let mut rows: Vec<&Row> = frame.rows.iter().filter(|row| wanted.is_empty() || contains(row, &wanted)).collect();
    if !query.ordering.is_empty() {
        let (name, descending) =
            query.ordering.strip_prefix('-').map_or((query.ordering.as_str(), false), |name| (name, true));
        let Some(column) = frame.column(name) else {
            return Err(refused(format!("This result has no column {}", short(name)))
                .hint(format!("its columns are {}", frame.columns.join(", "))));
        };
        rows.sort_by(|left, right| relational::in_order(left.cells.get(column), right.cells.get(column), descending));
    }
    let limit = if query.limit == 0 { USUAL_PAGE } else { query.limit.min(LARGEST_PAGE) };
    let matching = rows.len() as u64;
    let (offset, limit) =
        (usize::try_from(query.offset).unwrap_or(usize::MAX), usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(ResultPage {
        title: stored.title.clone(),
        columns: typed(&frame),
        rows: rows.iter().skip(offset).take(limit).map(|row| cells(address, row)).collect(),
        offset: query.offset,
        matching,
        kept: frame.rows.len() as u64,
        total: stored.total,
        page: stored.page.clone(),
        picture: stored.picture.clone(),
    })
}

fn contains(row: &Row, wanted: &str) -> bool {
    row.cells.iter().any(|cell| cell.text().to_lowercase().contains(wanted))
}

fn cells(address: &Address, row: &Row) -> Vec<Cell> {
    row.cells
        .iter()
        .enumerate()
        .map(|(index, cell)| {
            let whole = cell.text();
            let mut text: String = whole.chars().take(LONGEST_CELL).collect();
            if text.len() < whole.len() {
                text.push('…');
            }
            // The first column is the object itself; the others lead to what they name.
            let object = cell.object.or(row.object.filter(|_| index == 0));
            let object = object.filter(|_| !text.is_empty() || index == 0);
            Cell { link: object.and_then(|object| object.link(address)), text }
        })
        .collect()
}

/// The columns with what their values are.
fn typed(frame: &Frame) -> Vec<Column> {
    let columns = frame.columns.iter().enumerate();
    columns.map(|(index, name)| Column { name: name.clone(), kind: kind_of(frame, index, name) }).collect()
}

fn kind_of(frame: &Frame, index: usize, name: &str) -> ColumnKind {
    const IDENTIFIERS: [&str; 22] = [
        "address",
        "asset_tag",
        "asn",
        "cid",
        "device",
        "display",
        "dns_name",
        "host",
        "id",
        "interface",
        "label",
        "mac_address",
        "name",
        "oob_ip",
        "prefix",
        "primary_ip",
        "primary_ip4",
        "primary_ip6",
        "rd",
        "serial",
        "slug",
        "vid",
    ];
    let last = name.rsplit('.').next().unwrap_or(name);
    if last == "status" {
        return ColumnKind::Status;
    }
    if matches!(last, "time" | "created" | "last_updated") {
        return ColumnKind::Time;
    }
    if IDENTIFIERS.contains(&last) {
        return ColumnKind::Identifier;
    }
    let mut values =
        frame.rows.iter().filter_map(|row| row.cells.get(index)).filter(|cell| !cell.is_empty()).peekable();
    if values.peek().is_some() && values.all(|cell| cell.value.is_number()) {
        return ColumnKind::Number;
    }
    ColumnKind::Text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::netbox::object_type;
    use crate::server::tools::shape::Fields;

    fn frame() -> Frame {
        let objects = [
            json!({
                "id": 7, "url": "http://internal/netbox/api/dcim/devices/7/", "display": "sw1", "name": "sw1", "u": 10,
                "site": {"id": 3, "url": "https://elsewhere.example/api/dcim/sites/3/", "display": "Cleveland 01"},
                "role": {"id": 4, "url": "https://elsewhere.example/x/4/", "display": "Access"},
            }),
            json!({"id": 8, "name": "sw2", "u": 9, "site": null}),
            json!({"id": 9, "name": "sw3", "u": 100, "site": null}),
        ];
        Frame::of_objects(object_type::by_name("dcim.device").unwrap(), &objects, &Fields::default())
    }

    fn stored(frame: Frame) -> Stored {
        let total = frame.rows.len() as u64;
        Stored { title: "devices".into(), kind: None, frame, offset: 0, total, source: None, page: None, picture: None }
    }

    #[test]
    fn rows_link_to_the_configured_netbox_only() {
        let address = Address::parse("https://example.com/netbox").unwrap();
        let table = preview(&address, &frame(), true).unwrap();
        assert_eq!(
            table.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(),
            ["name", "site", "role"]
        );
        assert_eq!(table.columns[0].kind, ColumnKind::Identifier);
        let links: Vec<_> = table.rows[0].iter().map(|cell| cell.link.as_deref()).collect();
        let (device, site) = ("https://example.com/netbox/dcim/devices/7/", "https://example.com/netbox/dcim/sites/3/");
        assert_eq!(links, [Some(device), Some(site), None]);
    }

    #[test]
    fn pages_are_ordered_and_searched() {
        let address = Address::parse("https://example.com/").unwrap();
        let stored = stored(frame());
        let ask = |ordering: &str, search: &str, offset: u64| {
            let query = ResultQuery { ordering: ordering.into(), search: search.into(), offset, limit: 2 };
            page(&address, &stored, &query)
        };
        let names = |page: &ResultPage| page.rows.iter().map(|row| row[0].text.clone()).collect::<Vec<_>>();
        let first = ask("-u", "", 0).unwrap();
        assert_eq!((names(&first), first.matching, first.kept), (vec!["sw3".to_owned(), "sw1".to_owned()], 3, 3));
        assert_eq!(names(&ask("u", "", 2).unwrap()), ["sw3"]);
        // Without a value: last, whichever way.
        assert_eq!(names(&ask("-site", "", 0).unwrap())[0], "sw1");
        let found = ask("", "CLEVE", 0).unwrap();
        assert_eq!((names(&found), found.matching), (vec!["sw1".to_owned()], 1));
        assert_eq!(found.columns.iter().find(|column| column.name == "u").unwrap().kind, ColumnKind::Number);
        assert!(ask("nothing", "", 0).unwrap_err().hint.unwrap().contains("name"));
    }
}
