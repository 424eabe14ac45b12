//! The composer: it never locks and never forgets.

mod queue;

use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use self::queue::Queue;
use super::erase::when;
use super::focus::go_on;
use super::format;
use super::icon::{Icon, IconView};
use super::keys::{Press, Pressed, pressed};
use crate::store::Store;
use crate::store::place::Place;
use crate::wire::command::{MAXIMUM_QUESTION_CHARACTERS, SendMode};

/// From how many characters on the length is shown.
const LENGTH_SHOWN_FROM: usize = MAXIMUM_QUESTION_CHARACTERS * 9 / 10;

/// The field for questions, with its buttons and the messages that wait.
#[component]
pub fn ChatInput() -> impl IntoView {
    let store = Store::get();
    let field = NodeRef::<html::Textarea>::new();
    let asked_for = use_query_map().with_untracked(|query| query.get("question")).unwrap_or_default();
    let text = RwSignal::new(asked_for);
    let running = Memo::new(move |_| {
        store.opened.with(|opened| opened.conversation().is_some_and(|view| view.running.with(Option::is_some)))
    });
    let length = Memo::new(move |_| text.with(|text| text.chars().count()));
    let is_empty = Memo::new(move |_| text.with(|text| text.trim().is_empty()));
    let is_too_long = move || length.get() > MAXIMUM_QUESTION_CHARACTERS;
    keep_draft(store, text, field);

    let send = move |mode| {
        if is_too_long() || is_empty.get_untracked() {
            return;
        }
        let question = text.get_untracked();
        text.set(String::new());
        // Asking may lead to another place, whose draft the field then shows: this place's is used up now.
        crate::store::draft::write(&store.place.with_untracked(draft_name), "");
        store.ask(&question, mode);
        focus(field);
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let press = Press {
            field_is_empty: text.with_untracked(String::is_empty),
            running: running.get_untracked(),
            ..Press::of(&event, store.fine_pointer.get_untracked())
        };
        match pressed(&press) {
            Pressed::Nothing => return,
            Pressed::Send => send(SendMode::Queue),
            Pressed::Stop => store.stop(),
            Pressed::EditLast => match last_question(store) {
                Some(question) => text.set(question),
                None => return,
            },
        }
        event.prevent_default();
    };

    view! {
        <div class="composer">
            <Queue />
            <form
                class="composer-form"
                on:submit=move |event| {
                    event.prevent_default();
                    send(SendMode::Queue);
                }
            >
                // The field grows with a copy of its text that lies under it; its height is never measured.
                <div class="composer-grow" data-text=move || text.get()>
                    <textarea
                        node_ref=field
                        id="question"
                        class="composer-field"
                        rows="1"
                        aria-label="Ask your NetBox"
                        aria-describedby="composer-hint"
                        placeholder="Ask about sites, devices, cables, prefixes\u{2026}"
                        autocomplete="off"
                        enterkeyhint=move || if store.fine_pointer.get() { "send" } else { "enter" }
                        prop:value=move || text.get()
                        on:input=move |event| text.set(event_target_value(&event))
                        on:keydown=on_key
                    ></textarea>
                </div>
                <div class="composer-buttons">
                    {when(
                        move || running.get(),
                        move || {
                            view! {
                                <button
                                    type="button"
                                    class="round-button stop-button"
                                    aria-label="Stop"
                                    title="Stop the answer (Esc)"
                                    on:click=move |_| {
                                        store.stop();
                                        go_on(store, "");
                                    }
                                >
                                    <IconView icon=Icon::Stop />
                                </button>
                            }
                        },
                    )}
                    {when(
                        move || running.get() && !is_empty.get(),
                        move || {
                            view! {
                                <button
                                    type="button"
                                    class="text-button"
                                    title="Stop the answer and ask this at once"
                                    on:click=move |_| send(SendMode::Interrupt)
                                >
                                    <IconView icon=Icon::Interrupt />
                                    <span>"Interrupt"</span>
                                </button>
                            }
                        },
                    )}
                    <button
                        type="submit"
                        class="round-button send-button"
                        aria-label="Send"
                        title=move || if running.get() { "Send: asked when the answer is done" } else { "Send" }
                        disabled=move || is_empty.get() || is_too_long()
                    >
                        <IconView icon=Icon::Send />
                    </button>
                </div>
            </form>
            <p class="composer-hint" id="composer-hint">
                {move || hint(length.get(), running.get(), store.fine_pointer.get())}
            </p>
        </div>
    }
}

/// One line under the field: what is most worth knowing now.
fn hint(length: usize, running: bool, fine_pointer: bool) -> String {
    let shown = u64::try_from(length).unwrap_or(u64::MAX);
    let limit = u64::try_from(MAXIMUM_QUESTION_CHARACTERS).unwrap_or(u64::MAX);
    if length > MAXIMUM_QUESTION_CHARACTERS {
        return format!(
            "{} too many: a question has at most {}",
            format::counted(shown - limit, "character", "characters"),
            format::count(limit)
        );
    }
    if length >= LENGTH_SHOWN_FROM {
        return format!("{} of {} characters", format::count(shown), format::count(limit));
    }
    match (running, fine_pointer) {
        (true, true) => "Enter queues the next question, Esc stops the answer",
        (true, false) => "Send queues the next question",
        (false, true) => "Enter sends, Shift and Enter makes a new line",
        (false, false) => "Answers are made from what NetBox returns",
    }
    .to_owned()
}

/// The question to change with the up-arrow.
fn last_question(store: Store) -> Option<String> {
    let view = store.current()?;
    view.turns.with_untracked(|turns| turns.last().map(|turn| turn.question.clone()))
}

/// Puts the cursor into the field.
fn focus(field: NodeRef<html::Textarea>) {
    if let Some(field) = field.get_untracked() {
        let _ = field.focus();
    }
}

/// The name under which a place's draft is kept.
fn draft_name(place: &Place) -> String {
    match place {
        Place::Conversation(conversation) => conversation.to_string(),
        Place::New | Place::Elsewhere => "new".to_owned(),
    }
}

/// Keeps the draft of each place, also over a reload, and takes text that components want composed.
fn keep_draft(store: Store, text: RwSignal<String>, field: NodeRef<html::Textarea>) {
    Effect::new(move |before: Option<String>| {
        let name = store.place.with(draft_name);
        if before.as_ref() == Some(&name) {
            return name;
        }
        // Typed before the page was taken over.
        let typed =
            field.get_untracked().map(|field| field.value()).filter(|typed| before.is_none() && !typed.is_empty());
        let draft = typed.or_else(|| crate::store::draft::read(&name));
        match draft {
            Some(draft) => text.set(draft),
            None if before.is_some() => text.set(String::new()),
            None => {}
        }
        name
    });
    Effect::new(move |before: Option<String>| {
        let current = text.get();
        if before.is_some_and(|before| before != current) {
            crate::store::draft::write(&store.place.with_untracked(draft_name), &current);
        }
        current
    });
    Effect::new(move |_| {
        if let Some(composed) = store.composed.get() {
            // What is being typed stays, below.
            text.update(|text| {
                *text = if text.trim().is_empty() { composed } else { format!("{composed}\n\n{text}") };
            });
            store.composed.set(None);
            focus(field);
        }
    });
}
