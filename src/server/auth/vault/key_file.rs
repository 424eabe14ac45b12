//! Keys in a file: one a line, the newest first; lines that begin with `#` are comments.

use std::io::Write as _;
use std::path::Path;

use super::Key;
use crate::server::private;
use crate::wire::problem::{Problem, ProblemCode};

/// Reads the keys.
///
/// # Errors
/// The file cannot be read, or a line is no key.
pub fn read(file: &Path) -> Result<Vec<Key>, Problem> {
    let text = std::fs::read_to_string(file).map_err(|error| failed(file, "cannot be read", &error))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let keys = lines.map(|(number, line)| Key::parse(line).ok_or_else(|| no_key(file, number + 1)));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() { Err(no_key(file, 1)) } else { Ok(keys) }
}

/// Makes the file with a new key unless it is there. Two processes that start at once get the same one.
///
/// # Errors
/// The file cannot be written.
pub fn generate(file: &Path) -> Result<(), Problem> {
    if let Some(folder) = file.parent() {
        private::make_folder(folder).map_err(|error| failed(file, "cannot be made", &error))?;
    }
    if file.exists() {
        return Ok(());
    }
    let written = write_beside(file, &[Key::random()])?;
    // A link fails where the name exists, so whoever comes second keeps the first one's key.
    let linked = std::fs::hard_link(&written, file);
    let _ = std::fs::remove_file(&written);
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(file, "cannot be made", &error)),
        _ => Ok(()),
    }
}

/// Puts these keys into the file, all at once.
///
/// # Errors
/// The file cannot be written.
pub fn replace(file: &Path, keys: &[Key]) -> Result<(), Problem> {
    let written = write_beside(file, keys)?;
    std::fs::rename(written, file).map_err(|error| failed(file, "cannot be replaced", &error))
}

/// Writes them into a file of another name that only this user may read, and has it on the disk.
fn write_beside(file: &Path, keys: &[Key]) -> Result<std::path::PathBuf, Problem> {
    let beside = file.with_extension(format!("{}.new", uuid::Uuid::new_v4().simple()));
    let write = || -> std::io::Result<()> {
        let mut output = private::new_file(&beside)?;
        writeln!(output, "# Seals the NetBox tokens in the database. Keep it secret, and keep a copy elsewhere.")?;
        for key in keys {
            writeln!(output, "{}", key.to_text())?;
        }
        output.sync_all()
    };
    write().map_err(|error| failed(file, "cannot be written", &error))?;
    Ok(beside)
}

fn failed(file: &Path, what: &str, error: &std::io::Error) -> Problem {
    Problem::new(ProblemCode::BadRequest, format!("The key file {} {what}: {error}", file.display()))
        .hint("check the folder and its rights, or name another file with SECRET_KEY_FILE")
}

fn no_key(file: &Path, line: usize) -> Problem {
    // The line itself may be a key with a typing error.
    Problem::new(ProblemCode::BadRequest, format!("Line {line} of the key file {} is no key", file.display()))
        .hint("each line is 32 random bytes in base64, as `openssl rand -base64 32` makes them, the newest first")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_only_its_owner_may_read_it() {
        let folder = std::env::temp_dir().join(format!("netbox-chatbox-key-{}", uuid::Uuid::new_v4()));
        let file = folder.join("secret.key");
        assert!(read(&file).is_err());
        generate(&file).unwrap();
        let first = read(&file).unwrap();
        generate(&file).unwrap();
        assert_eq!(read(&file).unwrap()[0].id(), first[0].id());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
        std::fs::write(&file, "# a comment\nnot a key, secret\n").unwrap();
        let problem = read(&file).unwrap_err().to_string();
        assert!(problem.contains("Line 2") && !problem.contains("secret,"), "{problem}");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
