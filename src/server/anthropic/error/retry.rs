//! Whether and when a failed request is made again: the official SDK's algorithm, with its waits shown to people.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::HeaderMap;

use super::{Error, ErrorKind, FailureType, Unreachable};

/// How often a request is made again.
pub const MAXIMUM_RETRIES: u32 = 2;

/// The longest wait that a person is asked for. A provider that wants more gets no second request: the error says
/// when to ask again.
const MAXIMUM_WAIT: Duration = Duration::from_mins(1);

impl Error {
    /// How long to wait before the request is made again; none if it should not be.
    ///
    /// `attempt` counts the retries made so far. Makes sense only while nothing of the reply was shown. Retried are
    /// lost connections, 408, 409, 429 (not for a spending cap) and everything from 500 on, unless `x-should-retry`
    /// says otherwise; also cut and malformed streams and the same errors inside a stream.
    pub fn retry(&self, attempt: u32) -> Option<Duration> {
        if attempt >= MAXIMUM_RETRIES || !self.is_transient() {
            return None;
        }
        match self.retry_after() {
            Some(wait) => (wait <= MAXIMUM_WAIT).then_some(wait),
            None => Some(backoff(attempt, rand::random())),
        }
    }

    /// How long the provider asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.api()?.retry_after
    }

    fn is_transient(&self) -> bool {
        let failure = match &self.kind {
            ErrorKind::Unreachable(Unreachable::Certificate, _)
            | ErrorKind::Unsendable(_)
            | ErrorKind::NotTheApi { .. } => return false,
            ErrorKind::Unreachable(..) | ErrorKind::Silent(_) | ErrorKind::Cut | ErrorKind::Malformed(_) => {
                return true;
            }
            ErrorKind::Api(failure) => failure,
        };
        if failure.failure == FailureType::SpendLimit {
            return false;
        }
        match (failure.should_retry, failure.status) {
            (Some(decided), _) => decided,
            // Inside a stream the kind stands for the status.
            (None, 200) => matches!(
                failure.failure,
                FailureType::RateLimit | FailureType::Overloaded | FailureType::Timeout | FailureType::Server
            ),
            (None, status) => matches!(status, 408 | 409 | 429) || status >= 500,
        }
    }
}

/// `min(0.5 · 2ⁿ, 8)` seconds, less up to a quarter of it by chance, so that many clients do not come back together.
fn backoff(attempt: u32, random: f64) -> Duration {
    let seconds = (0.5 * 2_f64.powi(attempt.min(8).cast_signed())).min(8.0);
    Duration::from_secs_f64(seconds * (1.0 - 0.25 * random.clamp(0.0, 1.0)))
}

/// Reads `retry-after-ms` (milliseconds), else `retry-after` (seconds, or an HTTP date).
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let seconds = |seconds: f64| Duration::try_from_secs_f64(seconds).ok().filter(|wait| !wait.is_zero());
    if let Some(wait) = text("retry-after-ms").and_then(|text| seconds(text.parse::<f64>().ok()? / 1000.0)) {
        return Some(wait);
    }
    let text = text("retry-after")?;
    if let Ok(number) = text.parse::<f64>() {
        return seconds(number);
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(date.duration_since(Timestamp::now())).ok().filter(|wait| !wait.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn retry_after_is_read_in_all_its_forms() {
        let cases = [
            (vec![("retry-after", "2")], Some(2000)),
            (vec![("retry-after", "0.25")], Some(250)),
            (vec![("retry-after-ms", "1500"), ("retry-after", "9")], Some(1500)),
            (vec![("retry-after-ms", "soon"), ("retry-after", "9")], Some(9000)),
            (vec![("retry-after", "0")], None),
            (vec![("retry-after", "-3")], None),
            (vec![("retry-after", "NaN")], None),
            (vec![("retry-after", "1e300")], None),
            (vec![("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], None),
            (vec![], None),
        ];
        for (pairs, milliseconds) in cases {
            assert_eq!(retry_after(&headers(&pairs)), milliseconds.map(Duration::from_millis), "{pairs:?}");
        }
        let date = Timestamp::now() + jiff::SignedDuration::from_secs(30);
        let date = jiff::fmt::rfc2822::to_string(&date.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        let wait = retry_after(&headers(&[("retry-after", &date)])).unwrap();
        assert!((28..=30).contains(&wait.as_secs()), "{wait:?}");
    }

    #[test]
    fn backoff_doubles_up_to_eight_seconds() {
        for (attempt, least, most) in [(0, 375, 500), (1, 750, 1000), (4, 6000, 8000), (u32::MAX, 6000, 8000)] {
            assert_eq!(backoff(attempt, 1.0), Duration::from_millis(least));
            assert_eq!(backoff(attempt, 0.0), Duration::from_millis(most));
        }
    }
}
