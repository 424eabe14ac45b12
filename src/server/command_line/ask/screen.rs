//! Two streams that may be one terminal.

use std::io;

use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::Options;
use crate::wire::event::Frame;
use crate::wire::problem::Problem;

/// Standard output with the answer and standard error with everything else. Where both are the same terminal, a line
/// for the one never begins in the middle of a line of the other.
pub(super) struct Screen<'a, Output, Errors> {
    options: Options,
    output: &'a mut Output,
    errors: &'a mut Errors,
    /// The part that was written last, and what its text ended with.
    part: Option<usize>,
    ends_with_line: bool,
    /// Whether a line feed for the person's eyes stands in place of one that the answer still needs.
    broken: bool,
}

impl<'a, Output: AsyncWrite + Unpin, Errors: AsyncWrite + Unpin> Screen<'a, Output, Errors> {
    pub(super) fn new(options: Options, output: &'a mut Output, errors: &'a mut Errors) -> Self {
        Self { options, output, errors, part: None, ends_with_line: true, broken: false }
    }

    /// A piece of the answer's text. Parts are paragraphs apart.
    pub(super) async fn text(&mut self, part: usize, piece: &str) -> io::Result<()> {
        let piece = if self.options.output_is_terminal { &printable(piece) } else { piece };
        let mut text = String::with_capacity(piece.len() + 2);
        if self.part.is_some_and(|last| last != part) {
            text.push_str(if self.ends_with_line || self.broken { "\n" } else { "\n\n" });
        }
        text.push_str(piece);
        if text.is_empty() {
            return Ok(());
        }
        self.part = Some(part);
        self.ends_with_line = text.ends_with('\n');
        self.broken = false;
        self.output.write_all(text.as_bytes()).await?;
        self.output.flush().await
    }

    /// Ends the answer's last line.
    pub(super) async fn end_text(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.ends_with_line, true) && !std::mem::take(&mut self.broken) {
            self.output.write_all(b"\n").await?;
        }
        self.output.flush().await
    }

    /// A whole frame as a line of JSON.
    pub(super) async fn json(&mut self, frame: &Frame) -> io::Result<()> {
        let mut line = serde_json::to_vec(frame).map_err(io::Error::other)?;
        line.push(b'\n');
        self.output.write_all(&line).await?;
        self.output.flush().await
    }

    /// What happens meanwhile, for a person who waits.
    pub(super) async fn progress(&mut self, line: &str) -> io::Result<()> {
        if self.options.error_is_terminal { self.note(line).await } else { Ok(()) }
    }

    /// Text that was printed does not count any more. It cannot be taken back, only said.
    pub(super) async fn withdraw(&mut self) -> io::Result<()> {
        if self.part.is_none() {
            return Ok(());
        }
        self.end_text().await?;
        self.note("(withdrawn: the answer begins anew below)").await
    }

    /// A problem with its hint.
    pub(super) async fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        self.note(&format!("error: {}", problem.message)).await?;
        if let Some(hint) = &problem.hint {
            self.note(&format!("hint: {hint}")).await?;
        }
        if let Some(request_id) = &problem.request_id {
            self.note(&format!("request: {request_id}")).await?;
        }
        Ok(())
    }

    /// A line on standard error.
    pub(super) async fn note(&mut self, line: &str) -> io::Result<()> {
        let mut text = String::with_capacity(line.len() + 2);
        if self.options.error_is_terminal && self.options.output_is_terminal && !self.ends_with_line && !self.broken {
            text.push('\n');
            self.broken = true;
        }
        text.push_str(printable(line).replace('\n', " ").trim());
        text.push('\n');
        self.errors.write_all(text.as_bytes()).await?;
        self.errors.flush().await
    }
}

/// Without the control characters that could drive a terminal; the text comes from a model and from NetBox.
fn printable(text: &str) -> String {
    text.chars().filter(|character| matches!(character, '\n' | '\t') || !character.is_control()).collect()
}
