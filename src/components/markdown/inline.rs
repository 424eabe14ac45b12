//! Text inside a block.

use crate::components::erase::{Erase, Erased};
use leptos::prelude::*;

use crate::chat::grounding::split;
use crate::chat::markdown::{Inline, inline_words};
use crate::components::format;
use crate::components::status_pill::{StatusPill, is_status};
use crate::store::Store;

/// Views of inline content, in its order.
pub fn inlines(content: &[Inline]) -> Vec<Erased> {
    content.iter().map(inline).collect()
}

fn inline(content: &Inline) -> Erased {
    match content {
        Inline::Text(text) => marked(text),
        Inline::Strong(content) => view! { <strong>{inlines(content)}</strong> }.erase_in_place(),
        Inline::Emphasis(content) => view! { <em>{inlines(content)}</em> }.erase_in_place(),
        Inline::Strikethrough(content) => view! { <s>{inlines(content)}</s> }.erase_in_place(),
        Inline::Code(text) => view! { <code>{marked(text)}</code> }.erase_in_place(),
        Inline::Link { url, inlines: content } => view! {
            <a href=url.clone() target="_blank" rel="noopener noreferrer" data-host=elsewhere(url, content)>
                {inlines(content)}
            </a>
        }
        .erase_in_place(),
        Inline::LineBreak => view! { <br /> }.erase_in_place(),
        Inline::SoftBreak => " ".erase_in_place(),
    }
}

/// The host of a link that leads off the connected NetBox, unless its text says it already.
fn elsewhere(url: &str, content: &[Inline]) -> Option<String> {
    let is_own = Store::get().deployment.with_untracked(|deployment| {
        let netbox = &deployment.netbox.url;
        !netbox.is_empty() && url.starts_with(netbox.as_str())
    });
    let host = format::host(url);
    (!is_own && inline_words(content).trim() != url && !host.is_empty()).then(|| host.to_owned())
}

/// What in the text being drawn is not from NetBox; found in the context.
#[derive(Clone, Copy)]
pub struct Ungrounded(pub Memo<Vec<String>>);

/// Text with quiet marks on what is not from NetBox.
fn marked(text: &str) -> Erased {
    let spans = use_context::<Ungrounded>().map(|ungrounded| ungrounded.0.get_untracked()).unwrap_or_default();
    if spans.is_empty() {
        return text.to_owned().erase_in_place();
    }
    let pieces: Vec<_> = split(text, &spans)
        .into_iter()
        .map(|(is_ungrounded, piece)| match piece.to_owned() {
            piece if is_ungrounded => {
                view! { <span class="ungrounded" title="Not from NetBox">{piece}</span> }.erase_in_place()
            }
            piece => piece.erase_in_place(),
        })
        .collect();
    pieces.erase_in_place()
}

/// A cell of a table: under the heading `Status`, a bare word is shown as NetBox shows it.
pub fn cell(heading: &str, content: &[Inline]) -> Erased {
    match content {
        [Inline::Text(label)] if is_status(heading) => view! { <StatusPill label=label.clone() /> }.erase_in_place(),
        _ => inlines(content).erase_in_place(),
    }
}
