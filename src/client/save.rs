//! Files that a person keeps.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, Element, HtmlAnchorElement, Url, XmlSerializer};

/// What of a picture's look is written into the file, which has no style sheet.
const LOOK: [&str; 7] =
    ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "text-anchor"];

/// Lets the browser save a text as a file.
pub fn file(name: &str, kind: &str, text: &str) {
    let _ = try_file(name, kind, text);
}

fn try_file(name: &str, kind: &str, text: &str) -> Result<(), JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &properties)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    let link: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address)
}

/// The picture inside an element as a file of its own, looking as it looks now.
pub fn svg_of(place: &Element) -> Option<String> {
    let drawn = place.query_selector("svg").ok()??;
    let copy: Element = drawn.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    let window = web_sys::window()?;
    let (from, to) =
        (drawn.query_selector_all("rect, path, text").ok()?, copy.query_selector_all("rect, path, text").ok()?);
    for index in 0..from.length() {
        let (Some(from), Some(to)) = (from.item(index), to.item(index)) else { continue };
        let (Ok(from), Ok(to)) = (from.dyn_into::<Element>(), to.dyn_into::<Element>()) else { continue };
        let Some(style) = window.get_computed_style(&from).ok().flatten() else { continue };
        for name in LOOK {
            if let Ok(value) = style.get_property_value(name) {
                let _ = to.set_attribute(name, &value);
            }
        }
    }
    copy.set_attribute("xmlns", "http://www.w3.org/2000/svg").ok()?;
    XmlSerializer::new().ok()?.serialize_to_string(&copy).ok()
}
