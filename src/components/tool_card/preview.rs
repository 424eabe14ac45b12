//! The first rows of a result, as NetBox sent them.

use leptos::prelude::*;

use crate::components::cell::{cell_view, kind_name, words};
use crate::wire::tool::Table;

/// The first rows of a result.
#[component]
pub fn PreviewTable(
    /// The rows.
    table: Table,
) -> impl IntoView {
    let Table { columns, rows } = table;
    let headings: Vec<_> = columns.iter().map(|column| view! { <th scope="col">{words(&column.name)}</th> }).collect();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let cells: Vec<_> = columns
                .iter()
                .zip(&row)
                .map(|(column, cell)| view! { <td data-kind=kind_name(column.kind)>{cell_view(column, cell)}</td> })
                .collect();
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
