//! A table that scrolls inside itself when it is wider than the page.

use crate::components::erase::{Erase, Erased};
use leptos::prelude::*;

use super::inline::{cell, inlines};
use crate::chat::markdown::{Alignment, Inline, inline_words};

/// A table. `rows` are padded or cut to the width of `head`.
pub fn table(alignments: &[Alignment], head: &[Vec<Inline>], rows: &[Vec<Vec<Inline>>]) -> Erased {
    // Numbers are compared by their last digits: unless the text says otherwise, they end at the same place.
    let are_numbers = |column: usize| {
        let mut cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| inline_words(cell)).peekable();
        cells.peek().is_some() && cells.all(|cell| is_number(&cell))
    };
    let align = |column: usize| match alignments.get(column) {
        None | Some(Alignment::None) if are_numbers(column) => Some("right"),
        alignment => alignment.and_then(|alignment| alignment_name(*alignment)),
    };
    let headings: Vec<String> = head.iter().map(|heading| inline_words(heading)).collect();
    let columns: Vec<_> = head
        .iter()
        .enumerate()
        .map(|(column, heading)| view! { <th scope="col" data-align=align(column)>{inlines(heading)}</th> })
        .collect();
    let body: Vec<_> = rows
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
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .erase_in_place()
}

/// `1,204`, `7`, `0.5`, `38 %`; not `10.0.0.1`. (Not by parsing: reading floating-point numbers is 12 kB of the page.)
fn is_number(text: &str) -> bool {
    let digits = text.trim().trim_end_matches('%').trim_end();
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.'))
        && digits.matches('.').count() <= 1
}

fn alignment_name(alignment: Alignment) -> Option<&'static str> {
    match alignment {
        Alignment::None | Alignment::Left => None,
        Alignment::Center => Some("center"),
        Alignment::Right => Some("right"),
    }
}
