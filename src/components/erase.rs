//! Erases a view's type where branches meet and where lists begin.
//!
//! `into_any` of Leptos would do, but it keeps code for hydrating every erased view asynchronously, as lazily loaded
//! routes need it; this page has none, and that code was a sixth of the WebAssembly. So views are wrapped first in one
//! that is hydrated in one piece. (`clippy.toml` refuses `into_any` elsewhere.)

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AddAnyAttr, AnyView, IntoAny, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::{Position, PositionState};

/// Gives any view the one type [`AnyView`].
pub trait Erase {
    /// The view without its type.
    fn erase(self) -> AnyView;
}

impl<T: RenderHtml + Send> Erase for T {
    #[allow(clippy::disallowed_methods, reason = "the one place that wraps")]
    fn erase(self) -> AnyView {
        InOnePiece(self).into_any()
    }
}

/// A view that waits for nothing: asynchronous hydration, which is not forwarded, is the synchronous one.
struct InOnePiece<T>(T);

impl<T: Render> Render for InOnePiece<T> {
    type State = T::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<T: RenderHtml> AddAnyAttr for InOnePiece<T> {
    type Output<SomeNewAttr: Attribute> = InOnePiece<T::Output<SomeNewAttr>>;

    fn add_any_attr<NewAttr: Attribute>(self, attribute: NewAttr) -> Self::Output<NewAttr>
    where
        Self::Output<NewAttr>: RenderHtml,
    {
        InOnePiece(self.0.add_any_attr(attribute))
    }
}

impl<T: RenderHtml> RenderHtml for InOnePiece<T> {
    type AsyncOutput = T::AsyncOutput;
    type Owned = InOnePiece<T::Owned>;

    const MIN_LENGTH: usize = T::MIN_LENGTH;
    const EXISTS: bool = T::EXISTS;

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        self.0.resolve().await
    }

    fn to_html_with_buf(
        self,
        buffer: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attributes: Vec<AnyAttribute>,
    ) {
        self.0.to_html_with_buf(buffer, position, escape, mark_branches, extra_attributes);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buffer: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attributes: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async_with_buf::<OUT_OF_ORDER>(buffer, position, escape, mark_branches, extra_attributes);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    fn into_owned(self) -> Self::Owned {
        InOnePiece(self.0.into_owned())
    }
}
