//! Keys that work everywhere in the page.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::client::focus::focus;
use crate::store::Store;

/// Listens for as long as the page lives.
pub fn listen(store: Store) {
    window_event_listener(ev::keydown, move |event| {
        if event.is_composing() || event.default_prevented() {
            return;
        }
        let is_typing = is_typing(&event);
        let has_command = event.ctrl_key() || event.meta_key();
        match event.key().as_str() {
            "Escape" if store.drawer.get_untracked() => store.drawer.set(false),
            "Escape" if store.panel.with_untracked(Option::is_some) && !is_typing => store.close_panel(),
            "Escape" if super::has_transcript(store) && !store.keyboard_sheet.get_untracked() && !is_typing => {
                store.stop_if_running();
            }
            // By its place on the keyboard: with Alt, some layouts type another letter.
            _ if event.alt_key() && !has_command && event.code() == "KeyN" => store.start_anew(),
            "k" if has_command && !event.alt_key() => {
                if !focus("#conversation-search") {
                    return;
                }
            }
            "?" if !is_typing && !has_command => store.keyboard_sheet.set(true),
            "/" if !is_typing && !has_command => focus_question(),
            _ => return,
        }
        event.prevent_default();
    });
}

fn is_typing(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
}

/// Puts the cursor into the question field.
fn focus_question() {
    let field =
        document().get_element_by_id("question").and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(field) = field {
        let _ = field.focus();
    }
}
