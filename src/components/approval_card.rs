//! A plan under approval: what would be written to NetBox, the person's word, and what became of it.

mod change;
mod value;
mod word;

use std::sync::Arc;

use leptos::prelude::*;

use self::change::change;
use self::word::words;
use super::erase::{Erase, Erased, live, when};
use super::icon::{Icon, IconView};
use super::tool_card::request::requests;
use crate::chat::approval::{Standing, heading};
use crate::store::Store;
use crate::store::clock::Clock;
use crate::store::conversation::answer::ToolView;
use crate::store::conversation::approval::ApprovalView;
use crate::wire::change::Approval;
use crate::wire::transcript::AnswerEnd;

/// How many changes are shown without being asked for; the style sheet hides the others, but not on paper.
const SHOWN: usize = 10;
const MINUTE: i64 = 60_000;

/// How a plan stands; in a reactive place that is told of changes.
pub type Stands = Arc<dyn Fn() -> Standing + Send + Sync>;

/// A plan in the answer that made it.
#[component]
pub fn ApprovalCard(
    /// The call that made it.
    tool: ToolView,
    /// How the answer ended.
    end: ArcRwSignal<Option<AnswerEnd>>,
) -> impl IntoView {
    let ToolView { approval: view, outcome, .. } = tool;
    untrack(|| view.with(Clone::clone)).map(|approval| {
        let stands: Stands = {
            let (view, outcome) = (view.clone(), outcome.clone());
            Arc::new(move || view.standing(end.with(Option::is_some) || outcome.with(Option::is_some)))
        };
        let (waits, asked) = (Arc::clone(&stands), approval.clone());
        let foot = view! {
            {when(move || waits() == Standing::Waiting, move || words(&asked))}
            {live(move || outcome.get().map(|outcome| requests(outcome.requests, 0)))}
        };
        plan(&approval, view, stands, foot.erase())
    })
}

/// A plan, with what stands under it.
pub fn plan(approval: &Approval, view: ApprovalView, stands: Stands, foot: Erased) -> Erased {
    let count = approval.plan.changes.len();
    let all = RwSignal::new(count <= SHOWN);
    let (title, labelled_by) = (heading_id(approval), heading_id(approval));
    let changes: Vec<_> = approval
        .plan
        .changes
        .iter()
        .enumerate()
        .map(|(place, planned)| change(planned, place, view.clone(), Arc::clone(&stands)))
        .collect();
    let word = {
        let stands = Arc::clone(&stands);
        move || stands().word()
    };
    let mark = word.clone();
    view! {
        <div class="approval" role="group" aria-labelledby=labelled_by data-state=word>
            <div class="approval-head">
                <h3 class="approval-title" id=title>
                    {heading(&approval.plan)}
                </h3>
                <span class="approval-mark">{mark}</span>
            </div>
            <p class="approval-reason">{approval.plan.reason.clone()}</p>
            <ol class="approval-changes" data-short=move || (!all.get()).then_some("")>
                {changes}
            </ol>
            {when(
                move || !all.get(),
                move || {
                    view! {
                        <button type="button" class="text-button approval-all" on:click=move |_| all.set(true)>
                            {format!("Show all {count} changes")}
                        </button>
                    }
                },
            )}
            {state(approval, view, stands)}
            {foot}
        </div>
    }
    .erase()
}

/// The line that says how it stands. Whoever pressed a button, which goes, is put here.
fn state(approval: &Approval, view: ApprovalView, stands: Stands) -> Erased {
    let store = Store::get();
    let id = state_id(approval);
    let (count, expires_at) = (approval.plan.changes.len(), approval.expires_at);
    let sentence = {
        let stands = Arc::clone(&stands);
        move || {
            let standing = stands();
            let sentence = view.with(|approval| standing.sentence(&approval.applied, count)).unwrap_or_default();
            match store.clock.get() {
                _ if standing != Standing::Waiting => sentence,
                _ if store.connection.with(|connection| connection.is_lost()) => {
                    format!("{sentence}. Not connected: nothing can be approved until the page is connected again")
                }
                _ if store.deciding.get() => "Telling the server".to_owned(),
                // Where nobody waits, there is no clock.
                Clock { now: 0, .. } => sentence,
                clock => format!("{sentence}, {}", expiry(expires_at - (clock.now - clock.skew))),
            }
        }
    };
    view! {
        <p class="approval-state" id=id tabindex="-1">
            {live(move || {
                let icon = match stands() {
                    Standing::Waiting | Standing::Failed => Icon::Warning,
                    Standing::Working => Icon::Thinking,
                    Standing::Done => Icon::Check,
                    Standing::Dropped(_) => Icon::Close,
                };
                view! { <IconView icon /> }
            })}
            <span>{sentence}</span>
        </p>
    }
    .erase()
}

/// How long it waits yet: said to the minute, so that it seldom changes.
fn expiry(left: i64) -> String {
    match left {
        ..=0 => "expires now".to_owned(),
        1..=MINUTE => "expires in less than a minute".to_owned(),
        _ if left >= 120 * MINUTE => format!("expires in {} h", left / (60 * MINUTE)),
        _ => format!("expires in {} min", left / MINUTE),
    }
}

fn heading_id(approval: &Approval) -> String {
    format!("plan-{}", approval.approval)
}

fn state_id(approval: &Approval) -> String {
    format!("plan-state-{}", approval.approval)
}

#[cfg(test)]
mod tests {
    use super::{MINUTE, expiry};

    #[test]
    fn the_time_left_is_never_said_longer_than_it_is() {
        assert_eq!(expiry(0), "expires now");
        assert_eq!(expiry(MINUTE), "expires in less than a minute");
        assert_eq!(expiry(15 * MINUTE - 1), "expires in 14 min");
        assert_eq!(expiry(150 * MINUTE), "expires in 2 h");
    }
}
