//! This browser's conversations, grouped by day.

mod row;

use crate::components::erase::Erase;
use leptos::prelude::*;

use self::row::ConversationRow;
use crate::store::Store;
use crate::store::list::group_by_day;

/// The list of conversations.
#[component]
pub fn ConversationList() -> impl IntoView {
    let store = Store::get();
    let groups = Memo::new(move |_| {
        // Only the day matters here: the clock alone draws nothing again within it.
        store.conversations.with(|conversations| group_by_day(conversations.clone(), store.clock.get()))
    });
    let is_empty = move || groups.with(Vec::is_empty);
    view! {
        <div class="conversation-list">
            {move || is_empty().then(|| view! { <p class="quiet list-empty">"Conversations will be listed here."</p> })}
            <For
                each=move || groups.get()
                key=|group| group.heading
                children=move |group| {
                    let heading = group.heading;
                    let conversations = move || {
                        groups
                            .with(|groups| {
                                groups
                                    .iter()
                                    .find(|group| group.heading == heading)
                                    .map(|group| group.conversations.clone())
                                    .unwrap_or_default()
                            })
                    };
                    view! {
                        <section class="conversation-group">
                            <h2 class="group-heading">{heading}</h2>
                            <ul>
                                <For
                                    each=conversations
                                    key=|summary| summary.id.clone()
                                    children=|summary| view! { <ConversationRow id=summary.id /> }.erase()
                                />
                            </ul>
                        </section>
                    }
                        .erase()
                }
            />
        </div>
    }
}
