//! Who is asking. There is no sign-in yet: a browser is known by a random cookie, a script by its connection.

use axum::extract::FromRequestParts;
use http::header::{COOKIE, HeaderMap, HeaderValue};
use http::request::Parts;

/// The cookie that names a browser.
const COOKIE_NAME: &str = "netbox_chatbox_browser";
/// A year: as long as browsers keep a cookie (RFC 6265bis caps it at 400 days).
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;
const ID_CHARACTERS: usize = 32;

/// Names a person without telling anything about them.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(String);

impl std::fmt::Debug for PersonId {
    /// The id is what the cookie holds, so it is never written out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PersonId(…)")
    }
}

impl PersonId {
    /// Somebody nobody has met: 128 random bits.
    pub fn new() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// The id as the database has it.
    pub fn from_stored(id: String) -> Self {
        Self(id)
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parse(text: &str) -> Option<Self> {
        let valid = text.len() == ID_CHARACTERS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        valid.then(|| Self(text.to_ascii_lowercase()))
    }
}

impl Default for PersonId {
    fn default() -> Self {
        Self::new()
    }
}

/// The person of a request.
#[derive(Clone, Debug)]
pub struct Person {
    /// Whose conversations these are.
    pub id: PersonId,
    /// Whether the request brought no valid cookie, so that the answer should set one.
    pub is_new: bool,
}

impl Person {
    /// Reads the cookie, or makes somebody new.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        let known = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == COOKIE_NAME).then(|| PersonId::parse(value)).flatten());
        match known {
            Some(id) => Self { id, is_new: false },
            None => Self { id: PersonId::new(), is_new: true },
        }
    }

    /// The `Set-Cookie` value that makes the browser known. `secure` where the page came over TLS.
    pub fn set_cookie(&self, secure: bool) -> Option<HeaderValue> {
        let secure = if secure { "; Secure" } else { "" };
        HeaderValue::from_str(&format!(
            "{COOKIE_NAME}={}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}",
            self.id.0
        ))
        .ok()
    }
}

/// Whether the request came over TLS, which ends at a proxy before this server.
pub fn came_over_tls(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes() == b"https")
}

impl<S: Send + Sync> FromRequestParts<S> for Person {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self::from_headers(&parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_keeps_its_identity_and_a_forged_cookie_gets_a_new_one() {
        let first = Person::from_headers(&HeaderMap::new());
        assert!(first.is_new);
        let cookie = first.set_cookie(false).unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();

        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_str(&format!("theme=dark; {pair}")).unwrap());
        let again = Person::from_headers(&headers);
        assert_eq!((again.id, again.is_new), (first.id, false));

        for forged in ["netbox_chatbox_browser=", "netbox_chatbox_browser=admin", "netbox_chatbox_browser=../../../etc"]
        {
            headers.insert(COOKIE, HeaderValue::from_static(forged));
            assert!(Person::from_headers(&headers).is_new, "{forged}");
        }
    }
}
