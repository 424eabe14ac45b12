//! Text inside a block.

use leptos::prelude::*;

use crate::chat::markdown::Inline;
use crate::components::status_pill::{StatusPill, is_status};

/// Views of inline content, in its order.
pub fn inlines(content: &[Inline]) -> Vec<AnyView> {
    content.iter().map(inline).collect()
}

fn inline(content: &Inline) -> AnyView {
    match content {
        Inline::Text(text) => text.clone().into_any(),
        Inline::Strong(content) => view! { <strong>{inlines(content)}</strong> }.into_any(),
        Inline::Emphasis(content) => view! { <em>{inlines(content)}</em> }.into_any(),
        Inline::Strikethrough(content) => view! { <s>{inlines(content)}</s> }.into_any(),
        Inline::Code(text) => view! { <code>{text.clone()}</code> }.into_any(),
        Inline::Link { url, inlines: content } => view! {
            <a href=url.clone() target="_blank" rel="noopener noreferrer">
                {inlines(content)}
            </a>
        }
        .into_any(),
        Inline::LineBreak => view! { <br /> }.into_any(),
        Inline::SoftBreak => " ".into_any(),
    }
}

/// A cell of a table: under the heading `Status`, a bare word is shown as NetBox shows it.
pub fn cell(heading: &str, content: &[Inline]) -> AnyView {
    match content {
        [Inline::Text(label)] if is_status(heading) => view! { <StatusPill label=label.clone() /> }.into_any(),
        _ => inlines(content).into_any(),
    }
}

/// The words of inline content.
pub fn plain_text(content: &[Inline]) -> String {
    content
        .iter()
        .map(|one| match one {
            Inline::Text(text) | Inline::Code(text) => text.clone(),
            Inline::Strong(content) | Inline::Emphasis(content) | Inline::Strikethrough(content) => plain_text(content),
            Inline::Link { inlines: content, .. } => plain_text(content),
            Inline::LineBreak | Inline::SoftBreak => " ".to_owned(),
        })
        .collect()
}
