//! The order in which a request is cached and signed: tools, then system, then messages, block by block.
//!
//! Two rules of the API rest on it. Prompt caching finds the longest known prefix, and newer models bind each thinking
//! block to everything before it: changing `system`, `tools` or an earlier message makes the block's signature invalid.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::error::ApiError;
use super::request::{Request, Role};

/// The digest of everything up to and including one block.
pub(super) type Fingerprint = [u8; 32];

/// One block of the prefix.
pub(super) struct Segment {
    pub fingerprint: Fingerprint,
    /// About four bytes a token, rounded up.
    pub tokens: u64,
    /// The block's own `cache_control`.
    pub marker: Option<Value>,
}

/// A request as a chain of blocks.
pub(super) struct Prefix {
    pub segments: Vec<Segment>,
    /// For each message of the request, the digest of everything before it.
    before: Vec<Fingerprint>,
    /// The digest of everything.
    pub whole: Fingerprint,
}

impl Prefix {
    pub fn of(request: &Request) -> Self {
        let mut hash = Sha256::new();
        let mut segments = Vec::new();
        let mut add = |hash: &mut Sha256, place: &str, block: &Value| {
            hash.update(place);
            let mut counted = Counted { hash, bytes: 0 };
            counted.feed(block, true);
            let tokens = tokens(counted.bytes);
            let marker = block.get("cache_control").filter(|marker| !marker.is_null()).cloned();
            segments.push(Segment { fingerprint: hash.clone().finalize().into(), tokens, marker });
        };
        for tool in &request.tools {
            add(&mut hash, "tool", &tool.definition);
        }
        for block in &request.system {
            add(&mut hash, "system", block);
        }
        let mut before = Vec::with_capacity(request.messages.len());
        for message in &request.messages {
            before.push(hash.clone().finalize().into());
            let place = match message.role {
                Role::User => "user",
                Role::Assistant => "assistant",
                Role::System => "note",
            };
            for block in &message.content {
                add(&mut hash, place, block);
            }
        }
        Self { segments, before, whole: hash.finalize().into() }
    }

    /// Refuses thinking blocks that this server signed for another prefix or with another text.
    /// Blocks of other servers carry signatures that mean nothing here and are ignored, as the API does.
    pub fn check_signatures(&self, request: &Request) -> Result<(), ApiError> {
        for (index, (message, before)) in request.messages.iter().zip(&self.before).enumerate() {
            for (position, block) in message.content.iter().enumerate() {
                if block["type"] != "thinking" {
                    continue;
                }
                let signature = block["signature"].as_str().unwrap_or_default();
                let Some(claim) = signature.strip_prefix(SIGNATURE) else { continue };
                let text = block["thinking"].as_str().unwrap_or_default();
                let place = format!("messages.{index}.content.{position}");
                let (bound, said) = claim.split_at_checked(32).unwrap_or((claim, ""));
                if said != digest(&[text.as_bytes()]) {
                    return Err(ApiError::invalid(format!(
                        "{place}: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be \
                         modified. These blocks must remain as they were in the original response."
                    )));
                }
                if bound != digest(&[before]) {
                    return Err(ApiError::invalid(format!(
                        "{place}: Invalid `signature` in `thinking` block. The block is bound to a different \
                         conversation. Remove the block, or set `thinking.block_binding.prefix_mismatch_behavior` to \
                         \"drop_block\"."
                    )));
                }
            }
        }
        Ok(())
    }

    /// The signature of a thinking block that answers this request.
    pub fn sign(&self, thinking: &str) -> String {
        format!("{SIGNATURE}{}{}", digest(&[&self.whole]), digest(&[thinking.as_bytes()]))
    }
}

/// Begins every signature of this server, so that it knows its own.
const SIGNATURE: &str = "standin1";

/// Tokens of a text of `bytes` bytes: an estimate, about four bytes each.
pub(super) fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(4) as u64
}

fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().iter().take(16).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// Feeds a JSON value into a digest: keys sorted, since escaping and order of keys are not part of what was said, and
/// without `cache_control`, since a marker may move from request to request.
struct Counted<'a> {
    hash: &'a mut Sha256,
    bytes: usize,
}

impl Counted<'_> {
    fn write(&mut self, text: &str) {
        self.hash.update(text.len().to_le_bytes());
        self.hash.update(text);
        self.bytes += text.len() + 1;
    }

    fn feed(&mut self, value: &Value, outermost: bool) {
        match value {
            Value::Object(fields) => {
                let mut names: Vec<&String> = fields.keys().collect();
                names.sort_unstable();
                self.hash.update(b"{");
                for name in names {
                    if outermost && name == "cache_control" {
                        continue;
                    }
                    self.write(name);
                    self.feed(&fields[name], false);
                }
                self.hash.update(b"}");
            }
            Value::Array(entries) => {
                self.hash.update(b"[");
                for entry in entries {
                    self.feed(entry, false);
                }
                self.hash.update(b"]");
            }
            Value::String(text) => {
                self.hash.update(b"s");
                self.write(text);
            }
            other => self.write(&other.to_string()),
        }
    }
}
