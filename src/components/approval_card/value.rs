//! A value of a field as it is or would be: text, never anything else.

use leptos::prelude::*;

use crate::components::erase::{Erase, Erased};

/// How much of a long value is shown without being asked for, in characters.
const SHOWN: usize = 200;

/// A value. The rest of a long one is behind a press.
pub fn value(text: &str) -> Erased {
    if text.is_empty() {
        return view! { <span class="nothing">"\u{2013}"</span> }.erase();
    }
    let (beginning, rest) = match text.char_indices().nth(SHOWN) {
        Some((at, _)) => text.split_at(at),
        None => (text, ""),
    };
    let beginning = view! { <code>{beginning.to_owned()}</code> };
    if rest.is_empty() {
        return beginning.erase();
    }
    view! {
        <details class="long-value">
            <summary>{beginning}</summary>
            <code>{rest.to_owned()}</code>
        </details>
    }
    .erase()
}
