//! `/c/{conversation}`: a conversation.

use crate::components::erase::{Erase, live};
use leptos::prelude::*;

use crate::components::chat_history::ChatHistory;
use crate::components::icon::{Icon, IconView};
use crate::components::problem::ProblemView;
use crate::components::welcome::Welcome;
use crate::store::{OpenedView, Store};
use crate::wire::problem::Problem;

/// The page of a conversation: its transcript, its outline while it loads, or why there is none.
#[component]
pub fn ConversationPage() -> impl IntoView {
    let opened = Store::get().opened;
    live(move || match opened.get() {
        OpenedView::New => view! { <Welcome /> }.erase(),
        OpenedView::Loading(_) => view! { <Outline /> }.erase(),
        OpenedView::Ready(conversation) => view! { <ChatHistory conversation /> }.erase(),
        OpenedView::Missing(problem) => view! { <Missing problem /> }.erase(),
    })
    .erase()
}

/// The outline of a transcript, as high as one.
#[component]
fn Outline() -> impl IntoView {
    view! {
        <div class="transcript" aria-busy="true" aria-label="Loading the conversation" role="log">
            <div class="column outline">
                <div class="outline-question"></div>
                <div class="outline-line"></div>
                <div class="outline-line"></div>
                <div class="outline-line outline-short"></div>
            </div>
        </div>
    }
}

/// A conversation that is not there.
#[component]
fn Missing(problem: Problem) -> impl IntoView {
    let ways_out = view! {
        <a class="text-button" href="/">
            <IconView icon=Icon::New />
            <span>"New conversation"</span>
        </a>
    }
    .erase();
    view! {
        <div class="transcript">
            <div class="column">
                <ProblemView problem ways_out />
            </div>
        </div>
    }
}
