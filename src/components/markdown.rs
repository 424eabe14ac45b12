//! Markdown as views: a block tree goes in, elements come out. No HTML text is made anywhere, so nothing that a model
//! or a NetBox writes can become markup.

pub mod code;
pub mod highlight;
mod inline;
mod result;
mod table;

use crate::components::erase::{Erase, Erased, Live, list, row};
use std::sync::Arc;

use leptos::prelude::*;

use crate::chat::markdown::Block;
use crate::store::conversation::text::TextView;

use self::code::code;
pub use self::inline::Ungrounded;
use self::inline::inlines;
use self::result::{outline, result};
use self::table::table;

/// A text that may still grow. Finished blocks are drawn once; only the open tail is drawn again.
#[component]
pub fn Markdown(
    /// The text.
    text: TextView,
    /// What in it is not from NetBox; known when the answer has ended.
    ungrounded: Ungrounded,
) -> impl IntoView {
    let TextView { finished, open, .. } = text;
    provide_context(ungrounded);
    // It is drawn again with every word: in place, so that what is selected in it stays so.
    // Results at its beginning that something follows are what they are, though the parser waits for the next line.
    let settled = {
        let open = open.clone();
        Memo::new(move |_| open.with(|open| settled_results(open)))
    };
    let tail: Live = Box::new(move || {
        let drawn =
            |open: &Vec<Block>| open.iter().skip(settled_results(open).len()).map(open_block).collect::<Vec<_>>();
        open.with(drawn).erase_in_place()
    });
    view! {
        <div class="markdown">
            {list(move || {
                let is_marked = ungrounded.0.with(|spans| !spans.is_empty());
                let settled = settled.get().into_iter().map(|handle| Arc::new(Block::Result { handle }));
                let blocks = finished.get().into_iter().chain(settled).enumerate();
                blocks.map(|(index, finished)| row(key(index, &finished, is_marked), move || block(&finished))).collect()
            })}
            {tail}
        </div>
    }
}

/// The handles of the results with which blocks begin, without one that ends them.
fn settled_results(open: &[Block]) -> Vec<String> {
    let before_last = open.len().saturating_sub(1);
    let handles = open.iter().take(before_last).map_while(|block| match block {
        Block::Result { handle } => Some(handle.clone()),
        _ => None,
    });
    handles.collect()
}

/// A block whose marks came with the answer's end is drawn anew; a result has none, and stays as it is.
fn key(index: usize, block: &Block, is_marked: bool) -> String {
    format!("{index} {}", is_marked && !matches!(block, Block::Result { .. }))
}

/// Views of blocks, in their order.
fn blocks(tree: &[Block]) -> Vec<Erased> {
    tree.iter().map(block).collect()
}

/// A block that is drawn again with every word: a result would be fetched again each time, so it is outlined only.
fn open_block(open: &Block) -> Erased {
    match open {
        Block::Result { handle } => outline(handle),
        other => block(other),
    }
}

fn block(block: &Block) -> Erased {
    match block {
        Block::Paragraph(content) => view! { <p>{inlines(content)}</p> }.erase_in_place(),
        Block::Heading { level, inlines: content } => heading(*level, inlines(content)),
        Block::List { start, tight, items } => markdown_list(*start, *tight, items),
        Block::Code { language, text } => code(language.as_deref().unwrap_or_default(), text),
        Block::Quote(content) => view! { <blockquote>{blocks(content)}</blockquote> }.erase_in_place(),
        Block::Table { alignments, head, rows } => table(alignments, head, rows),
        Block::Rule => view! { <hr /> }.erase_in_place(),
        Block::Result { handle } => result(handle),
    }
}

/// A heading. The question above is a heading of level 2, so those of its answer begin at 3; models begin theirs at 2.
fn heading(level: u8, content: Vec<Erased>) -> Erased {
    match level {
        0..=2 => view! { <h3>{content}</h3> }.erase_in_place(),
        3 => view! { <h4>{content}</h4> }.erase_in_place(),
        4 => view! { <h5>{content}</h5> }.erase_in_place(),
        _ => view! { <h6>{content}</h6> }.erase_in_place(),
    }
}

fn markdown_list(start: Option<u64>, tight: bool, items: &[Vec<Block>]) -> Erased {
    let items: Vec<_> = items.iter().map(|item| view! { <li>{list_item(tight, item)}</li> }).collect();
    match start {
        Some(start) => view! { <ol start=start.to_string()>{items}</ol> }.erase_in_place(),
        None => view! { <ul>{items}</ul> }.erase_in_place(),
    }
}

/// An item of a tight list has its text directly in it, without a paragraph around.
fn list_item(tight: bool, item: &[Block]) -> Vec<Erased> {
    item.iter()
        .map(|one| match one {
            Block::Paragraph(content) if tight => inlines(content).erase_in_place(),
            other => block(other),
        })
        .collect()
}
