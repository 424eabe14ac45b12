//! A document that is still being written.

use super::Block;
use super::builder::{Built, build};
use super::completion::{completed, without_partial_marker};
use super::links::Definitions;
use super::pieces::{cuts, last_candidate};
use crate::chat::text::without_nul;

/// From this length on, in bytes, the open tail is not parsed anew for every push, but when it has grown by a part
/// of its length, so that one endless block does not take quadratic time.
const LONG_TAIL_BYTES: usize = 32 * 1024;
/// That part.
const GROWTH_DIVISOR: usize = 64;

/// Markdown that arrives in pieces of any size.
///
/// Blocks that can no longer change are in [`finished`](Document::finished): they are parsed once and stay as they
/// are. The rest is in [`open`](Document::open), parsed anew on each push as if its open emphasis, code, link or
/// table had been closed, so that no marker flashes up while a person reads. When nothing more comes, call
/// [`finish`](Document::finish): it takes the tail for what it is.
#[derive(Clone, Debug, Default)]
pub struct Document {
    finished: Vec<Block>,
    open: Vec<Block>,
    /// The source of everything after the finished blocks.
    tail: String,
    definitions: Definitions,
    /// The last push ended with a carriage return: a line feed that follows belongs to it.
    after_carriage_return: bool,
    /// How long the tail was when it was last parsed.
    parsed_bytes: usize,
    /// The last place in the tail that was looked at and is no cut.
    searched: usize,
}

impl Document {
    /// An empty document.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends text.
    pub fn push(&mut self, text: &str) {
        self.push_unseen(text);
        let length = self.tail.len();
        let step = if length < LONG_TAIL_BYTES { 1 } else { length / GROWTH_DIVISOR };
        if length >= self.parsed_bytes.saturating_add(step) {
            self.finish_pieces();
            self.show_tail();
        }
    }

    /// Nothing more comes: what was open is finished.
    pub fn finish(&mut self) {
        self.finish_pieces();
        let tail = std::mem::take(&mut self.tail);
        self.finished.append(&mut build(&tail, &mut self.definitions).blocks);
        self.open.clear();
        (self.parsed_bytes, self.searched) = (0, 0);
    }

    /// Appends text without looking at it. Line ends become line feeds, and what cannot be shown is replaced.
    pub(super) fn push_unseen(&mut self, text: &str) {
        let text = &*without_nul(text);
        let mut rest = text;
        if self.after_carriage_return && !text.is_empty() {
            rest = rest.strip_prefix('\n').unwrap_or(rest);
            self.after_carriage_return = false;
        }
        while let Some((line, after)) = rest.split_once('\r') {
            self.tail.push_str(line);
            self.tail.push('\n');
            self.after_carriage_return = after.is_empty();
            rest = after.strip_prefix('\n').unwrap_or(after);
        }
        self.tail.push_str(rest);
    }

    /// Finishes what is before the last cut.
    fn finish_pieces(&mut self) {
        let complete = self.tail.rfind('\n').and_then(|end| self.tail.get(..=end)).unwrap_or_default();
        let candidate = last_candidate(complete).unwrap_or_default();
        if candidate <= self.searched {
            return;
        }
        let mut rest = complete;
        let mut finished = 0;
        for cut in cuts(complete) {
            let Some((piece, after)) = rest.split_at_checked(cut - finished) else { continue };
            self.finished.append(&mut build(piece, &mut self.definitions).blocks);
            (rest, finished) = (after, cut);
        }
        self.tail.drain(..finished);
        self.searched = candidate - finished;
    }

    /// Parses the tail for those who watch. It finishes nothing and defines nothing.
    fn show_tail(&mut self) {
        let text = without_partial_marker(&self.tail);
        let mut built = build_open(text, &mut self.definitions);
        if let Some(completed) = completed(text, built.leaf) {
            built = build_open(&completed, &mut self.definitions);
        }
        self.open = built.blocks;
        self.parsed_bytes = self.tail.len();
    }

    /// The blocks that will not change any more.
    pub fn finished(&self) -> &[Block] {
        &self.finished
    }

    /// The blocks at the end that still may change.
    pub fn open(&self) -> &[Block] {
        &self.open
    }

    /// All blocks.
    pub fn into_blocks(mut self) -> Vec<Block> {
        self.finished.append(&mut self.open);
        self.finished
    }
}

/// Builds a piece that is not finished: what it defines may still become something else.
fn build_open(text: &str, definitions: &mut Definitions) -> Built {
    let budget = definitions.budget;
    let built = build(text, definitions);
    definitions.forget(&built.defined);
    definitions.budget = budget;
    built
}
