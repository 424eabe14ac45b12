//! A plan under approval: what would be written to NetBox, the person's word, and what became of it.

mod change;
mod word;

use std::sync::Arc;

use leptos::prelude::*;

use self::change::change;
use self::word::decisions;
use super::erase::{Erase, Erased, live, when};
use super::icon::{Icon, IconView};
use super::plain::{block, button, words};
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
pub fn approval_card(tool: ToolView, end: ArcRwSignal<Option<AnswerEnd>>) -> Erased {
    let ToolView { approval: view, outcome, .. } = tool;
    let Some(approval) = untrack(|| view.with(Clone::clone)) else { return ().erase() };
    let stands: Stands = {
        let view = view.clone();
        Arc::new(move || view.standing(end.with(Option::is_some) || outcome.with(Option::is_some)))
    };
    let (waits, asked) = (Arc::clone(&stands), approval.clone());
    let foot = when(move || waits() == Standing::Waiting, move || decisions(&asked));
    plan(&approval, view, stands, foot.erase())
}

/// A plan, with what stands under it.
pub fn plan(approval: &Approval, view: ApprovalView, stands: Stands, foot: Erased) -> Erased {
    let changes = &approval.plan.changes;
    let count = changes.len();
    let all = RwSignal::new(count <= SHOWN);
    let (title, labelled_by) = (heading_id(approval), heading_id(approval));
    let changes: Vec<_> = changes
        .iter()
        .enumerate()
        .map(|(place, planned)| change(planned, place, view.clone(), Arc::clone(&stands)))
        .collect();
    let show_all = move || {
        button(format!("Show all {count} changes"), "text-button approval-all", Box::new(move || all.set(true)))
    };
    let word = {
        let stands = Arc::clone(&stands);
        move || stands().word()
    };
    view! {
        <div class="approval" role="group" aria-labelledby=labelled_by data-state=word>
            <h3 class="approval-title" id=title>
                {heading(&approval.plan)}
            </h3>
            {block("approval-reason", vec![approval.plan.reason.clone().erase()])}
            <ol class="approval-changes" data-short=move || (!all.get()).then_some("")>
                {changes}
            </ol>
            {when(move || !all.get(), show_all)}
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
    let sentence = move || {
        let standing = stands();
        let icon = match standing {
            Standing::Waiting | Standing::Failed => Icon::Warning,
            Standing::Working => Icon::Thinking,
            Standing::Done => Icon::Check,
            Standing::Dropped(_) => Icon::Close,
        };
        let sentence = view.with(|approval| standing.sentence(&approval.applied, count)).unwrap_or_default();
        let sentence = match store.clock.get() {
            _ if standing != Standing::Waiting => sentence,
            _ if store.connection.with(|connection| connection.is_lost()) => {
                format!("{sentence}. Not connected: nothing can be approved until the page is connected again")
            }
            _ if store.deciding.get() => "Telling the server".to_owned(),
            // Where nobody waits, there is no clock.
            Clock { now: 0, .. } => sentence,
            clock => format!("{sentence}, {}", expiry(expires_at - (clock.now - clock.skew))),
        };
        vec![view! { <IconView icon /> }.erase(), words("", sentence)]
    };
    view! {
        <p class="approval-state" id=id tabindex="-1">
            {live(sentence)}
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
