//! What this browser remembers: drafts for the tab, the theme for good. Storage may be full or switched off; then
//! nothing is remembered and nothing breaks.

use web_sys::{Storage, window};

const DRAFT: &str = "netbox-chatbox.draft.";
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
