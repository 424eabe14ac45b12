//! Chooses which columns are shown.

use leptos::prelude::*;

use super::state::ResultState;
use crate::components::cell::words;
use crate::components::erase::live;
use crate::components::icon::Icon;
use crate::components::menu::Menu;

/// The menu of columns.
#[component]
pub fn ColumnMenu(
    /// The result.
    state: ResultState,
) -> impl IntoView {
    let names = Memo::new(move |_| {
        state.page.with(|page| {
            page.iter().flat_map(|page| &page.columns).map(|column| column.name.clone()).collect::<Vec<_>>()
        })
    });
    let choices = live(move || names.get().into_iter().map(move |name| choice(state, name)).collect::<Vec<_>>());
    view! { <Menu icon=Icon::Columns label="Columns" content=choices /> }
}

fn choice(state: ResultState, name: String) -> impl IntoView {
    let label = words(&name);
    let (of_shown, of_last) = (name.clone(), name.clone());
    let is_shown = move || state.hidden.with(|hidden| !hidden.contains(&of_shown));
    // One stays: a table without columns would be nothing.
    let is_last = move || {
        let shown = state.columns();
        shown.len() == 1 && shown.iter().any(|(_, column)| column.name == of_last)
    };
    let toggle = move |_| {
        state.hidden.update(|hidden| match hidden.iter().position(|one| *one == name) {
            Some(place) => {
                hidden.remove(place);
            }
            None => hidden.push(name.clone()),
        });
    };
    view! {
        <label class="menu-choice">
            <input type="checkbox" prop:checked=is_shown disabled=is_last on:change=toggle />
            <span>{label}</span>
        </label>
    }
}
