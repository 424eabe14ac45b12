//! What this browser remembers: drafts for the tab, the theme for good. Storage may be full or switched off; then
//! nothing is remembered and nothing breaks.

use web_sys::{Storage, window};

const DRAFT: &str = "netbox-chatbox.draft.";
const UNSENT: &str = "netbox-chatbox.unsent";
const THEME: &str = "netbox-chatbox.theme";

/// The draft of a conversation, or of the new one.
pub fn read_draft(name: &str) -> Option<String> {
    tab_storage()?.get_item(&format!("{DRAFT}{name}")).ok().flatten()
}

/// Keeps the draft of a conversation; an empty one is forgotten.
pub fn write_draft(name: &str, text: &str) {
    let Some(storage) = tab_storage() else { return };
    let key = format!("{DRAFT}{name}");
    let _ = if text.is_empty() { storage.remove_item(&key) } else { storage.set_item(&key, text) };
}

/// Keeps what was asked and not taken yet, for when the page is left and comes back.
pub fn write_unsent(json: &str) {
    if let Some(storage) = tab_storage() {
        let _ = storage.set_item(UNSENT, json);
    }
}

/// Takes it back, once.
pub fn take_unsent() -> Option<String> {
    let storage = tab_storage()?;
    let json = storage.get_item(UNSENT).ok().flatten()?;
    let _ = storage.remove_item(UNSENT);
    Some(json)
}

/// The name of the theme that was chosen.
pub fn read_theme() -> Option<String> {
    lasting_storage()?.get_item(THEME).ok().flatten()
}

/// Keeps the name of the theme.
pub fn write_theme(name: &str) {
    if let Some(storage) = lasting_storage() {
        let _ = storage.set_item(THEME, name);
    }
}

/// Survives a reload and a crash, not the tab: two tabs write two drafts.
fn tab_storage() -> Option<Storage> {
    window()?.session_storage().ok().flatten()
}

fn lasting_storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}
