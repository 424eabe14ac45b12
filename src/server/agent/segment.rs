//! What a stretch of a history is bound to. Newer models bind their thinking to the system prompt, the tools and all
//! that was said, and to the account; when one of these changes, a new segment begins: all thinking of the turns so
//! far is taken out, for good.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The parts, as digests of the bytes that are sent: equal digests, equal bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The model's id.
    pub model: String,
    /// The model's server and the dialect that is spoken with it.
    pub provider: String,
    /// The key. A digest of the provider and the key together: nothing can be told from it.
    pub account: String,
    /// The system prompt.
    pub system: String,
    /// The tools.
    pub tools: String,
}

impl Segment {
    /// Which parts differ from another segment's.
    pub fn differences(&self, other: &Self) -> Vec<&'static str> {
        let parts = [
            ("model", self.model == other.model),
            ("provider", self.provider == other.provider),
            ("key", self.account == other.account),
            ("system prompt", self.system == other.system),
            ("tools", self.tools == other.tools),
        ];
        parts.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}

/// A digest of parts, each with its length, so that they cannot run into each other.
pub fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A digest of JSON as it is sent.
pub fn digest_of(value: &Value) -> String {
    digest(&[&value.to_string()])
}
