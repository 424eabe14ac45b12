//! What a screen reader says, apart from the transcript, which would be read piece by piece while it grows.

use leptos::prelude::*;

use crate::store::Store;

/// The one polite live region.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let announcement = Store::get().announcement;
    view! {
        <div class="visually-hidden" role="status" aria-live="polite" aria-atomic="true">
            {move || announcement.get()}
        </div>
    }
}
