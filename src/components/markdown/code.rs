//! A block of code with its language, a copy button and light colouring.

use crate::components::erase::{Erase, Erased};
use leptos::prelude::*;

use super::highlight::{Language, highlight};
use crate::components::copy_button::CopyButton;

/// A block of code.
pub fn code(language: &str, text: &str) -> Erased {
    let copied = text.to_owned();
    let name = if language.is_empty() { "Code".to_owned() } else { language.to_owned() };
    view! {
        <figure class="code">
            <figcaption>
                <span>{name.clone()}</span>
                <CopyButton text=move || copied.clone() label="Copy" />
            </figcaption>
            <pre tabindex="0" role="group" aria-label=name>
                <code>{coloured(Language::named(language), text)}</code>
            </pre>
        </figure>
    }
    .erase_in_place()
}

/// Text with its tokens in spans of their kind.
pub fn coloured(language: Language, text: &str) -> Vec<Erased> {
    highlight(language, text)
        .into_iter()
        .map(|(kind, piece)| match kind.class() {
            Some(class) => view! { <span class=class>{piece.to_owned()}</span> }.erase_in_place(),
            None => piece.to_owned().erase_in_place(),
        })
        .collect()
}
