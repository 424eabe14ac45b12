//! Markdown as views: a block tree goes in, elements come out. No HTML text is made anywhere, so nothing that a model
//! or a NetBox writes can become markup.

pub mod code;
pub mod highlight;
mod inline;
mod table;

use crate::components::erase::Erase;
use leptos::prelude::*;

use crate::chat::markdown::Block;
use crate::store::conversation::text::TextView;

use self::code::code;
use self::inline::inlines;
use self::table::table;

/// A text that may still grow. Finished blocks are drawn once; only the open tail is drawn again.
#[component]
pub fn Markdown(
    /// The text.
    text: TextView,
) -> impl IntoView {
    let TextView { finished, open, .. } = text;
    view! {
        <div class="markdown">
            <For
                each=move || finished.get().into_iter().enumerate()
                key=|(index, _)| *index
                children=|(_, finished)| block(&finished)
            />
            {move || open.with(|open| blocks(open))}
        </div>
    }
}

/// Views of blocks, in their order.
fn blocks(tree: &[Block]) -> Vec<AnyView> {
    tree.iter().map(block).collect()
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Paragraph(content) => view! { <p>{inlines(content)}</p> }.erase(),
        Block::Heading { level, inlines: content } => heading(*level, inlines(content)),
        Block::List { start, tight, items } => list(*start, *tight, items),
        Block::Code { language, text } => code(language.as_deref().unwrap_or_default(), text),
        Block::Quote(content) => view! { <blockquote>{blocks(content)}</blockquote> }.erase(),
        Block::Table { alignments, head, rows } => table(alignments, head, rows),
        Block::Rule => view! { <hr /> }.erase(),
    }
}

/// A heading. The question above is a heading of level 2, so those of its answer begin at 3; models begin theirs at 2.
fn heading(level: u8, content: Vec<AnyView>) -> AnyView {
    match level {
        0..=2 => view! { <h3>{content}</h3> }.erase(),
        3 => view! { <h4>{content}</h4> }.erase(),
        4 => view! { <h5>{content}</h5> }.erase(),
        _ => view! { <h6>{content}</h6> }.erase(),
    }
}

fn list(start: Option<u64>, tight: bool, items: &[Vec<Block>]) -> AnyView {
    let items: Vec<_> = items.iter().map(|item| view! { <li>{list_item(tight, item)}</li> }).collect();
    match start {
        Some(start) => view! { <ol start=start.to_string()>{items}</ol> }.erase(),
        None => view! { <ul>{items}</ul> }.erase(),
    }
}

/// An item of a tight list has its text directly in it, without a paragraph around.
fn list_item(tight: bool, item: &[Block]) -> Vec<AnyView> {
    item.iter()
        .map(|one| match one {
            Block::Paragraph(content) if tight => inlines(content).erase(),
            other => block(other),
        })
        .collect()
}
