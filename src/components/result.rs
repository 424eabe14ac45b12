//! A result that a tool found, as its table or its picture: all of it, page by page, straight from NetBox.

mod columns;
mod export;
mod head;
mod pager;
mod save;
mod state;
mod table;

use leptos::prelude::*;

use self::head::ResultHead;
use self::pager::Pager;
use self::state::{ResultState, Shown};
use self::table::{ResultTable, Skeleton};
use super::erase::{Erase, Erased, live};
use super::icon::{Icon, IconView};
use super::picture::picture;
use super::problem::ProblemView;
use crate::store::Store;
use crate::wire::result::ResultReference;

/// How many rows stand in an answer at once.
const INLINE_ROWS: u64 = 10;
/// How many in the panel beside it.
const PANEL_ROWS: u64 = 50;

/// A result.
#[component]
pub fn ResultView(
    /// Which.
    reference: ResultReference,
    /// Whether it stands beside the conversation, with all the height there is.
    #[prop(optional)]
    in_panel: bool,
    /// Whether its title stands above it already.
    #[prop(optional)]
    untitled: bool,
) -> impl IntoView {
    let rows = if in_panel { PANEL_ROWS } else { INLINE_ROWS };
    let expected = reference.total;
    let handle = reference.handle.clone();
    let name = format!("Result {}: {}", reference.handle, reference.title);
    let state = ResultState::new(Store::get(), reference, rows);
    state.follow();
    let body = live(move || match state.shown.get() {
        Shown::Nothing => view! { <Skeleton rows=expected.clamp(1, rows) /> }.erase(),
        Shown::Problem => ().erase(),
        Shown::Picture => drawn(state).erase(),
        Shown::Empty => view! { <p class="result-empty">"Nothing matches in NetBox"</p> }.erase(),
        Shown::Table => view! {
            <ResultTable state />
            <Pager state />
        }
        .erase(),
    });
    view! {
        // No landmark: the same result may stand in the answer and in the card of its query.
        <div
            role="group"
            class="result"
            class:result-panel=in_panel
            aria-label=name
            aria-busy=move || state.loading.get().to_string()
            data-handle=handle
            data-paged=(expected > rows).then_some("")
        >
            <ResultHead state in_panel untitled=untitled || in_panel />
            {live(move || incomplete(state))}
            {live(move || failed(state))}
            {body}
        </div>
    }
    .erase()
}

/// Says that there are more rows than are kept here.
fn incomplete(state: ResultState) -> Option<impl IntoView> {
    state.incomplete.get().map(|words| {
        view! {
            <p class="result-incomplete">
                <IconView icon=Icon::Warning />
                <span>{words}</span>
            </p>
        }
    })
}

fn failed(state: ResultState) -> Option<impl IntoView> {
    state.problem.get().map(|problem| {
        let ways_out = view! {
            <button type="button" class="text-button" on:click=move |_| state.again()>
                <IconView icon=Icon::Retry />
                <span>"Try again"</span>
            </button>
        }
        .erase();
        view! { <ProblemView problem ways_out /> }
    })
}

/// The place of a result that is still to come, as high as it will be.
pub fn outline(reference: &ResultReference) -> Erased {
    let title = reference.title.clone();
    view! {
        <div class="result">
            <div class="result-head">
                <h3 class="result-title">{title}</h3>
            </div>
            <Skeleton rows=reference.total.clamp(1, INLINE_ROWS) />
        </div>
    }
    .erase_in_place()
}

fn drawn(state: ResultState) -> impl IntoView {
    let picture = state.page.with(|page| page.as_ref()?.picture.as_ref().map(picture));
    view! { <figure class="picture" node_ref=state.figure>{picture}</figure> }
}
