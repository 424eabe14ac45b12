//! Names of messages, tool calls and requests, in the form of the real ones.

use rand::Rng;
use rand::distr::Alphanumeric;

/// A fresh name such as `msg_01XFDUDYJgAACzvnptvVoYEL`.
pub(super) fn fresh(kind: &str) -> String {
    let tail: String = rand::rng().sample_iter(Alphanumeric).take(22).map(char::from).collect();
    format!("{kind}_01{tail}")
}
