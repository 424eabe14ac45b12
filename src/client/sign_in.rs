//! The way to the sign-in page and back.

use web_sys::window;

/// Leaves this page for the sign-in page, which leads back here.
pub fn go() {
    let Some(location) = window().map(|window| window.location()) else { return };
    let path = location.pathname().unwrap_or_default();
    let next = String::from(js_sys::encode_uri_component(&path));
    let _ = location.assign(&format!("/sign-in?next={next}"));
}
