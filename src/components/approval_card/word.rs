//! The buttons with which a plan is approved or rejected. One that deletes needs a second press, on a button that was
//! not there before: at the place of the first is then the way back.

use leptos::prelude::*;

use super::{heading_id, state_id};
use crate::chat::approval::objects;
use crate::components::erase::{Erase, Erased, live};
use crate::components::focus::go_on;
use crate::components::icon::{Icon, IconView};
use crate::store::Store;
use crate::wire::change::{Action, Approval, Plan};
use crate::wire::command::Word;

/// How many of the objects that are deleted are named.
const NAMED: usize = 10;

/// The buttons.
pub fn words(approval: &Approval) -> Erased {
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
    let say = move |word| {
        if store.decide(approval.approval.clone(), approval.digest.clone(), word) {
            go_on(store, &format!("[id='{state}']"));
        }
    };
    live(move || {
        let (say, review) = (say.clone(), review.clone());
        if is_reviewed.get() {
            let back = review.clone();
            let on_key = move |event: leptos::ev::KeyboardEvent| {
                if event.key() == "Escape" {
                    event.prevent_default();
                    review(false);
                }
            };
            let (warning, label) = deletion(&plan);
            return view! {
                <div class="approval-words" on:keydown=on_key>
                    <p class="approval-review" tabindex="-1">
                        <IconView icon=Icon::Warning />
                        <span>{warning}</span>
                    </p>
                    {button("Back".to_owned(), "side-button", move || back(false))}
                    {button(label, "main-button danger-button", move || say(Word::Approve))}
                </div>
            }
            .erase();
        }
        let reject = say.clone();
        let approve = if is_deleting {
            button("Review deletion".to_owned(), "side-button danger-button", move || review(true))
        } else {
            button("Approve".to_owned(), "main-button", move || say(Word::Approve))
        };
        view! {
            <div class="approval-words">
                {approve} {button("Reject".to_owned(), "side-button", move || reject(Word::Reject))}
            </div>
        }
        .erase()
    })
    .erase()
}

/// Not disabled while there is no connection: the keyboard stays where it is, and a screen reader finds it.
fn button(label: String, class: &'static str, press: impl Fn() + Send + 'static) -> Erased {
    let store = Store::get();
    let press: Box<dyn Fn() + Send> = Box::new(press);
    let is_idle = move || {
        let is_away = !store.connection.with(|connection| connection.online);
        (is_away || store.deciding.get()).then_some("true")
    };
    let press = move |_| {
        if untrack(is_idle).is_none() {
            press();
        }
    };
    view! {
        <button type="button" class=class aria-disabled=is_idle on:click=press>
            {label}
        </button>
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
