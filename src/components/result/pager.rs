//! Which rows are shown, and the way to the others.

use leptos::prelude::*;

use super::state::ResultState;
use crate::components::erase::{Erase, when};
use crate::components::format;
use crate::components::icon::{Icon, IconView};

/// The line below a table.
#[component]
pub fn Pager(
    /// The result.
    state: ResultState,
) -> impl IntoView {
    let place = Memo::new(move |_| {
        state.page.with(|page| {
            page.as_ref().map_or((0, 0, 0, 0), |page| {
                (page.offset, u64::try_from(page.rows.len()).unwrap_or_default(), page.matching, page.kept)
            })
        })
    });
    let words = move || {
        let (offset, shown, matching, kept) = place.get();
        words(offset, shown, matching, kept)
    };
    let step = state.query.with_untracked(|query| query.limit);
    let is_paged = move || place.get().2 > step;
    view! {
        <div class="result-foot">
            <span class="result-place">{words}</span>
            <span class="result-said" role="status">
                {move || state.said.get()}
            </span>
            {when(
                is_paged,
                move || {
                    let back = move || place.get().0.saturating_sub(step);
                    let on = move || place.get().0 + step;
                    view! {
                        <button
                            type="button"
                            class="icon-button page-back"
                            aria-label="Rows before"
                            title="Rows before"
                            aria-disabled=move || (place.get().0 == 0).to_string()
                            on:click=move |_| state.go_to(back())
                        >
                            <IconView icon=Icon::Chevron />
                        </button>
                        <button
                            type="button"
                            class="icon-button"
                            aria-label="Rows after"
                            title="Rows after"
                            aria-disabled=move || (on() >= place.get().2).to_string()
                            on:click=move |_| {
                                if on() < place.get_untracked().2 {
                                    state.go_to(on());
                                }
                            }
                        >
                            <IconView icon=Icon::Chevron />
                        </button>
                    }
                },
            )}
        </div>
    }
    .erase()
}

/// `1 to 10 of 212`; with a search, how many of all match.
fn words(offset: u64, shown: u64, matching: u64, kept: u64) -> String {
    let of = if matching == kept {
        format::count(kept)
    } else {
        format!("{} that match, {} in all", format::count(matching), format::count(kept))
    };
    match shown {
        0 if matching == 0 => format!("None of {} rows match", format::count(kept)),
        0 => format!("None of {of}"),
        _ if shown == matching && matching == kept => format!("All {} shown", format::counted(kept, "row", "rows")),
        _ => format!("{} to {} of {of}", format::count(offset + 1), format::count(offset + shown)),
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn it_says_which_of_how_many() {
        assert_eq!(words(10, 10, 1_212, 1_212), "11 to 20 of 1,212");
        assert_eq!(words(0, 1, 1, 1), "All 1 row shown");
        assert_eq!(words(0, 3, 3, 212), "1 to 3 of 3 that match, 212 in all");
        assert_eq!(words(0, 0, 0, 212), "None of 212 rows match");
    }
}
