//! How the open end of a document is read while it is still being written: as if what is open had been closed. So a
//! half-written `**word` is bold from its first letter, a link is its text, and a table's head is a table, instead of
//! markers that flash up and vanish. Only for display: when the text goes on or ends, its real form counts.

use super::builder::Leaf;
use super::pieces::is_blank;
use super::results::without_partial_result;

/// Wider heads are shown as text until the table is one.
const MAXIMUM_COLUMNS: usize = 64;

/// `tail` without a last line that is only the beginning of markup: `-`, `##`, `1.`, `**`, the first backticks of a
/// fence. What it means is told by what follows.
pub(super) fn without_partial_marker(tail: &str) -> &str {
    let (before, line) = match tail.rfind('\n') {
        Some(end) => tail.split_at(end + 1),
        None => ("", tail),
    };
    let line = line.trim();
    let marker = line.bytes().all(|byte| b"-=*+_#`~>|: \t".contains(&byte));
    let number = line.strip_suffix(['.', ')']).unwrap_or(line);
    let number = number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    if marker || number { before } else { without_partial_result(tail) }
}

/// `text` with its open ends closed; none if nothing is open. `leaf` is what parsing `text` found at its end.
pub(super) fn completed(text: &str, leaf: Leaf) -> Option<String> {
    let (Leaf::Text(start) | Leaf::Cell(start)) = leaf else { return None };
    let (before, region) = text.split_at_checked(start)?;
    if region.contains('\n') && region.rsplit('\n').take(2).all(is_blank) {
        // A blank line closed it for good.
        return None;
    }
    let region = region.trim_end();
    let closed = close_inlines(region);
    let at_line_start = before.is_empty() || before.ends_with('\n');
    if matches!(leaf, Leaf::Text(_)) && at_line_start && region.starts_with('|') && !region.contains('\n') {
        let head = closed.as_deref().unwrap_or(region);
        return table_of(head).map(|table| format!("{before}{table}"));
    }
    closed.map(|closed| format!("{before}{closed}"))
}

/// A table with only this head.
fn table_of(head: &str) -> Option<String> {
    let mut head = head.to_owned();
    if head.len() == 1 || !head.ends_with('|') || head.ends_with("\\|") {
        head.push_str(" |");
    }
    let escaped = head.matches("\\|").count();
    let columns = head.matches('|').count().checked_sub(escaped + 1)?;
    (1..=MAXIMUM_COLUMNS).contains(&columns).then(|| format!("{head}\n|{}", "---|".repeat(columns)))
}

/// More emphasis than this is not opened at once by anybody in earnest.
const MAXIMUM_OPENERS: usize = 16;

/// An emphasis that was begun.
#[derive(Clone, Copy)]
struct Opener {
    marker: u8,
    length: usize,
}

/// Closes emphasis, code and links that are open at the end of `region`; none if there are none.
///
/// It reads as a person would, not by every rule of the specification: it only has to be right about what models
/// write, and what it gets wrong is gone with the next token.
fn close_inlines(region: &str) -> Option<String> {
    let mut scanner = Scanner { region, position: 0, openers: Vec::new(), brackets: Vec::new() };
    let mut end = region.len();
    let mut suffix = String::new();
    let mut removed_bracket = None;
    while let Some(byte) = scanner.byte(scanner.position) {
        match byte {
            b'\\' => scanner.position += 2,
            b'`' => {
                let start = scanner.position;
                let length = scanner.take_run(byte);
                if scanner.skip_to_code_end(length) {
                    continue;
                }
                if scanner.position == region.len() {
                    end = start;
                } else {
                    suffix = "`".repeat(length);
                }
                break;
            }
            b'*' | b'_' | b'~' => {
                let start = scanner.position;
                let length = scanner.take_run(byte);
                if scanner.delimiter(start, byte, length) {
                    end = start;
                }
            }
            b'[' => {
                scanner.brackets.push((scanner.position, scanner.openers.len()));
                scanner.position += 1;
            }
            b']' => {
                let close = scanner.position;
                let open = scanner.brackets.pop();
                scanner.position += 1;
                let (Some((open, openers)), Some(b'(')) = (open, scanner.byte(scanner.position)) else { continue };
                if !scanner.skip_destination() {
                    scanner.openers.truncate(openers);
                    (end, removed_bracket) = (close, Some(open));
                    break;
                }
            }
            _ => scanner.position += 1,
        }
    }
    if end == region.len() && suffix.is_empty() && scanner.openers.is_empty() {
        return None;
    }
    let mut closed = region.get(..end)?.trim_end().to_owned();
    if suffix.len() > 1 {
        // The first half of a long end.
        closed.truncate(closed.trim_end_matches('`').len());
    }
    closed.push_str(&suffix);
    for opener in scanner.openers.iter().rev() {
        closed.extend(std::iter::repeat_n(char::from(opener.marker), opener.length));
    }
    if let Some(bracket) = removed_bracket {
        let is_image = closed.get(..bracket).is_some_and(|before| before.ends_with('!'));
        closed.replace_range(bracket - usize::from(is_image)..=bracket, "");
    }
    Some(closed)
}

struct Scanner<'region> {
    region: &'region str,
    position: usize,
    openers: Vec<Opener>,
    /// Where brackets opened, and how many emphases were open there.
    brackets: Vec<(usize, usize)>,
}

impl Scanner<'_> {
    fn byte(&self, position: usize) -> Option<u8> {
        self.region.as_bytes().get(position).copied()
    }

    /// Passes a run of one byte; returns its length.
    fn take_run(&mut self, byte: u8) -> usize {
        let start = self.position;
        while self.byte(self.position) == Some(byte) {
            self.position += 1;
        }
        self.position - start
    }

    /// Passes the end of a code span that began with `length` backticks; stays if there is none.
    fn skip_to_code_end(&mut self, length: usize) -> bool {
        let start = self.position;
        while let Some(byte) = self.byte(self.position) {
            if byte != b'`' {
                self.position += 1;
            } else if self.take_run(b'`') == length {
                return true;
            }
        }
        self.position = start;
        false
    }

    /// Passes `(destination)`; false if it does not end.
    fn skip_destination(&mut self) -> bool {
        let mut depth = 0_usize;
        while let Some(byte) = self.byte(self.position) {
            self.position += 1;
            match byte {
                b'(' => depth += 1,
                b')' if depth == 1 => return true,
                b')' => depth -= 1,
                b'\\' => self.position += 1,
                _ => {}
            }
        }
        false
    }

    /// Takes a run of emphasis markers into account. True if it is at the very end: whether it is whole is not known
    /// yet, so it is left away, and what it may close is closed with everything else.
    fn delimiter(&mut self, start: usize, marker: u8, mut length: usize) -> bool {
        let after = self.region.get(self.position..).and_then(|after| after.chars().next());
        let before = self.region.get(..start).and_then(|before| before.chars().next_back());
        let within_word = |beside: Option<char>| marker == b'_' && beside.is_some_and(char::is_alphanumeric);
        let newest = |openers: &[Opener]| openers.iter().rposition(|opener| opener.marker == marker);
        let Some(after) = after else { return !within_word(before) || newest(&self.openers).is_some() };
        if before.is_some_and(|before| !before.is_whitespace()) && !within_word(Some(after)) {
            while length > 0
                && let Some(index) = newest(&self.openers)
                && let Some(opener) = self.openers.get_mut(index)
            {
                let used = length.min(opener.length);
                (length, opener.length) = (length - used, opener.length - used);
                let kept = opener.length > 0;
                self.openers.truncate(index + usize::from(kept));
            }
        }
        let can_open = length > 0 && !after.is_whitespace() && !within_word(before) && (marker != b'~' || length == 2);
        if can_open && self.openers.len() < MAXIMUM_OPENERS {
            self.openers.push(Opener { marker, length });
        }
        false
    }
}
