//! The transcript and its scrolling.

mod drawn;
mod earlier;
mod follow;
#[cfg(feature = "hydrate")]
mod observe;

use leptos::html;
use leptos::prelude::*;

use self::earlier::Earlier;
use self::follow::Follow;
use super::chat_message::ChatMessage;
use super::erase::{list, row, when};
use super::icon::{Icon, IconView};
use super::pending_question::PendingQuestion;
use crate::store::conversation::ConversationView;

/// A conversation's questions and answers, oldest first.
#[component]
pub fn ChatHistory(
    /// The conversation.
    conversation: ConversationView,
) -> impl IntoView {
    let scroller = NodeRef::<html::Div>::new();
    let column = NodeRef::<html::Div>::new();
    let follow = RwSignal::new(Follow::default());
    let ConversationView { turns, pending, running, .. } = conversation.clone();
    let wanted = RwSignal::new(drawn::newest(turns.with_untracked(Vec::len)));
    let first = {
        let turns = turns.clone();
        Memo::new(move |_| wanted.get().min(drawn::newest(turns.with(Vec::len))))
    };

    // Whoever asks wants to see the answer, wherever the transcript was.
    let asked = pending.clone();
    Effect::new(move |before: Option<usize>| {
        let asking = asked.with(Vec::len);
        if before.is_some_and(|before| asking > before) {
            follow.update(Follow::attach);
        }
        asking
    });
    // What comes while somebody reads above is counted on the button that leads to it.
    let (arriving, ending) = (turns.clone(), running.clone());
    Effect::new(move |before: Option<(usize, bool)>| {
        let now = (arriving.with(Vec::len), ending.with(Option::is_some));
        if let Some((turns, was_running)) = before {
            let arrived = now.0.saturating_sub(turns) + usize::from(was_running && !now.1);
            if arrived > 0 {
                follow.update(|follow| follow.arrived(arrived));
            }
            if now.0 > turns && follow.with_untracked(Follow::is_attached) {
                wanted.update(|first| *first = drawn::at_the_end(*first, now.0));
            }
        }
        now
    });
    #[cfg(feature = "hydrate")]
    show_sought(conversation.clone(), wanted, follow);
    #[cfg(feature = "hydrate")]
    observe::observe(scroller, column, follow);

    let last = {
        let turns = turns.clone();
        Memo::new(move |_| turns.with(|turns| turns.last().map(|turn| turn.message.clone())))
    };
    view! {
        <div
            class="transcript"
            node_ref=scroller
            role="log"
            aria-label="Conversation"
            aria-live="off"
            aria-busy=move || running.with(Option::is_some).to_string()
            tabindex="0"
        >
            <div class="column" node_ref=column>
                <Earlier turns=turns.clone() first wanted scroller follow />
                {list(move || {
                    turns
                        .get()
                        .into_iter()
                        .skip(first.get())
                        .map(|turn| {
                            let message = turn.message.clone();
                            row(
                                turn.message.clone(),
                                move || {
                                    let is_last = Signal::derive(move || last.with(|last| *last == Some(message.clone())));
                                    view! { <ChatMessage turn is_last /> }
                                },
                            )
                        })
                        .collect()
                })}
                {list(move || {
                    pending
                        .get()
                        .into_iter()
                        .map(|pending| {
                            let key = format!("{} {}", pending.command, pending.problem.is_some());
                            row(key, || view! { <PendingQuestion pending /> })
                        })
                        .collect()
                })}
            </div>
        </div>
        <JumpToLatest scroller follow />
    }
}

/// Shows the turn that was searched for, once it is there: what takes the focus is scrolled to. The branch of one that
/// was put aside is asked for.
#[cfg(feature = "hydrate")]
fn show_sought(conversation: ConversationView, wanted: RwSignal<usize>, follow: RwSignal<Follow>) {
    let store = crate::store::Store::get();
    let sought = store.sought;
    Effect::new(move |asked_for: Option<Option<crate::wire::id::MessageId>>| {
        let message = sought.get()?;
        let place = conversation.turns.with(|turns| turns.iter().position(|turn| turn.message == message));
        let is_aside =
            || conversation.with_transcript(|transcript| transcript.aside.iter().any(|turn| turn.message == message));
        let asked_for = asked_for.flatten();
        let Some(place) = place else {
            // Once; and not before it is put aside: the page may not have heard of that yet.
            let is_asked = asked_for.as_ref() == Some(&message);
            if !is_asked && is_aside() {
                store.show_branch(message.clone());
                return Some(message);
            }
            return asked_for;
        };
        let id = format!("#question-{message}");
        sought.set(None);
        follow.update(Follow::detach);
        wanted.update(|first| *first = place.min(*first));
        // After the drawer, which gives the focus back with the next drawing.
        request_animation_frame(move || {
            request_animation_frame(move || {
                crate::client::focus::focus(&id);
            });
        });
        Some(message)
    });
}

/// Leads back down to the newest, with the number of what came meanwhile.
#[component]
fn JumpToLatest(scroller: NodeRef<html::Div>, follow: RwSignal<Follow>) -> impl IntoView {
    let words = move || match follow.with(Follow::unseen) {
        0 => "Jump to latest".to_owned(),
        unseen => format!("Jump to latest, {unseen} new"),
    };
    let jump = move |_| {
        follow.update(Follow::attach);
        if let Some(scroller) = scroller.get_untracked() {
            scroller.set_scroll_top(scroller.scroll_height());
            // The button goes away; whoever pressed it with the keyboard goes on in the transcript.
            let _ = scroller.focus();
        }
    };
    when(
        move || follow.with(Follow::is_away),
        move || {
            view! {
                <div class="jump">
                    <button type="button" class="jump-button" on:click=jump>
                        <IconView icon=Icon::Down />
                        <span>{words}</span>
                    </button>
                </div>
            }
        },
    )
}
