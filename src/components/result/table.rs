//! The rows of a result.

use leptos::prelude::*;

use super::state::ResultState;
use crate::components::cell::{cell_view, kind_name, words};
use crate::components::erase::{Erase, Erased, live};
use crate::components::icon::{Icon, IconView};
use crate::wire::result::Column;
use crate::wire::tool::Cell;

/// The table. Its head stays while rows come and go, so that whoever orders them keeps the focus.
#[component]
pub fn ResultTable(
    /// The result.
    state: ResultState,
) -> impl IntoView {
    let columns = Memo::new(move |_| state.columns());
    let head =
        live(move || columns.get().into_iter().map(move |(_, column)| heading(state, column)).collect::<Vec<_>>());
    let rows = live(move || {
        let columns = columns.get();
        state
            .page
            .with(|page| page.iter().flat_map(|page| &page.rows).map(|cells| row(&columns, cells)).collect::<Vec<_>>())
    });
    view! {
        <div class="table-scroll result-rows" role="group" aria-label="Rows from NetBox" tabindex="0">
            <table>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .erase()
}

/// A heading that orders the rows.
fn heading(state: ResultState, column: Column) -> Erased {
    let Column { name, kind } = column;
    let of_order = name.clone();
    let order = Memo::new(move |_| {
        state.query.with(|query| match query.ordering.strip_prefix('-') {
            Some(name) if name == of_order => "descending",
            None if query.ordering == of_order => "ascending",
            _ => "none",
        })
    });
    let label = words(&name);
    view! {
        <th scope="col" aria-sort=move || order.get() data-kind=kind_name(kind)>
            <button type="button" class="sort" on:click=move |_| state.order_by(&name)>
                <span>{label}</span>
                <IconView icon=Icon::Order />
            </button>
        </th>
    }
    .erase()
}

fn row(columns: &[(usize, Column)], cells: &[Cell]) -> Erased {
    let empty = Cell::default();
    let cells: Vec<_> = columns
        .iter()
        .map(|(place, column)| {
            let cell = cells.get(*place).unwrap_or(&empty);
            // What is long is cut; whole it is said by its tip.
            let tip = (cell.text.len() > 36).then(|| cell.text.clone());
            view! { <td data-kind=kind_name(column.kind) title=tip>{cell_view(column, cell)}</td> }.erase()
        })
        .collect();
    view! { <tr>{cells}</tr> }.erase()
}

/// The outline of a table, as high as it will be.
#[component]
pub fn Skeleton(
    /// How many rows will come.
    rows: u64,
) -> impl IntoView {
    let lines: Vec<_> = (0..rows).map(|_| view! { <div class="skeleton-row"><span></span></div> }).collect();
    view! {
        <div class="skeleton" role="img" aria-label="Loading rows from NetBox">
            {lines}
        </div>
        <div class="result-foot"></div>
    }
}
