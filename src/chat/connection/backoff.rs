//! How long to wait before connecting again: "full jitter" (Marc Brooker, "Exponential Backoff And Jitter", AWS
//! Architecture Blog), so that the browsers of a whole office do not come back in the same instant.

/// The shortest wait, in milliseconds.
const SHORTEST: u64 = 250;
/// The longest wait, in milliseconds.
const LONGEST: u64 = 30_000;

/// The wait after so many failed attempts, in milliseconds. `chance` is from 0 up to 1.
pub(super) fn delay(attempt: u32, chance: f64) -> u64 {
    let ceiling = SHORTEST.saturating_mul(1 << attempt.min(7)).min(LONGEST);
    portion(ceiling, chance).clamp(SHORTEST, LONGEST)
}

/// The wait when the server itself said when to come back: not before, and not all at once.
pub(super) fn come_back(milliseconds: u64, chance: f64) -> u64 {
    let wait = milliseconds.clamp(SHORTEST, LONGEST);
    wait + portion(wait, chance)
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most 30000"
)]
fn portion(whole: u64, chance: f64) -> u64 {
    (whole as f64 * chance.clamp(0.0, 1.0)) as u64
}
