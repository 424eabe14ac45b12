//! What leaves the page: only a browser has a clipboard and saves files.

use leptos::html;
use leptos::prelude::NodeRef;

#[cfg(feature = "hydrate")]
pub use crate::client::save::file;

/// Copies a text; false if the browser does not allow it.
#[allow(clippy::unused_async, unused_variables, reason = "the server has no clipboard")]
pub async fn copy(text: String) -> bool {
    #[cfg(feature = "hydrate")]
    return crate::client::clipboard::copy(&text).await;
    #[cfg(not(feature = "hydrate"))]
    false
}

/// Saves the picture in a place as an SVG file.
#[allow(unused_variables, reason = "the server saves nothing")]
pub fn picture(place: NodeRef<html::Figure>, name: &str) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::prelude::GetUntracked;

        if let Some(figure) = place.get_untracked()
            && let Some(text) = crate::client::save::svg_of(&figure)
        {
            file(name, "image/svg+xml", &text);
        }
    }
}

/// Only a browser saves files.
#[cfg(not(feature = "hydrate"))]
pub fn file(_: &str, _: &str, _: &str) {}
