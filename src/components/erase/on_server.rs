//! The server draws once, with Leptos's own erased view.

use leptos::prelude::{AnyView, IntoAny, RenderHtml};

use super::Erase;

/// A view without its type.
pub type Erased = AnyView;

impl<T: RenderHtml + Send + 'static> Erase for T {
    #[allow(clippy::disallowed_methods, reason = "the one place that erases")]
    fn erase(self) -> Erased {
        self.into_any()
    }

    fn erase_in_place(self) -> Erased {
        self.erase()
    }
}
