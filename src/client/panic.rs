//! When the page's code fails: a plain message in the page with a link that loads it again. It uses nothing of the
//! code that failed; the draft is in storage already.

use std::panic::PanicHookInfo;

/// Where the message is, for its style and for tests.
const ELEMENT: &str = "panic-banner";

/// Shows the message, and the reason in the console, from now on whenever something panics.
pub fn install_hook() {
    std::panic::set_hook(Box::new(hook));
}

fn hook(information: &PanicHookInfo<'_>) {
    console_error_panic_hook::hook(information);
    let _ = show_banner();
}

fn show_banner() -> Option<()> {
    let window = web_sys::window()?;
    let document = window.document()?;
    if document.get_element_by_id(ELEMENT).is_some() {
        return Some(());
    }
    let banner = document.create_element("div").ok()?;
    banner.set_id(ELEMENT);
    banner.set_class_name(ELEMENT);
    banner.set_attribute("role", "alert").ok()?;
    banner.append_with_str_1("This page stopped working. Your conversation and your draft are kept. ").ok()?;
    let link = document.create_element("a").ok()?;
    // A link, not a button: it works without any code.
    link.set_attribute("href", &window.location().pathname().ok()?).ok()?;
    // The router, which still listens, leaves such a link to the browser.
    link.set_attribute("rel", "external").ok()?;
    link.set_text_content(Some("Load the page again"));
    banner.append_child(&link).ok()?;
    document.body()?.prepend_with_node_1(&banner).ok()
}
