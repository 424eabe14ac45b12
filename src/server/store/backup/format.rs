//! The file of a backup: lines of JSON, the same for every database, plain or as gzip.
//!
//! The first says what follows; then each table has a line with its name and a line for each row, an array of the
//! values in the order of the columns that the first line names; the last has the number of rows and the SHA-256 of all
//! lines before it.

use std::io::{self, BufRead, Read as _, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::wire::problem::{Problem, ProblemCode};

/// What the first line says that this is.
pub const FORMAT: &str = "netbox-chatbox-backup";
/// The version of this format.
pub const VERSION: u32 = 1;
/// The longest line, in bytes: more than any row has.
const MAXIMUM_LINE: u64 = 1024 * 1024 * 1024;

/// The first line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The newest step of the schema that the database had.
    pub schema: i64,
    /// The version of the program that wrote it.
    pub program: String,
    /// When, as RFC 3339.
    pub created_at: String,
    /// What follows, in this order.
    pub tables: Vec<Section>,
}

/// What a table has in the file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The table.
    pub name: String,
    /// Its columns, in the order of the values.
    pub columns: Vec<String>,
    /// How many rows.
    pub rows: u64,
}

/// The line before a table's rows.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// The table.
    pub table: String,
}

/// The last line.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footer {
    /// How many rows there were in all.
    pub rows: u64,
    /// Of all bytes before this line, in hexadecimal.
    pub sha256: String,
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Nothing.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
}

/// Writes the lines of a backup.
pub struct LineWriter<'writer> {
    inner: &'writer mut (dyn Write + Send),
    hash: Sha256,
}

impl<'writer> LineWriter<'writer> {
    /// Nothing is written yet.
    pub fn new(inner: &'writer mut (dyn Write + Send)) -> Self {
        Self { inner, hash: Sha256::new() }
    }

    /// Writes a line.
    pub fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.hash.update(&text);
        self.inner.write_all(&text)
    }

    /// Writes the last line.
    pub fn finish(mut self, rows: u64) -> io::Result<()> {
        let sha256 = format!("{:x}", self.hash.finalize_reset());
        self.write(&Footer { rows, sha256 })?;
        self.inner.flush()
    }
}

/// Reads the lines of a backup.
pub struct LineReader<'reader> {
    inner: &'reader mut (dyn BufRead + Send),
    hash: Sha256,
    /// Which line was read last, from 1.
    line: u64,
}

impl<'reader> LineReader<'reader> {
    /// Nothing is read yet.
    pub fn new(inner: &'reader mut (dyn BufRead + Send)) -> Self {
        Self { inner, hash: Sha256::new(), line: 0 }
    }

    /// Reads a line; `what` it should be is told where it is not.
    pub fn read<T: DeserializeOwned>(&mut self, what: &str) -> Result<T, Problem> {
        let text = self.read_text()?;
        self.hash.update(&text);
        self.understand(&text, what)
    }

    /// Reads the last line, and checks that it is, and that everything came as it was written.
    pub fn finish(mut self, rows: u64) -> Result<(), Problem> {
        let text = self.read_text()?;
        let footer: Footer = self.understand(&text, "the last line")?;
        let sha256 = format!("{:x}", self.hash.clone().finalize());
        if footer.rows != rows || footer.sha256 != sha256 {
            return Err(damaged("The backup is damaged: its checksum does not fit what is in it"));
        }
        let mut rest = [0];
        match self.inner.read(&mut rest) {
            Ok(0) => Ok(()),
            Ok(_) => Err(damaged("The backup is damaged: something follows its last line")),
            Err(error) => Err(cannot_read(&error)),
        }
    }

    fn read_text(&mut self) -> Result<Vec<u8>, Problem> {
        let mut text = Vec::new();
        (&mut *self.inner).take(MAXIMUM_LINE).read_until(b'\n', &mut text).map_err(|error| cannot_read(&error))?;
        self.line += 1;
        if text.ends_with(b"\n") {
            Ok(text)
        } else {
            Err(damaged(&format!("The backup is cut off in line {}", self.line)))
        }
    }

    fn understand<T: DeserializeOwned>(&self, text: &[u8], what: &str) -> Result<T, Problem> {
        serde_json::from_slice(text).map_err(|error| {
            tracing::debug!(error = %error, line = self.line, "a line of the backup cannot be read");
            damaged(&format!("The backup is damaged: line {} is not {what}", self.line))
        })
    }
}

/// A file that is not what was written.
pub fn damaged(what: &str) -> Problem {
    Problem::new(ProblemCode::BadRequest, what).hint("nothing was restored; take another backup")
}

fn cannot_read(error: &io::Error) -> Problem {
    let is_cut = matches!(error.kind(), io::ErrorKind::UnexpectedEof);
    let is_wrong = matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
    match (is_cut, is_wrong) {
        (true, _) => damaged("The backup is cut off"),
        (_, true) => damaged("The backup is damaged: it cannot be unpacked"),
        _ => Problem::new(ProblemCode::Storage, format!("The backup cannot be read: {error}"))
            .hint("nothing was restored; check the disk or the connection that it comes from"),
    }
}
