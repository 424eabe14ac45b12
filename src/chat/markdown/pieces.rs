//! Where a document can be cut so that what is before the cut never changes, whatever follows.
//!
//! Markdown's blocks are made line by line: when a line has begun a new block at the top level, everything before it
//! is closed. A cut is made before such a line, but only where a blank line stands before it, because a line that
//! follows another directly may still turn out to continue it (a heading's underline, a definition's title). Whether
//! a place is a cut depends only on the lines up to it, so a document falls into the same pieces however it arrives.
//!
//! Reference definitions need care: the parser tells nothing about their place, and whether a line is one may depend
//! on the next. So a line that begins with a bracket is a cut wherever it cannot belong to anything before it, and an
//! indented one, which could belong to a list, never is.

use pulldown_cmark::{Event, Parser, Tag};

use super::builder::OPTIONS;

/// The last place in `text` that might be a cut: the start of a complete line that is not blank, after one that is.
pub(super) fn last_candidate(text: &str) -> Option<usize> {
    candidates(text).last()
}

/// The cuts in `text`, which begins a piece and ends with a complete line: byte offsets, rising, none of them 0.
pub(super) fn cuts(text: &str) -> Vec<usize> {
    let mut cuts = Vec::new();
    let mut candidates = candidates(text).peekable();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(text, OPTIONS).into_offset_iter() {
        if matches!(event, Event::End(_)) {
            depth = depth.saturating_sub(1);
            continue;
        }
        if depth == 0 {
            let is_literal = matches!(event, Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock));
            while let Some(candidate) = candidates.next_if(|candidate| *candidate < range.end.max(range.start + 1)) {
                let is_bracket = text.as_bytes().get(candidate) == Some(&b'[');
                if candidate <= range.start || (is_bracket && !is_literal) {
                    cuts.push(candidate);
                }
            }
        }
        depth += usize::from(matches!(event, Event::Start(_)));
    }
    cuts.extend(candidates);
    cuts
}

/// The starts of complete lines that are not blank, after one that is.
fn candidates(text: &str) -> impl Iterator<Item = usize> {
    let mut start = 0;
    let mut after_blank = false;
    let mut seen_text = false;
    text.split_inclusive('\n').filter_map(move |line| {
        let here = start;
        start += line.len();
        let blank = is_blank(line);
        let indented_bracket = line.starts_with([' ', '\t']) && line.trim_start().starts_with('[');
        let candidate = after_blank && !blank && seen_text && !indented_bracket && line.ends_with('\n');
        after_blank = blank;
        seen_text |= !blank;
        candidate.then_some(here)
    })
}

/// Blank as the parser understands it: nothing but ASCII white space.
pub(super) fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\x0b' | b'\x0c' | b'\r'))
}
