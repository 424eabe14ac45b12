//! A sign-in that is under way: what has to come back from the provider, and where the person wanted to go. It is kept
//! by the browser in a sealed cookie of its own name, so that no table is needed and two tabs do not disturb each other.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::server::clock;

/// How long somebody may take at the provider.
pub const LONGEST: Duration = Duration::from_mins(10);
/// Random bytes of `state` that name its cookie, in characters.
const NAME_CHARACTERS: usize = 8;

/// A sign-in that is under way. Secret: it never leaves this server but sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// Comes back in the address, and shows that this browser began it.
    pub(super) state: String,
    /// Comes back in the ID token, and shows that it was made for this sign-in.
    pub(super) nonce: String,
    /// Goes to the provider with the code, and shows that who redeems it is who asked for it (PKCE, RFC 7636).
    pub(super) verifier: String,
    /// Where the provider sends the person back to; has to be repeated with the code.
    pub(super) redirect: Url,
    /// The local address that was wanted.
    pub next: String,
    /// When it began, in milliseconds since 1970 (UTC).
    pub began: i64,
}

impl Flow {
    /// As text, to be sealed.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What [`Flow::to_text`] made.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The end of its cookie's name.
    pub fn name(&self) -> &str {
        name_of(&self.state).unwrap_or_default()
    }

    /// Whether this is what came back.
    pub fn is_of(&self, state: &str) -> bool {
        bool::from(self.state.as_bytes().ct_eq(state.as_bytes()))
    }

    /// Whether it took too long.
    pub fn is_over(&self) -> bool {
        let age = clock::now().saturating_sub(self.began);
        i128::from(age) > i128::try_from(LONGEST.as_millis()).unwrap_or(i128::MAX)
    }
}

/// The end of the name of the cookie that belongs to a `state`; none for what is no `state` of ours.
pub fn name_of(state: &str) -> Option<&str> {
    let name = state.get(..NAME_CHARACTERS)?;
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_named_by_its_state_and_by_nothing_else() {
        assert_eq!(name_of("0123456789"), Some("01234567"));
        assert_eq!(name_of("0123"), None);
        assert_eq!(name_of("01;3456789"), None);
        assert_eq!(name_of("0123456é"), None);
    }
}
