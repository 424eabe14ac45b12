//! Who asks NetBox: an API token that cannot be printed.

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::Error;

/// An API token, or none. Its `Debug` says only of which kind it is, and it cannot be serialised.
#[derive(Clone, Default)]
pub struct Credentials {
    token: Option<SecretString>,
    owner: Owner,
}

/// Whose token it is: what helps when NetBox does not take it any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Owner {
    /// The server's own.
    #[default]
    Service,
    /// A person's, from the settings page.
    Person,
    /// That of a session: signing in anew gives another.
    Session,
}

/// The two kinds of NetBox token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// 40 hexadecimal digits, sent as `Token`. NetBox 5.0 will drop them.
    V1,
    /// `nbt_<key>.<token>`, sent as `Bearer`, since NetBox 4.5.
    V2,
}

impl Credentials {
    /// A token as a person pastes it; a leading `Token` or `Bearer` is dropped, and empty text is no token.
    pub fn new(token: &SecretString) -> Self {
        let text = token.expose_secret().trim();
        let text = text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("Token ")).unwrap_or(text).trim();
        Self { token: (!text.is_empty()).then(|| SecretString::from(text)), owner: Owner::Service }
    }

    /// No token: what a NetBox shows to everybody (`LOGIN_REQUIRED = False`).
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// Says whose token it is.
    #[must_use]
    pub fn owned_by(self, owner: Owner) -> Self {
        Self { owner, ..self }
    }

    /// Whose token it is.
    pub fn owner(&self) -> Owner {
        self.owner
    }

    /// Which kind of token it is; `None` without one.
    pub fn kind(&self) -> Option<TokenKind> {
        let token = self.token.as_ref()?;
        Some(if token.expose_secret().starts_with("nbt_") { TokenKind::V2 } else { TokenKind::V1 })
    }

    /// The public part of a v2 token, by which NetBox lists it; not a secret.
    pub fn key(&self) -> Option<&str> {
        let token = self.token.as_ref()?.expose_secret();
        Some(token.strip_prefix("nbt_")?.split_once('.')?.0)
    }

    /// The value of the `Authorization` header, marked as sensitive so that no log shows it.
    ///
    /// # Errors
    /// [`Error::Token`] when the token holds characters that no token has.
    pub(super) fn authorization(&self) -> Result<Option<HeaderValue>, Error> {
        let (Some(token), Some(kind)) = (&self.token, self.kind()) else { return Ok(None) };
        let token = token.expose_secret();
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::Token);
        }
        let keyword = match kind {
            TokenKind::V1 => "Token",
            TokenKind::V2 => "Bearer",
        };
        let mut value = HeaderValue::try_from(format!("{keyword} {token}")).map_err(|_| Error::Token)?;
        value.set_sensitive(true);
        Ok(Some(value))
    }

    /// A name for these credentials in caches: a digest, from which the token cannot be read.
    pub(in crate::server) fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(self.token.as_ref().map_or("", |token| token.expose_secret())).into()
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Credentials").field(&self.kind()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(token: &str) -> Credentials {
        Credentials::new(&SecretString::from(token))
    }

    #[test]
    fn each_kind_has_its_keyword() {
        let header =
            |token| credentials(token).authorization().unwrap().map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header("0123abcd").as_deref(), Some("Token 0123abcd"));
        assert_eq!(header("nbt_key.secret").as_deref(), Some("Bearer nbt_key.secret"));
        assert_eq!(header(" Bearer nbt_key.secret\n").as_deref(), Some("Bearer nbt_key.secret"));
        assert_eq!(header("  "), None);
        assert!(matches!(credentials("two words").authorization(), Err(Error::Token)));
        assert!(matches!(credentials("schlüssel").authorization(), Err(Error::Token)));
    }

    #[test]
    fn nothing_prints_the_token() {
        let credentials = credentials("nbt_key.secret");
        assert_eq!(format!("{credentials:?}"), "Credentials(Some(V2))");
        assert!(!format!("{:?}", credentials.authorization()).contains("secret"));
    }
}
