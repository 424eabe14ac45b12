//! How fast one socket may command. Commands on an open socket pass no layer of HTTP, and some ask the database before
//! anything else is known of them.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::wire::problem::{Problem, ProblemCode};

/// Commands at once: a page that comes back opens its views and sends what waits.
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(199);
/// And then in a second.
const A_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

/// Counts the commands of one socket.
pub struct Frames {
    limiter: DefaultDirectRateLimiter,
    clock: DefaultClock,
}

impl Default for Frames {
    fn default() -> Self {
        let quota = Quota::per_second(A_SECOND).allow_burst(BURST);
        Self { limiter: RateLimiter::direct(quota), clock: DefaultClock::default() }
    }
}

impl Frames {
    /// Counts one.
    ///
    /// # Errors
    /// There were too many; the problem says when to go on.
    pub fn count(&self) -> Result<(), Problem> {
        let Err(refused) = self.limiter.check() else { return Ok(()) };
        let wait = refused.wait_time_from(self.clock.now()).max(Duration::from_millis(1));
        let mut problem = Problem::new(ProblemCode::RateLimited, "Commands come faster than they can be obeyed")
            .hint(format!("send at most {A_SECOND} a second; this one was not read"));
        problem.retry_after_milliseconds = u64::try_from(wait.as_millis()).ok();
        Err(problem)
    }
}
