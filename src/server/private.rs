//! Files and folders that only the user of this program may read: they hold what people asked, sessions, and keys. What
//! is made here has its mode from the first moment on, whatever the umask says.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Error, ErrorKind};
use std::path::Path;

/// Makes a folder, with those above it that are missing. One that is there stays as it is: it is the operator's.
///
/// # Errors
/// It cannot be made.
pub fn make_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Makes a file that is not there yet, and opens it for writing.
///
/// # Errors
/// It is there already, or cannot be made.
pub fn new_file(file: &Path) -> Result<File, Error> {
    writing().create_new(true).open(file)
}

/// Makes an empty file unless it is there.
///
/// # Errors
/// It cannot be made.
pub fn make_file(file: &Path) -> Result<(), Error> {
    match new_file(file) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made.map(|_| ()),
    }
}

/// Opens a file for writing, as it is; makes it where it is missing.
///
/// # Errors
/// It can neither be opened nor made.
pub fn open_file(file: &Path) -> Result<File, Error> {
    writing().create(true).truncate(false).open(file)
}

fn writing() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Whether others than its owner may read or write a file that is there.
#[must_use]
pub fn is_open_to_others(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(file).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}
