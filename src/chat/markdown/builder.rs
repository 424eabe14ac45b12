//! From the parser's events to the block tree.

use std::ops::Range;

use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use self::tree::{BlocksKind, Node, Tree, is_line_break};
use super::links::{Addresses, Definitions, allowed};
use super::{Alignment, Block, Inline, MAXIMUM_DEPTH};

mod tree;

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
    tree: Tree,
    opened: Vec<Opened>,
    images: usize,
    leaf: Leaf,
    /// The leaf has no text yet.
    leaf_is_new: bool,
    in_cell: bool,
}

impl<'text> Builder<'text> {
    fn new(text: &'text str, addresses: &'text Addresses, budget: &'text mut usize) -> Self {
        let (opened, leaf) = (Vec::new(), Leaf::Other);
        Self { text, addresses, budget, tree: Tree::new(), opened, images: 0, leaf, leaf_is_new: true, in_cell: false }
    }

    fn run<'event>(mut self, events: impl Iterator<Item = (Event<'event>, Range<usize>)>) -> (Vec<Block>, Leaf) {
        for (event, range) in events {
            self.note_leaf(&event, &range);
            match event {
                Event::Start(tag) => self.start(tag, range.start),
                Event::End(tag) => self.end(tag),
                Event::Code(code) => self.tree.add_inline(Inline::Code(code.into_string())),
                Event::InlineHtml(html) if is_line_break(&html) => self.tree.add_inline(Inline::LineBreak),
                Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.tree.add_text(&text),
                Event::SoftBreak => self.tree.add_inline(Inline::SoftBreak),
                Event::HardBreak => self.tree.add_inline(Inline::LineBreak),
                Event::Rule => self.tree.add_block(Block::Rule),
                // Extensions that are not switched on.
                Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                    self.tree.add_text(&text);
                }
                Event::TaskListMarker(_) => {}
            }
        }
        (self.tree.finish(), self.leaf)
    }

    fn note_leaf(&mut self, event: &Event<'_>, range: &Range<usize>) {
        let is_inline = match event {
            Event::Start(tag) => is_inline(tag),
            event => !matches!(event, Event::End(_) | Event::Html(_) | Event::Rule),
        };
        match event {
            _ if is_inline => {
                let is_code = matches!(self.tree.top(), Some(Node::Code(..) | Node::Html(_)));
                if self.leaf_is_new && !is_code {
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
        let nests = self.tree.depth() < MAXIMUM_DEPTH;
        let is_block = !is_inline(&tag);
        if is_block {
            self.tree.close_implied();
        }
        let node = match tag {
            Tag::Paragraph => {
                self.tree.loosen();
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
            Tag::Item if matches!(self.tree.top(), Some(Node::List { .. })) => {
                Node::Blocks(BlocksKind::Item, Vec::new())
            }
            Tag::Strong if nests => Node::Strong(Vec::new()),
            Tag::Emphasis if nests => Node::Emphasis(Vec::new()),
            Tag::Strikethrough => {
                // One tilde means "about": `10~20`.
                if !self.text.get(start..).is_some_and(|text| text.starts_with("~~")) {
                    self.tree.add_text("~");
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
            self.tree.imply_paragraph();
        }
        self.tree.open(node);
        self.opened.push(Opened::Node);
    }

    fn end(&mut self, tag: TagEnd) {
        if !matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image) {
            self.tree.close_implied();
        }
        match self.opened.pop() {
            Some(Opened::Node) => self.tree.close(),
            Some(Opened::Literal(text)) => self.tree.add_text(text),
            Some(Opened::Image) => self.images = self.images.saturating_sub(1),
            Some(Opened::Nothing) | None => {}
        }
    }
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. })
}

fn alignment(alignment: pulldown_cmark::Alignment) -> Alignment {
    match alignment {
        pulldown_cmark::Alignment::None => Alignment::None,
        pulldown_cmark::Alignment::Left => Alignment::Left,
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
    }
}
