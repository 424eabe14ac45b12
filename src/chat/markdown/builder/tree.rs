//! The block tree while it is made: a stack of the nodes that are not complete.

use super::super::results::take_results;
use super::super::{Alignment, Block, Inline};

/// A node that is being filled.
pub(super) enum Node {
    Blocks(BlocksKind, Vec<Block>),
    List {
        start: Option<u64>,
        tight: bool,
        items: Vec<Vec<Block>>,
    },
    /// `implied`: the text of a tight item, which the parser does not wrap.
    Paragraph {
        implied: bool,
        inlines: Vec<Inline>,
    },
    Heading(u8, Vec<Inline>),
    Code(Option<String>, String),
    Html(String),
    Table {
        alignments: Vec<Alignment>,
        head: Vec<Vec<Inline>>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
    Row {
        head: bool,
        cells: Vec<Vec<Inline>>,
    },
    Cell(Vec<Inline>),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Strikethrough(Vec<Inline>),
    Link(String, Vec<Inline>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BlocksKind {
    Root,
    Quote,
    Item,
}

/// The stack. Its first node is the document.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::Blocks(BlocksKind::Root, Vec::new())] }
    }

    /// How many nodes are not complete.
    pub(super) fn depth(&self) -> usize {
        self.nodes.len()
    }

    /// The innermost node.
    pub(super) fn top(&self) -> Option<&Node> {
        self.nodes.last()
    }

    pub(super) fn open(&mut self, node: Node) {
        self.nodes.push(node);
    }

    /// The finished tree.
    pub(super) fn finish(mut self) -> Vec<Block> {
        while self.nodes.len() > 1 {
            self.close();
        }
        match self.nodes.pop() {
            Some(Node::Blocks(_, blocks)) => blocks,
            _ => Vec::new(),
        }
    }

    /// Ends the innermost node and gives it to the one around it.
    pub(super) fn close(&mut self) {
        let Some(node) = self.nodes.pop() else { return };
        match node {
            Node::Blocks(BlocksKind::Root, blocks) => self.nodes.push(Node::Blocks(BlocksKind::Root, blocks)),
            Node::Blocks(BlocksKind::Quote, blocks) => self.add_block(Block::Quote(blocks)),
            Node::Blocks(BlocksKind::Item, blocks) => {
                if let Some(Node::List { items, .. }) = self.nodes.last_mut() {
                    items.push(blocks);
                }
            }
            Node::List { start, tight, items } => self.add_block(Block::List { start, tight, items }),
            Node::Paragraph { mut inlines, .. } => {
                let results = take_results(&mut inlines);
                trim_end(&mut inlines);
                if !inlines.is_empty() || results.is_empty() {
                    self.add_block(Block::Paragraph(inlines));
                }
                for handle in results {
                    self.add_block(Block::Result { handle });
                }
            }
            Node::Heading(level, inlines) => self.add_block(Block::Heading { level, inlines }),
            Node::Code(language, mut text) => {
                if text.ends_with('\n') {
                    text.pop();
                }
                self.add_block(Block::Code { language, text });
            }
            Node::Html(html) => self.add_block(Block::Paragraph(literal_lines(&html))),
            Node::Table { alignments, head, rows } => self.add_block(Block::Table { alignments, head, rows }),
            Node::Row { head: is_head, mut cells } => {
                if let Some(Node::Table { head, rows, .. }) = self.nodes.last_mut() {
                    if is_head {
                        *head = cells;
                    } else {
                        while cells.last().is_some_and(Vec::is_empty) {
                            cells.pop();
                        }
                        rows.push(cells);
                    }
                }
            }
            Node::Cell(inlines) => {
                if let Some(Node::Row { cells, .. }) = self.nodes.last_mut() {
                    cells.push(inlines);
                }
            }
            Node::Strong(inlines) => self.add_inline(Inline::Strong(inlines)),
            Node::Emphasis(inlines) => self.add_inline(Inline::Emphasis(inlines)),
            Node::Strikethrough(inlines) => self.add_inline(Inline::Strikethrough(inlines)),
            Node::Link(url, inlines) => self.add_inline(Inline::Link { url, inlines }),
        }
    }

    pub(super) fn add_block(&mut self, block: Block) {
        match self.nodes.last_mut() {
            Some(Node::Blocks(_, blocks)) => blocks.push(block),
            // A list at the last level: each block is an item.
            Some(Node::List { items, .. }) => items.push(vec![block]),
            _ => {}
        }
    }

    pub(super) fn add_inline(&mut self, inline: Inline) {
        self.imply_paragraph();
        if let Some(inlines) = self.inlines() {
            inlines.push(inline);
        }
    }

    pub(super) fn add_text(&mut self, text: &str) {
        if let Some(Node::Code(_, code) | Node::Html(code)) = self.nodes.last_mut() {
            code.push_str(text);
            return;
        }
        self.imply_paragraph();
        let Some(inlines) = self.inlines() else { return };
        match inlines.last_mut() {
            Some(Inline::Text(before)) => before.push_str(text),
            _ => inlines.push(Inline::Text(text.to_owned())),
        }
    }

    fn inlines(&mut self) -> Option<&mut Vec<Inline>> {
        match self.nodes.last_mut()? {
            Node::Paragraph { inlines, .. }
            | Node::Heading(_, inlines)
            | Node::Cell(inlines)
            | Node::Strong(inlines)
            | Node::Emphasis(inlines)
            | Node::Strikethrough(inlines)
            | Node::Link(_, inlines) => Some(inlines),
            _ => None,
        }
    }

    pub(super) fn imply_paragraph(&mut self) {
        if matches!(self.nodes.last(), Some(Node::Blocks(..) | Node::List { .. })) {
            self.nodes.push(Node::Paragraph { implied: true, inlines: Vec::new() });
        }
    }

    pub(super) fn close_implied(&mut self) {
        if matches!(self.nodes.last(), Some(Node::Paragraph { implied: true, .. })) {
            self.close();
        }
    }

    /// The parser wraps the text of a loose list's items in paragraphs, that of a tight list's not.
    pub(super) fn loosen(&mut self) {
        if let [.., Node::List { tight, .. }, Node::Blocks(BlocksKind::Item, _)] = self.nodes.as_mut_slice() {
            *tight = false;
        }
    }
}

/// An HTML block as the text that it is.
fn literal_lines(html: &str) -> Vec<Inline> {
    let mut inlines = Vec::new();
    for line in html.trim_end().lines() {
        if !inlines.is_empty() {
            inlines.push(Inline::LineBreak);
        }
        if !is_line_break(line.trim()) {
            inlines.push(Inline::Text(line.to_owned()));
        }
    }
    inlines
}

fn trim_end(inlines: &mut Vec<Inline>) {
    while matches!(inlines.last(), Some(Inline::SoftBreak | Inline::LineBreak)) {
        inlines.pop();
    }
}

pub(super) fn is_line_break(html: &str) -> bool {
    matches!(html.to_ascii_lowercase().as_str(), "<br>" | "<br/>" | "<br />")
}
