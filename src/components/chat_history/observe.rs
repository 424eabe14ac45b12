//! The browser's side of following: it reports heights and positions and scrolls where it is told to.

use leptos::html;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use super::follow::{Follow, Position};

/// Follows the end of `column` in `scroller` for as long as both are in the page.
pub fn observe(scroller: NodeRef<html::Div>, column: NodeRef<html::Div>, follow: RwSignal<Follow>) {
    Effect::new(move |_| {
        let (Some(scroller), Some(column)) = (scroller.get(), column.get()) else { return };
        let element: web_sys::Element = scroller.into();

        let resized = {
            let element = element.clone();
            Closure::<dyn FnMut()>::new(move || {
                let has_selection = has_selection_in(&element);
                let target = follow.try_update(|follow| follow.resized(position(&element), has_selection)).flatten();
                if let Some(top) = target {
                    element.set_scroll_top(top);
                }
            })
        };
        let scrolled = {
            let element = element.clone();
            Closure::<dyn FnMut()>::new(move || {
                let _ = follow.try_update(|follow| follow.scrolled(position(&element)));
            })
        };
        // Something that a person opens or closes keeps its place.
        let toggled = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let is_toggle = target.and_then(|target| target.closest("[aria-expanded], summary").ok().flatten());
            if is_toggle.is_some() {
                let _ = follow.try_update(Follow::detach);
            }
        });
        let Ok(observer) = web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref()) else { return };
        observer.observe(&column);
        observer.observe(&element);
        let _ = element.add_event_listener_with_callback("scroll", scrolled.as_ref().unchecked_ref());
        let _ = element.add_event_listener_with_callback_and_bool("click", toggled.as_ref().unchecked_ref(), true);

        let held = SendWrapper::new((observer, element, resized, scrolled, toggled));
        on_cleanup(move || {
            let (observer, element, _resized, scrolled, toggled) = held.take();
            observer.disconnect();
            let _ = element.remove_event_listener_with_callback("scroll", scrolled.as_ref().unchecked_ref());
            let _ =
                element.remove_event_listener_with_callback_and_bool("click", toggled.as_ref().unchecked_ref(), true);
        });
    });
}

fn position(element: &web_sys::Element) -> Position {
    Position { top: element.scroll_top(), height: element.client_height(), content: element.scroll_height() }
}

/// Whether text in the transcript is selected.
fn has_selection_in(element: &web_sys::Element) -> bool {
    let Ok(Some(selection)) = window().get_selection() else { return false };
    !selection.is_collapsed() && selection.anchor_node().is_some_and(|node| element.contains(Some(&node)))
}
