//! The cookie of a session. Its value is 256 random bits; the database knows only their digest.

use http::header::{COOKIE, HeaderMap, HeaderValue};
use rand::TryRngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::wire::problem::{Problem, ProblemCode};

/// Where the page comes over TLS. The prefix makes browsers refuse it from anything but this very host over TLS (RFC
/// 6265bis, section 4.1.3.2), so that no neighbouring host can plant one.
const OVER_TLS: &str = "__Host-netbox_chatbox_session";
/// On plain loopback, where browsers take no such cookie.
const PLAIN: &str = "netbox_chatbox_session";
const SECRET_BYTES: usize = 32;

/// What a browser holds of its session.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// The system has no random numbers.
    pub fn random() -> Result<Self, Problem> {
        let mut bytes = [0_u8; SECRET_BYTES];
        rand::rngs::OsRng.try_fill_bytes(&mut bytes).map_err(|error| {
            tracing::error!(%error, "the system gives no random numbers");
            Problem::new(ProblemCode::Internal, "Nobody can sign in: the system gives no random numbers")
                .hint("look into the server's log")
        })?;
        Ok(Self(SecretString::from(hexadecimal(&bytes))))
    }

    fn parse(text: &str) -> Option<Self> {
        let valid = text.len() == 2 * SECRET_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        valid.then(|| Self(SecretString::from(text.to_ascii_lowercase())))
    }

    /// What the database keeps instead. A plain digest is enough: nobody guesses 256 random bits.
    pub fn digest(&self) -> String {
        hexadecimal(&Sha256::digest(self.0.expose_secret()))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The session of a request, as far as its cookie says.
pub fn read(headers: &HeaderMap, over_tls: bool) -> Option<Secret> {
    let wanted = name(over_tls);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted).then(|| Secret::parse(value)).flatten())
}

/// `Set-Cookie` of a session that lasts at most so many seconds.
pub fn set(secret: &Secret, over_tls: bool, seconds: u64) -> Option<HeaderValue> {
    written(over_tls, secret.0.expose_secret(), seconds)
}

/// `Set-Cookie` that makes the browser forget its session.
pub fn forget(over_tls: bool) -> Option<HeaderValue> {
    written(over_tls, "", 0)
}

fn written(over_tls: bool, value: &str, seconds: u64) -> Option<HeaderValue> {
    let (name, secure) = (name(over_tls), if over_tls { "; Secure" } else { "" });
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn name(over_tls: bool) -> &'static str {
    if over_tls { OVER_TLS } else { PLAIN }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(cookie).unwrap())])
    }

    #[test]
    fn a_browser_sends_back_what_it_got() {
        for over_tls in [true, false] {
            let secret = Secret::random().unwrap();
            let cookie = set(&secret, over_tls, 60).unwrap();
            let text = cookie.to_str().unwrap();
            assert_eq!(text.contains("__Host-"), over_tls, "{text}");
            assert_eq!(text.contains("; Secure"), over_tls, "{text}");
            for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=60"] {
                assert!(text.contains(part), "{part} is missing in {text}");
            }
            assert!(!text.contains("Domain"), "{text}");
            let headers = sent(&format!("theme=dark; {}", text.split(';').next().unwrap()));
            assert_eq!(read(&headers, over_tls).unwrap().digest(), secret.digest());
            // Over TLS only the cookie that no other host can plant counts.
            assert!(read(&headers, !over_tls).is_none());
        }
    }

    #[test]
    fn what_is_no_secret_is_no_session() {
        for value in ["", "admin", "../../../etc", &"g".repeat(64), &"0".repeat(63)] {
            assert!(read(&sent(&format!("{PLAIN}={value}")), false).is_none(), "{value}");
        }
        let (one, other) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert_ne!(one.digest(), other.digest());
        assert_eq!(one.digest().len(), 64);
        assert!(!format!("{:?}", set(&one, true, 1)).contains(one.0.expose_secret()));
    }
}
