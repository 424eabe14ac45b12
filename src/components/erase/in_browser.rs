//! The browser takes over what the server drew, and draws what changes.

use std::any::{Any, TypeId};

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AddAnyAttr, Mountable, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::Rndr;
use leptos::tachys::renderer::types::{Element, Node, Placeholder};
use leptos::tachys::view::{Position, PositionState};

use super::Erase;

/// A view without its type.
pub struct Erased(Box<dyn Hidden + Send>);

impl<T: RenderHtml + Send + 'static> Erase for T {
    fn erase(self) -> Erased {
        Erased(Box::new(Replaced(self)))
    }

    fn erase_in_place(self) -> Erased {
        Erased(Box::new(InPlace(self)))
    }
}

/// What can be done with a view whose type is not known.
trait Hidden {
    fn build(self: Box<Self>) -> ErasedState;
    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> ErasedState;
    /// Changes what is there in place; gives the view back if it cannot.
    fn update(self: Box<Self>, state: &mut ErasedState) -> Option<Box<dyn Hidden + Send>>;
}

/// A view that is never changed in place.
struct Replaced<T>(T);

impl<T: RenderHtml + Send + 'static> Hidden for Replaced<T> {
    fn build(self: Box<Self>) -> ErasedState {
        let kept = Kept::Built(Box::new(self.0.build()));
        ErasedState { kept, placeholder: (!T::EXISTS).then(Rndr::create_placeholder) }
    }

    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> ErasedState {
        let kept = Kept::Built(Box::new(self.0.hydrate::<true>(cursor, position)));
        ErasedState { kept, placeholder: (!T::EXISTS).then(|| cursor.next_placeholder(position)) }
    }

    fn update(self: Box<Self>, _: &mut ErasedState) -> Option<Box<dyn Hidden + Send>> {
        Some(self)
    }
}

/// A view that is changed in place by one of the same type.
struct InPlace<T>(T);

impl<T: RenderHtml + Send + 'static> Hidden for InPlace<T> {
    fn build(self: Box<Self>) -> ErasedState {
        let kept = Kept::Changing(TypeId::of::<T>(), Box::new(self.0.build()));
        ErasedState { kept, placeholder: (!T::EXISTS).then(Rndr::create_placeholder) }
    }

    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> ErasedState {
        let kept = Kept::Changing(TypeId::of::<T>(), Box::new(self.0.hydrate::<true>(cursor, position)));
        ErasedState { kept, placeholder: (!T::EXISTS).then(|| cursor.next_placeholder(position)) }
    }

    fn update(self: Box<Self>, state: &mut ErasedState) -> Option<Box<dyn Hidden + Send>> {
        match &mut state.kept {
            Kept::Changing(of, kept) if *of == TypeId::of::<T>() => match kept.as_any().downcast_mut::<T::State>() {
                Some(state) => {
                    self.0.rebuild(state);
                    None
                }
                None => Some(self),
            },
            _ => Some(self),
        }
    }
}

/// What is in the page for a view.
pub struct ErasedState {
    kept: Kept,
    /// Holds the place of a view that draws nothing.
    placeholder: Option<Placeholder>,
}

enum Kept {
    Built(Box<dyn Mountable>),
    Changing(TypeId, Box<dyn Changing>),
}

trait Changing: Mountable {
    fn as_any(&mut self) -> &mut dyn Any;
}

impl<T: Mountable + 'static> Changing for T {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

impl Kept {
    fn mountable(&mut self) -> &mut dyn Mountable {
        match self {
            Self::Built(kept) => &mut **kept,
            Self::Changing(_, kept) => &mut **kept,
        }
    }
}

impl Mountable for ErasedState {
    fn unmount(&mut self) {
        self.kept.mountable().unmount();
        if let Some(placeholder) = &mut self.placeholder {
            placeholder.unmount();
        }
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        self.kept.mountable().mount(parent, marker);
        if let Some(placeholder) = &mut self.placeholder {
            placeholder.mount(parent, marker);
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let is_before = match &self.kept {
            Kept::Built(kept) => kept.insert_before_this(child),
            Kept::Changing(_, kept) => kept.insert_before_this(child),
        };
        is_before || self.placeholder.as_ref().is_some_and(|placeholder| placeholder.insert_before_this(child))
    }

    fn elements(&self) -> Vec<Element> {
        match &self.kept {
            Kept::Built(kept) => kept.elements(),
            Kept::Changing(_, kept) => kept.elements(),
        }
    }
}

impl Render for Erased {
    type State = ErasedState;

    fn build(self) -> ErasedState {
        self.0.build()
    }

    fn rebuild(self, state: &mut ErasedState) {
        if let Some(view) = self.0.update(state) {
            let mut new = view.build();
            state.insert_before_this(&mut new);
            state.unmount();
            *state = new;
        }
    }
}

/// Attributes put on an erased view from outside are not kept: no component of this page is given any.
impl AddAnyAttr for Erased {
    type Output<SomeNewAttr: Attribute> = Self;

    fn add_any_attr<NewAttr: Attribute>(self, _: NewAttr) -> Self {
        self
    }
}

/// The browser draws no HTML, and hydrates in one piece.
impl RenderHtml for Erased {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> ErasedState {
        self.0.hydrate(cursor, position)
    }

    fn into_owned(self) -> Self {
        self
    }
}
