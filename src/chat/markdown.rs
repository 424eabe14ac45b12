//! Streamed Markdown to a block tree.
//!
//! There is no HTML anywhere: the tree holds text, and views are made from the tree. So nothing that a model or
//! NetBox wrote can become markup. The dialect is `CommonMark` with GitHub's tables and `~~strikethrough~~`, less what
//! an answer should not do:
//!
//! - Raw HTML is literal text; only `<br>`, which models write into table cells, is a line break.
//! - Images are their alternative text: nothing is ever loaded.
//! - Links lead to `http`, `https` and `mailto` only; of any other link the text remains. A bare address is text.
//! - A reference (`[text][label]`) finds the definitions above it only, so that what was shown never changes.
//! - Nesting is bounded ([`MAXIMUM_DEPTH`]); what is nested deeper is shown at the last level.

mod builder;
mod completion;
mod document;
mod links;
mod pieces;
mod results;
#[cfg(test)]
mod tests;
mod words;

pub use document::Document;
pub use words::{inline_words, words};

/// How deep blocks and inlines nest, both together.
pub const MAXIMUM_DEPTH: usize = 32;

/// A piece of a document that stands on its own lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A heading.
    Heading {
        /// From 1, the highest, to 6.
        level: u8,
        /// Its text.
        inlines: Vec<Inline>,
    },
    /// A list.
    List {
        /// The first item's number; none for a list with bullets.
        start: Option<u64>,
        /// Whether the items stand close together, without space between them.
        tight: bool,
        /// The items.
        items: Vec<Vec<Block>>,
    },
    /// Code or other text whose lines and spaces count.
    Code {
        /// The first word after the fence, like `json`.
        language: Option<String>,
        /// The lines, without the last line's end.
        text: String,
    },
    /// A quotation.
    Quote(Vec<Block>),
    /// A table.
    Table {
        /// One for each column.
        alignments: Vec<Alignment>,
        /// The head's cells, as many as there are columns.
        head: Vec<Vec<Inline>>,
        /// The rows' cells; empty ones at a row's end are left out.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A line between two topics.
    Rule,
    /// A tool's result, to be shown here: `{{result:r3}}`.
    Result {
        /// Its handle: `r3`.
        handle: String,
    },
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Literal text.
    Text(String),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Text that no longer holds.
    Strikethrough(Vec<Inline>),
    /// Code in running text.
    Code(String),
    /// A link.
    Link {
        /// Where it leads: always `http://`, `https://` or `mailto:`.
        url: String,
        /// Its text.
        inlines: Vec<Inline>,
    },
    /// A line break that was asked for.
    LineBreak,
    /// The end of a line in the source; shown as a space.
    SoftBreak,
}

/// How a table's column is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// As the reader's language is.
    None,
    /// To the left.
    Left,
    /// In the middle.
    Center,
    /// To the right.
    Right,
}

/// Parses a whole document.
pub fn parse(text: &str) -> Vec<Block> {
    let mut document = Document::new();
    document.push_unseen(text);
    document.finish();
    document.into_blocks()
}
