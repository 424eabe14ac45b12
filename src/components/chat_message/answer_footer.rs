//! What stands under an answer: copy, again, and what it took.

use crate::components::erase::{Erase, live, when};
use leptos::prelude::*;

use crate::components::copy_button::CopyButton;
use crate::components::focus::go_on;
use crate::components::format;
use crate::components::icon::{Icon, IconButton};
use crate::store::Store;
use crate::store::conversation::answer::AnswerView;
use crate::wire::id::MessageId;
use crate::wire::transcript::{AnswerEnd, EndReason, Usage};

/// The line under an answer.
#[component]
pub fn AnswerFooter(
    /// The answer.
    answer: AnswerView,
    /// How it ended.
    end: AnswerEnd,
    /// The turn.
    message: MessageId,
    /// Whether it is the newest.
    is_last: Signal<bool>,
) -> impl IntoView {
    let store = Store::get();
    let started_at = answer.started_at;
    let author = if answer.stand_in { "Stand-in model".to_owned() } else { answer.model.clone() };
    let has_text = !answer.markdown().is_empty() && end.why != EndReason::Refused;
    // The time of day is the browser's own, so it is not in the first drawing.
    let time = live(move || {
        let clock = store.clock.get();
        clock
            .local
            .then(|| view! { <span title=clock.date_and_time(started_at)>{clock.time_of_day(started_at)}</span> })
    });
    let can_retry = matches!(end.why, EndReason::Done | EndReason::Stopped | EndReason::Length);
    view! {
        <footer class="answer-footer">
            {has_text.then(|| view! { <CopyButton text=move || answer.markdown() label="Copy answer" /> })}
            {when(
                move || can_retry && is_last.get(),
                move || {
                    let message = message.clone();
                    view! {
                        <IconButton
                            icon=Icon::Retry
                            label="Answer again"
                            on_press=move || {
                                store.regenerate(message.clone());
                                go_on(store, "");
                            }
                        />
                    }
                },
            )}
            <span class="answer-facts">
                <span>{author}</span>
                {time}
                <span>{format::duration(end.milliseconds)}</span>
                {tokens(end.usage).map(|(short, long)| view! { <span title=long>{short}</span> })}
            </span>
        </footer>
    }
    .erase()
}

/// All tokens in short, and which ones.
fn tokens(usage: Usage) -> Option<(String, String)> {
    let input = usage.input_tokens + usage.cache_creation_input_tokens + usage.cache_read_input_tokens;
    let all = input + usage.output_tokens;
    (all > 0).then(|| {
        let long = format!(
            "{} in {}: {} read, {} of them from the cache; {} written",
            format::counted(all, "token", "tokens"),
            format::counted(usage.calls, "call", "calls"),
            format::count(input),
            format::count(usage.cache_read_input_tokens),
            format::count(usage.output_tokens),
        );
        (format::counted(all, "token", "tokens"), long)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_counted_with_those_of_the_cache() {
        let usage =
            Usage { calls: 2, input_tokens: 10, cache_read_input_tokens: 1_000, output_tokens: 90, ..Usage::default() };
        let (short, long) = tokens(usage).unwrap();
        assert_eq!(short, "1,100 tokens");
        assert_eq!(long, "1,100 tokens in 2 calls: 1,010 read, 1,000 of them from the cache; 90 written");
        assert_eq!(tokens(Usage::default()), None);
    }
}
