//! One key of the vault.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{KeyInit, OsRng};
use chacha20poly1305::{Key as CipherKey, XChaCha20Poly1305};
use secrecy::{ExposeSecret as _, SecretBox};
use sha2::{Digest as _, Sha256};

/// The length of a key, in bytes.
pub const KEY_BYTES: usize = 32;

/// A key. It can be neither printed nor serialised.
#[derive(Clone)]
pub struct Key {
    /// Eight hexadecimal digits, by which what it sealed is known.
    id: String,
    bytes: Arc<SecretBox<[u8; KEY_BYTES]>>,
}

impl Key {
    /// A new one.
    pub fn random() -> Self {
        Self::new(XChaCha20Poly1305::generate_key(&mut OsRng).into())
    }

    /// Reads a key: 32 bytes in base64, in either alphabet, with or without padding.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
            .iter()
            .find_map(|alphabet| alphabet.decode(text).ok())?;
        Some(Self::new(bytes.try_into().ok()?))
    }

    fn new(bytes: [u8; KEY_BYTES]) -> Self {
        let digest = Sha256::new().chain_update(b"netbox-chatbox key id\n").chain_update(bytes).finalize();
        let [first, second, third, fourth, ..] = <[u8; 32]>::from(digest);
        let id = format!("{:08x}", u32::from_be_bytes([first, second, third, fourth]));
        Self { id, bytes: Arc::new(SecretBox::new(Box::new(bytes))) }
    }

    /// Its name; not a secret.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// As it is written into a key file.
    pub(super) fn to_text(&self) -> String {
        STANDARD.encode(self.bytes.expose_secret())
    }

    pub(super) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(CipherKey::from_slice(self.bytes.expose_secret()))
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Key").field(&self.id).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_in_every_spelling_of_base64() {
        let key = Key::new([0xfb; KEY_BYTES]);
        for text in [STANDARD.encode([0xfb; 32]), URL_SAFE_NO_PAD.encode([0xfb; 32]), format!(" {}\n", key.to_text())] {
            assert_eq!(Key::parse(&text).unwrap().id(), key.id(), "{text}");
        }
        for text in ["", "secret", &STANDARD.encode([1; 31]), &STANDARD.encode([1; 33])] {
            assert!(Key::parse(text).is_none(), "{text}");
        }
        assert!(!format!("{key:?}").contains(&key.to_text()));
    }
}
