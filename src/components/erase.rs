//! Views without their types: where branches meet, where lists begin, and wherever something changes.
//!
//! Leptos makes code for every type of view, and each closure in a `view!` is a type. That code is most of what the
//! browser loads, so there is one type for each way in which something changes: [`live`] for a piece that is drawn
//! anew, [`when`] for one that comes and goes, [`list`] for rows that are known by their keys.
//!
//! In the browser [`Erased`] is a type of our own: `AnyView` of Leptos keeps code for hydrating every view
//! asynchronously, as lazily loaded routes need it, which this page has not; and for updating each in place, where
//! nearly everywhere a new one may as well be put in the place of the old. (`clippy.toml` refuses `into_any`
//! elsewhere.)

#[cfg(not(feature = "ssr"))]
mod in_browser;
#[cfg(feature = "ssr")]
mod on_server;

use leptos::prelude::*;

#[cfg(not(feature = "ssr"))]
pub use self::in_browser::Erased;
#[cfg(feature = "ssr")]
pub use self::on_server::Erased;

/// Gives any view the one type [`Erased`].
pub trait Erase {
    /// The view without its type. Where it is drawn again, a new one takes its place.
    fn erase(self) -> Erased;

    /// The view without its type. Where it is drawn again and is the same type of view, it changes in place, so that
    /// a selection, a focus or an open part in it stays.
    fn erase_in_place(self) -> Erased;
}

/// A piece of the page that changes: drawn anew whenever what it reads has changed.
pub type Live = Box<dyn FnMut() -> Erased + Send>;

/// A piece that is drawn anew whenever a signal that it reads has changed.
pub fn live<V: Erase>(draw: impl Fn() -> V + Send + 'static) -> Live {
    Box::new(move || draw().erase())
}

/// A piece that is there only while a condition holds. While that does not change, it is left alone.
pub fn when<V: Erase>(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    draw: impl Fn() -> V + Send + 'static,
) -> Live {
    let condition: Box<dyn Fn() -> bool + Send + Sync> = Box::new(condition);
    let condition = Memo::new(move |_| condition());
    Box::new(move || if condition.get() { draw().erase() } else { ().erase() })
}

/// What a row of a [`list`] is drawn with, once.
pub type Draw = Box<dyn FnOnce() -> Erased + Send>;

/// A row of a [`list`]: its key, and how it is drawn when it is new.
pub fn row<V: Erase>(key: impl ToString, draw: impl FnOnce() -> V + Send + 'static) -> (String, Draw) {
    (key.to_string(), Box::new(move || draw().erase()))
}

/// Rows that come, go and move by their keys; each is drawn once.
pub fn list(rows: impl Fn() -> Vec<(String, Draw)> + Send + 'static) -> impl IntoView {
    boxed_list(Box::new(rows))
}

/// Not generic, so that there is one of it.
fn boxed_list(rows: Box<dyn Fn() -> Vec<(String, Draw)> + Send>) -> impl IntoView {
    view! { <For each=rows key=|(key, _)| key.clone() children=|(_, draw)| draw() /> }
}
