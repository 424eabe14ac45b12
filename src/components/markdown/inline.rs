//! Text inside a block.

use crate::components::erase::Erase;
use leptos::prelude::*;

use crate::chat::markdown::Inline;
use crate::components::status_pill::{StatusPill, is_status};

/// Views of inline content, in its order.
pub fn inlines(content: &[Inline]) -> Vec<AnyView> {
    content.iter().map(inline).collect()
}

fn inline(content: &Inline) -> AnyView {
    match content {
        Inline::Text(text) => text.clone().erase(),
        Inline::Strong(content) => view! { <strong>{inlines(content)}</strong> }.erase(),
        Inline::Emphasis(content) => view! { <em>{inlines(content)}</em> }.erase(),
        Inline::Strikethrough(content) => view! { <s>{inlines(content)}</s> }.erase(),
        Inline::Code(text) => view! { <code>{text.clone()}</code> }.erase(),
        Inline::Link { url, inlines: content } => view! {
            <a href=url.clone() target="_blank" rel="noopener noreferrer">
                {inlines(content)}
            </a>
        }
        .erase(),
        Inline::LineBreak => view! { <br /> }.erase(),
        Inline::SoftBreak => " ".erase(),
    }
}

/// A cell of a table: under the heading `Status`, a bare word is shown as NetBox shows it.
pub fn cell(heading: &str, content: &[Inline]) -> AnyView {
    match content {
        [Inline::Text(label)] if is_status(heading) => view! { <StatusPill label=label.clone() /> }.erase(),
        _ => inlines(content).erase(),
    }
}
