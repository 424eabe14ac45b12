//! The line above a result: what it is, and what can be done with it.

use std::time::Duration;

use leptos::prelude::*;

use super::columns::ColumnMenu;
use super::export::ExportMenu;
use super::state::{ResultState, Shown};
use crate::components::erase::{Erase, live, when};
use crate::components::format;
use crate::components::icon::{Icon, IconButton, IconView};

/// From so many rows on they can be searched.
const SEARCHED_FROM: u64 = 6;
/// After so long without another letter it is searched.
const TYPING_PAUSE: Duration = Duration::from_millis(200);

/// The head of a result.
#[component]
pub fn ResultHead(
    /// The result.
    state: ResultState,
    /// Whether it is in the panel.
    in_panel: bool,
    /// Whether its title stands above it already.
    untitled: bool,
) -> impl IntoView {
    let reference = state.reference.get_value();
    let total = if reference.total > 0 || !reference.picture {
        format::counted(reference.total, "row", "rows")
    } else {
        String::new()
    };
    let is_searched = move || {
        state.shown.get() == Shown::Table
            && state.page.with(|page| page.as_ref().is_some_and(|page| page.kept >= SEARCHED_FROM))
    };
    let can_switch =
        move || state.page.with(|page| page.as_ref().is_some_and(|page| page.picture.is_some() && page.kept > 0));
    let address = move || state.page.with(|page| page.as_ref().and_then(|page| page.page.clone()));
    let address = Memo::new(move |_| address());
    view! {
        <div class="result-head">
            {(!untitled).then(|| view! { <h3 class="result-title">{reference.title}</h3> })}
            <span class="result-total">{total}</span>
            {when(is_searched, move || view! { <SearchField state /> })}
            <div class="result-tools">
                {when(can_switch, move || view! { <Switch state /> })}
                {when(move || state.shown.get() == Shown::Table, move || view! { <ColumnMenu state /> })}
                {when(
                    move || matches!(state.shown.get(), Shown::Table | Shown::Picture),
                    move || view! { <ExportMenu state /> },
                )}
                {live(move || {
                    address
                        .get()
                        .map(|address| {
                            view! {
                                <a
                                    class="icon-button"
                                    href=address
                                    target="_blank"
                                    rel="noopener noreferrer"
                                    aria-label="Open in NetBox"
                                    title="Open in NetBox"
                                >
                                    <IconView icon=Icon::External />
                                </a>
                            }
                        })
                })}
                {(!in_panel)
                    .then(|| {
                        view! {
                            <IconButton
                                icon=Icon::Panel
                                label="Open beside the conversation"
                                class="to-panel"
                                on_press=move || state.store.get_value().open_panel(state.reference.get_value())
                            />
                        }
                    })}
            </div>
        </div>
    }
    .erase()
}

/// The field to search the rows with.
#[component]
fn SearchField(state: ResultState) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let search = move |event| {
        typed.set(event_target_value(&event));
        let now = typed.get_untracked();
        set_timeout(
            move || {
                if typed.try_get_untracked().as_ref() == Some(&now) {
                    state.search(&now);
                }
            },
            TYPING_PAUSE,
        );
    };
    view! {
        <input
            type="search"
            class="result-search"
            placeholder="Find in these rows"
            aria-label="Find in these rows"
            autocomplete="off"
            prop:value=move || typed.get()
            on:input=search
        />
    }
}

/// Chooses between picture and table.
#[component]
fn Switch(state: ResultState) -> impl IntoView {
    let button = move |icon, label: &'static str, table: bool| {
        view! {
            <button
                type="button"
                class="icon-button"
                aria-label=label
                title=label
                aria-pressed=move || (state.as_table.get() == table).to_string()
                on:click=move |_| state.as_table.set(table)
            >
                <IconView icon />
            </button>
        }
    };
    view! {
        <div class="view-switch" role="group" aria-label="Show as">
            {button(Icon::Picture, "Picture", false)} {button(Icon::Table, "Table", true)}
        </div>
    }
}
