//! This browser's conversations, grouped by day.

mod row;

use crate::components::erase::{list, row, when};
use leptos::prelude::*;

use self::row::ConversationRow;
use crate::store::Store;
use crate::store::list::{Group, group_by_day, has_words};

/// The list of conversations.
#[component]
pub fn ConversationList(
    /// Only those whose title has these words.
    filter: RwSignal<String>,
) -> impl IntoView {
    let store = Store::get();
    let groups = Memo::new(move |_| {
        // Only the day matters here: the clock alone draws nothing again within it.
        let mut shown = store.conversations.get();
        filter.with(|filter| shown.retain(|one| has_words(&one.title, filter)));
        group_by_day(shown, store.clock.get())
    });
    let is_empty = move || store.conversations.with(Vec::is_empty);
    view! {
            {when(is_empty, || view! { <p class="quiet list-empty">"Conversations will be listed here."</p> })}
            {list(move || {
                groups
                    .get()
                    .into_iter()
                    .map(|group| {
                        let heading = group.heading;
                        let rows = move || {
                            let ids = groups.with(|groups| {
                                let shown = groups.iter().find(|group| group.heading == heading);
                                shown.map(Group::ids).unwrap_or_default()
                            });
                            ids.into_iter().map(|id| row(id.clone(), move || view! { <ConversationRow id /> })).collect()
                        };
                        row(
                            heading,
                            move || {
                                view! {
                                    <section class="conversation-group">
                                        <h2 class="group-heading">{heading}</h2>
                                        <ul>{list(rows)}</ul>
                                    </section>
                                }
                            },
                        )
                    })
                    .collect()
            })}
    }
}
