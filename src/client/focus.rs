//! The keyboard's place in the page.

use wasm_bindgen::JsCast;

/// Focuses the first element that the selector names; false if there is none or it cannot be focused now.
pub fn focus(selector: &str) -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let element = document.as_ref().and_then(|document| document.query_selector(selector).ok().flatten());
    let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return false;
    };
    // What is hidden or inert takes no focus, and says nothing about it.
    element.focus().is_ok() && document.and_then(|document| document.active_element()).as_ref() == Some(&element)
}
