//! Where a backup is written to and read from: a file, plain or as gzip, or the standard streams.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;

use crate::server::private;
use crate::wire::problem::{Problem, ProblemCode};

/// How gzip begins (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A backup that is being written. A file has its name only once it is whole; what was begun is removed otherwise.
pub(super) struct Target {
    encoder: Encoder,
    file: Option<Begun>,
}

/// A file that has not its name yet.
struct Begun {
    written_as: PathBuf,
    name: PathBuf,
    handle: File,
    is_whole: bool,
}

enum Encoder {
    Plain(BufWriter<Box<dyn Write + Send>>),
    Gzip(GzEncoder<BufWriter<Box<dyn Write + Send>>>),
}

impl Target {
    /// Begins a file of this name, as gzip where it ends in `.gz` or that is wanted. `-` is standard output.
    pub fn open(name: &Path, gzip: bool) -> Result<Self, Problem> {
        let cannot = |error: io::Error| cannot_write(name, &error);
        let (writer, file): (Box<dyn Write + Send>, _) = if name == Path::new("-") {
            (Box::new(io::stdout()), None)
        } else if name.exists() && !name.is_file() {
            // A pipe or a device has no other name.
            (Box::new(OpenOptions::new().write(true).open(name).map_err(cannot)?), None)
        } else {
            // Nobody else's, whatever lies there: it holds what people asked, and sealed tokens.
            let mut written_as = name.as_os_str().to_owned();
            written_as.push(format!(".{}.partial", uuid::Uuid::new_v4().simple()));
            let written_as = PathBuf::from(written_as);
            let handle = private::new_file(&written_as).map_err(cannot)?;
            let writer = Box::new(handle.try_clone().map_err(cannot)?);
            (writer, Some(Begun { written_as, name: name.to_owned(), handle, is_whole: false }))
        };
        let writer = BufWriter::new(writer);
        let is_gzip = gzip || name.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
        let encoder = if is_gzip {
            Encoder::Gzip(GzEncoder::new(writer, Compression::default()))
        } else {
            Encoder::Plain(writer)
        };
        Ok(Self { encoder, file })
    }

    /// Ends it, and gives a file its name.
    pub fn keep(self) -> Result<(), Problem> {
        let Self { encoder, mut file } = self;
        let finish = || -> io::Result<()> {
            match encoder {
                Encoder::Plain(mut writer) => writer.flush()?,
                Encoder::Gzip(encoder) => encoder.finish()?.flush()?,
            }
            if let Some(file) = &mut file {
                file.handle.sync_all()?;
                std::fs::rename(&file.written_as, &file.name)?;
                file.is_whole = true;
            }
            Ok(())
        };
        finish().map_err(|error| cannot_write(Path::new("the backup"), &error))
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        if !self.is_whole {
            // It may be gone already.
            let _ = std::fs::remove_file(&self.written_as);
        }
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encoder {
            Encoder::Plain(writer) => writer.write(bytes),
            Encoder::Gzip(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.encoder {
            Encoder::Plain(writer) => writer.flush(),
            Encoder::Gzip(writer) => writer.flush(),
        }
    }
}

/// Opens a backup, plain or as gzip, whatever its name. `-` is standard input.
pub(super) fn open(name: &Path) -> Result<Box<dyn BufRead + Send>, Problem> {
    let cannot = |error: io::Error| {
        Problem::new(ProblemCode::BadRequest, format!("{} cannot be read: {error}", self::name(name)))
            .hint("give a file that `netbox-chatbox backup` wrote, or - for standard input")
    };
    let mut plain: Box<dyn BufRead + Send> = if name == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(name).map_err(cannot)?))
    };
    let is_gzip = plain.fill_buf().map_err(cannot)?.starts_with(&GZIP);
    Ok(if is_gzip { Box::new(BufReader::new(MultiGzDecoder::new(plain))) } else { plain })
}

/// What a person calls it.
pub(super) fn name(file: &Path) -> String {
    if file == Path::new("-") { "the standard stream".to_owned() } else { file.display().to_string() }
}

fn cannot_write(name: &Path, error: &io::Error) -> Problem {
    Problem::new(ProblemCode::Storage, format!("{} cannot be written: {error}", self::name(name)))
        .hint("check that its folder is there and may be written, and that the disk is not full")
}
