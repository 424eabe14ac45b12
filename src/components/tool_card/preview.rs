//! The first rows of a result, as NetBox sent them.

use crate::components::erase::{Erase, Erased};
use leptos::prelude::*;

use crate::components::cell::{cell_text, words};
use crate::components::status_pill::{StatusPill, is_status};
use crate::wire::tool::{Cell, Table};

/// The first rows of a result.
#[component]
pub fn PreviewTable(
    /// The rows.
    table: Table,
) -> impl IntoView {
    let Table { columns, rows } = table;
    let headings: Vec<_> = columns.iter().map(|column| view! { <th scope="col">{words(column)}</th> }).collect();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let cells: Vec<_> = columns.iter().zip(row).map(|(column, cell)| cell_view(column, cell)).collect();
            view! { <tr>{cells}</tr> }
        })
        .collect();
    view! {
        <div class="table-scroll preview" role="group" aria-label="First rows from NetBox" tabindex="0">
            <table>
                <thead>
                    <tr>{headings}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn cell_view(column: &str, cell: Cell) -> Erased {
    let content = match cell {
        Cell { text, link: None } if is_status(column) && !text.is_empty() => {
            view! { <StatusPill label=text /> }.erase()
        }
        cell => cell_text(&cell),
    };
    view! { <td class=is_identifier(column).then_some("identifier")>{content}</td> }.erase()
}

/// Columns whose values are read letter by letter are set in the fixed-width face.
fn is_identifier(column: &str) -> bool {
    const IDENTIFIERS: [&str; 21] = [
        "address",
        "asset_tag",
        "asn",
        "cid",
        "device",
        "display",
        "dns_name",
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
        "serial",
        "slug",
        "vid",
        "time",
    ];
    IDENTIFIERS.contains(&column)
}
