//! What is sent when the page goes away: an ordinary request may be cancelled with it.

use js_sys::Array;
use web_sys::{Blob, BlobPropertyBag};

/// Posts JSON to one of the server's functions, also while the page is being left.
pub fn post(path: &str, json: &str) {
    let properties = BlobPropertyBag::new();
    properties.set_type("application/json");
    let parts = Array::of1(&json.into());
    let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &properties) else { return };
    if let Some(window) = web_sys::window() {
        let _ = window.navigator().send_beacon_with_opt_blob(path, Some(&blob));
    }
}
