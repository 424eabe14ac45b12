//! A result that the model placed in its answer.

use leptos::prelude::*;

use crate::components::erase::{Erase, Erased};
use crate::components::result::{self, ResultView};
use crate::store::Store;

/// The result with a handle, or a quiet word that there is none.
pub fn result(handle: &str) -> Erased {
    // On a shared page it is what it was, and nothing is asked for.
    #[cfg(feature = "ssr")]
    if let Some(shared) = use_context::<crate::pages::shared::SharedResults>() {
        return shared.draw(handle);
    }
    if let Some(reference) = Store::get().result(handle) {
        return view! { <ResultView reference /> }.erase();
    }
    let words = format!("There is no result {handle} in this conversation");
    view! { <p class="quiet result-missing">{words}</p> }.erase()
}

/// The place of a result while the text around it is being written.
pub fn outline(handle: &str) -> Erased {
    match Store::get().result(handle) {
        Some(reference) => result::outline(&reference),
        None => ().erase_in_place(),
    }
}
