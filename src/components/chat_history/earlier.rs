//! The way to the turns that are not drawn.

use leptos::html;
use leptos::prelude::*;

use super::drawn;
use super::follow::Follow;
use crate::components::erase::when;
use crate::components::focus::go_on;
use crate::components::format;
use crate::components::icon::{Icon, IconView};
use crate::store::Store;
use crate::store::conversation::TurnView;

/// Draws the turns before the first one, and keeps what is seen where it is.
#[component]
pub fn Earlier(
    /// All turns.
    turns: ArcRwSignal<Vec<TurnView>>,
    /// The first one that is drawn.
    first: Memo<usize>,
    /// Which one that should be.
    wanted: RwSignal<usize>,
    /// The transcript.
    scroller: NodeRef<html::Div>,
    /// Whether it follows its end.
    follow: RwSignal<Follow>,
) -> impl IntoView {
    let store = Store::get();
    let words = move || {
        let count = u64::try_from(first.get()).unwrap_or_default();
        format!("Show earlier: {}", format::counted(count, "question", "questions"))
    };
    let show = move |_| {
        follow.update(Follow::detach);
        let read = turns.with_untracked(|turns| turns.get(first.get_untracked()).map(|turn| turn.message.clone()));
        let below = scroller.get_untracked().map_or(0, |scroller| scroller.scroll_height() - scroller.scroll_top());
        wanted.set(drawn::earlier(first.get_untracked()));
        request_animation_frame(move || {
            if let Some(scroller) = scroller.get_untracked() {
                scroller.set_scroll_top(scroller.scroll_height() - below);
            }
        });
        // The keyboard goes on where it was: at the question that was the first one.
        if let Some(message) = read {
            go_on(store, &format!("#question-{message}"));
        }
    };
    when(
        move || first.get() > 0,
        move || {
            view! {
                <p class="earlier">
                    <button type="button" class="text-button" on:click=show.clone()>
                        <IconView icon=Icon::Up />
                        <span>{words}</span>
                    </button>
                </p>
            }
        },
    )
}
