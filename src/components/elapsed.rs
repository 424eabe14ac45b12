//! Time that passes while one waits.

use std::time::Duration;

use leptos::prelude::*;

use super::format;
use crate::store::Store;

const TICK: Duration = Duration::from_millis(100);

/// How long it has been since a moment on the server's clock. Empty in the first drawing, which knows no time.
#[component]
pub fn Elapsed(
    /// Milliseconds since 1970 (UTC).
    since: i64,
) -> impl IntoView {
    let clock = Store::get().clock;
    let shown = RwSignal::new(String::new());
    Effect::new(move |_| {
        let skew = clock.with_untracked(|clock| clock.skew);
        let tick = move || {
            let elapsed = u64::try_from(now() - skew - since).unwrap_or_default();
            // A wait is not measured to the millisecond.
            let text = if elapsed < 1_000 { format!("0.{} s", elapsed / 100) } else { format::duration(elapsed) };
            let _ = shown.try_set(text);
        };
        tick();
        if let Ok(interval) = set_interval_with_handle(tick, TICK) {
            on_cleanup(move || interval.clear());
        }
    });
    view! { <span class="elapsed">{move || shown.get()}</span> }
}

/// The browser's clock, in milliseconds since 1970 (UTC).
#[cfg(feature = "hydrate")]
#[allow(clippy::cast_possible_truncation, reason = "milliseconds of this age are far below 2^53")]
fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// Effects run in the browser only; the server never asks.
#[cfg(not(feature = "hydrate"))]
fn now() -> i64 {
    0
}
