//! The first rows of a result as a table for the person, with links into the configured NetBox. They come from
//! NetBox's answer, never through the model.

use serde_json::Value;

use super::flatten::{cell_text, flatten};
use super::shape::Fields;
use crate::server::netbox::Address;
use crate::wire::tool::{Cell, Table};

const MOST_ROWS: usize = 20;
const MOST_COLUMNS: usize = 8;
const LONGEST_CELL: usize = 200;

/// Columns that say most, in this order, where nobody asked for others.
const USUAL: [&str; 30] = [
    "name",
    "display",
    "prefix",
    "address",
    "cid",
    "vid",
    "model",
    "status",
    "site",
    "scope",
    "device",
    "virtual_machine",
    "role",
    "type",
    "device_type",
    "rack",
    "position",
    "provider",
    "tenant",
    "vrf",
    "vlan",
    "region",
    "assigned_object",
    "primary_ip",
    "connected_endpoints",
    "link_peers",
    "a_terminations",
    "b_terminations",
    "facility",
    "description",
];

/// The table of a list's objects.
pub(super) fn table(address: &Address, objects: &[Value], fields: &Fields) -> Option<Table> {
    let shown = objects.get(..objects.len().min(MOST_ROWS)).unwrap_or_default();
    let rows: Vec<_> = shown.iter().map(|object| flatten(object, fields)).collect();
    if rows.is_empty() {
        return None;
    }
    let mut columns: Vec<String> = if fields.is_empty() {
        let present = |name: &str| rows.iter().any(|row| row.contains_key(name));
        let same = |name: &str| name == "display" && rows.iter().all(|row| row.contains_key("name"));
        USUAL.iter().filter(|name| present(name) && !same(name)).map(|name| (*name).to_owned()).collect()
    } else {
        asked_columns(fields, &rows)
    };
    columns.truncate(MOST_COLUMNS);
    if columns.is_empty() {
        columns.push("id".to_owned());
    }
    let rows = shown
        .iter()
        .zip(&rows)
        .map(|(object, row)| {
            let cell = |(index, column): (usize, &String)| {
                let text: String =
                    cell_text(row.get(column).unwrap_or(&Value::Null)).chars().take(LONGEST_CELL).collect();
                // The first column is the object itself; the others lead to what they name.
                let target = if index == 0 { Some(object) } else { object.get(column) };
                let url = target.and_then(|target| target.get("url")).and_then(Value::as_str);
                Cell { link: url.filter(|_| index == 0 || !text.is_empty()).and_then(|url| address.page_of(url)), text }
            };
            columns.iter().enumerate().map(cell).collect()
        })
        .collect();
    Some(Table { columns, rows })
}

fn asked_columns(fields: &Fields, rows: &[serde_json::Map<String, Value>]) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    // A row must be recognisable, whatever was asked for.
    if !fields.0.iter().any(|name| matches!(name.as_str(), "name" | "display" | "prefix" | "address" | "cid")) {
        let name = if rows.iter().any(|row| row.contains_key("display")) { "display" } else { "name" };
        columns.push(name.to_owned());
    }
    for field in &fields.0 {
        match field.as_str() {
            "id" | "url" | "display_url" => {}
            "display" if fields.has("name") => {}
            "display" => {
                let name = if rows.iter().all(|row| row.contains_key("display")) { "display" } else { "name" };
                columns.push(name.to_owned());
            }
            "custom_fields" => {
                let mut names: Vec<&String> =
                    rows.iter().flat_map(|row| row.keys()).filter(|name| name.starts_with("cf_")).collect();
                names.sort_unstable();
                names.dedup();
                columns.extend(names.into_iter().cloned());
            }
            field => columns.push(field.to_owned()),
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_link_to_the_configured_netbox_only() {
        let address = Address::parse("https://example.com/netbox").unwrap();
        let objects = [json!({
            "id": 7, "url": "http://internal/netbox/api/dcim/devices/7/", "display": "sw1", "name": "sw1",
            "site": {"id": 3, "url": "https://elsewhere.example/x/3/", "display": "Cleveland 01"},
            "role": {"id": 4, "url": "http://internal/netbox/api/dcim/device-roles/4/", "display": "Access"},
        })];
        let table = table(&address, &objects, &Fields::default()).unwrap();
        assert_eq!(table.columns, ["name", "site", "role"]);
        let links: Vec<_> = table.rows[0].iter().map(|cell| cell.link.as_deref()).collect();
        assert_eq!(
            links,
            [
                Some("https://example.com/netbox/dcim/devices/7/"),
                None,
                Some("https://example.com/netbox/dcim/device-roles/4/")
            ]
        );
    }
}
