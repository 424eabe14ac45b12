//! Prompt caching, as far as it shows in `usage`: what was written before and is asked again counts as read.
//! The rules are those of <https://platform.claude.com/docs/en/build-with-claude/prompt-caching>.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::error::ApiError;
use super::prefix::{Fingerprint, Prefix};
use super::request::Request;

/// A prefix shorter than this is not cached, as with the 5.5 models.
const LEAST_TOKENS: u64 = 512;
/// How many blocks before a marker are searched for an earlier write.
const LOOK_BACK: usize = 20;
/// Explicit and automatic markers together.
const MOST_MARKERS: usize = 4;
/// Written prefixes kept at most; the oldest go first.
const MOST_ENTRIES: usize = 4096;

/// The prefixes that were written, with their ends of life.
#[derive(Debug, Default)]
pub(super) struct Cache {
    entries: Mutex<HashMap<Fingerprint, Instant>>,
}

/// How the tokens of one request divide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct InputTokens {
    pub plain: u64,
    pub read: u64,
    pub written_for_5_minutes: u64,
    pub written_for_1_hour: u64,
}

impl InputTokens {
    /// The `usage` object; `output` counts the thinking too.
    pub fn usage(self, output: u64, thinking: u64) -> Value {
        json!({
            "input_tokens": self.plain,
            "cache_creation_input_tokens": self.written_for_5_minutes + self.written_for_1_hour,
            "cache_read_input_tokens": self.read,
            "cache_creation": {
                "ephemeral_5m_input_tokens": self.written_for_5_minutes,
                "ephemeral_1h_input_tokens": self.written_for_1_hour,
            },
            "output_tokens": output,
            "output_tokens_details": {"thinking_tokens": thinking},
            "server_tool_use": null,
            "service_tier": "standard",
            "inference_geo": "not_available",
        })
    }
}

/// A place in the prefix that is to be kept, and for how long.
struct Marker {
    position: usize,
    life: Duration,
}

const HOUR: Duration = Duration::from_hours(1);
const FIVE_MINUTES: Duration = Duration::from_mins(5);

impl Cache {
    /// Divides the tokens of a request and remembers what it writes.
    pub fn divide(&self, request: &Request, prefix: &Prefix) -> Result<InputTokens, ApiError> {
        let markers = markers(request, prefix)?;
        let ends: Vec<u64> = prefix
            .segments
            .iter()
            .scan(0, |sum, segment| {
                *sum += segment.tokens;
                Some(*sum)
            })
            .collect();
        let total = ends.last().copied().unwrap_or(0);
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        entries.retain(|_, end| *end > now);

        let mut known = 0;
        let mut written = InputTokens::default();
        let hit = |position: usize| {
            (position.saturating_sub(LOOK_BACK)..=position)
                .rev()
                .find(|&at| entries.contains_key(&prefix.segments[at].fingerprint))
        };
        for marker in &markers {
            if let Some(at) = hit(marker.position) {
                known = known.max(ends[at]);
            }
        }
        let mut covered = known;
        for marker in &markers {
            let end = ends[marker.position];
            if end < LEAST_TOKENS {
                continue;
            }
            let fresh = end.saturating_sub(covered);
            covered = covered.max(end);
            if marker.life == HOUR {
                written.written_for_1_hour += fresh;
            } else {
                written.written_for_5_minutes += fresh;
            }
            entries.insert(prefix.segments[marker.position].fingerprint, now + marker.life);
        }
        if entries.len() > MOST_ENTRIES {
            let mut ends: Vec<Instant> = entries.values().copied().collect();
            ends.sort_unstable();
            let oldest = ends[ends.len() - MOST_ENTRIES];
            entries.retain(|_, end| *end >= oldest);
        }
        Ok(InputTokens { plain: total - covered, read: known, ..written })
    }
}

fn markers(request: &Request, prefix: &Prefix) -> Result<Vec<Marker>, ApiError> {
    let mut markers = Vec::new();
    for (position, segment) in prefix.segments.iter().enumerate() {
        if let Some(control) = &segment.marker {
            markers.push(Marker { position, life: life(control)? });
        }
    }
    if let Some(control) = &request.automatic_cache
        && let Some(position) = prefix.segments.len().checked_sub(1)
        && markers.last().is_none_or(|marker| marker.position != position)
    {
        markers.push(Marker { position, life: life(control)? });
    }
    if markers.len() > MOST_MARKERS {
        return Err(ApiError::invalid(format!(
            "A maximum of {MOST_MARKERS} blocks with cache_control may be provided. Found {}.",
            markers.len()
        )));
    }
    if markers.windows(2).any(|pair| pair[0].life < pair[1].life) {
        return Err(ApiError::invalid(
            "cache_control: a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block",
        ));
    }
    Ok(markers)
}

fn life(control: &Value) -> Result<Duration, ApiError> {
    if control["type"] != "ephemeral" {
        return Err(ApiError::invalid("cache_control.type: Input should be 'ephemeral'"));
    }
    match control.get("ttl").and_then(Value::as_str) {
        None | Some("5m") => Ok(FIVE_MINUTES),
        Some("1h") => Ok(HOUR),
        Some(_) => Err(ApiError::invalid("cache_control.ttl: Input should be '5m' or '1h'")),
    }
}
