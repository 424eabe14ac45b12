//! How long to wait before connecting again: "full jitter" (Marc Brooker, "Exponential Backoff And Jitter", AWS
//! Architecture Blog), so that the browsers of a whole office do not come back in the same instant.

/// The shortest wait, in milliseconds.
const SHORTEST: u64 = 250;
/// The longest wait, in milliseconds.
const LONGEST: u64 = 30_000;

/// The wait after so many failed attempts, in milliseconds. `chance` is from 0 up to 1.
pub(super) fn delay(attempt: u32, chance: f64) -> u64 {
    let ceiling = ((2 * SHORTEST) << attempt.min(6)).min(LONGEST);
    SHORTEST + portion(ceiling - SHORTEST, chance)
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

#[cfg(test)]
mod tests {
    use super::{LONGEST, SHORTEST, come_back, delay};

    #[test]
    fn waits_grow_and_are_spread() {
        let range = |attempt| (delay(attempt, 0.0), delay(attempt, 1.0));
        assert_eq!(range(0), (SHORTEST, 500));
        assert_eq!(range(1), (SHORTEST, 1_000));
        assert_eq!(range(6), (SHORTEST, LONGEST));
        assert_eq!(range(u32::MAX), (SHORTEST, LONGEST));
        assert!(delay(3, 0.2) < delay(3, 0.8));
    }

    #[test]
    fn nobody_comes_back_before_the_time_that_was_told() {
        assert_eq!(come_back(2_000, 0.0), 2_000);
        assert_eq!(come_back(2_000, 1.0), 4_000);
        assert_eq!(come_back(u64::MAX, 0.0), LONGEST);
    }
}
