//! What went wrong, with what to do about it.

use std::time::Duration;

use leptos::prelude::*;

use super::erase::Erased;
use super::icon::{Icon, IconView};
use crate::wire::problem::Problem;

/// The longest time that is counted down, in milliseconds.
const LONGEST_COUNTDOWN: u64 = 3_600_000;

/// A problem: its sentence, its hint, when trying again makes sense, and buttons to get out of it.
#[component]
pub fn ProblemView(
    /// What went wrong.
    problem: Problem,
    /// Whether it is over by itself: shown calmer.
    #[prop(optional)]
    passing: bool,
    /// Ways out.
    #[prop(optional)]
    ways_out: Option<Erased>,
) -> impl IntoView {
    let Problem { message, hint, retry_after_milliseconds, request_id, .. } = problem;
    // Nobody watches a day go by: the hint says when.
    let countdown = retry_after_milliseconds.filter(|milliseconds| *milliseconds <= LONGEST_COUNTDOWN);
    let class = if passing { "problem problem-passing" } else { "problem" };
    view! {
        <div class=class role=if passing { None } else { Some("alert") }>
            <IconView icon=Icon::Warning />
            <div class="problem-words">
                <p class="problem-message">{message}</p>
                {hint.map(|hint| view! { <p class="problem-hint">{hint}</p> })}
                {countdown.map(|milliseconds| view! { <Countdown milliseconds passing /> })}
                {request_id.map(|request| view! { <p class="problem-hint">"Request " <code>{request}</code></p> })}
                {ways_out.map(|ways_out| view! { <div class="problem-actions">{ways_out}</div> })}
            </div>
        </div>
    }
}

/// Counts down to when trying again makes sense.
#[component]
fn Countdown(
    /// From now.
    milliseconds: u64,
    /// Whether it is tried again by itself.
    passing: bool,
) -> impl IntoView {
    let seconds = RwSignal::new(milliseconds.div_ceil(1_000));
    Effect::new(move |_| {
        let tick = move || {
            let _ = seconds.try_update(|seconds| *seconds = seconds.saturating_sub(1));
        };
        if let Ok(interval) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
    });
    view! {
        <p class="problem-hint">
            {move || match (seconds.get(), passing) {
                (0, true) => "Trying again now".to_owned(),
                (seconds, true) => format!("Trying again in {seconds} s"),
                (0, false) => "Trying again makes sense now".to_owned(),
                (seconds, false) => format!("Trying again makes sense in {seconds} s"),
            }}
        </p>
    }
}
