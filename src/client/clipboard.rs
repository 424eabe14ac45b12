//! The clipboard.

use wasm_bindgen_futures::JsFuture;

/// Copies `text`; false if the browser does not allow it. Call it from the handler of a click or a key.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    // Without a secure context (plain HTTP on another machine) there is no clipboard, and asking would throw.
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into());
    if !window.is_secure_context() || clipboard.map_or(true, |clipboard| clipboard.is_undefined()) {
        return false;
    }
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}
