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

/// How many of the things that are not from NetBox are named.
const NAMED: usize = 6;

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
    // The time of day is the browser's own, so it is not in the first drawing. The clock goes on, and it stays.
    let time = Memo::new(move |_| {
        let clock = store.clock.get();
        clock.local.then(|| (clock.date_and_time(started_at), clock.time_of_day(started_at)))
    });
    let time = live(move || time.get().map(|(long, short)| view! { <span title=long>{short}</span> }));
    let can_retry = matches!(end.why, EndReason::Done | EndReason::Stopped | EndReason::Length);
    view! {
        {ungrounded(&end.ungrounded)}
        <footer class="answer-footer">
            {has_text.then(|| view! { <CopyButton text=move || copied(store, &answer.markdown()) label="Copy answer" /> })}
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
                {cost(end.usage.cost_micro_dollars)
                    .map(|cost| view! { <span title="An estimate from the server's list of prices">{cost}</span> })}
            </span>
        </footer>
    }
    .erase()
}

/// Says how much of the answer is not from NetBox, and what.
fn ungrounded(spans: &[String]) -> Option<impl IntoView + use<>> {
    let count = u64::try_from(spans.len()).unwrap_or_default();
    let words: Vec<_> = spans.iter().take(NAMED).map(|span| view! { <code>{span.clone()}</code> " " }).collect();
    let more = spans.len().saturating_sub(NAMED);
    (count > 0).then(|| {
        view! {
            <p class="ungrounded-note">
                <span>
                    {format!("{} here {} not from NetBox: ", format::counted(count, "thing", "things"), if count == 1 { "is" } else { "are" })}
                </span>
                {words}
                {(more > 0).then(|| format!("and {more} more"))}
            </p>
        }
    })
}

/// An answer as it is copied: where it shows a result, its title and size.
fn copied(store: Store, markdown: &str) -> String {
    let line = |line: &str| {
        let handle = line.trim().strip_prefix("{{result:").and_then(|rest| rest.strip_suffix("}}"));
        match handle.and_then(|handle| store.result(handle.trim())) {
            Some(reference) => format!("*{}: {}*", reference.title, format::counted(reference.total, "row", "rows")),
            None => line.to_owned(),
        }
    };
    markdown.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// What it cost: below a cent in hundredths of one.
fn cost(micro_dollars: u64) -> Option<String> {
    match micro_dollars {
        0 => None,
        1..10_000 => Some(format!("about ${}.{:04}", 0, micro_dollars.div_ceil(100))),
        _ => {
            let cents = micro_dollars.div_ceil(10_000);
            Some(format!("about ${}.{:02}", format::count(cents / 100), cents % 100))
        }
    }
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
    fn a_cost_is_rounded_up() {
        assert_eq!(cost(0), None);
        assert_eq!(cost(1).unwrap(), "about $0.0001");
        assert_eq!(cost(4_250).unwrap(), "about $0.0043");
        assert_eq!(cost(10_000).unwrap(), "about $0.01");
        assert_eq!(cost(1_234_567).unwrap(), "about $1.24");
    }

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
