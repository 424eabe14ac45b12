//! Keeps secrets of people, their NetBox tokens, so that the database alone gives none away: sealed with
//! `XChaCha20-Poly1305` under a key that is not in the database.
//!
//! Several keys may be known: the first seals, all open. What a sealed secret was meant for, whose and to what end, is
//! authenticated with it: copied to another person's row it opens no more.

mod key;
mod key_file;

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, AeadCore, OsRng, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret as _, SecretString};

pub use key::Key;
pub use key_file::{generate, read, replace};

use crate::wire::problem::{Problem, ProblemCode};

/// Says how the text of a sealed secret is made; a later way gets another one.
const VERSION: &str = "v1";
/// The nonce of `XChaCha20`, in bytes: long enough to be drawn at random for ever.
const NONCE_BYTES: usize = 24;

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The NetBox token of a session, which ends with it.
    SessionToken,
    /// The NetBox token that a person keeps in the settings.
    PersonalToken,
    /// A sign-in that is under way, which the browser keeps.
    SignIn,
    /// The secret in the address of a shared conversation.
    ShareLink,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::SessionToken => "session-token",
            Self::PersonalToken => "personal-token",
            Self::SignIn => "sign-in",
            Self::ShareLink => "share-link",
        }
    }
}

/// A secret that only the vault opens, as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(String);

impl Sealed {
    /// As it was stored.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// To be stored.
    pub fn as_stored(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sealed(…)")
    }
}

/// A secret that was opened.
pub struct Opened {
    /// The secret.
    pub secret: SecretString,
    /// Whether it was sealed under an older key, so that it should be sealed anew.
    pub is_old: bool,
}

/// The keys.
pub struct Vault {
    /// The first seals. Never empty.
    keys: RwLock<Vec<Key>>,
    /// Where they are kept; another process may have put a newer one there.
    file: Option<PathBuf>,
}

impl Vault {
    /// With these keys: the first seals, all open.
    ///
    /// # Errors
    /// There is none.
    pub fn new(keys: Vec<Key>) -> Result<Self, Problem> {
        if keys.is_empty() {
            return Err(no_key());
        }
        Ok(Self { keys: RwLock::new(keys), file: None })
    }

    /// With the keys in this file.
    ///
    /// # Errors
    /// The file cannot be read, or holds something that is no key.
    pub fn of_file(file: PathBuf) -> Result<Self, Problem> {
        let keys = key_file::read(&file)?;
        Ok(Self { file: Some(file), ..Self::new(keys)? })
    }

    /// With a key that ends with the process.
    pub fn passing() -> Self {
        Self { keys: RwLock::new(vec![Key::random()]), file: None }
    }

    /// Seals a secret of this person.
    ///
    /// # Errors
    /// Never in practice: a token is far below the cipher's limit.
    pub fn seal(&self, purpose: Purpose, person: &str, secret: &SecretString) -> Result<Sealed, Problem> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.first().ok_or_else(no_key)?;
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let bound = bound_to(purpose, person, key.id());
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: bound.as_bytes() };
        let ciphertext = key.cipher().encrypt(&nonce, payload).map_err(|_| cannot_seal())?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&ciphertext);
        Ok(Sealed(format!("{VERSION}.{}.{}", key.id(), BASE64.encode(bytes))))
    }

    /// Opens a secret of this person; none if no key fits, or it is another person's or for something else.
    pub fn open(&self, purpose: Purpose, person: &str, sealed: &Sealed) -> Option<Opened> {
        let (id, _) = parts(sealed)?;
        if !self.knows(id) {
            self.read_again();
        }
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let position = keys.iter().position(|key| key.id() == id)?;
        let secret = keys.get(position)?.open(purpose, person, sealed)?;
        Some(Opened { secret, is_old: position > 0 })
    }

    fn knows(&self, id: &str) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).iter().any(|key| key.id() == id)
    }

    /// The key may have been rotated since: the file has the newer one.
    fn read_again(&self) {
        let Some(keys) = self.file.as_deref().and_then(|file| key_file::read(file).ok()) else { return };
        if !keys.is_empty() {
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        }
    }
}

impl Key {
    fn open(&self, purpose: Purpose, person: &str, sealed: &Sealed) -> Option<SecretString> {
        let (id, bytes) = parts(sealed)?;
        let (nonce, ciphertext) = bytes.split_at_checked(NONCE_BYTES)?;
        let bound = bound_to(purpose, person, id);
        let payload = Payload { msg: ciphertext, aad: bound.as_bytes() };
        let secret = self.cipher().decrypt(XNonce::from_slice(nonce), payload).ok()?;
        Some(SecretString::from(String::from_utf8(secret).ok()?))
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Vault(…)")
    }
}

fn parts(sealed: &Sealed) -> Option<(&str, Vec<u8>)> {
    let (id, text) = sealed.0.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')?;
    Some((id, BASE64.decode(text).ok()?))
}

/// What is authenticated beside the secret. None of the parts but the last can hold a line break.
fn bound_to(purpose: Purpose, person: &str, key: &str) -> String {
    format!("netbox-chatbox {VERSION}\n{key}\n{}\n{person}", purpose.name())
}

fn no_key() -> Problem {
    Problem::new(ProblemCode::BadRequest, "There is no key that stored NetBox tokens could be sealed with")
        .hint("set SECRET_KEY to 32 random bytes in base64 (`openssl rand -base64 32`), or leave it out")
}

fn cannot_seal() -> Problem {
    Problem::new(ProblemCode::Internal, "The NetBox token could not be sealed, so it was not kept")
        .hint("try again; the server's log says more")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(keys: &[&Key]) -> Vault {
        Vault::new(keys.iter().map(|key| (*key).clone()).collect()).unwrap()
    }

    fn opened(vault: &Vault, person: &str, sealed: &Sealed) -> Option<String> {
        let opened = vault.open(Purpose::SessionToken, person, sealed)?;
        Some(opened.secret.expose_secret().to_owned())
    }

    #[test]
    fn a_secret_comes_back_to_its_person_and_purpose_only() {
        let vault = Vault::passing();
        let secret = SecretString::from("nbt_key.secret");
        let sealed = vault.seal(Purpose::SessionToken, "alice", &secret).unwrap();
        assert_eq!(opened(&vault, "alice", &sealed).as_deref(), Some("nbt_key.secret"));
        assert_eq!(opened(&vault, "bob", &sealed), None);
        assert!(vault.open(Purpose::PersonalToken, "alice", &sealed).is_none());
        assert_eq!(opened(&Vault::passing(), "alice", &sealed), None, "another key");
        let again = vault.seal(Purpose::SessionToken, "alice", &secret).unwrap();
        assert_ne!(sealed, again, "the same secret never looks the same");
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let vault = Vault::passing();
        let sealed = vault.seal(Purpose::SessionToken, "alice", &SecretString::from("nbt_key.secret")).unwrap();
        let (head, text) = sealed.as_stored().rsplit_once('.').unwrap();
        let bytes = BASE64.decode(text).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let changed = Sealed::from_stored(format!("{head}.{}", BASE64.encode(changed)));
            assert_eq!(opened(&vault, "alice", &changed), None, "byte {place}");
        }
        for nonsense in ["", "v1", "v1..", "v1.00000000.", "v2.a.b", &sealed.as_stored()[..40]] {
            assert_eq!(opened(&vault, "alice", &Sealed::from_stored(nonsense.to_owned())), None, "{nonsense}");
        }
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let (old, new) = (Key::random(), Key::random());
        let sealed = vault(&[&old]).seal(Purpose::SessionToken, "alice", &SecretString::from("token")).unwrap();
        let both = vault(&[&new, &old]);
        let first = both.open(Purpose::SessionToken, "alice", &sealed).unwrap();
        assert!(first.is_old);
        let again = both.seal(Purpose::SessionToken, "alice", &first.secret).unwrap();
        assert_eq!(opened(&vault(&[&new]), "alice", &again).as_deref(), Some("token"));
        assert_eq!(opened(&vault(&[&new]), "alice", &sealed), None);
    }

    #[test]
    fn a_key_that_another_process_made_is_found_in_the_file() {
        let folder = std::env::temp_dir().join(format!("netbox-chatbox-vault-{}", uuid::Uuid::new_v4()));
        let file = folder.join("secret.key");
        generate(&file).unwrap();
        let ours = Vault::of_file(file.clone()).unwrap();
        let mut keys = read(&file).unwrap();
        keys.insert(0, Key::random());
        replace(&file, &keys).unwrap();
        let theirs = Vault::of_file(file).unwrap();
        let sealed = theirs.seal(Purpose::SessionToken, "alice", &SecretString::from("token")).unwrap();
        assert_eq!(opened(&ours, "alice", &sealed).as_deref(), Some("token"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn nothing_prints_a_secret() {
        let vault = Vault::passing();
        let sealed = vault.seal(Purpose::SessionToken, "alice", &SecretString::from("token")).unwrap();
        assert_eq!(format!("{vault:?} {sealed:?}"), "Vault(…) Sealed(…)");
    }
}
