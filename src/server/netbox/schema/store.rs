//! What NetBox says of itself, kept in a folder from one start of the program to the next. A file is written beside
//! its place and moved into it, so that nobody reads half of one; one that is damaged is as good as none.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use super::reduce::FORMAT;

/// After this time NetBox is asked again: values that its configuration adds to a choice do not show in its version.
const LIFETIME: Duration = Duration::from_hours(24);
const HEAD: &str = "netbox-chatbox";

/// A folder of kept texts.
#[derive(Clone, Debug)]
pub(super) struct Store {
    folder: Option<PathBuf>,
}

impl Store {
    /// In this folder, which is made when it is needed; without one nothing is kept.
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The kept text of this kind and key, and whether it is still fresh.
    pub(super) fn read(&self, kind: &str, key: &str) -> Option<(String, bool)> {
        let path = self.path(kind, key)?;
        let content = match std::fs::read_to_string(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "a kept file cannot be read and is ignored");
                return None;
            }
        };
        let text =
            content.split_once('\n').filter(|(head, text)| *head == head_of(text)).map(|(_, text)| text.to_owned());
        let Some(text) = text else {
            tracing::warn!(path = %path.display(), "a kept file is damaged and is ignored");
            return None;
        };
        let age = std::fs::metadata(&path)
            .and_then(|data| data.modified())
            .map(|time| SystemTime::now().duration_since(time));
        let fresh = matches!(age, Ok(Ok(age)) if age < LIFETIME);
        Some((text, fresh))
    }

    /// Keeps a text. A folder that cannot be written to costs the next start some time and nothing else.
    pub(super) fn write(&self, kind: &str, key: &str, text: &str) {
        let (Some(folder), Some(path)) = (&self.folder, self.path(kind, key)) else { return };
        if let Err(error) = write(folder, &path, text) {
            tracing::warn!(path = %path.display(), %error, "what NetBox says of itself cannot be kept: it is asked again at the next start");
        }
    }

    fn path(&self, kind: &str, key: &str) -> Option<PathBuf> {
        let name = digest_of(&format!("{FORMAT} {key}"));
        Some(self.folder.as_ref()?.join(format!("{kind}-{}.txt", name.get(..16)?)))
    }
}

fn head_of(text: &str) -> String {
    format!("{HEAD} {FORMAT} {}", digest_of(text))
}

/// A digest in hexadecimal digits.
fn digest_of(text: &str) -> String {
    let mut digits = String::new();
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a text cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

fn write(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let beside = folder.join(format!(".{}.new", uuid::Uuid::new_v4()));
    let written = std::fs::File::create_new(&beside).and_then(|mut file| {
        file.write_all(format!("{}\n{text}", head_of(text)).as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    if written.is_err() {
        // What is left over is of no use to anybody.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> PathBuf {
        std::env::temp_dir().join(format!("netbox-chatbox-{}", uuid::Uuid::new_v4()))
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let folder = folder();
        let store = Store::new(Some(folder.clone()));
        assert_eq!(store.read("schema", "4.7.3"), None);
        store.write("schema", "4.7.3", "lookups\n[x]\n");
        store.write("schema", "4.7.3", "lookups\n[y]\n");
        assert_eq!(store.read("schema", "4.7.3"), Some(("lookups\n[y]\n".to_owned(), true)));
        assert_eq!(store.read("schema", "4.7.4"), None);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_damaged_is_ignored() {
        let folder = folder();
        let store = Store::new(Some(folder.clone()));
        store.write("schema", "k", "whole text");
        let path = store.path("schema", "k").unwrap();
        let whole = std::fs::read(&path).unwrap();
        for damaged in [&whole[..whole.len() - 1], b"", b"\xff\xfe", b"no head at all\n"] {
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(store.read("schema", "k"), None);
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_no_failure() {
        let file = folder();
        std::fs::write(&file, "not a folder").unwrap();
        let store = Store::new(Some(file.join("inside")));
        store.write("schema", "k", "text");
        assert_eq!(store.read("schema", "k"), None);
        Store::new(None).write("schema", "k", "text");
        std::fs::remove_file(file).unwrap();
    }
}
