//! Text that can be shown.

use std::borrow::Cow;

/// U+0000 as U+FFFD (as `CommonMark` has it, section 2.3): HTML cannot hold it, and a page without it could not be
/// taken over by the browser.
pub fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}
