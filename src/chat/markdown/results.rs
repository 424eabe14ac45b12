//! Results in an answer: `{{result:r3}}`, by which a model places what a tool found without writing it out.

use super::Inline;

const OPEN: &str = "{{result:";
const CLOSE: &str = "}}";
/// No conversation has more results than so many digits can number.
const MAXIMUM_DIGITS: usize = 6;

/// Takes the results out of a paragraph: their handles, in their order. They belong on a line of their own; one within
/// a sentence is shown below it.
pub(super) fn take_results(inlines: &mut Vec<Inline>) -> Vec<String> {
    let mut handles = Vec::new();
    for inline in inlines.iter_mut() {
        if let Inline::Text(text) = inline {
            take_from(text, &mut handles);
        }
    }
    if !handles.is_empty() {
        inlines.retain(|inline| !matches!(inline, Inline::Text(text) if text.trim().is_empty()));
        while matches!(inlines.first(), Some(Inline::SoftBreak | Inline::LineBreak)) {
            inlines.remove(0);
        }
        inlines.dedup_by(|next, one| *next == Inline::SoftBreak && *one == Inline::SoftBreak);
    }
    handles
}

fn take_from(text: &mut String, handles: &mut Vec<String>) {
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find(OPEN)).map(|found| from + found) {
        let rest = text.get(start + OPEN.len()..).unwrap_or_default();
        match rest.split_once(CLOSE) {
            Some((name, _)) if is_handle(name.trim()) => {
                handles.push(name.trim().to_owned());
                text.replace_range(start..start + OPEN.len() + name.len() + CLOSE.len(), "");
                from = start;
            }
            _ => from = start + OPEN.len(),
        }
    }
}

/// `r` and a number.
fn is_handle(name: &str) -> bool {
    let digits = name.strip_prefix('r').unwrap_or_default();
    (1..=MAXIMUM_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text that is still being written without the beginning of a result at its end, so that `{{resu` never shows.
pub(super) fn without_partial_result(tail: &str) -> &str {
    // A result is short: only the end can be the beginning of one.
    let longest = OPEN.len() + 1 + MAXIMUM_DIGITS + CLOSE.len();
    let from = tail.len().saturating_sub(longest);
    let starts = tail.match_indices('{').map(|(start, _)| start).skip_while(|start| *start < from);
    for start in starts {
        if let Some((before, end)) = tail.split_at_checked(start)
            && is_beginning(end)
        {
            return before;
        }
    }
    tail
}

/// Whether what may follow could make it a result.
fn is_beginning(text: &str) -> bool {
    if OPEN.starts_with(text) {
        return true;
    }
    let Some(name) = text.strip_prefix(OPEN) else { return false };
    let name = name.trim_start();
    let name = name.strip_suffix('}').unwrap_or(name).trim_end();
    "r".starts_with(name) || is_handle(name)
}

#[cfg(test)]
mod tests {
    use super::super::{Block, Document, Inline, parse};

    fn result(handle: &str) -> Block {
        Block::Result { handle: handle.into() }
    }

    fn paragraph(text: &str) -> Block {
        Block::Paragraph(vec![Inline::Text(text.into())])
    }

    #[test]
    fn a_result_alone_on_a_line_is_a_block() {
        assert_eq!(parse("Two:\n\n{{result:r3}}\n\nDone"), [paragraph("Two:"), result("r3"), paragraph("Done")]);
        assert_eq!(parse("{{result: r12 }}"), [result("r12")]);
    }

    #[test]
    fn results_that_follow_text_directly_come_below_it() {
        assert_eq!(parse("Two:\n{{result:r1}}\n{{result:r2}}"), [paragraph("Two:"), result("r1"), result("r2")]);
        assert_eq!(parse("See {{result:r1}} for all"), [paragraph("See  for all"), result("r1")]);
    }

    #[test]
    fn what_is_no_handle_and_what_is_code_stays_text() {
        for text in ["{{result:x}}", "{{result:r}}", "{{ results }}", "{{result:r12345678}}"] {
            assert_eq!(parse(text), [paragraph(text)], "{text}");
        }
        assert!(matches!(parse("`{{result:r1}}`").as_slice(), [Block::Paragraph(_)]));
        assert!(matches!(parse("```\n{{result:r1}}\n```").as_slice(), [Block::Code { .. }]));
    }

    #[test]
    fn the_beginning_of_one_never_flashes_up() {
        let text = "All of them:\n\n{{result:r17}}\n\nThat is all of {them}.";
        for cut in text.char_indices().map(|(index, _)| index) {
            let mut document = Document::new();
            document.push(&text[..cut]);
            let shown = super::super::words(&document.into_blocks());
            assert!(!shown.contains("{r") && !shown.contains("{{") && !shown.contains("r17"), "{cut}: {shown}");
        }
    }
}
