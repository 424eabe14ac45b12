//! Elements of few kinds, for whatever is made of many: each other kind is code for the browser to load.

use leptos::prelude::*;

use super::erase::{Erase, Erased};

/// A block.
pub fn block(class: &'static str, children: Vec<Erased>) -> Erased {
    view! { <div class=class>{children}</div> }.erase()
}

/// Words within a line.
pub fn words(class: &'static str, words: String) -> Erased {
    view! { <span class=class>{words}</span> }.erase()
}

/// What is there to be read on, behind a line.
pub fn folded(class: &'static str, line: Erased, rest: Erased) -> Erased {
    view! {
        <details class=class>
            <summary>{line}</summary>
            {rest}
        </details>
    }
    .erase()
}

/// A button.
pub fn button(label: String, class: &'static str, press: Box<dyn Fn() + Send>) -> Erased {
    view! {
        <button type="button" class=class on:click=move |_| press()>
            {label}
        </button>
    }
    .erase()
}
