//! From the parser's events to the block tree.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::links::{Addresses, Definitions, allowed};
use super::{Alignment, Block, Inline, MAXIMUM_DEPTH};

/// The dialect.
pub(super) const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// What the end of a piece is, for the open tail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaf {
    /// Running text that begins at this byte.
    Text(usize),
    /// A table's cell whose text begins at this byte.
    Cell(usize),
    /// Code, literal HTML, a rule, or nothing.
    Other,
}

/// A piece, built.
pub(super) struct Built {
    pub(super) blocks: Vec<Block>,
    pub(super) leaf: Leaf,
    /// The labels that it was the first to define.
    pub(super) defined: Vec<String>,
}

/// Parses one piece. What it defines is added to `definitions`.
pub(super) fn build(text: &str, definitions: &mut Definitions) -> Built {
    let parser = Parser::new_ext(text, OPTIONS);
    let has_earlier = !definitions.is_empty();
    let own = parser.reference_definitions().iter();
    let defined = own.filter_map(|(label, definition)| definitions.define(label, &definition.dest)).collect();
    let Definitions { addresses, budget } = definitions;
    let builder = Builder::new(text, addresses, budget);
    let (blocks, leaf) = if has_earlier {
        // The parser asks for the definitions that it does not know.
        let mut find = |link: BrokenLink<'_>| {
            addresses.contains(&link.reference).then_some((CowStr::Borrowed(""), CowStr::Borrowed("")))
        };
        let parser = Parser::new_with_broken_link_callback(text, OPTIONS, Some(&mut find));
        builder.run(parser.into_offset_iter())
    } else {
        builder.run(parser.into_offset_iter())
    };
    Built { blocks, leaf, defined }
}

/// A node that is being filled.
enum Node {
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
enum BlocksKind {
    Root,
    Quote,
    Item,
}

/// What a tag that began has to do when it ends.
enum Opened {
    /// Its node ends.
    Node,
    /// It has none: its content went to the node around it.
    Nothing,
    /// It was no markup after all: this text stands at its end.
    Literal(&'static str),
    /// An image ends.
    Image,
}

struct Builder<'text> {
    text: &'text str,
    addresses: &'text Addresses,
    /// How many bytes of addresses references may still become.
    budget: &'text mut usize,
    nodes: Vec<Node>,
    opened: Vec<Opened>,
    images: usize,
    leaf: Leaf,
    /// The leaf has no text yet.
    leaf_is_new: bool,
    in_cell: bool,
}

impl<'text> Builder<'text> {
    fn new(text: &'text str, addresses: &'text Addresses, budget: &'text mut usize) -> Self {
        let nodes = vec![Node::Blocks(BlocksKind::Root, Vec::new())];
        let (opened, leaf) = (Vec::new(), Leaf::Other);
        Self { text, addresses, budget, nodes, opened, images: 0, leaf, leaf_is_new: true, in_cell: false }
    }

    fn run<'event>(mut self, events: impl Iterator<Item = (Event<'event>, Range<usize>)>) -> (Vec<Block>, Leaf) {
        for (event, range) in events {
            self.note_leaf(&event, &range);
            match event {
                Event::Start(tag) => self.start(tag, range.start),
                Event::End(tag) => self.end(tag),
                Event::Text(text) => self.add_text(&text),
                Event::Code(code) => self.add_inline(Inline::Code(code.into_string())),
                Event::Html(html) => self.add_text(&html),
                Event::InlineHtml(html) if is_line_break(&html) => self.add_inline(Inline::LineBreak),
                Event::InlineHtml(html) => self.add_text(&html),
                Event::SoftBreak => self.add_inline(Inline::SoftBreak),
                Event::HardBreak => self.add_inline(Inline::LineBreak),
                Event::Rule => self.add_block(Block::Rule),
                // Extensions that are not switched on.
                Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                    self.add_text(&text);
                }
                Event::TaskListMarker(_) => {}
            }
        }
        while self.nodes.len() > 1 {
            self.close();
        }
        match self.nodes.pop() {
            Some(Node::Blocks(_, blocks)) => (blocks, self.leaf),
            _ => (Vec::new(), self.leaf),
        }
    }

    fn note_leaf(&mut self, event: &Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
            | Event::Text(_)
            | Event::Code(_)
            | Event::InlineHtml(_)
            | Event::SoftBreak
            | Event::HardBreak => {
                if self.leaf_is_new && !matches!(self.nodes.last(), Some(Node::Code(..) | Node::Html(_))) {
                    self.leaf = if self.in_cell { Leaf::Cell(range.start) } else { Leaf::Text(range.start) };
                    self.leaf_is_new = false;
                }
            }
            // A cell that the row does not have, made to fill it.
            Event::Start(Tag::TableCell) if range.is_empty() => {}
            Event::Start(tag) => {
                self.in_cell = matches!(tag, Tag::TableCell);
                (self.leaf, self.leaf_is_new) = (Leaf::Other, true);
            }
            Event::Rule => (self.leaf, self.leaf_is_new) = (Leaf::Other, true),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, start: usize) {
        let nests = self.nodes.len() < MAXIMUM_DEPTH;
        let is_block =
            !matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. });
        if is_block {
            self.close_implied();
        }
        let node = match tag {
            Tag::Paragraph => {
                self.loosen();
                Node::Paragraph { implied: false, inlines: Vec::new() }
            }
            Tag::Heading { level, .. } => Node::Heading(level as u8, Vec::new()),
            Tag::CodeBlock(CodeBlockKind::Fenced(information)) => {
                Node::Code(information.split_whitespace().next().map(str::to_owned), String::new())
            }
            Tag::CodeBlock(CodeBlockKind::Indented) => Node::Code(None, String::new()),
            Tag::HtmlBlock => Node::Html(String::new()),
            Tag::Table(alignments) => {
                let alignments = alignments.into_iter().map(alignment).collect();
                Node::Table { alignments, head: Vec::new(), rows: Vec::new() }
            }
            Tag::TableHead => Node::Row { head: true, cells: Vec::new() },
            Tag::TableRow => Node::Row { head: false, cells: Vec::new() },
            Tag::TableCell => Node::Cell(Vec::new()),
            Tag::BlockQuote(_) if nests => Node::Blocks(BlocksKind::Quote, Vec::new()),
            Tag::List(start) if nests => Node::List { start, tight: true, items: Vec::new() },
            Tag::Item if matches!(self.nodes.last(), Some(Node::List { .. })) => {
                Node::Blocks(BlocksKind::Item, Vec::new())
            }
            Tag::Strong if nests => Node::Strong(Vec::new()),
            Tag::Emphasis if nests => Node::Emphasis(Vec::new()),
            Tag::Strikethrough => {
                // One tilde means "about": `10~20`.
                if !self.text.get(start..).is_some_and(|text| text.starts_with("~~")) {
                    self.add_text("~");
                    return self.opened.push(Opened::Literal("~"));
                }
                if !nests {
                    return self.opened.push(Opened::Nothing);
                }
                Node::Strikethrough(Vec::new())
            }
            Tag::Link { link_type, dest_url, id, .. } => {
                let url = match link_type {
                    LinkType::Email => allowed(&format!("mailto:{dest_url}")).map(str::to_owned),
                    LinkType::Inline | LinkType::Autolink => allowed(&dest_url).map(str::to_owned),
                    _ => self.addresses.resolve(&id, self.budget),
                };
                match url {
                    Some(url) if nests && self.images == 0 => Node::Link(url, Vec::new()),
                    _ => return self.opened.push(Opened::Nothing),
                }
            }
            Tag::Image { .. } => {
                self.images += 1;
                return self.opened.push(Opened::Image);
            }
            _ => return self.opened.push(Opened::Nothing),
        };
        if !is_block {
            self.imply_paragraph();
        }
        self.nodes.push(node);
        self.opened.push(Opened::Node);
    }

    fn end(&mut self, tag: TagEnd) {
        if !matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image) {
            self.close_implied();
        }
        match self.opened.pop() {
            Some(Opened::Node) => self.close(),
            Some(Opened::Literal(text)) => self.add_text(text),
            Some(Opened::Image) => self.images = self.images.saturating_sub(1),
            Some(Opened::Nothing) | None => {}
        }
    }

    /// Ends the innermost node and gives it to the one around it.
    fn close(&mut self) {
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
                trim_end(&mut inlines);
                self.add_block(Block::Paragraph(inlines));
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

    fn add_block(&mut self, block: Block) {
        match self.nodes.last_mut() {
            Some(Node::Blocks(_, blocks)) => blocks.push(block),
            // A list at the last level: each block is an item.
            Some(Node::List { items, .. }) => items.push(vec![block]),
            _ => {}
        }
    }

    fn add_inline(&mut self, inline: Inline) {
        self.imply_paragraph();
        if let Some(inlines) = self.inlines() {
            inlines.push(inline);
        }
    }

    fn add_text(&mut self, text: &str) {
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

    fn imply_paragraph(&mut self) {
        if matches!(self.nodes.last(), Some(Node::Blocks(..) | Node::List { .. })) {
            self.nodes.push(Node::Paragraph { implied: true, inlines: Vec::new() });
        }
    }

    fn close_implied(&mut self) {
        if matches!(self.nodes.last(), Some(Node::Paragraph { implied: true, .. })) {
            self.close();
        }
    }

    /// The parser wraps the text of a loose list's items in paragraphs, that of a tight list's not.
    fn loosen(&mut self) {
        if let [.., Node::List { tight, .. }, Node::Blocks(BlocksKind::Item, _)] = self.nodes.as_mut_slice() {
            *tight = false;
        }
    }
}

fn alignment(alignment: pulldown_cmark::Alignment) -> Alignment {
    match alignment {
        pulldown_cmark::Alignment::None => Alignment::None,
        pulldown_cmark::Alignment::Left => Alignment::Left,
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
    }
}

fn is_line_break(html: &str) -> bool {
    matches!(html.to_ascii_lowercase().as_str(), "<br>" | "<br/>" | "<br />")
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
