//! The buttons with which a plan is approved or rejected. One that deletes needs a second press, on a button that was
//! not there before: at the place of the first is then the way back.

use leptos::prelude::*;

use super::{heading_id, state_id};
use crate::chat::approval::objects;
use crate::components::erase::{Erase, Erased, live};
use crate::components::focus::go_on;
use crate::components::plain::button;
use crate::store::Store;
use crate::wire::change::{Action, Approval, Plan};
use crate::wire::command::Word;

/// How many of the objects that are deleted are named.
const NAMED: usize = 10;

/// The buttons.
pub fn decisions(approval: &Approval) -> Erased {
    let store = Store::get();
    let plan = approval.plan.clone();
    let (group, state) = (heading_id(approval), state_id(approval));
    let is_deleting = plan.changes.iter().any(|change| change.action == Action::Delete);
    let is_reviewed = RwSignal::new(false);
    let review = move |reviewed: bool| {
        is_reviewed.set(reviewed);
        let next = if reviewed { ".approval-review" } else { "button" };
        go_on(store, &format!("[aria-labelledby='{group}'] .approval-words {next}"));
    };
    let approval = approval.clone();
    // Not disabled while there is no connection, or a word is on its way: the keyboard stays where it is.
    let say = move |word| {
        if store.decide(approval.approval.clone(), approval.digest.clone(), word) {
            go_on(store, &format!("[id='{state}']"));
        }
    };
    let away = move || {
        let is_away = !store.connection.with(|connection| connection.online);
        (is_away || store.deciding.get()).then_some("true")
    };
    let back = review.clone();
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Escape" && is_reviewed.get_untracked() {
            event.prevent_default();
            back(false);
        }
    };
    let buttons = move || {
        let (say, reject, review) = (say.clone(), say.clone(), review.clone());
        if is_reviewed.get() {
            let (warning, label) = deletion(&plan);
            return vec![
                view! {
                    <p class="approval-review" tabindex="-1">
                        {warning}
                    </p>
                }
                .erase(),
                button("Back".to_owned(), "side-button", Box::new(move || review(false))),
                button(label, "main-button danger-button", Box::new(move || say(Word::Approve))),
            ];
        }
        let approve = if is_deleting {
            button("Review deletion".to_owned(), "side-button danger-button", Box::new(move || review(true)))
        } else {
            button("Approve".to_owned(), "main-button", Box::new(move || say(Word::Approve)))
        };
        vec![approve, button("Reject".to_owned(), "side-button", Box::new(move || reject(Word::Reject)))]
    };
    view! {
        <div class="approval-words" role="group" aria-label="Decision" aria-disabled=away on:keydown=on_key>
            {live(buttons)}
        </div>
    }
    .erase()
}

/// What is deleted, as a warning, and the button that does it.
fn deletion(plan: &Plan) -> (String, String) {
    let deleted = plan.changes.iter().filter(|change| change.action == Action::Delete);
    let names: Vec<_> = deleted.map(|change| change.object.as_str()).collect();
    let more = match names.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    let warning = format!("NetBox does not bring back what is deleted: {shown}{more}");
    let lead = if names.len() == plan.changes.len() { "Delete" } else { "Approve and delete" };
    (warning, format!("{lead} {}", objects(names.len())))
}
