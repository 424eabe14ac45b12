//! A line of the list: open, rename, delete.

use crate::components::erase::{Erase, live};
use leptos::html;
use leptos::prelude::*;

use crate::components::focus::go_on;
use crate::components::icon::{Icon, IconButton};
use crate::store::Store;
use crate::store::list::neighbour;
use crate::store::place::{Place, conversation_path};
use crate::wire::deployment::ConversationSummary;
use crate::wire::id::ConversationId;

/// A conversation in the list.
#[component]
pub fn ConversationRow(
    /// The conversation. The row stays while its title and its state change: a title that is being typed stays too.
    id: ConversationId,
) -> impl IntoView {
    let store = Store::get();
    let summary = {
        let id = id.clone();
        Memo::new(move |_| {
            let (title, mark) = store.conversations.with(|conversations| {
                let found = conversations.iter().find(|one| one.id == id);
                found.map(|one| (one.title.clone(), Mark::of(one))).unwrap_or_default()
            });
            (if title.is_empty() { "New conversation".to_owned() } else { title }, mark)
        })
    };
    let renaming = RwSignal::new(false);
    let is_current = {
        let id = id.clone();
        Memo::new(move |_| store.place.with(|place| matches!(place, Place::Conversation(shown) if *shown == id)))
    };
    let path = conversation_path(&id);
    let renamed = id.clone();

    view! {
        <li class="conversation-row" data-current=move || is_current.get().then_some("")>
            {live(move || {
                let id = renamed.clone();
                if renaming.get() {
                    let (title, _) = summary.get_untracked();
                    return view! { <RenameField id title renaming /> }.erase();
                }
                let (title, mark) = summary.get();
                view! {
                    <a
                        class="conversation-link"
                        href=path.clone()
                        aria-current=move || is_current.get().then_some("page")
                        on:click=move |_| store.drawer.set(false)
                    >
                        {mark
                            .words()
                            .map(|(class, words)| {
                                view! {
                                    <span class=class title=words>
                                        <span class="visually-hidden">{words} ": "</span>
                                    </span>
                                }
                            })}
                        <span class="conversation-title">{title.clone()}</span>
                    </a>
                    <span class="row-buttons">
                        <IconButton
                            icon=Icon::Edit
                            label=format!("Rename {title}")
                            on_press=move || renaming.set(true)
                        />
                        <IconButton
                            icon=Icon::Delete
                            label=format!("Delete {title}")
                            on_press=move || {
                                let list = store.conversations.get_untracked();
                                let next = neighbour(list, store.clock.get_untracked(), &id);
                                store.delete(&id);
                                go_on(store, &next.as_ref().map(link_to).unwrap_or_default());
                            }
                        />
                    </span>
                }
                    .erase()
            })}
        </li>
    }
}

/// What goes on in a conversation.
#[derive(Clone, Copy, Default, PartialEq)]
enum Mark {
    #[default]
    Nothing,
    Answering,
    /// A plan of changes waits for its person's word.
    Waiting,
}

impl Mark {
    fn of(summary: &ConversationSummary) -> Self {
        match (summary.running, summary.undecided) {
            (false, _) => Self::Nothing,
            (true, false) => Self::Answering,
            (true, true) => Self::Waiting,
        }
    }

    /// The mark's class and what it says; none where nothing goes on.
    fn words(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Nothing => None,
            Self::Answering => Some(("running-mark", "Answering")),
            Self::Waiting => Some(("running-mark waiting-mark", "Approval needed")),
        }
    }
}

/// What finds a conversation's link in the page.
fn link_to(id: &ConversationId) -> String {
    format!(".conversation-link[href='{}']", conversation_path(id))
}

/// The field for another title: Enter and leaving keep it, Escape does not.
#[component]
fn RenameField(id: ConversationId, title: String, renaming: RwSignal<bool>) -> impl IntoView {
    let store = Store::get();
    let field = NodeRef::<html::Input>::new();
    let before = title.clone();
    let link = link_to(&id);
    let keep = move || {
        // A focused field that is removed is left, and told so, when its signals are gone already.
        if renaming.try_get_untracked() != Some(true) {
            return;
        }
        let Some(typed) = field.try_get_untracked().flatten().map(|field| field.value()) else { return };
        renaming.set(false);
        if typed.trim() != before {
            store.rename(id.clone(), typed);
        }
    };
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let on_key = {
        let keep = keep.clone();
        move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
            "Enter" if !event.is_composing() && event.key_code() != 229 => {
                keep();
                go_on(store, &link);
            }
            "Escape" => {
                event.stop_propagation();
                renaming.set(false);
                go_on(store, &link);
            }
            _ => {}
        }
    };
    view! {
        <input
            node_ref=field
            class="rename-field"
            type="text"
            maxlength="200"
            aria-label="Title"
            value=title
            on:keydown=on_key
            on:blur=move |_| keep()
        />
    }
}
