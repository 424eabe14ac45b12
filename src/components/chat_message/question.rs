//! The question of a turn: as it was asked, in which versions there are, and to be asked in another way.

use leptos::html;
use leptos::prelude::*;

use crate::components::erase::{Erase, live};
use crate::components::focus::go_on;
use crate::components::icon::{Icon, IconButton, IconView};
use crate::components::keys::{Press, Pressed, pressed};
use crate::store::conversation::{TurnView, Versions};
use crate::store::{Store, draft};
use crate::wire::command::MAXIMUM_QUESTION_CHARACTERS;
use crate::wire::id::MessageId;

/// A question. While an answer is being written it can only be read.
#[component]
pub fn Question(
    /// The turn.
    turn: TurnView,
    /// The id of its heading.
    id: String,
) -> impl IntoView {
    let store = Store::get();
    let TurnView { message, question, versions, .. } = turn;
    let editing = RwSignal::new(false);
    // While an answer is written the style sheet hides it: a long conversation has hundreds of these.
    let edit = move || editing.set(untrack(|| store.is_idle()));
    live(move || {
        if editing.get() {
            let (message, question) = (message.clone(), question.clone());
            return view! { <QuestionEditor message question editing /> }.erase();
        }
        let versions = versions.clone();
        view! {
            <div class="question-block">
                <h2 class="question" id=id.clone() tabindex="-1">
                    {question.clone()}
                </h2>
                <IconButton icon=Icon::Edit label="Edit question" class="question-edit" on_press=edit />
            </div>
            {live(move || versions.get().map(|versions| view! { <VersionSwitch versions /> }))}
        }
        .erase()
    })
}

/// Leads to the other versions of a question, each with what followed it.
#[component]
fn VersionSwitch(versions: Versions) -> impl IntoView {
    let store = Store::get();
    let Versions { place, count, before, after } = versions;
    let step = move |to: Option<MessageId>, label: &'static str, class: &'static str| {
        let there = to.is_some();
        view! {
            <button
                type="button"
                class=format!("icon-button {class}")
                aria-label=label
                title=label
                disabled=move || !there || !store.is_idle()
                on:click=move |_| {
                    store.sought.set(to.clone());
                }
            >
                <IconView icon=Icon::Chevron />
            </button>
        }
        .erase()
    };
    view! {
        <div class="versions" role="group" aria-label="Versions of this question">
            {step(before, "Previous version", "versions-previous")}
            <span class="versions-place">
                {place.to_string()} <span aria-hidden="true">"/"</span> <span class="visually-hidden">" of "</span>
                {count.to_string()}
            </span>
            {step(after, "Next version", "versions-next")}
        </div>
    }
}

/// The field in which a question is put in another way. What is typed outlives a reload.
#[component]
fn QuestionEditor(message: MessageId, question: String, editing: RwSignal<bool>) -> impl IntoView {
    let store = Store::get();
    let field = NodeRef::<html::Textarea>::new();
    let name = format!("edit {message}");
    let text = RwSignal::new(draft::read(&name).unwrap_or_else(|| question.clone()));
    let is_idle = Memo::new(move |_| store.is_idle());
    let is_too_long = Memo::new(move |_| text.with(|text| text.chars().count() > MAXIMUM_QUESTION_CHARACTERS));
    let may_ask = move || is_idle.get() && !is_too_long.get() && text.with(|text| !text.trim().is_empty());
    let heading = format!("#question-{message}");
    let close = {
        let name = name.clone();
        move || {
            draft::write(&name, "");
            editing.set(false);
        }
    };
    let cancel = {
        let close = close.clone();
        move || {
            close();
            go_on(store, &heading);
        }
    };
    let ask = move || {
        if untrack(may_ask) {
            close();
            store.edit(message.clone(), &text.get_untracked());
            go_on(store, "");
        }
    };
    let on_key = {
        let (ask, cancel) = (ask.clone(), cancel.clone());
        move |event: leptos::ev::KeyboardEvent| {
            let press = Press::of(&event, store.fine_pointer.get_untracked());
            match pressed(&press) {
                Pressed::Send => ask(),
                _ if press.key == "Escape" && !press.composing => cancel(),
                _ => return,
            }
            event.prevent_default();
            event.stop_propagation();
        }
    };
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    view! {
        <form
            class="composer-form question-form"
            on:submit=move |event| {
                event.prevent_default();
                ask();
            }
        >
            <div class="composer-grow" data-text=move || text.get()>
                <textarea
                    node_ref=field
                    class="composer-field"
                    rows="1"
                    aria-label="Edit question"
                    prop:value=move || text.get()
                    on:input=move |event| {
                        text.set(event_target_value(&event));
                        text.with_untracked(|text| draft::write(&name, text));
                    }
                    on:keydown=on_key
                >
                    {question}
                </textarea>
            </div>
            <div class="composer-buttons">
                <button type="button" class="text-button" on:click=move |_| cancel()>
                    "Cancel"
                </button>
                <button type="submit" class="text-button question-ask" disabled=move || !may_ask()>
                    "Ask"
                </button>
            </div>
        </form>
        <p class="composer-hint">
            {move || match (is_too_long.get(), is_idle.get()) {
                (true, _) => "This is longer than a question may be",
                (_, false) => "It can be asked when the answer is done",
                _ => "What followed this question is kept as another version",
            }}
        </p>
    }
}
