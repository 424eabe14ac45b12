//! A table that scrolls inside itself when it is wider than the page.

use crate::components::erase::Erase;
use leptos::prelude::*;

use super::inline::{cell, inlines};
use crate::chat::markdown::{Alignment, Inline, inline_words};

/// A table. `rows` are padded or cut to the width of `head`.
pub fn table(alignments: &[Alignment], head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> AnyView {
    let align = |column: usize| alignments.get(column).and_then(|alignment| alignment_name(*alignment));
    let headings: Vec<String> = head.iter().map(|heading| inline_words(heading)).collect();
    let columns: Vec<_> = head
        .iter()
        .enumerate()
        .map(|(column, heading)| view! { <th scope="col" data-align=align(column)>{inlines(heading)}</th> })
        .collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let cells: Vec<_> = headings
                .iter()
                .enumerate()
                .map(|(column, heading)| {
                    let content = row.get(column).map_or(&[][..], Vec::as_slice);
                    view! { <td data-align=align(column)>{cell(heading, content)}</td> }
                })
                .collect();
            view! { <tr>{cells}</tr> }
        })
        .collect();
    let name = format!("Table: {}", headings.join(", "));
    view! {
        <div class="table-scroll" role="group" aria-label=name tabindex="0">
            <table>
                <thead>
                    <tr>{columns}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .erase()
}

fn alignment_name(alignment: Alignment) -> Option<&'static str> {
    match alignment {
        Alignment::None | Alignment::Left => None,
        Alignment::Center => Some("center"),
        Alignment::Right => Some("right"),
    }
}
